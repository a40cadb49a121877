import { anywhere, isInside, type RouteKey, type Window } from '@mana/model';
import { type Name, nameKey } from './name.ts';
import { type Access, isForAll, reaches } from './permission.ts';

/**
 * The part of a space that a device keeps. A collection with windows comes only so far as one of them holds; any other comes whole or
 * not at all. What the person may read (`Access`) limits it further.
 */
export interface Scope {
	/** Numbers of the apps that come, ascending; `null`: all apps, those of the future too. */
	readonly apps: Access['apps'];
	/** Collections that come though their app does not, ascending. */
	readonly collections: readonly number[];
	/** A record is in it when any window of its collection holds. */
	readonly windows: readonly Window[];
	/** Records that come whatever the rest says. */
	readonly records: readonly Name[];
}

/** The whole space, for a device that kept less before: otherwise a scope that is nothing special is `null`. */
export const EVERYTHING: Scope = { apps: null, collections: [], windows: [], records: [] };

/** What a device lacks of its scope: the rest of it is as its cursor says. */
export type Lack = Pick<Scope, 'windows' | 'records'>;

/** Where a record stands in its routing fields, by field number. A field that is missing holds nothing. */
export type Routes = ReadonlyMap<number, RouteKey>;

/** A scope that can be asked about many records. */
export class ScopeIndex {
	readonly scope: Scope;
	/** Collections of which windows decide. */
	readonly windowed: ReadonlyMap<number, readonly Window[]>;
	readonly #collections: ReadonlySet<number>;
	readonly #records: ReadonlySet<string>;

	constructor(scope: Scope) {
		this.scope = scope;
		this.windowed = Map.groupBy(scope.windows, ({ collection }) => collection);
		this.#collections = new Set(scope.collections);
		this.#records = new Set(scope.records.map(nameKey));
	}

	/** Whether a whole collection is in it. */
	whole(collection: number): boolean {
		if (this.windowed.has(collection)) return false;
		return this.#collections.has(collection) || reaches(this.scope, collection >> 8);
	}

	/** Whether a record is in it whatever its fields say. */
	lists(name: Name): boolean {
		return this.#records.has(nameKey(name));
	}

	/** Whether a record is in it that stands there. */
	holds(name: Name, routes: Routes): boolean {
		const windows = this.windowed.get(name.collection);
		if (!windows) return this.whole(name.collection) || this.lists(name);
		return windows.some((window) => isInside(window, routes.get(window.field) ?? '')) || this.lists(name);
	}
}

/** How a device goes from the scope that its state is of to another one. */
export interface Widening {
	readonly lack: Lack;
	/** Apps or collections come that were not there at all: the state is asked for from its start. */
	readonly fromStart: boolean;
}

/**
 * What a state of `held` lacks to be one of `wanted`; `null` when they are the same. @param held `null`: everything
 */
export function widening(held: Scope | null, wanted: Scope): Widening | null {
	if (JSON.stringify(held ?? EVERYTHING) === JSON.stringify(wanted)) return null;
	if (held === null) return { lack: { windows: [], records: [] }, fromStart: false };
	const before = new ScopeIndex(held);
	const after = new ScopeIndex(wanted);
	const windows = wanted.windows.flatMap((window) => missing(before, window));
	// A collection that comes whole now and came by windows: what stood outside of those on one field.
	for (const [collection, [first]] of before.windowed)
		if (after.whole(collection)) windows.push(...missing(before, anywhere(collection, first!.field)));
	const records = wanted.records.filter((name) => !before.lists(name) && !before.whole(name.collection));
	return { lack: { windows, records }, fromStart: !coversWhole(before, after) };
}

/**
 * Whether a state of `held` has everything of a collection; with `within`, everything that stands in these windows of it.
 */
export function hasWhole(held: Scope, collection: number, within?: readonly Window[]): boolean {
	const index = new ScopeIndex(held);
	if (index.whole(collection)) return true;
	const fields = new Set(index.windowed.get(collection)?.map(({ field }) => field));
	const asked = within ?? [...fields].map((field) => anywhere(collection, field));
	const holds = (window: Window) => missing(index, window).length === 0;
	return within ? asked.every(holds) : asked.some(holds);
}

/** The parts of a window that no window of the same field holds already. */
function missing(held: ScopeIndex, window: Window): Window[] {
	if (held.whole(window.collection)) return [];
	let parts: Window[] = [window];
	for (const { field, from, to } of held.windowed.get(window.collection) ?? []) {
		if (field !== window.field) continue;
		parts = parts.flatMap((part) => [
			{ ...part, to: part.to < from ? part.to : from },
			{ ...part, from: part.from > to ? part.from : to },
		]);
		parts = parts.filter((part) => part.from < part.to);
	}
	return parts;
}

/** Whether every app and collection that comes whole came before, whole or by windows. */
function coversWhole(before: ScopeIndex, after: ScopeIndex): boolean {
	const had = (collection: number) => before.whole(collection) || before.windowed.has(collection);
	if (!after.scope.collections.every(had)) return false;
	const { apps } = after.scope;
	if (apps === null) return before.scope.apps === null;
	return before.scope.apps === null || apps.every((app) => isForAll(app) || before.scope.apps!.includes(app));
}
