import { DAMAGES, DAMAGES_OF_PARTS, DISK_FAILURES, KEEP_CHANGES, type Lack, LACKS, MEMBER_CHANGES, type Step } from './deed.ts';
import { Dice } from './dice.ts';
import type { Config } from './plan.ts';

// What came to the simulator later is drawn with dice of its own, so that the histories of every seed without it stay what they were.

/** What happens to two servers that share the disk, which is then a machine of its own; `null` where there is one. */
export function nodesOf(
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
export function stallsOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function pausesOf(seed: number, { durationMs }: Config): Step[] {
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
export function diskFailuresOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function extremesOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function overtakes(seed: number): boolean {
	// Dice of its own, like those of all that came later.
	return new Dice(seed ^ 0x07e27a).chance(0.3);
}

/** Several tabs write while much comes from elsewhere, and somebody looks at them again and again; nothing of it in most plans. */
export function crowdsOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function olderOf(
	seed: number,
	{ durationMs }: Config,
): { readonly lacks: readonly Lack[]; readonly steps: Step[] } | null {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x01de2);
	if (dice.chance(0.88)) return null;
	const lacks = LACKS.filter(() => dice.chance(0.5));
	const luck = dice.int(0, 0x7fffffff);
	return { lacks, steps: [{ at: dice.int(0, durationMs), luck, kind: 'server-upgrade' }] };
}

/** Whether browsers take their time, and from how many cells on. */
export function slicesOf(seed: number): Pick<Config, 'slicedFrom'> {
	// Dice of its own, like those of all that came later.
	const dice = new Dice(seed ^ 0x51ced);
	return dice.chance(0.5) ? {} : { slicedFrom: dice.pick([1, 2, 5, 20]) };
}

/** Damage that nobody is told of; seldom, since a history with it takes long to settle. */
export function damagesOf(seed: number, { browsers, durationMs }: Config, kept: 'part' | 'whole'): Step[] {
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
export function turnsOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function fallBackOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function tidyingOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function partsOf(seed: number, { browsers, durationMs }: Config): Step[] {
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
export function membersOf(seed: number, { browsers, durationMs }: Config): Step[] {
	// Dice of its own: what is shared changes nothing else of a history.
	const people = new Dice(seed ^ 0x0bad5eed);
	if (browsers < 2 || people.chance(0.5)) return [];
	return Array.from({ length: people.int(1, 10) }, (): Step => {
		const at = people.int(0, durationMs);
		return { at, luck: people.int(0, 0x7fffffff), kind: 'member', change: people.pick(MEMBER_CHANGES) };
	});
}
