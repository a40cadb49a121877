import { type Deed, type Lack, type Step, WRITE_KINDS, YEARS } from './deed.ts';
import { Dice } from './dice.ts';
import {
	crowdsOf,
	damagesOf,
	diskFailuresOf,
	extremesOf,
	fallBackOf,
	membersOf,
	nodesOf,
	olderOf,
	overtakes,
	partsOf,
	pausesOf,
	slicesOf,
	stallsOf,
	tidyingOf,
	turnsOf,
} from './drawn.ts';

/** What one seed decides before anything happens: a random subset of faults and sizes ("swarm testing", Groce et al. 2012). */
export interface Plan {
	readonly seed: number;
	readonly config: Config;
	readonly steps: readonly Step[];
}

export interface Config {
	readonly browsers: number;
	/** ms, from and to */
	readonly latency: readonly [number, number];
	readonly browserDiskMs: readonly [number, number];
	/** Until a commit of the server is durable, ms. */
	readonly commitMs: number;
	/** What a read of the server's disk, and the way of its answers to the committer, take, ms. */
	readonly readMs: number;
	readonly transports: readonly ('stream' | 'exchange')[];
	/** Cells that a catch-up reads at once. */
	readonly chunk: number;
	/** Cells from which on the server makes snapshots; absent: it makes none. */
	readonly leastCells?: number;
	/** Of `records`. */
	readonly records: number;
	readonly durationMs: number;
	/** Records are purged, and what is left of them forgotten. */
	readonly tidied?: boolean;
	/** Servers that share the disk; absent: there is one. */
	readonly nodes?: number;
	/** Browsers keep what the model says, until their person wants everything. */
	readonly parts?: boolean;
	/** Every second browser is Ben's, whom Ana lets in and out. */
	readonly shared?: boolean;
	/** Cells from which on browsers take a checkpoint in by slices; absent: they take everything in at once. */
	readonly slicedFrom?: number;
	/** Messages of different tabs overtake each other. */
	readonly overtaking?: boolean;
	/** What the servers' build does not know yet, until it is upgraded. */
	readonly lacks?: readonly Lack[];
}

/** How often each kind of trouble comes when a swarm has it, and what it is. */
const troubles: Readonly<Record<string, (dice: Dice, browser: number) => Deed>> = {
	cut: (dice, browser) => ({
		kind: 'cut',
		browser,
		mode: dice.pick(['close', 'close', 'silent', 'up-lost', 'down-lost', 'truncate']),
	}),
	offline: (dice, browser) => ({ kind: 'offline', browser, ms: dice.int(10, 15_000) }),
	'client-crash': (dice, browser) => ({ kind: 'client-crash', browser, power: dice.chance(0.4), ms: dice.int(1, 3000) }),
	'client-clock': (dice, browser) => ({
		kind: 'client-clock',
		browser,
		byMs: dice.pick([10 * YEARS, -10 * YEARS, dice.int(-100_000, 100_000), dice.int(-3000, 3000)]),
	}),
	tabs: (dice, browser) => ({ kind: dice.pick(['tab-open', 'tab-open', 'tab-close', 'tab-kill']), browser }),
	freeze: (dice, browser) => ({ kind: 'tab-freeze', browser, ms: dice.int(500, 20_000) }),
	clone: (_, browser) => ({ kind: 'clone', browser }),
	upgrade: (_, browser) => ({ kind: 'upgrade', browser }),
	'server-crash': (dice) => ({ kind: 'server-crash', ms: dice.int(0, 3000) }),
	'server-dismiss': () => ({ kind: 'server-dismiss' }),
	'server-clock': (dice) => {
		const byMs = dice.int(-90_000, 90_000);
		// At times by years: it booted with another date, and is set right later or never.
		return { kind: 'server-clock', byMs: byMs % 5 === 0 ? byMs * 3_500_000 : byMs };
	},
	'server-stall': (dice) => ({ kind: 'server-stall', ms: dice.int(10, 4_000) }),
	'server-failure': (dice) => ({ kind: 'server-failure', how: dice.pick(['lost', 'ambiguous']) }),
	'server-role': (dice) => ({ kind: 'server-role', ms: dice.int(100, 5_000) }),
	'server-restore': (dice) => ({ kind: 'server-restore', backMs: dice.int(0, 10_000) }),
};

