import { Dice } from './dice.ts';
import type { CutMode } from './wire.ts';

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

const LACKS = ['liveness', 'parts', 'snapshots'] as const;
/** Something that servers learned later: CREDIT and DIGEST, parts, SNAPSHOT. */
export type Lack = (typeof LACKS)[number];

/** One thing that happens, at `at` ms after the start. Each has dice of its own, so that dropping one step changes no other. */
export type Step = { readonly at: number; readonly luck: number } & Deed;

export type Deed =
	/** `record`: which of them it is about; left out, luck decides. */
	| { readonly kind: 'write'; readonly browser: number; readonly what: WriteKind; readonly record?: number }
	| { readonly kind: 'undo' | 'redo'; readonly browser: number }
	| { readonly kind: 'resolve'; readonly browser: number }
	| { readonly kind: 'look'; readonly browser: number }
	| { readonly kind: 'cut'; readonly browser: number; readonly mode: CutMode }
	| { readonly kind: 'offline'; readonly browser: number; readonly ms: number }
	| { readonly kind: 'client-crash'; readonly browser: number; readonly power: boolean; readonly ms: number }
	| { readonly kind: 'client-clock'; readonly browser: number; readonly byMs: number }
	| { readonly kind: 'tab-open' | 'tab-close' | 'tab-kill'; readonly browser: number }
	| { readonly kind: 'tab-freeze'; readonly browser: number; readonly ms: number }
	| { readonly kind: 'clone' | 'upgrade'; readonly browser: number }
	| { readonly kind: 'clone'; readonly browser: number }
	| { readonly kind: 'newcomer' }
	| { readonly kind: 'tidy'; readonly forget: boolean }
	| { readonly kind: 'disk-failure'; readonly browser: number; readonly how: DiskFailure; readonly ms: number }
	| { readonly kind: 'disk-lost'; readonly browser: number; readonly ms: number }
	| { readonly kind: 'server-upgrade' }
	| { readonly kind: 'server-crash'; readonly ms: number }
	| { readonly kind: 'server-dismiss' }
	| { readonly kind: 'server-clock'; readonly byMs: number }
	| { readonly kind: 'server-stall'; readonly ms: number }
	| { readonly kind: 'server-failure'; readonly how: 'lost' | 'ambiguous' }
	| { readonly kind: 'server-role'; readonly ms: number }
	| { readonly kind: 'server-restore'; readonly backMs: number }
	/** The same, but that nothing tells it. */
	| { readonly kind: 'server-fall-back'; readonly backMs: number }
	| { readonly kind: 'member'; readonly change: MemberChange }
	| { readonly kind: 'damage'; readonly browser: number; readonly where: 'memory' | 'disk'; readonly how: Damage }
	| { readonly kind: 'node-crash' | 'node-pause' | 'node-cut'; readonly node: number; readonly ms: number }
	| { readonly kind: 'hints-lost'; readonly ms: number }
	| { readonly kind: 'keep'; readonly browser: number; readonly what: KeepChange };

const DAMAGES = ['value', 'loss', 'excess', 'cut', 'stale', 'ahead'] as const;
/** Where browsers keep a part. */
const DAMAGES_OF_PARTS = [...DAMAGES, 'missing', 'missing', 'outside', 'outside'] as const;
/**
 * What happens to something that was confirmed: it reads otherwise, is not there, was never written, cannot be read, or reads otherwise and as if that had
 * been written before, or long after; of a record nothing is left; or one was never written that stands where the part that is kept does not reach.
 */
export type Damage = (typeof DAMAGES_OF_PARTS)[number];

const DISK_FAILURES = ['abort', 'full', 'dead'] as const;
/** What a browser's disk does: the next write is not kept; nothing more is, for lack of room; or nothing is read either. */
export type DiskFailure = (typeof DISK_FAILURES)[number];

const KEEP_CHANGES = ['all', 'recent', 'recent', 'show', 'open', 'open', 'pin', 'let-go'] as const;
/** What a person wants a browser to keep. */
export type KeepChange = (typeof KEEP_CHANGES)[number];

const MEMBER_CHANGES = [
	'remove',
	'remove',
	'leave',
	'rejoin',
	'rejoin',
	'limit',
	'limit-other',
	'limit-all',
	'open',
	'viewer',
	'editor',
] as const;
/** What happens to Ben. */
export type MemberChange = (typeof MEMBER_CHANGES)[number];

