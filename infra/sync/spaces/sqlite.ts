import type { Database } from 'bun:sqlite';
import type { RecordId, Window } from '@mana/model';
import { type Name, nameKey, accessOf, type DeviceId, type Place, placeKey, type SpaceId } from '@mana/sync';
import {
	type Change,
	type DeviceState,
	type Found,
	type Invitation,
	type MemberState,
	mirrorCells,
	type Need,
	type Look,
	type RouteMark,
	type StoredCell,
	type StoredRoute,
	type Tail,
	type WindowPart,
} from '@mana/sync/space/index';
import { ADD_SUM } from '../digests/add-sum.ts';
import { NONE } from '../digests/tables.ts';
import { type ActorRow, deviceOf } from './actor-rows.ts';
import { decisionsToBytes, valueFromBytes, valueToBytes } from './bytes.ts';
import { SPACE_COLUMNS, type SpaceRow, stateOf } from './member-rows.ts';
import { SqliteMembers } from './sqlite-members.ts';
import {
	DUE_SPACE,
	type LogWindow,
	logRow,
	newSpace,
	type NewSpace,
	PART,
	PRUNE_STEP,
	type SpaceKeeper,
} from './space-keeper.ts';

export interface CellRow {
	readonly record: string;
	readonly collection: number;
	readonly field: number;
	readonly key: string;
	readonly value: Uint8Array | null;
	readonly stamp: number;
	readonly actor: number;
	readonly seq: number;
}

/** Cells of a record above which it is not read whole. */
const WHOLE_CELLS = 64;

/**
 * Spaces in a SQLite file that `openStore` made. Everything here blocks its thread until it is done, the commit until the disk has it
 * (WAL, synchronous=FULL): writing belongs into the committer's worker, reading is short.
 */
export class SqliteSpaces implements SpaceKeeper {
	readonly #database: Database;
	readonly #now: () => number;
	readonly #members: SqliteMembers;
	readonly #sql;
	#routeSql: ReturnType<typeof routeStatements> | null = null;

