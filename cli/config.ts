import { join } from 'node:path';
import { services } from '@mana/schema';
import { type ConfigLine, describeInstance, type Service } from '@mana/service';
import type { Command, Io } from './command.ts';
import { entryOf, isHosted } from './supervisor/plan.ts';

export const configCommand: Command = {
	name: 'config',
	summary: 'show every setting and where it comes from, secrets masked',
	usage: ['mana config', '', 'Settings are environment variables, for example: MANA_AUTH_REGISTRATION=open npm start'],
	async run(_, io) {
		const groups = [{ title: 'Mana', lines: describeInstance(process.env) }];
		for (const row of services.filter(isHosted)) {
			const { service } = (await import(join(import.meta.dir, '..', entryOf(row)))) as {
				readonly service: Service;
			};
			groups.push({ title: row.name, lines: service.describeConfig(process.env) });
		}
		for (const { title, lines } of groups) if (lines.length > 0) print(title, lines, io);
		return groups.some(({ lines }) => lines.some((line) => line.source === 'missing' || line.source === 'invalid')) ? 1 : 0;
	},
};

function print(title: string, lines: readonly ConfigLine[], io: Io): void {
	io.out(`\n${title}`);
	const width = Math.max(...lines.map((line) => line.variable.length));
	for (const { variable, value, source, rule } of lines)
		io.out(`  ${variable.padEnd(width)}  ${value || '–'}  (${source}; ${rule})`);
}