/** Makes the plan of a seed. */
export function planOf(seed: number): Plan {
	const dice = new Dice(seed);
	const config = configOf(dice);
	const chosen = Object.values(troubles).filter(() => dice.chance(0.3));
	const count = dice.int(5, 45);
	const steps = Array.from({ length: count }, (): Step => {
		const browser = dice.int(0, config.browsers - 1);
		const at = dice.int(0, config.durationMs);
		const luck = dice.int(0, 0x7fffffff);
		const roll = dice.next();
		if (roll < 0.3 && chosen.length > 0) return { at, luck, ...dice.pick(chosen)(dice, browser) };
		if (roll < 0.34) return { at, luck, kind: 'undo', browser };
		if (roll < 0.38) return { at, luck, kind: 'resolve', browser };
		if (roll < 0.5) return { at, luck, kind: 'look', browser };
		return { at, luck, kind: 'write', browser, what: dice.pick(WRITE_KINDS) };
	});
	const changes = membersOf(seed, config);
	// Dice of their own: histories from before there were snapshots stay what they were.
	const extra = new Dice(seed ^ 0x5a5a5a5a);
	const leastCells = extra.chance(0.6) ? extra.pick([1, 3, 10, 30]) : undefined;
	if (leastCells !== undefined) {
		for (let left = extra.int(1, 3); left > 0; left--)
			steps.push({ at: extra.int(0, config.durationMs), luck: extra.int(0, 0x7fffffff), kind: 'newcomer' });
	}
	const parts = partsOf(seed, config);
	const silent = damagesOf(seed, config, parts.length > 0 ? 'part' : 'whole');
	const tidying = tidyingOf(seed, config);
	const isRestored = steps.some(({ kind }) => kind === 'server-restore');
	const fallen = isRestored || parts.length + tidying.length > 0 ? [] : fallBackOf(seed, config);
	const turned = tidying.length > 0 ? [] : turnsOf(seed, config);
	const troubled = nodesOf(seed, config, changes);
	const slow = [...stallsOf(seed, config), ...(troubled ? [] : pausesOf(seed, config))];
	const older = olderOf(seed, config);
	return {
		seed,
		config: {
			...config,
			// A window is read record by record here: at a slow disk's pace no exchange would be answered in time.
			...(parts.length > 0 && { parts: true, readMs: Math.min(config.readMs, 20) }),
			...(tidying.length > 0 && { tidied: true }),
			...(changes.length > 0 && { shared: true }),
			...(leastCells !== undefined && { leastCells }),
			...slicesOf(seed),
			...(overtakes(seed) && { overtaking: true }),
			...(older && { lacks: older.lacks }),
			...(troubled && {
				nodes: 2,
				commitMs: troubled.commitMs,
				readMs: parts.length > 0 ? Math.min(troubled.readMs, 20) : troubled.readMs,
				latency: troubled.latency,
			}),
		},
		steps: [
			...steps,
			...changes,
			...silent,
			...tidying,
			...parts,
			...fallen,
			...turned,
			...slow,
			...crowdsOf(seed, config),
			...diskFailuresOf(seed, config),
			...extremesOf(seed, config),
			...(older?.steps ?? []),
			...(troubled?.steps ?? []),
		].sort((a, b) => a.at - b.at),
	};
}

/** Ben is removed on one of two servers while the other reads for him, and perhaps stands still: the moment at which a lease counts. */
export function removalPlan(seed: number): Plan {
	const dice = new Dice(seed);
	const timed = (at: number) => ({ at, luck: dice.int(0, 0x7fffffff) });
	const writes = Array.from({ length: 60 }, (_, i): Step => ({
		...timed(500 + i * 20),
		kind: 'write',
		browser: i % 4,
		what: 'field',
	}));
	const pause: Step = { ...timed(dice.int(1100, 1250)), kind: 'node-pause', node: dice.int(0, 1), ms: dice.int(1, 4_000) };
	const removal: Step = { ...timed(1200), kind: 'member', change: 'remove' };
	const steps = [...writes, removal, ...(dice.chance(0.5) ? [pause] : [])].sort((a, b) => a.at - b.at);
	return {
		seed,
		config: {
			browsers: 4,
			latency: [1, 5],
			browserDiskMs: [0, 1],
			commitMs: 10,
			readMs: 300,
			transports: ['stream'],
			chunk: 8192,
			records: 3,
			durationMs: 8_000,
			shared: true,
			nodes: 2,
		},
		steps,
	};
}

function configOf(dice: Dice): Config {
	const slow = dice.pick([2, 20, 200, 1500]);
	const disk = dice.pick([1, 5, 40]);
	return {
		browsers: dice.pick([1, 2, 2, 2, 3, 3, 4, 6]),
		latency: [dice.pick([0, 1, slow]), slow],
		browserDiskMs: [dice.pick([0, 1]), disk],
		commitMs: dice.pick([1, 3, 30]),
		readMs: dice.pick([1, 1, 10, 300]),
		transports: dice.pick([['stream'], ['stream'], ['stream'], ['exchange'], ['stream', 'exchange']]),
		chunk: dice.pick([1, 3, 8, 8192]),
		records: dice.int(1, 6),
		durationMs: dice.pick([300, 3000, 15_000, 40_000]),
	};
}
