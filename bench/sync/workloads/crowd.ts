import { percentile } from '../../bench.ts';
import { sameState } from '../stage.ts';
import type { Workload } from './workload.ts';

const clients = 2_000;
const rows = 500;

/** Everybody comes at the same moment, with nothing. */
export const crowd: Workload = {
	name: 'crowd',
	title: `${clients.toLocaleString('en')} clients that all start from nothing`,
	how: `${rows} rows of ten fields each, all at once from one process; ours by clients without a store that take chunks and read every frame, where others downloaded before, so that there is a snapshot; peers by their full clients`,
	who: 'all',
	withinMs: 120_000,
	async run(stage) {
		const { server, address, writer } = await stage.filled(rows);
		await writer.do('ready', { address, rows });
		const many = await stage.actor();
		const took = await many.do<number[]>('connect', { address, count: clients, rows, atOnce: clients, light: true });
		const { rssMb } = await server.do<{ rssMb: number }>('memory');
		await sameState([writer, many], 60_000);
		return [
			{ name: 'mean', value: took.reduce((sum, ms) => sum + ms, 0) / took.length, unit: 'ms' },
			{ name: 'p99', value: percentile(took, 0.99), unit: 'ms' },
			{ name: 'max', value: Math.max(...took), unit: 'ms' },
			{ name: 'server', value: rssMb, unit: 'MB' },
		];
	},
};
