import { sameState } from '../stage.ts';
import type { Workload } from './workload.ts';

/** A new client until it has everything in memory. */
function initialSync(name: string, rows: number, withinMs: number): Workload {
	return {
		name,
		title: `Initial sync of ${rows.toLocaleString('en')} rows of ten fields`,
		how: 'a new client in a process of its own, from opening the connection until every row can be read in memory; ours: where others downloaded before, so that there is a snapshot',
		who: 'all',
		withinMs,
		async run(stage) {
			const { server, address, writer } = await stage.filled(rows, withinMs);
			await writer.do('ready', { address, rows }, withinMs);
			const reader = await stage.actor();
			const [time] = await reader.do<[number]>('connect', { address, rows }, withinMs);
			const first = await reader.do<number | null>('first');
			await sameState([writer, reader], withinMs);
			const { rssMb } = await server.do<{ rssMb: number }>('memory');
			return [
				{ name: 'time', value: time, unit: 'ms' },
				...(first === null ? [] : [{ name: 'first rows', value: first, unit: 'ms' } as const]),
				{ name: 'values', value: (rows * 10) / (time / 1000), unit: 'ops/s' },
				{ name: 'server', value: rssMb, unit: 'MB' },
			];
		},
	};
}

export const initial10k = initialSync('initial-10k', 10_000, 90_000);
export const initial100k = initialSync('initial-100k', 100_000, 150_000);
export const initial1m = initialSync('initial-1m', 1_000_000, 1_800_000);
