import { at, type Comparison, type Disagreement, listed, oncePer } from '../disagreement.ts';
import type { NameStatement } from '../statement.ts';

/** One service under several names: one address uses the one, the next the other, and each works somewhere only. */
export const severalNames: Comparison = {
	finds: 'one service under several names',
	compare(statements) {
		const names = statements.filter((statement): statement is NameStatement => statement.kind === 'name');
		const groups = Map.groupBy(
			names.filter(({ service }) => service !== null),
			({ service }) => service,
		);
		return [...groups].flatMap(([service, group]): Disagreement[] => {
			const spellings = oncePer(group, ({ name }) => name);
			const [, second] = spellings;
			if (!second) return [];
			return [
				{
					code: 'several-names',
					file: second.file,
					line: second.line,
					service,
					message: `${service} goes by ${listed(spellings.map((spelling) => `"${spelling.name}" (${at(spelling)})`))}.`,
					fix: `Call it ${service} everywhere.`,
				},
			];
		});
	},
};
