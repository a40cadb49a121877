import type { Command, Io } from './command.ts';
import { UsageError } from './place.ts';
import { addCommand } from './ports/add.ts';
import { checkCommand } from './ports/check.ts';
import { doctorCommand } from './ports/doctor.ts';
import { driftCommand } from './ports/drift.ts';
import { generateCommand } from './ports/generate.ts';
import { importCommand } from './ports/import.ts';
import { listCommand } from './ports/list.ts';
import { nextCommand } from './ports/next.ts';
import { removeCommand } from './ports/remove.ts';
import type { Subcommand } from './ports/subcommand.ts';

/** Everything that `mana ports` can do. Another word is another file beside these, and a line here. */
const subcommands: readonly Subcommand[] = [
	listCommand,
	checkCommand,
	nextCommand,
	addCommand,
	removeCommand,
	generateCommand,
	doctorCommand,
	driftCommand,
	importCommand,
];

/** `mana ports`: what the port schema says, whether it holds, and whether the world agrees. */
export const portsCommand: Command = {
	name: 'ports',
	summary: 'list, check, add, compare and import the ports of Mana',
	usage: [
		...subcommands.flatMap(({ usage, summary }) => [...usage.map((form) => `mana ports ${form}`), `      ${summary}`]),
		'',
		'PLAN is the name of a host plan or the path of a JSON file (deploy/host-plan.schema.json says what it holds); left out, the plan',
		'in use. --json prints what schema/README.md documents. The exit code is 1 when something is wrong, 2 when the call is.',
	],
	async run([name, ...rest], io) {
		if (name === 'help' || name === '--help' || name === '-h') {
			for (const line of this.usage) io.out(line);
			return 0;
		}
		const subcommand = subcommands.find((candidate) => candidate.name === name);
		if (!subcommand)
			return mistake(name === undefined ? 'Say what to do.' : `There is no \`mana ports ${name}\`.`, this.usage, io);
		try {
			return await subcommand.run(rest, io);
		} catch (error) {
			if (!(error instanceof UsageError)) throw error;
			return mistake(
				error.message,
				subcommand.usage.map((form) => `mana ports ${form}`),
				io,
			);
		}
	},
};

function mistake(complaint: string, usage: readonly string[], io: Io): number {
	io.err(complaint);
	for (const line of usage) io.err(line && `  ${line}`);
	return 2;
}
