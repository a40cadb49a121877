import { appOf, type Collection, recentOf, type RecordId, routeKey, type Window } from '@mana/model';
import { limits } from '../../limits.ts';
import { isForAll } from '../../permission.ts';
import { type Name, nameKey } from '../../name.ts';
import { hasWhole, type Scope, ScopeIndex } from '../../scope.ts';
import type { Kept, Mana } from '../api.ts';
import type { Keeping } from '../kept.ts';
import type { Replica } from '../replica.ts';

/** What a model says of what a device keeps of its collection. */
export type KeptPart = Pick<Collection, 'name' | 'number' | 'keeps' | 'refers' | 'ties'>;

const DAY_MS = 86_400_000;
/** What was shown stays for so long after somebody last looked at it. */
const SHOWN_MS = DAY_MS;
/** Records that stay because they were opened, and for how long. */
const MOST_OPENED = 200;
const OPENED_MS = 30 * DAY_MS;
/** What somebody looked at so lately is in view, perhaps in another tab. */
const LOOKED_MS = 60 * 60_000;
/** Until that is noted again. */
const LOOK_AGAIN_MS = 20 * 60_000;

/**
 * What this device keeps of a space; `null`: everything.
 *
 * @param now ms since 1970; @param unfinished records with which this device is not finished; @param referred what records of a part refer to and that is
 * not in it
 */
export function scopeOf(
	models: readonly KeptPart[],
	{ everything, shown, opened, asleep }: Keeping,
	now: number,
	unfinished: readonly Name[] = [],
	referred: (scope: Scope) => readonly Name[] = () => [],
): Scope | null {
	const awake = models.filter(({ number }) => !asleep.includes(appOf(number)));
	const parts = awake.filter(({ number, keeps }) => keeps && !everything.includes(number));
	if (parts.length === 0 && asleep.length === 0) return null;
	const isPart = ({ collection }: { readonly collection: number }) =>
		asleep.includes(appOf(collection)) || parts.some(({ number }) => number === collection);
	const beside = shown.filter(
		(window) => !asleep.includes(appOf(window.collection)) && isPart(window) && window.at > now - SHOWN_MS,
	);
	const named = [...unfinished, ...opened.filter((name) => name.pinned || name.at > now - OPENED_MS)].filter(isPart);
	const scope: Scope = {
		apps: asleep.length > 0 ? [...new Set(awake.map(({ number }) => appOf(number)))].sort((a, b) => a - b) : null,
		collections: [],
		windows: [...parts.flatMap((part) => recentOf(part, now)), ...beside.map(({ at: _at, ...window }) => window)],
		records: [],
	};
	const all = [...named, ...referred(scope)].slice(0, limits.scopeRecords);
	const records = new Map(all.map(({ collection, record }) => [nameKey({ collection, record }), { collection, record }]));
	return { ...scope, records: [...records.keys()].sort().map((key) => records.get(key)!) };
}

/** Somebody looks at a window. What nobody looked at for long is let go. */
export function showing(keeping: Keeping, windows: readonly Window[], now: number): Keeping {
	const others = keeping.shown.filter(
		(known) => known.at > now - SHOWN_MS && !windows.some((window) => sameWindow(window, known)),
	);
	return { ...keeping, shown: [...others, ...windows.map((window) => ({ ...window, at: now }))] };
}

/** Somebody opens a record, pins it or lets it go. */
export function opening(keeping: Keeping, name: Name, now: number, pinned?: boolean): Keeping {
	const known = keeping.opened.find((other) => nameKey(other) === nameKey(name));
	const others = keeping.opened.filter((other) => other !== known);
	const all = [...others, { ...name, at: now, pinned: pinned ?? known?.pinned ?? false }];
	const least = all.filter((one) => !one.pinned).slice(-MOST_OPENED);
	return { ...keeping, opened: all.filter((one) => one.pinned || least.includes(one)) };
}

/** Somebody looks at what an app holds: it stays, and comes back if it was let go. */
export function looking(keeping: Keeping, app: number, now: number): Keeping {
	const looked = [...keeping.looked.filter((one) => one.app !== app), { app, at: now }];
	return { ...keeping, looked, asleep: keeping.asleep.filter((one) => one !== app) };
}

/** The person wants an app here whatever happens, or no longer. */
export function keepingApp(keeping: Keeping, app: number, kept: boolean): Keeping {
	const apps = keeping.apps.filter((one) => one !== app);
	if (!kept) return { ...keeping, apps };
	return { ...keeping, apps: [...apps, app].sort((a, b) => a - b), asleep: keeping.asleep.filter((one) => one !== app) };
}

/**
 * Room is short: what nobody looked at for an hour and nobody wants to be kept is let go. An app of which a collection is to be whole is
 * one that somebody wants.
 *
 * @param apps all that this build knows
 */
export function thrifty(keeping: Keeping, apps: readonly number[], now: number): Keeping {
	const isLate = ({ at }: { readonly at: number }) => at > now - LOOKED_MS;
	const wanted = new Set([
		...keeping.apps,
		...keeping.everything.map(appOf),
		...keeping.opened.flatMap((one) => (one.pinned ? [appOf(one.collection)] : [])),
		...keeping.looked.flatMap((one) => (isLate(one) ? [one.app] : [])),
	]);
	return {
		...keeping,
		shown: keeping.shown.filter(isLate),
		opened: keeping.opened.filter((one) => one.pinned || isLate(one)),
		asleep: apps.filter((app) => !isForAll(app) && !wanted.has(app)),
	};
}

