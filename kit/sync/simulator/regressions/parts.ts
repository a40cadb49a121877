import type { Regression } from './regression.ts';

/** Histories of devices that keep a part of a space. */
export const parts: readonly Regression[] = [
	{
		why: 'a tab counted on under a key of which the server had told it nothing, since the record lies outside the part that it keeps',
		plan: {
			seed: 14_897,
			config: {
				browsers: 3,
				latency: [1, 20],
				browserDiskMs: [1, 5],
				commitMs: 30,
				readMs: 1,
				transports: ['stream', 'exchange'],
				chunk: 1,
				records: 3,
				durationMs: 3000,
				parts: true,
				shared: true,
				leastCells: 30,
			},
			steps: [
				{ at: 97, luck: 1087301257, browser: 2, kind: 'write', what: 'done' },
				{ at: 252, luck: 858225616, kind: 'write', browser: 0, what: 'count' },
				{ at: 362, luck: 789407071, kind: 'write', browser: 0, what: 'count' },
				{ at: 1673, luck: 1868419220, browser: 2, kind: 'keep', what: 'all' },
			],
		},
	},
	{
		why: 'a device that keeps a part heard of a purged record only that it had left, and wrote about it as if about a new one',
		plan: {
			seed: 34_032,
			config: {
				browsers: 3,
				latency: [1, 200],
				browserDiskMs: [1, 5],
				commitMs: 30,
				readMs: 1,
				transports: ['exchange'],
				chunk: 8_192,
				records: 1,
				durationMs: 3_000,
				parts: true,
				tidied: true,
				leastCells: 30,
				slicedFrom: 20,
			},
			steps: [
				{ at: 14, luck: 1_379_022_019, kind: 'clone', browser: 0 },
				{ at: 138, luck: 1_080_496_814, browser: 1, kind: 'write', what: 'done' },
				{ at: 154, luck: 1_910_745_562, browser: 2, kind: 'write', what: 'done' },
				{ at: 202, luck: 1_997_949_744, kind: 'write', browser: 0, what: 'burst' },
				{ at: 308, luck: 1_630_783_408, kind: 'write', browser: 0, what: 'purge' },
				{ at: 356, luck: 1_239_890_749, kind: 'write', browser: 1, what: 'burst' },
				{ at: 478, luck: 1_621_974_014, kind: 'write', browser: 0, what: 'name' },
				{ at: 740, luck: 1_233_281_874, browser: 1, kind: 'write', what: 'done' },
				{ at: 945, luck: 111_613_156, kind: 'tidy', forget: true },
				{ at: 1_128, luck: 1_767_645_190, kind: 'write', browser: 1, what: 'move' },
				{ at: 1_138, luck: 625_506_547, kind: 'tidy', forget: true },
			],
		},
	},
];
