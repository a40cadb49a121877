import { distribution, openLoop } from '../latency.ts';
import { sameState } from '../stage.ts';
import { type Arrival, arrivalsByCell, type Paced } from './latency.ts';
import type { Workload } from './workload.ts';

const readers = 200;
const rows = 10;
const rounds = 100;
const everyMs = 100;

/** One small write until the last of many readers has it. */
export const fanout: Workload = {
	name: 'fanout',
	title: `One write to ${readers} clients`,
	how: `open loop, one field every ${everyMs} ms, ${rounds} rounds, until the last of ${readers} clients (one process) reads it`,
	who: 'all',
	floor: 'fanout',
	withinMs: 90_000,
	async run(stage) {
		const { address, writer } = await stage.filled(rows);
		const crowd = await stage.actor();
		await crowd.do('connect', { address, count: readers, rows });
		await crowd.do('watch');
		for (const turn of [1, 2]) {
			const { meant } = await writer.do<Paced>('pace', { count: rounds, everyMs: turn === 1 ? 20 : everyMs, turn });
			const seen = arrivalsByCell(await crowd.do<Arrival[]>('arrived', { count: rounds * readers }));
			if (turn === 1) continue; // warm-up
			await sameState([writer, crowd]);
			return distribution(openLoop(meant, meant.map((_, i) => seen.get(i)))); // prettier-ignore
		}
		throw new Error('No round was measured.');
	},
};

const largeRows = 1_910;
const largeRounds = 5;

/** The same with a transaction of many rows, as Electric's benchmark has it. */
export const fanoutLarge: Workload = {
	name: 'fanout-large',
	title: `A transaction of ${largeRows.toLocaleString('en')} rows to ${readers} clients`,
	how: `every field of ${largeRows} rows rewritten at once, ${largeRounds} rounds, until the last of ${readers} clients (one process) reads the last`,
	who: 'all',
	withinMs: 180_000,
	async run(stage) {
		const { address, writer } = await stage.filled(largeRows);
		const crowd = await stage.actor();
		await crowd.do('connect', { address, count: readers, rows: largeRows }, 150_000);
		const samples: number[] = [];
		for (let turn = 1; turn <= largeRounds; turn++) {
			const began = await writer.do<number>('rewrite', { rows: largeRows, turn });
			samples.push((await crowd.do<number>('follows', { row: largeRows - 1, turn })) - began);
		}
		await sameState([writer, crowd], 60_000);
		return distribution(samples);
	},
};
