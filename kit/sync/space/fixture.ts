import { fieldNumber, type Law, lww, namedRecordId, type Value } from '@mana/model';
import type { DeviceId, Op, SpaceId, Transaction } from '../cell.ts';
import { stampAt } from '../clock.ts';
import type { Role } from '../frames.ts';
import { placeKey } from '../merge.ts';
import type { Change, Found, Need, PushRequest, Request, Rules } from './state.ts';
import type { SpaceStore, Tail } from './store.ts';

export const space = namedRecordId('space') as string as SpaceId;
export const now = Date.UTC(2026, 10, 23);
export const phone = namedRecordId('phone') as string as DeviceId;
export const laptop = namedRecordId('laptop') as string as DeviceId;
export const record = namedRecordId('record');

export const rules: Rules = {
	authorise: (role) => (role === 'viewer' ? { code: 'read-only', detail: 'You may only read.' } : null),
	validate: ({ value }) => (value === 'bad' ? 'Nothing bad.' : null),
};

/** A space without devices and cells, in which Ana may write and Vic may read. */
export const empty: Found = {
	space: { id: space, epoch: 7, seq: 0, nextActor: 1 },
	devices: new Map(),
	roles: new Map<string, Role>([
		['ana', 'owner'],
		['vic', 'viewer'],
	]),
	cells: new Map(),
	recordSeqs: new Map(),
};

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
	const cells = new Map([...found.cells, ...change.cells.map((cell) => [placeKey(cell), cell] as const)]);
	const recordSeqs = new Map([...cells.values()].map((cell) => [cell.record, change.space.seq]));
	return { ...found, space: change.space, devices: new Map([...found.devices, ...change.devices]), cells, recordSeqs };
}

/** A store in memory that commits when it is told to. */
export class HeldStore implements SpaceStore {
	found: Found = empty;
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
			this.found = after(this.found, change);
		if (failure) throw new Error('connection lost');
	}

	async readSince(id: SpaceId, from: number, chunk: number): Promise<Tail | null> {
		const state = this.found.space;
		if (state?.id !== id) return null;
		const newer = [...this.found.cells.values()].filter(({ seq }) => seq > from).sort((a, b) => a.seq - b.seq);
		const last = newer[chunk - 1]?.seq ?? Infinity;
		return { epoch: state.epoch, seq: state.seq, cells: newer.filter(({ seq }) => seq <= last) };
	}
}
