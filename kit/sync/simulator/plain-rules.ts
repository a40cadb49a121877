import { lawOf, type Register, routeKey, type Value } from '@mana/model';
import type { Cell, Op, Place } from '../cell.ts';
import type { Frame } from '../frames.ts';
import { placeKey } from '../merge.ts';
import { SHARED_APP, SPACES_APP } from '../permission.ts';
import type { Scope } from '../scope.ts';
import { recordKey } from '../tombstone.ts';

/** One write as the oracle keeps it: nothing is ever merged here. */
export interface Write extends Register {
	readonly op: Op;
	/** Under which stamp it came; `stamp` is the one it was accepted under. */
	readonly sent: number;
}

/** The rules of sync.md §6.4 in the plainest words, on purpose not those of `@mana/model`. */
export function beats(a: Omit<Write, 'sent'>, b: Omit<Write, 'sent'>): boolean {
	const law = lawOf(a.op.field)!.name;
	if ((law === 'max' || law === 'counter') && a.value !== b.value)
		return Number(a.value ?? -Infinity) > Number(b.value ?? -Infinity);
	if (law === 'min' && a.value !== b.value) return Number(a.value ?? Infinity) < Number(b.value ?? Infinity);
	if (a.stamp !== b.stamp) return a.stamp > b.stamp;
	if (law === 'set' && (a.value === null) !== (b.value === null)) return a.value !== null;
	return a.actor > b.actor;
}

/** Whether a register is a part of a counter. */
export function isCount({ field }: Pick<Place, 'field'>): boolean {
	return lawOf(field).name === 'counter';
}

/** Names all parts of a counter that count in the same direction. */
export function counterOf({ collection, record, field, key }: Place): string {
	return `${recordKey({ collection, record })}.${field}.${key.charAt(0)}`;
}

export function same(a: Register, b: Register): boolean {
	return sameValue(a.value, b.value) && a.stamp === b.stamp && a.actor === b.actor;
}

export function sameValue(a: Value, b: Value): boolean {
	if (!(a instanceof Uint8Array && b instanceof Uint8Array)) return a === b;
	return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function show(register: Register | undefined): string {
	return register ? `${JSON.stringify(register.value)} (${register.stamp}, ${register.actor})` : 'nothing';
}

/** Whether a record is in a part, in the plainest words, on purpose not those of `scope.ts`. */
export function isKept(scope: Scope, { collection, record }: Place, state: ReadonlyMap<string, Cell>): boolean {
	const windows = scope.windows.filter((window) => window.collection === collection);
	if (windows.length === 0) return true;
	if (scope.records.some((name) => name.collection === collection && name.record === record)) return true;
	return windows.some(({ field, from, to }) => {
		const key = routeKey(state.get(placeKey({ collection, record, field, key: '' }))?.value ?? null);
		return from <= key && key < to;
	});
}

/** Whether a part holds all of a collection, whatever its records say. */
export function isWhole(scope: Scope, collection: number): boolean {
	return !scope.windows.some((window) => window.collection === collection);
}

/** Who may read which collection, in the plainest words, on purpose not those of `permission.ts`. */
export function mayRead(apps: readonly number[] | null, collection: number): boolean {
	const app = Math.floor(collection / 256);
	return apps === null || app === SPACES_APP || app === SHARED_APP || apps.indexOf(app) >= 0;
}

/** Collections of which a frame says anything. A sum is something of what it is the sum of. */
export function collectionsIn(frame: Frame): readonly number[] {
	if (frame.type === 'snapshot') return frame.chunks.map(({ collection }) => collection);
	if (frame.type === 'move') return frame.records.map(({ collection }) => collection);
	if (frame.type === 'presence') return [frame.app * 256];
	if (frame.type !== 'delta' && frame.type !== 'digest') return [];
	const cells = frame.cells.map(({ collection }) => collection);
	if (frame.type === 'delta' || frame.sums.length === 0) return cells;
	return [...cells, ...(frame.collection === 0 ? frame.sums.map(({ of }) => of) : [frame.collection])];
}