const WRITE_KINDS = [
	...(['field', 'field', 'form', 'many', 'tags', 'best', 'trash', 'restore', 'refused', 'burst'] as const),
	...(['count', 'count', 'votes', 'text', 'price', 'move', 'name', 'expect', 'time'] as const),
] as const;
export type WriteKind = (typeof WRITE_KINDS)[number] | 'purge' | 'done' | 'soonest';

const YEARS = 365 * 86_400_000;

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

/** What happens to two servers that share the disk, which is then a machine of its own; `null` where there is one. */
function nodesOf(
	seed: number,
	config: Config,
	changes: readonly Step[],
): (Pick<Config, 'commitMs' | 'readMs' | 'latency'> & { steps: Step[] }) | null {
	// Dice of its own: histories of one server stay what they were.
	const dice = new Dice(seed ^ 0x70de5);
	if (dice.chance(0.65)) return null;
	const timed = (at: number) => ({ at: Math.max(0, at), luck: dice.int(0, 0x7fffffff) });
	const node = () => dice.int(0, 1);
	const chosen = ['node-crash', 'node-pause', 'node-pause', 'node-cut', 'hints-lost'] as const;
	const anywhere = Array.from({ length: dice.int(0, 8) }, (): Step => {
		const when = timed(dice.int(0, config.durationMs));
		const kind = dice.pick(chosen);
		const ms = dice.pick([dice.int(1, 50), dice.int(50, 1500), dice.int(500, 10_000)]);
		return kind === 'hints-lost' ? { ...when, kind, ms } : { ...when, kind, node: node(), ms };
	});
	// Some stand still while much is written and somebody's right changes: the moment at which a lease counts.
	const together = changes.flatMap(({ at }): Step[] => {
		if (dice.chance(0.3)) return [];
		const browser = () => dice.int(0, config.browsers - 1);
		const writes = Array.from({ length: 6 }, (): Step => ({
			...timed(at - dice.int(0, 400)),
			kind: 'write',
			browser: browser(),
			what: 'field',
		}));
		const pause = { ...timed(at - dice.int(0, 150)), kind: 'node-pause', node: node(), ms: dice.int(900, 4_000) } as const;
		return dice.chance(0.3) ? writes : [...writes, pause];
	});
	return {
		commitMs: dice.pick([1, 30, 100]),
		readMs: dice.pick([1, 100, 300]),
		latency: dice.chance(0.5) ? [0, 5] : config.latency,
		steps: [...anywhere, ...together],
	};
}

/** A proxy that holds back what it should pass on, or breaks off in the middle of a frame to a device. */
function stallsOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x057a11);
	if (dice.chance(0.8)) return [];
	return Array.from({ length: dice.int(1, 6) }, (): Step => ({
		at: dice.int(0, durationMs),
		luck: dice.int(0, 0x7fffffff),
		kind: 'cut',
		browser: dice.int(0, browsers - 1),
		mode: dice.pick(['stall', 'truncate-down']),
	}));
}

/** The only server stands still, as one that collects garbage or is moved to another machine; clients give it up and come back meanwhile. */
function pausesOf(seed: number, { durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x0ba5e);
	if (dice.chance(0.85)) return [];
	return Array.from({ length: dice.int(1, 3) }, (): Step => ({
		at: dice.int(0, durationMs),
		luck: dice.int(0, 0x7fffffff),
		kind: 'node-pause',
		node: 0,
		ms: dice.pick([dice.int(1, 2_000), dice.int(2_000, 15_000)]),
	}));
}

/** Disks of browsers that do not keep what they are given, or lose all of it, as where the browser clears away a site. */
function diskFailuresOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x0d15c);
	if (dice.chance(0.85)) return [];
	return Array.from({ length: dice.int(1, 3) }, (): Step => {
		const common = { at: dice.int(0, durationMs), luck: dice.int(0, 0x7fffffff), browser: dice.int(0, browsers - 1) };
		const ms = dice.pick([dice.int(1, 200), dice.int(200, 10_000)]);
		if (dice.chance(0.2)) return { ...common, kind: 'disk-lost', ms };
		return { ...common, kind: 'disk-failure', how: dice.pick(DISK_FAILURES), ms };
	});
}

