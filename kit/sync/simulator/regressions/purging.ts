import type { Regression } from './regression.ts';

/** Histories of records that went for good while somebody wrote about them. */
export const purging: readonly Regression[] = [
	{
		why: 'the tab that led had let go of the tombstone of a record when a tab that was behind wrote about the record',
		plan: {
			seed: 9_460,
			config: {
				browsers: 4,
				latency: [1, 20],
				browserDiskMs: [0, 1],
				commitMs: 1,
				readMs: 1,
				transports: ['stream'],
				chunk: 3,
				records: 1,
				durationMs: 15_000,
				parts: true,
				tidied: true,
			},
			steps: [
				{ at: 4_825, luck: 507_771_205, kind: 'write', browser: 3, what: 'time' },
				{ at: 5_231, luck: 1_739_263_655, kind: 'tab-freeze', browser: 0, ms: 10_343 },
				{ at: 7_500, luck: 432_836_262, kind: 'write', browser: 2, what: 'trash' },
				{ at: 9_375, luck: 1_390_187_539, kind: 'tidy', forget: false },
				{ at: 11_158, luck: 801_294_633, kind: 'tab-open', browser: 0 },
				{ at: 11_250, luck: 1_402_072_408, kind: 'tidy', forget: true },
				{ at: 12_024, luck: 1_341_452_996, kind: 'offline', browser: 3, ms: 9_965 },
				{ at: 12_634, luck: 1_756_025_540, kind: 'write', browser: 0, what: 'many' },
			],
		},
	},
	{
		why: 'a disk that was damaged no longer said what the outbox was about, and what was written about a record that had gone meanwhile made a new one',
		plan: {
			seed: 32_327,
			config: {
				browsers: 2,
				latency: [0, 5],
				browserDiskMs: [1, 5],
				commitMs: 1,
				readMs: 100,
				transports: ['stream'],
				chunk: 8_192,
				records: 5,
				durationMs: 3_000,
				tidied: true,
				nodes: 2,
			},
			steps: [
				{ at: 627, luck: 700_356_715, kind: 'write', browser: 1, what: 'expect' },
				{ at: 1_466, luck: 1_727_655_735, kind: 'write', browser: 1, what: 'form' },
				{ at: 1_500, luck: 1_825_774_015, kind: 'write', browser: 0, what: 'trash' },
				{ at: 1_500, luck: 93_868_327, kind: 'write', browser: 0, what: 'trash' },
				{ at: 1_775, luck: 442_033_413, kind: 'tidy', forget: true },
				{ at: 1_802, luck: 285_046_745, kind: 'damage', browser: 1, where: 'disk', how: 'cut' },
				{ at: 1_875, luck: 1_458_406_127, kind: 'tidy', forget: false },
				{ at: 2_041, luck: 830_809_985, kind: 'server-dismiss' },
				{ at: 2_101, luck: 291_850_930, kind: 'write', browser: 1, what: 'field' },
				{ at: 2_143, luck: 917_415_254, kind: 'tab-open', browser: 1 },
				{ at: 2_250, luck: 1_434_457_878, kind: 'tidy', forget: true },
			],
		},
	},
];