	/** @param now ms since 1970 */
	constructor(database: Database, now: () => number) {
		this.#database = database;
		this.#now = now;
		this.#members = new SqliteMembers(database);
		this.#sql = {
			begin: database.prepare('begin'),
			lock: database.prepare('begin immediate'),
			commit: database.prepare('commit'),
			rollback: database.prepare('rollback'),
			space: database.prepare<SpaceRow, [string]>(`select ${SPACE_COLUMNS} from space where id = ?`),
			actor: database.prepare<ActorRow, [number, string]>(
				'select actor, person, acted_by, acted_name, n, stamp, decisions from actor where space = ? and device = ?',
			),
			cell: database.prepare<Pick<CellRow, 'value' | 'stamp' | 'actor' | 'seq'>, [number, string, number, number, string]>(
				'select value, stamp, actor, seq from cell where space = ? and record = ? and collection = ? and field = ? and key = ?',
			),
			record: database.prepare<CellRow, [number, string, number]>(
				`select record, collection, field, key, value, stamp, actor, seq from cell where space = ? and record = ? and collection = ? limit ${WHOLE_CELLS}`,
			),
			moved: database.prepare<CellRow, [number, string, number]>(
				'select record, collection, field, key, value, stamp, actor, seq from cell where space = ? and record = ? and seq > ?',
			),
			since: database.prepare<CellRow, [number, number]>(
				'select record, collection, field, key, value, stamp, actor, seq from cell where space = ? and seq > ? order by seq',
			),
			advance: database.prepare<null, [number, number, Uint8Array, number, number, number]>(
				'update space set seq = ?, next_actor = ?, log_hash = ?, log_position = ?, horizon = ? where number = ?',
			),
			putActor: database.prepare<
				null,
				[number, number, string, string, string | null, string | null, number, number, Uint8Array, number]
			>(
				`insert into actor (space, actor, device, person, acted_by, acted_name, n, stamp, decisions, seen_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				on conflict (space, actor) do update set n = excluded.n, stamp = excluded.stamp, decisions = excluded.decisions, seen_at = excluded.seen_at`,
			),
			putCell: database.prepare<null, [number, string, number, number, string, Uint8Array | null, number, number, number]>(
				`insert into cell (space, record, collection, field, key, value, stamp, actor, seq) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
				on conflict (space, record, collection, field, key)
				do update set value = excluded.value, stamp = excluded.stamp, actor = excluded.actor, seq = excluded.seq`,
			),
			log: database.prepare<null, [number, number, number, Uint8Array, Uint8Array, number, number, Uint8Array, Uint8Array]>(
				'insert into log (space, from_seq, to_seq, previous_hash, hash, position, written_at, frames, replaced) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
			),
			addSum: database.prepare<null, [number, number, number, number]>(ADD_SUM),
			clear: database.prepare<null, [number, string, number]>(
				'delete from cell where space = ? and record = ? and collection = ?',
			),
			erase: database.prepare<null, [number, string, number, number, string]>(
				'delete from cell where space = ? and record = ? and collection = ? and field = ? and key = ?',
			),
			unname: database.prepare<null, [number, number]>('update chunk set unnamed_at = ? where space = ? and unnamed_at is null'),
			unroute: database.prepare<null, [number, number, string]>(
				'delete from route where space = ? and collection = ? and record = ?',
			),
			uncover: database.prepare<null, [number]>('delete from segment where space = ?'),
			personal: database.prepare<{ id: string }, [string]>('select id from space where personal_of = ?'),
			putSpace: database.prepare<SpaceRow, [string, number, string, string, string, string | null, Uint8Array, number]>(
				`insert into space (id, epoch, seq, next_actor, kind, name, owner, personal_of, log_hash, created_at)
				values (?, ?, 0, 1, ?, ?, ?, ?, ?, ?) returning *`,
			),
			due: database.prepare<{ number: number; log_position: number }, [number, number]>(DUE_SPACE('?', '?')),
			prune: database.prepare<null, [number, number, number, number]>(
				`delete from log where space = ? and to_seq in (
					select to_seq from (select to_seq, position, written_at from log where space = ? order by to_seq limit ${PRUNE_STEP})
					where written_at < ? or position < ?)`,
			),
		};
	}

	/** Prepared when it is first needed: not before there is a collection that routes. */
	get #routes() {
		return (this.#routeSql ??= routeStatements(this.#database));
	}

	async transact(needs: readonly Need[], decide: (found: readonly Found[]) => readonly Change[]): Promise<void> {
		this.#locked(() => {
			const rows = new Map<SpaceId, SpaceRow>();
			const found = needs.map((need) => this.#find(need, rows));
			for (const change of decide(found)) this.#write(change, rows.get(change.space.id)!);
		});
	}

	async readSince(id: SpaceId, after: number, chunk: number, person?: string, look?: Look): Promise<Tail | null> {
		return this.#snapshot(id, person, ({ number }) => {
			const cells = this.#part(number, after, Math.min(chunk, PART.cells));
			return look ? { cells, ...this.#look(number, cells, look) } : { cells };
		});
	}

	async readWindow(
		id: SpaceId,
		window: Window,
		after: RouteMark | null,
		chunk: number,
		person?: string,
	): Promise<WindowPart | null> {
		return this.#snapshot(id, person, ({ number }) => {
			const { collection, field, from, to } = window;
			const most = Math.max(1, Math.min(chunk, PART.cells) >> 3);
			const { key, record } = after ?? { key: from, record: '' };
			const marks = this.#routes.window.all(number, collection, field, key, record, to, most);
			const cells = marks.flatMap((mark) => this.#whole(number, { collection, record: mark.record }));
			return { cells, next: marks.length < most ? null : marks.at(-1)! };
		});
	}

	/** Reads with the head of the space and the right of whoever asks, all from one snapshot. */
	#snapshot<T>(id: SpaceId, person: string | undefined, read: (space: SpaceRow) => T) {
		this.#sql.begin.run();
		try {
			const space = this.#sql.space.get(id);
			if (!space) return null;
			const access = person === undefined ? null : (accessOf(person, this.#members.member(space.number, person)) ?? null);
			return { epoch: space.epoch, aclEpoch: space.acl_epoch, access, seq: space.seq, horizon: space.horizon, ...read(space) };
		} finally {
			this.#sql.commit.run();
		}
	}

	#look(space: number, cells: readonly StoredCell[], look: Look): { routes: StoredRoute[]; whole: StoredCell[] } {
		const names = new Map(cells.flatMap((cell) => (look.routes(cell.collection) ? [[nameKey(cell), cell] as const] : [])));
		const routes = [...names.values()].flatMap(({ collection, record }) => this.#routes.routes.all(space, collection, record));
		return { routes, whole: look.whole(routes).flatMap((name) => this.#whole(space, name)) };
	}

	#whole(space: number, { collection, record }: Name): StoredCell[] {
		return this.#routes.whole.all(space, record, collection).map((row) => stored(row));
	}

	async personal(person: string, now: number): Promise<SpaceId> {
		const known = this.#sql.personal.get(person);
		if (known) return known.id as SpaceId;
		return this.#locked(() => {
			const raced = this.#sql.personal.get(person);
			if (raced) return raced.id as SpaceId;
			return this.#make({ kind: 'personal', name: '', owner: person, ownerName: '' }, now);
		});
	}

	async create(space: NewSpace, now: number): Promise<SpaceId> {
		return this.#locked(() => this.#make(space, now));
	}

	async prune(now: number, { ageMs, bytes }: LogWindow): Promise<number> {
		const before = now - ageMs;
		const due = this.#sql.due.get(before, bytes);
		return due ? this.#sql.prune.run(due.number, due.number, before, due.log_position - bytes).changes : 0;
	}

	#make({ kind, name, owner, ownerName }: NewSpace, now: number): SpaceId {
		const { id, epoch, logHash } = newSpace(now);
		const row = this.#sql.putSpace.get(id, epoch, kind, name, owner, kind === 'personal' ? owner : null, logHash, now)!;
		const member = { access: { role: 'owner', apps: null }, name: ownerName, since: now } as const;
		this.#members.put(row.number, owner, member);
		this.#members.log(stateOf(row), owner, member, now);
		return id;
	}

	#locked<T>(work: () => T): T {
		this.#sql.lock.run();
		try {
			const result = work();
			this.#sql.commit.run();
			return result;
		} catch (error) {
			// A full disk has rolled back already.
			if (this.#database.inTransaction) this.#sql.rollback.run();
			throw error;
		}
	}

	#find(need: Need, rows: Map<SpaceId, SpaceRow>): Found {
		const row = this.#sql.space.get(need.space);
		const devices = new Map<DeviceId, DeviceState>();
		const members = new Map<string, MemberState>();
		const invitations = new Map<string, Invitation>();
		const cells = new Map<string, StoredCell>();
		const moved = new Map<RecordId, StoredCell[]>();
		if (!row) return { space: null, devices, members, memberships: [], invitations, cells, moved };
		rows.set(need.space, row);
		const { number, personal_of } = row;
		const memberships = need.memberships && personal_of !== null ? this.#members.memberships(personal_of) : [];
		for (const device of need.devices) {
			const actor = this.#sql.actor.get(number, device);
			if (actor) devices.set(device, deviceOf(actor));
		}
		for (const person of need.persons) {
			const member = this.#members.member(number, person);
			if (member) members.set(person, member);
		}
		for (const id of need.invitations) {
			const invitation = this.#members.invitation(number, id);
			if (invitation) invitations.set(id, invitation);
		}
		let places: readonly Place[] = [...need.places, ...memberships.flatMap(mirrorCells)];
		const whole = new Set<string>();
		for (; places.length > 0; places = need.further(cells)) this.#findCells(number, places, cells, whole);
		for (const { record, seq } of need.records) {
			const rows = this.#sql.moved.all(number, record, seq);
			moved.set(
				record,
				rows.map((row) => stored(row)),
			);
		}
		return { space: stateOf(row), devices, members, memberships, invitations, cells, moved };
	}

	/**
	 * Reads what stands at places into `cells`. To look one up costs about what it costs to read a record of ten cells: where several places of one are
	 * asked for, all of it is read, unless it is a large one.
	 *
	 * @param whole names of the records of which everything is in `cells`
	 */
	#findCells(space: number, places: readonly Place[], cells: Map<string, StoredCell>, whole: Set<string>): void {
		for (const [name, group] of Map.groupBy(places, nameKey)) {
			if (whole.has(name)) continue;
			const { record, collection } = group[0]!;
			if (group.length > 1) {
				const rows = this.#sql.record.all(space, record, collection).map(stored);
				for (const cell of rows) cells.set(placeKey(cell), cell);
				if (rows.length < WHOLE_CELLS) {
					whole.add(name);
					continue;
				}
			}
			for (const place of group) {
				const cell = this.#sql.cell.get(space, record, collection, place.field, place.key);
				if (cell) cells.set(placeKey(place), stored({ ...place, ...cell }));
			}
		}
	}

	#write(change: Change, row: SpaceRow): void {
		const { number, log_hash, log_position, digests } = row;
		const now = this.#now();
		const { space, from, devices, cells } = change;
		let hash = log_hash;
		let position = log_position;
		if (cells.length > 0) {
			const entry = logRow(change, log_hash);
			this.#sql.log.run(number, from, space.seq, log_hash, entry.hash, position, now, entry.frames, entry.replaced);
			hash = entry.hash;
			position += entry.bytes;
		}
		this.#members.write(number, stateOf(row), change, now);
		this.#sql.advance.run(space.seq, space.nextActor, hash, position, space.horizon, number);
		for (const [device, { actor, person, by, n, stamp, decisions }] of devices) {
			const acting = [by?.person ?? null, by?.name ?? null] as const;
			this.#sql.putActor.run(number, actor, device, person, ...acting, n, stamp, decisionsToBytes(decisions), now);
		}
		for (const { record, collection } of [...change.purged, ...change.forgotten]) this.#sql.clear.run(number, record, collection);
		for (const { record, collection, field, key } of change.erased) this.#sql.erase.run(number, record, collection, field, key);
		if (change.forgotten.length + change.erased.length > 0) {
			this.#sql.unname.run(now, number);
			this.#sql.uncover.run(number);
			for (const { record, collection } of change.forgotten) this.#sql.unroute.run(number, collection, record);
		}
		for (const { record, collection, field, key, value, stamp, actor, seq } of cells)
			this.#sql.putCell.run(number, record, collection, field, key, valueToBytes(value), stamp, actor, seq);
		for (const { collection, record, field, key, seq } of change.routes)
			if (key === null) this.#routes.bearRoute.run(number, collection, record, field, seq, seq);
			else this.#routes.putRoute.run(number, collection, record, field, key, seq, seq);
		if (digests === NONE) return;
		for (const [collection, { low, high }] of change.sums) this.#sql.addSum.run(number, collection, low, high);
	}

	#part(space: number, after: number, most: number): StoredCell[] {
		const cells: StoredCell[] = [];
		let bytes = 0;
		for (const row of this.#sql.since.iterate(space, after)) {
			if ((cells.length >= most || bytes >= PART.bytes) && row.seq !== cells.at(-1)!.seq) break;
			bytes += 48 + row.key.length + (row.value?.length ?? 0);
			cells.push(stored(row));
		}
		return cells;
	}
}

