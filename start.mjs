#!/usr/bin/env node
// The door of the house: needs Node 20 and npm, installs what is missing, then hands over to Bun.
//
//   npm start                         starts Mana
//   npm start -- --home DIR --lan     with options of `mana up`
//   npm run mana -- ports list        any other command
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants } from 'node:os';

const root = dirname(fileURLToPath(import.meta.url));
const oldestNode = 20;

/** Commands that are programs of their own, for developers; everything else is a command of `cli/mana.ts`. */
const programs = {
	simulate: 'kit/sync/simulator/simulate.ts',
	bench: 'bench/run.ts',
	faults: 'e2e/faults/run.ts',
};

/** What some of them run with. Every simulated history is a new one: what the last tier of the compiler costs is never won back. */
const settings = { simulate: { BUN_JSC_useFTLJIT: '0' } };

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
}

async function main(args) {
	if (Number(process.versions.node.split('.')[0]) < oldestNode)
		throw new Error(`Mana needs Node ${oldestNode} or newer; this is ${process.version}. Get one from https://nodejs.org.`);
	const { installPackages } = await import('./cli/setup/packages.mjs');
	const { findBun } = await import('./cli/setup/bun.mjs');
	const say = (line) => console.error(line);
	const [command, ...rest] = args.length === 0 || args[0].startsWith('-') ? ['up', ...args] : args;
	const dev = command in programs;
	await installPackages(root, { dev, say });
	if (!findBun(root)) await installPackages(root, { dev, say, force: true });
	const bun = findBun(root);
	if (!bun)
		throw new Error(
			`No Bun for ${process.platform} ${process.arch} was installed. Run "npm ci" without --omit=optional; if it stays so, this platform is not supported.`,
		);
	return run(bun, command in programs ? [programs[command], ...rest] : ['cli/mana.ts', command, ...rest], settings[command]);
}

/** Runs Bun in the foreground and passes signals on; Mana itself counts one Ctrl-C that arrives twice as one. */
function run(bun, args, env) {
	const [program, ...rest] = args;
	return new Promise((resolve, reject) => {
		// Before the child is there: a signal that came in between would end us and leave it behind.
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
		const child = spawn(bun, [join(root, program), ...rest], { stdio: 'inherit', env: { ...process.env, ...env } });
		child.on('error', reject);
		child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
	});
}
