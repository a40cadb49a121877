import { appOf, type RecordId, type Window } from '@mana/model';
import type { DeviceId, SpaceId } from '../cell.ts';
import { addSum, type Sum } from '../digest.ts';
import { placeKey } from '../merge.ts';
import type { Access } from '../permission.ts';
import {
	type Change,
	type DeviceState,
	type DigestStore,
	type Found,
	type Invitation,
	type Look,
	lookIn,
	type MemoryRoutes,
	type MemberState,
	type Need,
	NOTHING,
	restored,
	type RouteMark,
	type SpaceState,
	type SpaceStore,
	type StoredCell,
	type Sums,
	sumsOf,
	type Tail,
	windowIn,
	type WindowPart,
	withoutRoutes,
	withRoutes,
} from '../space/index.ts';
import { allows } from '../permission.ts';
import { cellsAfter } from '../space/fixture.ts';
import type { ChunkHash, PressedChunk, Segment } from '../snapshot/index.ts';
import type { Timeline } from './timeline.ts';

/** What one space has on the disk. */
export interface SpaceFile {
	readonly space: SpaceState;
	readonly devices: ReadonlyMap<DeviceId, DeviceState>;
	readonly members: ReadonlyMap<string, MemberState>;
	readonly invitations: ReadonlyMap<string, Invitation>;
	readonly cells: ReadonlyMap<string, StoredCell>;
	readonly routes: MemoryRoutes;
	readonly segments: readonly Segment[];
	/** The sums of all collections, as commits keep them; `null` when they have to be counted. */
	readonly sums: ReadonlyMap<number, Sum> | null;
}

/** How the disk behaves just now; steps of the plan change it. */
export interface DiskMood {
	/** Until a commit is durable, in ms. */
	commitMs: number;
	/** What a read takes, and until the committer hears that a commit is durable, in ms. */
	readMs: number;
	/** What happens to the next commit: nothing of it is kept, or all of it but nobody is told. */
	failure: 'lost' | 'ambiguous' | null;
}

/**
 * The server's disk: one space, commits that take time, a power switch. What is durable at the moment of a crash survives it; a commit
 * under way is gone.
 */
export class ServerDisk implements SpaceStore, DigestStore {
	file: SpaceFile;
	/** The chunks that segments name, and those of backups. */
	readonly chunks = new Map<ChunkHash, PressedChunk>();
	readonly mood: DiskMood = { commitMs: 1, readMs: 1, failure: null };
	/** When each chunk was last named, ms. */
	readonly #named = new Map<ChunkHash, number>();
	readonly #timeline: Timeline;
	readonly #committed: (found: Found, change: Change) => void;
	/** Grows with every crash: whatever was under way belongs to the past. */
	#power = 0;

	/** @param committed told at the very moment when a change is durable */
	constructor(
		timeline: Timeline,
		space: SpaceState,
		members: ReadonlyMap<string, MemberState>,
		committed: (found: Found, change: Change) => void,
	) {
		this.#timeline = timeline;
		this.#committed = committed;
		this.file = {
			space,
			devices: new Map(),
			members,
			invitations: new Map(),
			cells: new Map(),
			routes: new Map(),
			segments: [],
			sums: new Map(),
		};
	}

	crash(): void {
		this.#power++;
	}

	/** Brings an older state back, as from a backup. */
	restore(backup: SpaceFile, now: number): void {
		const { owner } = backup.space;
		const members = new Map(backup.members).set(owner, this.file.members.get(owner)!);
		this.file = {
			...backup,
			members,
			space: { ...backup.space, ...restored(backup.space, Math.max(now, this.file.space.epoch + 1)) },
		};
	}

	/** Goes back to an older state, as a replica that lagged behind or a disk of yesterday does: nothing tells that it did. */
	fallBack(older: SpaceFile): void {
		const { owner } = older.space;
		this.file = { ...older, members: new Map(older.members).set(owner, this.file.members.get(owner)!) };
	}

	/** A snapshot was built. */
	snapshot(segments: readonly Segment[], chunks: readonly PressedChunk[]): void {
		for (const hash of namesIn(this.file)) this.#named.set(hash, this.#timeline.now);
		this.file = { ...this.file, segments };
		for (const chunk of chunks) this.chunks.set(chunk.hash, chunk);
	}

