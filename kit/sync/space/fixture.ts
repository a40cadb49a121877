import { fieldNumber, type Law, lww, namedRecordId, type Value, type Window } from '@mana/model';
import type { DeviceId, Op, SpaceId, Transaction } from '../cell.ts';
import { stampAt } from '../clock.ts';
import type { Access } from '../permission.ts';
import { placeKey } from '../merge.ts';
import { recordKey } from '../tombstone.ts';
import {
	type Change,
	type Found,
	type MemberState,
	type Need,
	newSpaceState,
	NOTHING,
	type PushRequest,
	type Request,
	type Rules,
	type StoredCell,
} from './state.ts';
import { lookIn, type MemoryRoutes, windowIn, withRoutes } from './memory-routes.ts';
import type { Look, RouteMark, SpaceStore, Tail, WindowPart } from './store.ts';

export const space = namedRecordId('space') as string as SpaceId;
export const now = Date.UTC(2026, 10, 23);
export const phone = namedRecordId('phone') as string as DeviceId;
export const laptop = namedRecordId('laptop') as string as DeviceId;
export const record = namedRecordId('record');

export const rules: Rules = {
	authorise: ({ role }) => (role === 'viewer' ? { code: 'read-only', detail: 'You may only read.' } : null),
	validate: ({ value }) => (value === 'bad' ? 'Nothing bad.' : null),
};

/** A space without devices and cells, in which Ana may write and Vic may read. */
export const empty: Found = {
	...NOTHING,
	space: newSpaceState(space, 'ana', { epoch: 7 }),
	members: new Map([
		['ana', member('owner')],
		['vic', member('viewer')],
	]),
};

/** Somebody with a role, in all apps or in some. */
export function member(role: Access['role'], apps: Access['apps'] = null): MemberState {
	return { access: { role, apps }, name: role, since: now };
}

export function op(field: number, value: Value, law: Law = lww, key = ''): Op {
	return { collection: 513, record, field: fieldNumber(field, law), key, value };
}

/** Transaction `n`, written `n` ms after `now`. */
export function transaction(n: number, ...ops: readonly Op[]): Transaction {
	return { n, stamp: stampAt(now + n), ops };
}

export function push(device: DeviceId, ...transactions: readonly Transaction[]): PushRequest {
	return { kind: 'push', space, device, person: 'ana', known: 0, transactions };
}

export function seat(device: DeviceId, person = 'ana'): Request {
	return { kind: 'seat', space, device, person };
}

/** What the store holds after a change. */
export function after(found: Found, change: Change | null): Found {
	if (!change) return found;
	const cells = cellsAfter(found.cells, change);
	const moved = Map.groupBy(cells.values(), (cell) => cell.record);
	const members = new Map([...found.members, ...(change.acl?.members ?? [])]);
	const invitations = new Map([...found.invitations, ...(change.acl?.invitations ?? []).map((one) => [one.id, one] as const)]);
	for (const id of change.acl?.ended ?? []) invitations.delete(id);
	return {
		...found,
		members,
		invitations,
		space: change.space,
		devices: new Map([...found.devices, ...change.devices]),
		cells,
		moved,
	};
}

/** The cells of a store after a change. */
export function cellsAfter(before: ReadonlyMap<string, StoredCell>, change: Change): Map<string, StoredCell> {
	const after = new Map(before);
	for (const place of change.erased) after.delete(placeKey(place));
	const gone = new Set([...change.purged, ...change.forgotten].map(recordKey));
	if (gone.size > 0) for (const [place, cell] of after) if (gone.has(recordKey(cell))) after.delete(place);
	for (const cell of change.cells) after.set(placeKey(cell), cell);
	return after;
}

/** A store in memory that commits when it is told to. */
export class HeldStore implements SpaceStore {
	found: Found = empty;
	routes: MemoryRoutes = new Map();
	commits = 0;
	/** Set to make the next commit fail, before or after it was kept. */
	failure: 'lost' | 'ambiguous' | null = null;
	#held: (() => void)[] | null = null;

	/** Commits wait from now on. */
	hold(): void {
		this.#held = [];
	}

	release(): void {
		const held = this.#held ?? [];
		this.#held = null;
		for (const go of held) go();
	}

	async transact(needs: readonly Need[], decide: (found: readonly Found[]) => readonly Change[]): Promise<void> {
		await new Promise<void>((resolve) => (this.#held ? this.#held.push(resolve) : resolve()));
		this.commits++;
		const { failure } = this;
		this.failure = null;
		if (failure === 'lost') throw new Error('disk full');
		for (const change of decide(needs.map((need) => (need.space === space ? this.found : { ...empty, space: null }))))
			this.keep(change);
		if (failure) throw new Error('connection lost');
	}

	/** Takes a change in. */
	keep(change: Change | null): void {
		this.found = after(this.found, change);
		if (change) this.routes = withRoutes(this.routes, change.routes);
	}

	async readWindow(
		id: SpaceId,
		window: Window,
		after: RouteMark | null,
		_chunk: number,
		person = '',
	): Promise<WindowPart | null> {
		const tail = await this.readSince(id, Infinity, 1, person);
		return tail && { ...tail, ...windowIn(this.found.cells.values(), this.routes, window, after) };
	}

	async readSince(id: SpaceId, from: number, chunk: number, person = '', look?: Look): Promise<Tail | null> {
		const tail = this.#tail(id, from, chunk, person);
		return tail && look ? { ...tail, ...lookIn(this.found.cells.values(), this.routes, tail.cells, look) } : tail;
	}

	#tail(id: SpaceId, from: number, chunk: number, person: string): Tail | null {
		const state = this.found.space;
		if (state?.id !== id) return null;
		const newer = [...this.found.cells.values()].filter(({ seq }) => seq > from).sort((a, b) => a.seq - b.seq);
		const last = newer[chunk - 1]?.seq ?? Infinity;
		const access = this.found.members.get(person)?.access ?? null;
		return {
			epoch: state.epoch,
			aclEpoch: state.aclEpoch,
			access,
			seq: state.seq,
			horizon: state.horizon,
			cells: newer.filter(({ seq }) => seq <= last),
		};
	}
}
