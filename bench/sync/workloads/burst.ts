import { sameState } from '../stage.ts';
import type { Arrival } from './latency.ts';
import type { Workload } from './workload.ts';

const rows = 2_000;
const count = rows * 10;

/** Many single-field writes at once, until the other client has all of them. */
export const burst: Workload = {
	name: 'burst',
	title: 'Burst of single-field writes, A to B',
	how: `${count} writes of different fields, each a change of its own, as fast as A can; until B has all`,
	who: 'all',
	withinMs: 120_000,
	async run(stage) {
		const { address, writer } = await stage.filled(rows);
		const reader = await stage.actor();
		await reader.do('connect', { address, rows });
		await reader.do('watch');
		const arriving = reader.do<Arrival[]>('arrived', { count });
		const began = await writer.do<number>('burst', { count });
		const last = (await arriving).reduce((latest, [, , , , at]) => Math.max(latest, at), 0);
		await sameState([writer, reader]);
		return [
			{ name: 'rate', value: count / ((last - began) / 1000), unit: 'ops/s' },
			{ name: 'time', value: last - began, unit: 'ms' },
		];
	},
};
