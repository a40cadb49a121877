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
 * The steps in order. `count` reads how many tests passed and failed; a step without it is one check. Checks run beside each other, each
 * once those that it names by `after` have ended. `broken` reads what is said of each that failed, where the step itself does not end with
 * that.
 */
const steps = [
	{
		part: 'check',
		name: 'Generated files are what the schema says',
		run: (bun) => [bun, 'schema/generate/generate.ts', '--check'],
	},
	// The longest way is the build and then the types of pages: it begins first. The build writes some of what is generated.
	{
		part: 'check e2e',
		name: 'Build',
		after: ['Generated files are what the schema says'],
		run: (bun) => [bun, 'web/build.ts', '--if-stale'],
	},
	{ part: 'check', name: 'Format', run: () => [packaged('.bin', 'oxfmt'), '--check'] },
	{ part: 'check', name: 'Lint', run: () => [packaged('.bin', 'oxlint')] },
	{
		part: 'check',
		name: 'Lint of markup',
		run: () => [process.execPath, packaged('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.'],
	},
	// What the build makes has types, too.
	{
		part: 'check',
		name: 'Types of pages',
		after: ['Build'],
		run: (bun) => [bun, packaged('svelte-check', 'bin', 'svelte-check'), '--workspace', 'web', '--tsconfig', 'tsconfig.json'],
	},
	{ part: 'check', name: 'Ports', after: ['Build'], run: (bun) => [bun, 'cli/mana.ts', 'ports', 'check'] },
	{
		part: 'check',
		name: 'Types of servers and tests',
		after: ['Build'],
		run: () => [packaged('typescript-native', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.bun.json'],
	},
	{
		part: 'check',
		name: 'Types of what runs anywhere',
		after: ['Build'],
		run: () => [packaged('typescript-native', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.browser.json'],
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
	const chosen = steps.filter((step) => (part === undefined || step.part.split(' ').includes(part)) && step.exists?.() !== false);
	const given = part === undefined ? [] : patterns;
	const end = (step, { passed, failed, broken }, ms) => {
		total.passed += passed;
		total.failed += failed;
		if (failed > 0) failures.push(step.name);
		told.push(...broken);
		const counts = step.count ? ` (${passed} passed, ${failed} failed)` : '';
		say(`── ${failed === 0 ? 'passed' : 'FAILED'}${counts} in ${(ms / 1000).toFixed(1)} s`);
	};
	await besideEachOther(
		chosen.filter((step) => !step.count),
		async (step) => {
			// What two say at a time nobody could read: each is shown when it has ended.
			const pieces = [];
			const began = Date.now();
			const outcome = await take(step, bun, given, (to, chunk) => pieces.push([to, chunk]));
			const ms = Date.now() - began;
			say(`\n── ${step.name}`);
			for (const [to, chunk] of pieces) to.write(chunk);
			end(step, outcome, ms);
		},
	);
	for (const step of chosen.filter((step) => step.count)) {
		say(`\n── ${step.name}`);
		const began = Date.now();
		end(step, await take(step, bun, given, (to, chunk) => to.write(chunk)), Date.now() - began);
	}
	if (failures.length > 0) say(`\nFailed: ${failures.join('; ')}`);
	for (const one of told) say(`\n${one}`);
	say(`\n${total.passed} passed, ${total.failed} failed`);
	return total.failed === 0 ? 0 : 1;
}

/** Runs steps two at a time, in their order as far as what each comes after has ended. */
async function besideEachOther(steps, run) {
	const waiting = [...steps];
	const unended = new Set(steps.map(({ name }) => name));
	const underWay = new Map();
	while (unended.size > 0) {
		const at = waiting.findIndex(({ after = [] }) => !after.some((name) => unended.has(name)));
		if (at !== -1 && underWay.size < 2) {
			const [step] = waiting.splice(at, 1);
			underWay.set(
				step,
				run(step).then(() => step),
			);
			continue;
		}
		const ended = await Promise.race(underWay.values());
		underWay.delete(ended);
		unended.delete(ended.name);
	}
}

/**
 * Runs one step.
 *
 * @param show gets what it says, piece by piece, with the stream that it said it on
 * @returns {Promise<{ passed: number, failed: number, broken: string[] }>}
 */
async function take(step, bun, patterns, show) {
	const { before, run, env, count, broken } = step;
	before?.();
	const [command, ...args] = run(bun, patterns);
	const { code, told } = await execute(command, args, env?.() ?? {}, show);
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

/** Tells `show` what the command says while it says it. */
function execute(command, args, env, show) {
	return new Promise((resolve, reject) => {
		let told = '';
		const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		for (const [from, to] of [
			[child.stdout, process.stdout],
			[child.stderr, process.stderr],
		]) {
			from.on('data', (chunk) => {
				told += chunk;
				show(to, chunk);
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