	/** A chunk, if the newest snapshot names it or did so a while ago, and the person may read it now. */
	chunk(hash: ChunkHash, person: string): Uint8Array | null {
		const lately = (this.#named.get(hash) ?? -Infinity) > this.#timeline.now - CHUNK_GRACE_MS;
		const found = lately || namesIn(this.file).includes(hash) ? this.chunks.get(hash) : undefined;
		if (!found || !allows(this.file.members.get(person)?.access, 'read', appOf(found.collection))) return null;
		return found.body;
	}

	/** Changes a role behind everybody's back: what is judged at commit sees it, and nobody is told. */
	setRole(person: string, role: Access['role']): void {
		const member = this.file.members.get(person)!;
		const members = new Map(this.file.members).set(person, { ...member, access: { role, apps: null } });
		this.file = { ...this.file, members };
	}

	transact(needs: readonly Need[], decide: (found: readonly Found[]) => readonly Change[]): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const { commitMs, readMs, failure } = this.mood;
		this.mood.failure = null;
		const power = this.#power;
		this.#timeline.after(commitMs, () => {
			if (power !== this.#power) return;
			if (failure === 'lost') return reject(new Error('disk full'));
			const found = needs.map((need) => this.#find(need));
			for (const change of decide(found)) this.#write(found[0]!, change);
			this.#timeline.after(readMs, () => {
				if (power !== this.#power) return;
				if (failure === 'ambiguous') reject(new Error('connection lost after COMMIT'));
				else resolve();
			});
		});
		return promise;
	}

	readSince(space: SpaceId, after: number, chunk: number, person = '', look?: Look): Promise<Tail | null> {
		const { cells, routes } = this.file;
		const tail = this.#tail(space, after, chunk, person);
		return this.#read(tail && look ? { ...tail, ...lookIn(cells.values(), routes, tail.cells, look) } : tail);
	}

	readWindow(space: SpaceId, window: Window, after: RouteMark | null, _chunk: number, person = ''): Promise<WindowPart | null> {
		const { cells, routes } = this.file;
		const tail = this.#tail(space, Infinity, 1, person);
		return this.#read(tail && { ...tail, ...windowIn(cells.values(), routes, window, after) });
	}

	sums(space: SpaceId, person: string): Promise<Sums | null> {
		const { space: state, cells, members, sums } = this.file;
		if (state.id !== space) return this.#read(null);
		this.file = { ...this.file, sums: sums ?? sumsOf(cells.values()) };
		const { epoch, aclEpoch, seq } = state;
		return this.#read({ epoch, aclEpoch, seq, access: members.get(person)?.access ?? null, sums: this.file.sums! });
	}

	readRecords(_space: SpaceId, after: RecordId | '', most: number): Promise<readonly StoredCell[]> {
		const newer = [...this.file.cells.values()].filter(({ record }) => record > after);
		newer.sort((a, b) => (a.record < b.record ? -1 : a.record > b.record ? 1 : 0));
		const last = newer[most - 1]?.record;
		return this.#read(last === undefined ? newer : newer.filter(({ record }) => record <= last));
	}

	async doubtSums(): Promise<void> {
		this.file = { ...this.file, sums: null };
	}

	/** What was read, after a while, unless the power goes meanwhile. */
	#read<T>(found: T): Promise<T> {
		const { promise, resolve } = Promise.withResolvers<T>();
		const power = this.#power;
		this.#timeline.after(this.mood.readMs, () => {
			if (power === this.#power) resolve(found);
		});
		return promise;
	}

	#tail(space: SpaceId, after: number, chunk: number, person: string): Tail | null {
		const { space: state, cells, members } = this.file;
		if (state.id !== space) return null;
		const newer: StoredCell[] = [];
		for (const cell of cells.values()) if (cell.seq > after) newer.push(cell);
		newer.sort((a, b) => a.seq - b.seq);
		const last = newer[chunk - 1]?.seq ?? Infinity;
		const access = members.get(person)?.access ?? null;
		return {
			epoch: state.epoch,
			aclEpoch: state.aclEpoch,
			access,
			seq: state.seq,
			horizon: state.horizon,
			cells: newer.filter(({ seq }) => seq <= last),
		};
	}

	#find(need: Need): Found {
		const { space, devices, members, invitations, cells } = this.file;
		if (need.space !== space.id) return NOTHING;
		const read = pick(cells, need.places.map(placeKey));
		for (let more = need.further(read); more.length > 0; more = need.further(read))
			for (const [key, cell] of pick(cells, more.map(placeKey))) read.set(key, cell);
		const moved = need.records.map(({ record, seq }): [RecordId, StoredCell[]] => [
			record,
			[...cells.values()].filter((cell) => cell.record === record && cell.seq > seq),
		]);
		return {
			space,
			devices: pick(devices, need.devices),
			members: pick(members, need.persons),
			memberships: [],
			invitations: pick(invitations, need.invitations),
			cells: read,
			moved: new Map(moved),
		};
	}

	#write(found: Found, change: Change): void {
		const cells = cellsAfter(this.file.cells, change);
		const devices = new Map([...this.file.devices, ...change.devices]);
		const members = new Map([...this.file.members, ...(change.acl?.members ?? [])]);
		const invitations = new Map(this.file.invitations);
		for (const invitation of change.acl?.invitations ?? []) invitations.set(invitation.id, invitation);
		for (const id of change.acl?.ended ?? []) invitations.delete(id);
		if (change.forgotten.length + change.erased.length > 0) this.snapshot([], []);
		const sums = this.file.sums && new Map(this.file.sums);
		for (const [collection, sum] of change.sums) if (sums) addSum(sums, collection, sum);
		const routes = withRoutes(withoutRoutes(this.file.routes, change.forgotten), change.routes);
		this.file = { ...this.file, space: change.space, devices, members, invitations, cells, routes, sums };
		this.#committed(found, change);
	}
}

/** How long a chunk outlives the snapshots that name it: shorter than some downloads take. */
const CHUNK_GRACE_MS = 8_000;

function namesIn({ segments }: SpaceFile): ChunkHash[] {
	return segments.flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
}

function pick<K, V>(all: ReadonlyMap<K, V>, keys: readonly K[]): Map<K, V> {
	return new Map(keys.flatMap((key) => (all.has(key) ? [[key, all.get(key)!] as const] : [])));
}