/** People who write what only the least of counts. */
function extremesOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x0001ea57);
	if (dice.chance(0.75)) return [];
	return Array.from({ length: dice.int(2, 8) }, (): Step => ({
		at: dice.int(0, durationMs),
		luck: dice.int(0, 0x7fffffff),
		kind: 'write',
		browser: dice.int(0, browsers - 1),
		what: 'soonest',
	}));
}

/** Whether messages of different tabs overtake each other. */
function overtakes(seed: number): boolean {
	// Dice of its own, like those of all that came later.
	return new Dice(seed ^ 0x07e27a).chance(0.3);
}

/** Several tabs write while much comes from elsewhere, and somebody looks at them again and again; nothing of it in most plans. */
function crowdsOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x00c20d);
	if (dice.chance(0.85)) return [];
	const luck = () => dice.int(0, 0x7fffffff);
	const write = (at: number, browser: number): Step => ({ at, luck: luck(), kind: 'write', browser, what: 'field', record: 0 });
	const tabs = Array.from({ length: 2 }, (): Step => ({ at: dice.int(0, 200), luck: luck(), kind: 'tab-open', browser: 0 }));
	const scenes = Array.from({ length: dice.int(3, 8) }, (): Step[] => {
		const from = dice.int(0, durationMs);
		const soon = () => from + dice.int(0, 150);
		return [
			...Array.from({ length: dice.int(0, 4) }, () => write(soon(), dice.int(0, browsers - 1))),
			...Array.from({ length: dice.int(1, 4) }, () => write(soon(), 0)),
			...Array.from({ length: dice.int(1, 8) }, (): Step => ({ at: soon(), luck: luck(), kind: 'look', browser: 0 })),
		];
	});
	return [...tabs, ...scenes.flat()];
}

/** Servers of an older build, and when they are upgraded; `null` where they know everything. */
function olderOf(seed: number, { durationMs }: Config): { readonly lacks: readonly Lack[]; readonly steps: Step[] } | null {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x01de2);
	if (dice.chance(0.88)) return null;
	const lacks = LACKS.filter(() => dice.chance(0.5));
	const luck = dice.int(0, 0x7fffffff);
	return { lacks, steps: [{ at: dice.int(0, durationMs), luck, kind: 'server-upgrade' }] };
}

/** Whether browsers take their time, and from how many cells on. */
function slicesOf(seed: number): Pick<Config, 'slicedFrom'> {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x51ced);
	return dice.chance(0.5) ? {} : { slicedFrom: dice.pick([1, 2, 5, 20]) };
}

/** Damage that nobody is told of; seldom, since a history with it takes long to settle. */
function damagesOf(seed: number, { browsers, durationMs }: Config, kept: 'part' | 'whole'): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x00dadada);
	if (dice.chance(0.8)) return [];
	return Array.from({ length: dice.int(1, 3) }, (): Step => {
		const at = dice.int(Math.floor(durationMs / 3), durationMs);
		const drawn = { where: dice.pick(['memory', 'disk'] as const), how: dice.pick(DAMAGES) };
		const damage = kept === 'whole' ? drawn : { ...drawn, how: dice.pick(DAMAGES_OF_PARTS) };
		return { at, luck: dice.int(0, 0x7fffffff), kind: 'damage', browser: dice.int(0, browsers - 1), ...damage };
	});
}

/** People who take back and do again what they did, while others write to the same few places; nothing of it in most plans. */
function turnsOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x02ed0);
	if (dice.chance(0.9)) return [];
	const browser = () => dice.int(0, Math.min(1, browsers - 1));
	return Array.from({ length: dice.int(6, 24) }, (): Step => {
		const common = { at: dice.int(0, durationMs), luck: dice.int(0, 0x7fffffff), browser: browser() };
		const what = dice.pick(['write', 'write', 'undo', 'redo'] as const);
		return what === 'write'
			? { ...common, kind: what, what: dice.pick(['field', 'field', 'form', 'tags', 'price']), record: 0 }
			: { ...common, kind: what };
	});
}

/**
 * The server goes back to an older state and does not know it; seldom, since such a history takes long to settle. Who keeps a part compares nothing, where
 * something was forgotten nobody can tell what was lost, and back to before a backup had been restored nobody can tell which history it is: not there.
 */
function fallBackOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0xfa11bac);
	if (dice.chance(0.85)) return [];
	const at = dice.int(0, Math.floor((durationMs * 2) / 3));
	const backMs = dice.pick([dice.int(0, 500), dice.int(0, Math.ceil(durationMs / 2)), dice.int(0, 10_000)]);
	const luck = () => dice.int(0, 0x7fffffff);
	// Written after the copy was made, and again by others before its author hears of it: by chance alone that is rare.
	const author = dice.int(0, browsers - 1);
	const back = at + backMs;
	const write = (at: number, browser: number): Step => ({
		at,
		luck: luck(),
		kind: 'write',
		browser,
		what: dice.pick(['field', 'form', 'many', 'burst', 'count', 'text', 'tags']),
	});
	const lost = Array.from({ length: dice.int(1, 4) }, () => write(dice.int(at, back), author));
	const away: Step = { at: back, luck: luck(), kind: 'offline', browser: author, ms: dice.int(10, 15_000) };
	const since = Array.from({ length: dice.int(0, 4) }, () => write(back + dice.int(0, 3_000), (author + 1) % browsers));
	return [{ at, luck: luck(), kind: 'server-fall-back', backMs }, ...lost, ...(dice.chance(0.7) ? [away] : []), ...since];
}

/** When records are put away, purged and forgotten, and devices that sleep over it; nothing of it in most plans. */
function tidyingOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, like those of members.
	const dice = new Dice(seed ^ 0x7091de);
	if (dice.chance(0.6)) return [];
	const luck = () => dice.int(0, 0x7fffffff);
	// Somebody sleeps while what he writes about goes: by chance alone that is rare.
	const sleeper = dice.int(0, browsers - 1);
	const part = durationMs / 8;
	const slept: Step[] = [
		{ at: part, luck: luck(), kind: 'write', browser: sleeper, what: 'many' },
		{ at: part * 2, luck: luck(), kind: 'offline', browser: sleeper, ms: part * 5 },
		{ at: part * 3, luck: luck(), kind: 'write', browser: sleeper, what: dice.pick(['field', 'many', 'burst']) },
		...[1, 2, 3].map((): Step => ({
			at: part * 4,
			luck: luck(),
			kind: 'write',
			browser: (sleeper + 1) % browsers,
			what: 'trash',
		})),
		{ at: part * 5, luck: luck(), kind: 'tidy', forget: false },
		{ at: part * 6, luck: luck(), kind: 'tidy', forget: true },
	];
	const others = Array.from({ length: dice.int(3, 16) }, (): Step => {
		const at = dice.int(0, durationMs);
		const luck = dice.int(0, 0x7fffffff);
		const browser = dice.int(0, browsers - 1);
		const roll = dice.next();
		if (roll < 0.4) return { at, luck, kind: 'tidy', forget: dice.chance(0.6) };
		if (roll < 0.6) return { at, luck, kind: 'offline', browser, ms: dice.int(10, durationMs) };
		return { at, luck, kind: 'write', browser, what: dice.pick(['trash', 'trash', 'purge', 'form', 'field', 'many']) };
	});
	return browsers > 1 && dice.chance(0.5) ? [...others, ...slept] : others;
}

/** What comes and goes where browsers keep a part; nothing where all keep everything. */
function partsOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own, as above.
	const dice = new Dice(seed ^ 0x3c0bed00);
	if (dice.chance(0.5)) return [];
	return Array.from({ length: dice.int(2, 16) }, (): Step => {
		const common = { at: dice.int(0, durationMs), luck: dice.int(0, 0x7fffffff), browser: dice.int(0, browsers - 1) };
		if (dice.chance(0.65)) return { ...common, kind: 'write', what: 'done' };
		return { ...common, kind: 'keep', what: dice.pick(KEEP_CHANGES) };
	});
}

/** Who is let in and out while it runs; nobody in a space that is not shared. */
function membersOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own: what is shared changes nothing else of a history.
	const people = new Dice(seed ^ 0x0bad5eed);
	if (browsers < 2 || people.chance(0.5)) return [];
	return Array.from({ length: people.int(1, 10) }, (): Step => {
		const at = people.int(0, durationMs);
		return { at, luck: people.int(0, 0x7fffffff), kind: 'member', change: people.pick(MEMBER_CHANGES) };
	});
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
