import { readFileSync, statSync } from 'node:fs';
import { disagreements } from '../../schema/import/compare.ts';
import { readers, readFiles } from '../../schema/import/readers.ts';
import type { SourceFile } from '../../schema/import/statement.ts';
import { UsageError } from '../place.ts';
import { planFrom } from '../plan.ts';
import { asUsage, optionsIn, printJson, type Subcommand } from './subcommand.ts';

export const importCommand: Subcommand = {
	name: 'import',
	usage: ['import FILE … [--plan PLAN] [--json]'],
	summary: `read other people's files and list every disagreement with the plan and among them: ${readers.map(({ name }) => name).join(', ')}`,
	run(args, io) {
		const { values, positionals } = optionsIn(args, { plan: { type: 'string' }, json: { type: 'boolean' } });
		if (positionals.length === 0) throw new UsageError('Name the files to read.');
		const plan = planFrom(values.plan);
		const files = positionals.map(fileAt);
		const statements = asUsage(() => readFiles(files));
		const found = disagreements(plan, statements);
		if (values.json) printJson({ plan: plan.name, files: positionals, statements: statements.length, disagreements: found }, io);
		else {
			for (const { file, line, code, message, fix } of found) io.out(`${file}:${line}: ${code}: ${message} ${fix}`);
			const read = `${statements.length} statement${statements.length === 1 ? '' : 's'} in ${files.length} file${files.length === 1 ? '' : 's'}`;
			io.out(
				found.length === 0
					? `${read} agree${statements.length === 1 ? 's' : ''} with the plan ${plan.name} and with each other.`
					: `\n${found.length} disagreement${found.length === 1 ? '' : 's'} with the plan ${plan.name} or among each other; ${read}.`,
			);
		}
		return found.length > 0 ? 1 : 0;
	},
};

function fileAt(path: string): SourceFile {
	return asUsage(() => {
		const stat = statSync(path, { throwIfNoEntry: false });
		if (!stat) throw new UsageError(`There is no file ${path}.`);
		if (stat.isDirectory()) throw new UsageError(`${path} is a folder. Name the files in it.`);
		const text = textOf(readFileSync(path));
		if (text.includes('\0')) throw new UsageError(`${path} is no text.`);
		return { path, text };
	});
}

/** Windows PowerShell writes UTF-16 with a mark in front; everything else is UTF-8. */
function textOf(bytes: Uint8Array): string {
	return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
}
