#!/usr/bin/env node
// Proves Mana: npm test, or a part of it:
//
//   node test.mjs check            static checks only
//   node test.mjs unit [PATTERN]   unit, property and integration tests
//   node test.mjs e2e [PATTERN]    through a real browser
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { findBrowser } from './cli/setup/browser.mjs';
import { findBun } from './cli/setup/bun.mjs';
import { memoryFolder } from './cli/setup/memory.mjs';
import { installPackages } from './cli/setup/packages.mjs';
import { installTools } from './cli/setup/tools.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const say = (line) => console.log(line);
const packaged = (...path) => join(root, 'node_modules', ...path);

/**
 * The steps in order. `count` reads how many tests passed and failed; a step without it is one check. `broken` reads what is said of each
 * that failed, where the step itself does not end with that.
 */
const steps = [
	{ part: 'check', name: 'Format', run: () => [packaged('.bin', 'oxfmt'), '--check'] },
	{ part: 'check', name: 'Lint', run: () => [packaged('.bin', 'oxlint')] },
	{
		part: 'check',
		name: 'Lint of markup',
		run: () => [process.execPath, packaged('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.'],
	},
	{
		part: 'check',
		name: 'Generated files are what the schema says',
		run: (bun) => [bun, 'schema/generate/generate.ts', '--check'],
	},
	{ part: 'check e2e', name: 'Build', run: (bun) => [bun, 'web/build.ts', '--if-stale'] },
	{ part: 'check', name: 'Ports', run: (bun) => [bun, 'cli/mana.ts', 'ports', 'check'] },
	{
		part: 'check',
		name: 'Types of servers and tests',
		run: () => [packaged('typescript-native', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.bun.json'],
	},
	{
		part: 'check',
		name: 'Types of what runs anywhere',
		run: () => [packaged('typescript-native', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.browser.json'],
	},
	{
		part: 'check',
		name: 'Types of pages',
		run: (bun) => [bun, packaged('svelte-check', 'bin', 'svelte-check'), '--workspace', 'web', '--tsconfig', 'tsconfig.json'],
	},
	{
		part: 'unit',
		name: 'Unit, property and integration tests, on SQLite and PostgreSQL',
		before: () => installTools(root, say),
		// JavaScriptCore's last compiler begins five times later: it costs a quarter of the simulator's time when it compiles all that a test runs.
		env: () => ({ BUN_JSC_thresholdForFTLOptimizeAfterWarmUp: '320000' }),
		// Two processes, which many files use one after another: each starts its PostgreSQL once.
		run: (bun, patterns) => [bun, 'test', '--parallel=2', '--no-isolate', '--only-failures', '--timeout', '30000', ...patterns],
		count: { passed: /^ *(\d+) pass$/m, failed: /^ *(\d+) fail$/m },
		broken: brokenUnits,
	},
	{
		part: 'e2e',
		name: 'End to end, in Chromium',
		exists: () => existsSync(join(root, 'e2e', 'playwright.config.ts')),
		env: () => ({ MANA_CHROMIUM: findBrowser(root, say) }),
		run: (bun, patterns) => [
			bun,
			'--bun',
			packaged('@playwright', 'test', 'cli.js'),
			'test',
			'-c',
			'e2e/playwright.config.ts',
			...patterns,
		],
		count: { passed: /^ *(\d+) (?:passed|flaky)\b/m, failed: /^ *(\d+) (?:failed|did not run)\b/gm },
	},
];

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
}

async function main([part, ...patterns]) {
	const parts = ['check', 'unit', 'e2e'];
	if (part !== undefined && !parts.includes(part))
		throw new Error(`There is no part "${part}". There are: ${parts.join(', ')}; without one, all run.`);
	await installPackages(root, { dev: true, say });
	const bun = findBun(root);
	if (!bun) throw new Error('No Bun was installed. Run "npm ci" and try again.');
	const memory = memoryFolder();
	// What tests write is gone at the end anyway.
	if (memory) process.env.TMPDIR = memory;
	const total = { passed: 0, failed: 0 };
	const failures = [];
	const told = [];
	for (const step of steps) {
		if ((part !== undefined && !step.part.split(' ').includes(part)) || step.exists?.() === false) continue;
		say(`\n── ${step.name}`);
		const began = Date.now();
		const { passed, failed, broken } = await take(step, bun, part === undefined ? [] : patterns);
		total.passed += passed;
		total.failed += failed;
		if (failed > 0) failures.push(step.name);
		told.push(...broken);
		say(
			`── ${failed === 0 ? 'passed' : 'FAILED'}${step.count ? ` (${passed} passed, ${failed} failed)` : ''} in ${((Date.now() - began) / 1000).toFixed(1)} s`,
		);
	}
	if (failures.length > 0) say(`\nFailed: ${failures.join('; ')}`);
	for (const one of told) say(`\n${one}`);
	say(`\n${total.passed} passed, ${total.failed} failed`);
	return total.failed === 0 ? 0 : 1;
}

/** Runs one step. @returns {Promise<{ passed: number, failed: number, broken: string[] }>} */
async function take(step, bun, patterns) {
	const { before, run, env, count, broken } = step;
	before?.();
	const [command, ...args] = run(bun, patterns);
	const { code, told } = await execute(command, args, env?.() ?? {});
	if (!count) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, broken: [] };
	const passed = sum(told, count.passed);
	const failed = sum(told, count.failed);
	// A run that broke down, or found nothing to run, has failed too.
	const brokeDown = code !== 0 || passed === 0;
	return {
		passed,
		failed: failed === 0 && brokeDown ? 1 : failed,
		broken: [
			...(broken?.(told) ?? []),
			...(failed === 0 && brokeDown ? [`${step.name}: ended with ${code}, and no test says that it failed.`] : []),
		],
	};
}

/** Shows what the command says while it says it. */
function execute(command, args, env) {
	return new Promise((resolve, reject) => {
		let told = '';
		const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		for (const [from, to] of [
			[child.stdout, process.stdout],
			[child.stderr, process.stderr],
		]) {
			from.on('data', (chunk) => {
				told += chunk;
				to.write(chunk);
			});
		}
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({ code: code ?? signal, told: stripVTControlCharacters(told) }));
	});
}

/** What Bun says of each test, hook or file that failed, or of an error between tests: the name of its file, and the lines around it. */
function brokenUnits(text) {
	const sections = text.split(/^(?=\S+\.test\.ts:$)/m).map((section) => section.trimEnd().split('\n'));
	return sections.flatMap(([file, ...lines]) =>
		lines.flatMap((line, at) => {
			const [before, after] = /^(?:\(fail\)|✗) /.test(line) ? [25, 8] : line.startsWith('# Unhandled error') ? [0, 25] : [];
			return before === undefined ? [] : [[file, ...lines.slice(Math.max(0, at - before), at + after)].join('\n')];
		}),
	);
}

/** Adds up the numbers that a pattern finds; without the g flag, of its last match. */
function sum(text, pattern) {
	const matches = [...text.matchAll(new RegExp(pattern.source, 'gm'))].map((match) => Number(match[1]));
	return pattern.global ? matches.reduce((all, number) => all + number, 0) : (matches.at(-1) ?? 0);
}
