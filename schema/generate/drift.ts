import { driftOf, stateOf } from '../drift.ts';
import { driftLines } from '../drift-text.ts';
import { movesFrom } from '../moves.ts';
import { forEachPlan, type Generator, generatedNote } from './generator.ts';

/** From every record of what once was: what a plan has otherwise, and the order of moves that leads there without a collision. */
export const drift: Generator = {
	name: 'drift',
	makes:
		'how a plan is reached from what once ran: the changes, and the moves in an order without a collision, for whoever migrates',
	files: forEachPlan(({ plans, plan, folder }) =>
		plans
			.filter((record) => record.record)
			.map((record) => {
				const [from, to] = [stateOf(record), stateOf(plan)];
				const moves = movesFrom(from.holdings, to.holdings, { hosts: [...plan.hosts, ...record.hosts] });
				const lines = driftLines(record.name, plan.name, driftOf(from, to), moves);
				return { path: `${folder}/from-${record.name}.txt`, text: `# ${generatedNote}\n\n${lines.join('\n')}\n` };
			}),
	),
};
