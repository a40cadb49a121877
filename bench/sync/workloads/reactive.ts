import { distribution } from '../latency.ts';
import type { Workload } from './workload.ts';

/** A local write until the live queries that it concerns have told their listeners. Replicache's `writeSubRead`. */
export const reactive: Workload = {
	name: 'reactive',
	title: 'Local write to reactive read',
	how: '16 MB in 16,384 rows, 100 live queries of which 5 hold a written row; from write() to the last of the 5 listeners; store in memory',
	who: 'ours',
	withinMs: 60_000,
	async run(stage) {
		const actor = await stage.actor();
		return distribution(
			await actor.do<number[]>('own', { name: 'reactive', given: { rows: 16_384, subscriptions: 100, dirty: 5, rounds: 500 } }),
		);
	},
};
