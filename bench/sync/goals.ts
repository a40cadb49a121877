import { type Figure, shown, type Unit } from './figure.ts';

/** One number of the column "Mana goal" of sync.md §1. */
export interface Goal {
	/** Row of that table. */
	readonly row: number;
	readonly workload: string;
	readonly figure: string;
	readonly most?: number;
	readonly least?: number;
	readonly unit: Unit;
}

const goal = (row: number, workload: string, figure: string, bound: { most?: number; least?: number }, unit: Unit): Goal => ({
	row,
	workload,
	figure,
	...bound,
	unit,
});

/** The goals that are measured here. Rows 17 and 18 are the simulator's and the fault harness's. */
export const goals: readonly Goal[] = [
	goal(1, 'latency', 'p50', { most: 2 }, 'ms'),
	goal(1, 'latency', 'p99', { most: 15 }, 'ms'),
	goal(2, 'ephemeral', 'p50', { most: 0.25 }, 'ms'),
	goal(3, 'ingest', 'sustained', { least: 25_000 }, 'ops/s'),
	goal(3, 'ingest', 'ack p99', { most: 50 }, 'ms'),
	goal(4, 'initial-100k', 'values', { least: 100_000 }, 'ops/s'),
	goal(4, 'initial-page', 'values into IndexedDB', { least: 50_000 }, 'ops/s'),
	goal(5, 'initial-10k', 'time', { most: 250 }, 'ms'),
	goal(5, 'initial-page', '10,000 rows in IndexedDB', { most: 400 }, 'ms'),
	goal(6, 'initial-100k', 'time', { most: 600 }, 'ms'),
	goal(6, 'initial-1m', 'time', { most: 6_000 }, 'ms'),
	goal(6, 'initial-page', 'first of 100,000 rows', { most: 300 }, 'ms'),
	goal(6, 'initial-1m', 'first rows', { most: 300 }, 'ms'),
	goal(7, 'fanout', 'p50', { most: 5 }, 'ms'),
	goal(8, 'fanout-large', 'p50', { most: 1_000 }, 'ms'),
	goal(9, 'crowd', 'mean', { most: 3_000 }, 'ms'),
	goal(9, 'crowd', 'server', { most: 400 }, 'MB'),
	goal(10, 'connections', 'open', { least: 20_000 }, 'sockets'),
	goal(10, 'connections', 'server', { most: 1_000 }, 'MB'),
	goal(11, 'reactive', 'p50', { most: 1 }, 'ms'),
	goal(11, 'reactive', 'p95', { most: 3 }, 'ms'),
	goal(12, 'populate', 'populate', { least: 100 }, 'MB/s'),
	goal(12, 'populate', 'scan', { least: 700 }, 'MB/s'),
	goal(13, 'cold-start', 'painted', { most: 100 }, 'ms'),
	goal(14, 'text', 'envelope, typed', { most: 12 }, 'B'),
	goal(14, 'text', 'envelope, one at a time', { most: 12 }, 'B'),
	goal(15, 'bytes', 'op in a batch', { most: 40 }, 'B'),
	goal(15, 'download-bytes', 'row', { most: 30 }, 'B'),
	goal(16, 'bundle', 'core', { most: 25 }, 'kB'),
	goal(19, 'open-record', 'record', { most: 5 }, 'ms'),
	goal(20, 'revocation', 'last byte', { most: 1_000 }, 'ms'),
	goal(20, 'revocation', 'wiped', { most: 1_000 }, 'ms'),
];

/** Where a figure of ours stands to its goal, in words: `reached`, or by how much it is missed. */
export function verdict({ most, least, unit }: Goal, figure: Pick<Figure, 'value'> | undefined): string {
	const bound = most === undefined ? `≥ ${shown(least!)}` : `≤ ${shown(most)}`;
	if (!figure) return `goal ${bound} ${unit}: not measured`;
	const { value } = figure;
	const reached = value <= (most ?? Infinity) && value >= (least ?? -Infinity);
	const times = most === undefined ? least! / value : value / most;
	return `goal ${bound} ${unit}: ${reached ? 'reached' : `missed ${times.toFixed(2)}-fold`} (${shown(value)})`;
}
