import type { Plan } from './plan.ts';

/** Histories that once failed, as small as they were found. They are played in every test run. */
export const regressions: readonly { readonly why: string; readonly plan: Plan }[] = [
	{
		why: 'readers heard nothing of a commit that was kept although the store had reported a failure',
		plan: {
			seed: 155,
			config: {
				browsers: 4,
				latency: [1, 2],
				browserDiskMs: [1, 1],
				commitMs: 30,
				readMs: 1,
				transports: ['stream'],
				chunk: 3,
				records: 4,
				durationMs: 40_000,
			},
			steps: [
				{ at: 22_837, luck: 231671965, kind: 'write', browser: 2, what: 'many' },
				{ at: 32_628, luck: 159930256, kind: 'server-failure', how: 'ambiguous' },
				{ at: 36_765, luck: 1063831140, kind: 'undo', browser: 2 },
			],
		},
	},
	{
		why: 'a tab that had led before it was frozen told the others, when it woke, that sync is still connecting',
		plan: {
			seed: 13_103,
			config: {
				browsers: 6,
				latency: [1, 200],
				browserDiskMs: [1, 40],
				commitMs: 30,
				readMs: 1,
				transports: ['stream'],
				chunk: 1,
				records: 4,
				durationMs: 300,
			},
			steps: [
				{ at: 197, luck: 1822217892, kind: 'tab-open', browser: 0 },
				{ at: 223, luck: 788661224, kind: 'tab-freeze', browser: 0, ms: 16_852 },
				{ at: 280, luck: 1118021848, kind: 'tab-open', browser: 0 },
			],
		},
	},
];