function routeStatements(database: Database) {
	return {
		whole: database.prepare<CellRow, [number, string, number]>(
			'select record, collection, field, key, value, stamp, actor, seq from cell where space = ? and record = ? and collection = ?',
		),
		routes: database.prepare<StoredRoute, [number, number, string]>(
			'select collection, record, field, key, seq, born from route where space = ? and collection = ? and record = ?',
		),
		window: database.prepare<RouteMark, [number, number, number, string, string, string, number]>(
			`select key, record from route where space = ? and collection = ? and field = ? and (key, record) > (?, ?) and key < ?
			order by key, record limit ?`,
		),
		putRoute: database.prepare<null, [number, number, string, number, string, number, number]>(
			`insert into route (space, collection, record, field, key, seq, born) values (?, ?, ?, ?, ?, ?, ?)
			on conflict (space, collection, record, field) do update set key = excluded.key, seq = excluded.seq where key <> excluded.key`,
		),
		bearRoute: database.prepare<null, [number, number, string, number, number, number]>(
			`insert into route (space, collection, record, field, key, seq, born) values (?, ?, ?, ?, '', ?, ?)
			on conflict (space, collection, record, field) do nothing`,
		),
	};
}

/** The cell of a row. */
export function stored({ record, collection, field, key, value, stamp, actor, seq }: CellRow): StoredCell {
	return { record: record as RecordId, collection, field, key, value: valueFromBytes(value), stamp, actor, seq };
}
