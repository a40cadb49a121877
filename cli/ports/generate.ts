import { join } from 'node:path';
import { factsOf, generatedFiles, regenerate, staleFiles } from '../../schema/generate/generate.ts';
import { noWords, optionsIn, printJson, type Subcommand } from './subcommand.ts';

export const generateCommand: Subcommand = {
	name: 'generate',
	usage: ['generate [--check] [--json]'],
	summary: 'write every file that is made from the schema; --check only says what is stale',
	run(args, io) {
		const { values, positionals } = optionsIn(args, { check: { type: 'boolean' }, json: { type: 'boolean' } });
		noWords(positionals);
		const root = join(import.meta.dirname, '../..');
		const stale = values.check ? staleFiles(root, generatedFiles(factsOf(root))) : regenerate(root);
		if (values.json)
			printJson(
				stale.map(({ path, is }) => ({ path, is })),
				io,
			);
		else if (stale.length === 0) io.out('Every generated file is what the schema says.');
		else if (values.check) for (const { path, is } of stale) io.err(`${path} is ${is}. Run \`npm run mana -- ports generate\`.`);
		else for (const { path, is } of stale) io.out(is === 'left over' ? `deleted ${path}` : `wrote ${path}`);
		return values.check && stale.length > 0 ? 1 : 0;
	},
};
