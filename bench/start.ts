import { type Bench, percentile } from './bench.ts';
import { startStack } from './stack.ts';

/** How long until it is there, and what it takes to be there doing nothing. */
export const start: Bench = {
	name: 'Start and rest',
	async run(report) {
		const starts: number[] = [];
		let idleMb = 0;
		for (let round = 0; round < 5; round++) {
			const stack = await startStack();
			starts.push(stack.startMs / 1000);
			if (round === 4) {
				await Bun.sleep(5_000);
				idleMb = stack.memoryMb();
			}
			await stack.stop();
		}
		report({
			name: 'cold start of everything, median of 5',
			value: percentile(starts, 0.5),
			unit: 's',
			aim: { most: 3 },
			note: 'command to printed address, pages built',
		});
		report({
			name: 'idle memory of everything',
			value: idleMb,
			unit: 'MB',
			aim: { most: 400 },
			note: 'sum of proportional set sizes after 5 s',
		});
	},
};
