import { existsSync } from 'node:fs';
import type { Command } from './command.ts';
import { readArguments, UsageError } from './place.ts';

/** What is wrong with the row that is named, in words. */
const whys = {
	changed: 'is not as it was written',
	missing: 'is missing',
	emptied: 'was emptied, and no entry says so',
	'cut-off': 'and everything after it was cut off',
	'end-changed': 'is not the end that this Mana wrote',
} as const;

export const auditCommand: Command = {
	name: 'audit',
	summary: 'prove that the log of security events is whole',
	usage: ['mana audit verify [--home DIR]', '', '  reads every entry and names the first that is not as it was written'],
	async run(args, io) {
		const { place, positionals } = readArguments(args, {});
		if (positionals.join(' ') !== 'verify') throw new UsageError('Say what to do: mana audit verify');
		if (!existsSync(place.home)) {
			io.err(`There is no data folder ${place.home}. Name it with --home DIR.`);
			return 1;
		}
		const { auditLogCheck } = await import('../core/auth/index.ts');
		const databaseUrl = process.env['MANA_DATABASE_URL'];
		const { entries, first, last, sealedAnew, broken } = await auditLogCheck({
			home: place.home,
			databaseUrl,
			env: process.env,
		});
		const later = sealedAnew.filter((seq) => seq !== sealedAnew[0] || first > 1);
		for (const seq of later)
			io.err(`Entry ${seq} began at an end that bore no mark of this Mana: its secret was another one before.`);
		if (broken === null) {
			io.out(entries === 0 ? 'The log has no entries yet.' : `The log is whole: ${entries} entries, ${first} to ${last}.`);
			return 0;
		}
		io.err(`The log is broken: entry ${broken.seq} ${whys[broken.why]}. What stands before it is whole (${entries} entries).`);
		return 1;
	},
};
