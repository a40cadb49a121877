import { median } from '../latency.ts';
import type { Workload } from './workload.ts';

const rounds = 7;

/** Replicache's populate and scan: many values of 1 KB. */
export const populate: Workload = {
	name: 'populate',
	title: 'Bulk populate and scan of 1 KB values',
	how: `16,384 rows with one value of 1 KB, written locally in one action and saved; then every row read through a query; store in memory, an empty one each of ${rounds} times; medians, and the first time in a process that has just begun`,
	who: 'ours',
	withinMs: 60_000,
	async run(stage) {
		const actor = await stage.actor();
		const taken: Populated[] = [];
		for (let round = 0; round < rounds; round++)
			taken.push(await actor.do<Populated>('own', { name: 'populate', given: { rows: 16_384, valueBytes: 1024 } }));
		const rate = ({ bytes }: Populated, ms: number) => bytes / 2 ** 20 / (ms / 1000);
		const middle = (ms: (one: Populated) => number) => median(taken.map((one) => rate(one, ms(one))));
		const [first] = taken;
		return [
			{ name: 'populate', value: middle(({ saveMs }) => saveMs), unit: 'MB/s' },
			{ name: 'scan', value: middle(({ scanMs }) => scanMs), unit: 'MB/s' },
			{ name: 'populate at first', value: rate(first!, first!.saveMs), unit: 'MB/s' },
			{ name: 'scan at first', value: rate(first!, first!.scanMs), unit: 'MB/s' },
		];
	},
};

interface Populated {
	readonly saveMs: number;
	readonly scanMs: number;
	readonly bytes: number;
}
