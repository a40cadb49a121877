import { distribution, openLoop } from '../latency.ts';
import { sameState } from '../stage.ts';
import type { Workload } from './workload.ts';

const rows = 100;
const count = rows * 10;
const everyMs = 10;

/** A field written on A until B reads it, at a fixed rate. */
export const latency: Workload = {
	name: 'latency',
	title: 'A field written on A, read on B',
	how: `open loop, one write every ${everyMs} ms, ${count} writes of different fields, ${rows} rows`,
	who: 'all',
	floor: 'echo',
	withinMs: 60_000,
	async run(stage) {
		const { address, writer } = await stage.filled(rows);
		const reader = await stage.actor();
		await reader.do('connect', { address, rows });
		await reader.do('watch');
		await writer.do('pace', { count: 200, everyMs: 5, turn: 1 });
		await reader.do('arrived', { count: 200 });
		const { meant, acked } = await writer.do<Paced>('pace', { count, everyMs, turn: 2 });
		const seen = arrivalsByCell(await reader.do<Arrival[]>('arrived', { count }));
		await sameState([writer, reader]);
		return [
			...distribution(openLoop(meant, meant.map((_, i) => seen.get(i)))), // prettier-ignore
			...(acked ? distribution(openLoop(meant, acked), 'ack ').slice(0, 1) : []),
		];
	},
};

export interface Paced {
	readonly meant: number[];
	readonly sent: number[];
	readonly acked: number[] | null;
}

export type Arrival = readonly [client: number, row: number, field: number, value: unknown, at: number];

/** When each field was seen, by its place row by row; of several clients the last one counts. */
export function arrivalsByCell(arrivals: readonly Arrival[], fields = 10): Map<number, number> {
	const seen = new Map<number, number>();
	for (const [, row, field, , at] of arrivals) seen.set(row * fields + field, Math.max(at, seen.get(row * fields + field) ?? 0));
	return seen;
}
