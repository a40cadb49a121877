import { readFileSync } from 'node:fs';
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
			const read = `${statements.length} statements in ${files.length} file${files.length === 1 ? '' : 's'}`;
			io.out(
				found.length === 0
					? `${read} agree with the plan ${plan.name} and with each other.`
					: `\n${found.length} disagreement${found.length === 1 ? '' : 's'} with the plan ${plan.name} or among each other; ${read}.`,
			);
		}
		return found.length > 0 ? 1 : 0;
	},
};

function fileAt(path: string): SourceFile {
	return asUsage(() => ({ path, text: readFileSync(path, 'utf8') }));
}
