#!/usr/bin/env bun
import type { Command, Io } from './command.ts';
import { UsageError } from './place.ts';

/** Every command, loaded when it is called: `mana status` need not wait for what `mana backup` uses. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
	up: async () => (await import('./up.ts')).upCommand,
	status: async () => (await import('./status.ts')).statusCommand,
	ports: async () => (await import('./ports.ts')).portsCommand,
	config: async () => (await import('./config.ts')).configCommand,
	backup: async () => (await import('./backup.ts')).backupCommand,
	restore: async () => (await import('./restore.ts')).restoreCommand,
	export: async () => (await import('./export.ts')).exportCommand,
	import: async () => (await import('./import.ts')).importCommand,
	user: async () => (await import('./user.ts')).userCommand,
	audit: async () => (await import('./audit.ts')).auditCommand,
	recur: async () => (await import('./recur.ts')).recurCommand,
};

/** Runs one command. @returns the exit code */
export async function mana([name = 'help', ...args]: readonly string[], io: Io): Promise<number> {
	if (name === 'help' || name === '--help' || name === '-h') return help(args, io);
	const load = commands[name];
	if (!load) {
		io.err(`There is no command "${name}". These are: ${Object.keys(commands).join(', ')}, help.`);
		return 2;
	}
	const command = await load();
	if (args.includes('--help')) return help([name], io);
	try {
		return await command.run(args, io);
	} catch (error) {
		if (error instanceof UsageError) io.err([error.message, '', ...command.usage].join('\n'));
		else if (isForPeople(error)) io.err(error.message);
		else throw error;
		return error instanceof UsageError ? 2 : 1;
	}
}

/** What the store, the settings or the file system refuse says all a person needs; anything else is ours and keeps its stack. */
function isForPeople(error: unknown): error is Error {
	if (!(error instanceof Error)) return false;
	return ['StoreError', 'ConfigError'].includes(error.name) || 'syscall' in error;
}

async function help([topic]: readonly string[], io: Io): Promise<number> {
	const load = topic === undefined ? undefined : commands[topic];
	if (load) {
		const command = await load();
		io.out([`mana ${command.name}: ${command.summary}`, '', ...command.usage].join('\n'));
		return 0;
	}
	io.out('Mana: a home for your digital life.\n');
	for (const command of await Promise.all(Object.values(commands).map((open) => open())))
		io.out(`  ${command.name.padEnd(9)} ${command.summary}`);
	io.out('\n"mana help COMMAND" shows how each is called. From a clone: npm run mana -- COMMAND');
	return 0;
}

if (import.meta.main) {
	// While the main module waits, Bun goes on after an error that nobody caught, and nobody knows what still works. Services end with us.
	for (const event of ['uncaughtException', 'unhandledRejection'])
		process.on(event, (error: unknown) => {
			process.stderr.write(`${Bun.inspect(error)}\n`);
			process.exit(1);
		});
	// Not console.error: Bun paints what it writes to a terminal red.
	const io: Io = { out: (line) => process.stdout.write(`${line}\n`), err: (line) => process.stderr.write(`${line}\n`) };
	const code = await mana(process.argv.slice(2), io);
	for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve));
	process.exit(code);
}
