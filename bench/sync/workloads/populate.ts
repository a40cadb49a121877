import type { Workload } from './workload.ts';

/** Replicache's populate and scan: many values of 1 KB. */
export const populate: Workload = {
	name: 'populate',
	title: 'Bulk populate and scan of 1 KB values',
	how: '16,384 rows with one value of 1 KB, written locally in one action and saved; then every row read through a query; store in memory',
	who: 'ours',
	withinMs: 60_000,
	async run(stage) {
		const actor = await stage.actor();
		const { writeMs, saveMs, scanMs, bytes } = await actor.do<Populated>('own', {
			name: 'populate',
			given: { rows: 16_384, valueBytes: 1024 },
		});
		const rate = (ms: number) => bytes / 2 ** 20 / (ms / 1000);
		return [
			{ name: 'populate', value: rate(saveMs), unit: 'MB/s' },
			{ name: 'visible', value: rate(writeMs), unit: 'MB/s' },
			{ name: 'scan', value: rate(scanMs), unit: 'MB/s' },
		];
	},
};

interface Populated {
	readonly writeMs: number;
	readonly saveMs: number;
	readonly scanMs: number;
	readonly bytes: number;
}