/** The person wants a collection whole, or only what its model says. */
function keepingAll(keeping: Keeping, collection: number, all: boolean): Keeping {
	const others = keeping.everything.filter((known) => known !== collection);
	if (!all) return { ...keeping, everything: others };
	const asleep = keeping.asleep.filter((app) => app !== appOf(collection));
	return { ...keeping, asleep, everything: [...others, collection].sort((a, b) => a - b) };
}

/** Records that are here and that a scope does not hold. */
export function outside(replica: Replica, scope: Scope): Name[] {
	const index = new ScopeIndex(scope);
	const out: Name[] = [];
	for (const name of replica.names()) {
		if (!isInside(replica, index, name)) out.push(name);
	}
	return out;
}

/** Whether a scope holds a record as it stands here. */
export function isInside(replica: Replica, index: ScopeIndex, name: Name): boolean {
	const windows = index.windowed.get(name.collection);
	return windows ? index.holds(name, routesIn(replica, name, windows)) : index.whole(name.collection) || index.lists(name);
}

function routesIn(
	replica: Replica,
	{ collection, record }: { collection: number; record: RecordId },
	windows: readonly Window[],
) {
	return new Map(
		windows.map(({ field }) => [field, routeKey(replica.confirmed({ collection, record, field, key: '' })?.value ?? null)]),
	);
}

function sameWindow(a: Window, b: Window): boolean {
	return a.collection === b.collection && a.field === b.field && a.from === b.from && a.to === b.to;
}

/** Whether a scope holds a collection whatever stands in it. */
export function isAll(scope: Scope, collection: number): boolean {
	return new ScopeIndex(scope).whole(collection);
}

/** What stands behind `KeptHere`: the client of the space. */
export interface KeptHost {
	/** Which part the state is whole of, and at which checkpoint. */
	where(): { readonly scope: Scope | null; readonly seq: number };
	keeping(): Keeping;
	keep(change: (keeping: Keeping, now: number) => Keeping): Promise<void>;
	/** ms since 1970 */
	now(): number;
	report(error: unknown): void;
	readonly mana: Pick<Mana, 'get' | 'sync' | 'subscribe'>;
}

/** What of a space is on this device, where the rest can be had from a server. */
export class KeptHere implements Kept {
	readonly #host: KeptHost;
	/** Apps of which it is being noted that somebody looks. */
	readonly #noting = new Set<number>();

	constructor(host: KeptHost) {
		this.#host = host;
	}

	isWhole({ number }: Collection, within?: readonly Window[]): boolean {
		const { scope, seq } = this.#host.where();
		return seq > 0 && (scope === null || hasWhole(scope, number, within));
	}

	all({ keeps, number }: Collection): boolean {
		return keeps === null || this.#host.keeping().everything.includes(number);
	}

	keepAll({ number }: Collection, all: boolean): Promise<void> {
		return this.#host.keep((keeping) => keepingAll(keeping, number, all));
	}

	async show(windows: readonly Window[]): Promise<boolean> {
		const here = () => {
			const { scope, seq } = this.#host.where();
			return seq > 0 && (scope === null || windows.every((window) => hasWhole(scope, window.collection, [window])));
		};
		await this.#host.keep((keeping, now) => showing(keeping, windows, now));
		return this.#arrived(here);
	}

	async open(collection: Collection, record: RecordId): Promise<boolean> {
		const name = { collection: collection.number, record };
		const here = () =>
			this.isWhole(collection) || this.#host.where().scope?.records.some((one) => nameKey(one) === nameKey(name));
		if (this.#host.mana.get(collection, record)) return true;
		await this.#host.keep((keeping, now) => opening(keeping, name, now));
		return this.#arrived(() => here() ?? false);
	}

	look({ number }: Collection): void {
		const app = appOf(number);
		const { asleep, looked } = this.#host.keeping();
		const now = this.#host.now();
		const late = looked.some((one) => one.app === app && one.at > now - LOOK_AGAIN_MS);
		if ((late && !asleep.includes(app)) || this.#noting.has(app)) return;
		this.#noting.add(app);
		const noted = this.#host.keep((keeping, at) => looking(keeping, app, at));
		noted.catch(this.#host.report).finally(() => this.#noting.delete(app));
	}

	keepsApp(app: number): boolean {
		return this.#host.keeping().apps.includes(app);
	}

	keepApp(app: number, kept: boolean): Promise<void> {
		return this.#host.keep((keeping) => keepingApp(keeping, app, kept));
	}

	pin({ number }: Collection, record: RecordId, pinned: boolean): Promise<void> {
		return this.#host.keep((keeping, now) => opening(keeping, { collection: number, record }, now, pinned));
	}

	isPinned({ number }: Collection, record: RecordId): boolean {
		const key = nameKey({ collection: number, record });
		return this.#host.keeping().opened.some((one) => one.pinned && nameKey(one) === key);
	}

	/** Waits until something is here, or the server cannot be reached. */
	#arrived(here: () => boolean): Promise<boolean> {
		const { mana } = this.#host;
		const { promise, resolve } = Promise.withResolvers<boolean>();
		const look = () => {
			const { phase } = mana.sync;
			if (here()) resolve(true);
			else if (phase !== 'live' && phase !== 'connecting') resolve(false);
		};
		const stop = mana.subscribe(look);
		look();
		return promise.finally(stop);
	}
}
