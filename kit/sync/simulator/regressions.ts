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
	{
		why: 'what a person dropped came back when the device became another one in the same moment',
		plan: {
			seed: 1688,
			config: {
				browsers: 3,
				latency: [200, 200],
				browserDiskMs: [0, 5],
				commitMs: 30,
				readMs: 300,
				transports: ['exchange'],
				chunk: 1,
				records: 3,
				durationMs: 3000,
			},
			steps: [
				{ at: 10, luck: 608716338, kind: 'write', browser: 0, what: 'refused' },
				{ at: 53, luck: 1660232424, kind: 'write', browser: 2, what: 'refused' },
				{ at: 331, luck: 751063885, kind: 'tab-open', browser: 0 },
				{ at: 474, luck: 243056545, kind: 'write', browser: 1, what: 'burst' },
				{ at: 552, luck: 461830313, kind: 'write', browser: 0, what: 'field' },
				{ at: 674, luck: 1751673205, kind: 'clone', browser: 1 },
				{ at: 681, luck: 2053300697, kind: 'write', browser: 1, what: 'trash' },
				{ at: 1034, luck: 1318001935, kind: 'clone', browser: 0 },
				{ at: 2269, luck: 1611023189, kind: 'server-role', ms: 3695 },
				{ at: 2691, luck: 573506869, kind: 'write', browser: 0, what: 'best' },
			],
		},
	},
	{
		why: 'a tab that was opened on a space which had been taken away, and killed before it met the server, leaves an empty store',
		plan: {
			seed: 51_215,
			config: {
				browsers: 2,
				latency: [0, 20],
				browserDiskMs: [1, 1],
				commitMs: 3,
				readMs: 1,
				transports: ['stream'],
				chunk: 1,
				records: 5,
				durationMs: 15_000,
				shared: true,
			},
			steps: [
				{ at: 2960, luck: 771500398, kind: 'member', change: 'leave' },
				{ at: 3266, luck: 1534266081, kind: 'tab-open', browser: 1 },
				{ at: 3303, luck: 2127776710, kind: 'tab-kill', browser: 1 },
			],
		},
	},
	{
		why: 'a name was given to another record when its own was purged, and a redo brought that one back with it',
		plan: {
			seed: 1063,
			config: {
				browsers: 3,
				latency: [2, 2],
				browserDiskMs: [0, 5],
				commitMs: 30,
				readMs: 10,
				transports: ['stream'],
				chunk: 8,
				records: 5,
				durationMs: 3000,
				shared: false,
			},
			steps: [
				{ at: 62, luck: 219472041, kind: 'server-crash', ms: 1712 },
				{ at: 655, luck: 774232183, kind: 'write', browser: 0, what: 'name' },
				{ at: 1112, luck: 18169308, kind: 'write', browser: 1, what: 'form' },
				{ at: 1405, luck: 932272084, kind: 'undo', browser: 1 },
				{ at: 2082, luck: 151910028, kind: 'write', browser: 1, what: 'name' },
			],
		},
	},
];
