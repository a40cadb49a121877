import type { Regression } from './regression.ts';

/** Disks of browsers that failed, were full or were emptied. */
export const disks: readonly Regression[] = [
	{
		why: 'a tab whose disk had failed sent under its own numbers what it had been told of another tab and had set aside',
		plan: {
			seed: 3_435_078,
			config: {
				browsers: 3,
				latency: [0, 20],
				browserDiskMs: [0, 40],
				commitMs: 1,
				readMs: 1,
				transports: ['stream'],
				chunk: 3,
				records: 6,
				durationMs: 15_000,
				tidied: true,
				shared: true,
				leastCells: 1,
				slicedFrom: 2,
				nodes: 2,
			},
			steps: [
				{ at: 92, luck: 1_792_013_681, kind: 'tab-open', browser: 0 },
				{ at: 119, luck: 557_297_525, kind: 'tab-open', browser: 0 },
				{ at: 645, luck: 1_387_163_531, kind: 'offline', browser: 0, ms: 2_305 },
				{ at: 1_376, luck: 1_793_973_866, kind: 'write', browser: 0, what: 'field', record: 0 },
				{ at: 1_393, luck: 845_764_567, kind: 'write', browser: 0, what: 'field', record: 0 },
				{ at: 1_445, luck: 1_860_351_729, kind: 'write', browser: 0, what: 'field', record: 0 },
				{ at: 1_487, luck: 649_492_997, kind: 'write', browser: 0, what: 'field', record: 0 },
				{ at: 3_251, luck: 1_076_493_183, browser: 0, kind: 'disk-failure', how: 'abort', ms: 44 },
				{ at: 3_275, luck: 1_250_321_221, kind: 'write', browser: 0, what: 'field', record: 0 },
				{ at: 6_042, luck: 135_587_316, kind: 'write', browser: 0, what: 'refused' },
				{ at: 6_723, luck: 1_121_849_329, kind: 'write', browser: 0, what: 'field', record: 0 },
			],
		},
	},
	{
		why: 'a tab whose disk failed counted once more what had been counted, and folded since',
		plan: {
			seed: 3_459_700,
			config: {
				browsers: 2,
				latency: [0, 5],
				browserDiskMs: [0, 40],
				commitMs: 100,
				readMs: 300,
				transports: ['stream'],
				chunk: 8,
				records: 2,
				durationMs: 15_000,
				tidied: true,
				shared: true,
				leastCells: 3,
				nodes: 2,
			},
			steps: [
				{ at: 7_359, luck: 277_145_309, kind: 'cut', browser: 0, mode: 'down-lost' },
				{ at: 7_582, luck: 657_848_731, kind: 'write', browser: 0, what: 'count' },
				{ at: 9_651, luck: 1_339_510_260, kind: 'tidy', forget: false },
				{ at: 10_562, luck: 1_778_270_863, kind: 'tidy', forget: true },
				{ at: 12_729, luck: 802_870_319, browser: 0, kind: 'disk-failure', how: 'abort', ms: 3_505 },
				{ at: 14_173, luck: 440_847_095, kind: 'write', browser: 0, what: 'field' },
			],
		},
	},
];
