import type { Window } from '@mana/model';
import { accessOf, type DeviceId, type Name, nameKey, type Place, placeKey, type SpaceId } from '@mana/sync';
import {
	type Change,
	type DeviceState,
	type Found,
	type Look,
	mirrorCells,
	type Need,
	type RouteMark,
	type RouteWrite,
	type StoredCell,
	type StoredRoute,
	type Tail,
	type WindowPart,
} from '@mana/sync/space/index';
import type { Pool, PoolClient } from 'pg';
import { NONE } from '../digests/tables.ts';
import { addSums } from '../digests/add-sum.ts';
import { decisionsFromBytes, decisionsToBytes, valueFromBytes, valueToBytes } from './bytes.ts';
import { memberOf, type MemberRow, SPACE_COLUMNS, type SpaceRow, stateOf } from './member-rows.ts';
import { findInvitations, findMembers, findMemberships, logMember, putMember, writeMembers } from './postgres-members.ts';
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

/** How long a transaction that writes may stand still before PostgreSQL ends it, in milliseconds: a paused node holds up others no longer. */
const STANDSTILL_MS = 2000;
/** How long to wait for a space that somebody else writes, in milliseconds. */
const LOCK_WITHIN_MS = 5_000;
/** How long a transaction may take in all, in milliseconds. */
const ANSWER_WITHIN_MS = 9_000;

/** Both in one message. They hold for this transaction only. */
const WRITING = `begin; set local idle_in_transaction_session_timeout = ${STANDSTILL_MS}; set local lock_timeout = ${LOCK_WITHIN_MS}`;

export interface CellRow extends Omit<StoredCell, 'value'> {
	readonly space: number;
	readonly value: Uint8Array | null;
}

/**
 * Spaces in PostgreSQL. The row of a space is locked from before its seq is read until the commit, so readers never see a seq before
 * the one below it (sync.md §6.6), however many processes write. A group of many spaces takes as many round trips as one.
 */
export class PostgresSpaces implements SpaceKeeper {
	readonly #pool: Pool;
	readonly #now: () => number;

	/** @param now ms since 1970 */
	constructor(pool: Pool, now: () => number) {
		this.#pool = pool;
		this.#now = now;
	}

	/** Whoever stops in the middle, paused or cut off, loses the connection and with it the locks, before others have waited long. */
	async transact(needs: readonly Need[], decide: (found: readonly Found[]) => readonly Change[]): Promise<void> {
		await this.#transaction(WRITING, async (client) => {
			const spaces = await lock(client, needs);
			const changes = decide(await find(client, needs, spaces));
			if (changes.length > 0) await write(client, changes, spaces, this.#now());
		});
	}

	readSince(id: SpaceId, after: number, chunk: number, person?: string, look?: Look): Promise<Tail | null> {
		return this.#snapshot(id, person, async (client, { number }) => {
			const cells = await part(client, number, after, Math.min(chunk, PART.cells));
			if (!look) return { cells };
			const names = new Map(cells.flatMap((cell) => (look.routes(cell.collection) ? [[nameKey(cell), cell] as const] : [])));
			const routes = await routesOf(client, number, [...names.values()]);
			return { cells, routes, whole: await wholeOf(client, number, look.whole(routes)) };
		});
	}

	readWindow(id: SpaceId, window: Window, after: RouteMark | null, chunk: number, person?: string): Promise<WindowPart | null> {
		return this.#snapshot(id, person, async (client, { number }) => {
			const { collection, field, from, to } = window;
			const most = Math.max(1, Math.min(chunk, PART.cells) >> 3);
			const { key, record } = after ?? { key: from, record: '' };
			const marks = await all<RouteMark>(
				client,
				`select key, record from route where space = $1 and collection = $2 and field = $3 and (key, record) > ($4, $5) and key < $6
				order by key, record limit $7`,
				[number, collection, field, key, record, to, most],
			);
			const cells = await wholeOf(
				client,
				number,
				marks.map((mark) => ({ collection, record: mark.record })),
			);
			return { cells, next: marks.length < most ? null : marks.at(-1)! };
		});
	}

	/** Reads with the head of the space and the right of whoever asks, all from one snapshot. */
	#snapshot<T>(id: SpaceId, person: string | undefined, read: (client: PoolClient, space: SpaceRow) => Promise<T>) {
		return this.#transaction('begin isolation level repeatable read read only', async (client) => {
			const space = await one<SpaceRow>(client, 'select number, epoch, seq, acl_epoch, horizon from space where id = $1', [id]);
			if (!space) return null;
			const member =
				person === undefined
					? undefined
					: await one<MemberRow>(client, 'select role, apps, name, since from member where space = $1 and person = $2', [
							space.number,
							person,
						]);
			return {
				epoch: space.epoch,
				aclEpoch: space.acl_epoch,
				access: person === undefined ? null : (accessOf(person, member && memberOf(member)) ?? null),
				seq: space.seq,
				horizon: space.horizon,
				...(await read(client, space)),
			};
		});
	}

	async personal(person: string, now: number): Promise<SpaceId> {
		const sql = 'select id from space where personal_of = $1';
		const known = await one<SpaceRow>(this.#pool, sql, [person]);
		if (known) return known.id;
		await this.#make({ kind: 'personal', name: '', owner: person, ownerName: '' }, now);
		return (await one<SpaceRow>(this.#pool, sql, [person]))!.id;
	}

	create(space: NewSpace, now: number): Promise<SpaceId> {
		return this.#make(space, now);
	}

	async #make({ kind, name, owner, ownerName }: NewSpace, now: number): Promise<SpaceId> {
		const { id, epoch, logHash } = newSpace(now);
		await this.#transaction(WRITING, async (client) => {
			const made = await one<SpaceRow>(
				client,
				`insert into space (id, epoch, seq, next_actor, kind, name, owner, personal_of, log_hash, created_at)
				values ($1, $2, 0, 1, $3, $4, $5, $6, $7, $8) on conflict (personal_of) do nothing returning *`,
				[id, epoch, kind, name, owner, kind === 'personal' ? owner : null, buffer(logHash), now],
			);
			if (!made) return;
			const member = { access: { role: 'owner', apps: null }, name: ownerName, since: now } as const;
			await putMember(client, made.number, owner, member);
			await logMember(client, stateOf(made), owner, member, now);
		});
		return id;
	}

	async prune(now: number, { ageMs, bytes }: LogWindow): Promise<number> {
		const before = now - ageMs;
		const due = await one<{ number: number; log_position: number }>(this.#pool, DUE_SPACE('$1', '$2'), [before, bytes]);
		if (!due) return 0;
		const { rowCount } = await this.#pool.query(
			`delete from log where space = $1 and to_seq in (
				select to_seq from (select to_seq, position, written_at from log where space = $1 order by to_seq limit ${PRUNE_STEP}) as oldest
				where written_at < $2 or position < $3)`,
			[due.number, before, due.log_position - bytes],
		);
		return rowCount ?? 0;
	}

	async #transaction<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
		const client = await this.#pool.connect();
		// A connection that breaks also fails the query under way; without a listener it would end the process.
		let broken: Error | undefined;
		const lost = (error: Error) => (broken = error);
		client.on('error', lost);
		// One that hangs is given up. Whether a commit on it was kept is then unknown, as after any other loss.
		let released = false;
		const late = setTimeout(() => {
			lost(new Error(`PostgreSQL did not answer within ${ANSWER_WITHIN_MS} ms.`));
			released = true;
			client.release(broken);
		}, ANSWER_WITHIN_MS);
		try {
			await client.query(begin);
			const result = await work(client);
			await client.query('commit');
			return result;
		} catch (error) {
			if (!broken) await client.query('rollback').catch(lost);
			throw broken ?? error;
		} finally {
			clearTimeout(late);
			client.off('error', lost);
			if (!released) client.release(broken);
		}
	}
}

/** Locks the spaces in one order for everybody, so that two groups never wait for each other. */
async function lock(client: PoolClient, needs: readonly Need[]): Promise<Map<SpaceId, SpaceRow>> {
	const { rows } = await client.query<SpaceRow>(
		`select ${SPACE_COLUMNS} from space where id = any($1::text[]) order by id for update`,
		[needs.map(({ space }) => space)],
	);
	return new Map(rows.map((row) => [row.id, row]));
}

async function find(client: PoolClient, needs: readonly Need[], spaces: ReadonlyMap<SpaceId, SpaceRow>): Promise<Found[]> {
	const found = new Map<number, Mutable>();
	const known = needs.flatMap((need) => {
		const row = spaces.get(need.space);
		return row ? [{ ...need, number: row.number, personalOf: row.personal_of }] : [];
	});
	const members = await findMembers(client, known);
	const memberships = await findMemberships(client, known);
	const invitations = await findInvitations(client, known);
	for (const row of spaces.values())
		found.set(row.number, {
			space: stateOf(row),
			devices: new Map(),
			members: members.get(row.number) ?? new Map(),
			memberships: memberships.get(row.number) ?? [],
			invitations: invitations.get(row.number) ?? new Map(),
			cells: new Map(),
			moved: new Map(),
		});
	const devices = known.flatMap(({ number, devices }) => devices.map((device) => [number, device] as const));
	const records = known.flatMap(({ number, records }) => records.map(({ record, seq }) => [number, record, seq] as const));

	for (const row of await ask<DeviceRow>(
		client,
		`select actor.space, device, actor, person, n, stamp, decisions from actor
		join unnest($1::bigint[], $2::text[]) as asked (space, id) on actor.space = asked.space and device = asked.id`,
		devices,
	))
		found.get(row.space)!.devices.set(row.device, { ...row, decisions: decisionsFromBytes(row.decisions) });
	let places: { readonly number: number; readonly places: readonly Place[] }[] = known.map(({ number, places }) => ({
		number,
		places: [...places, ...(memberships.get(number) ?? []).flatMap(mirrorCells)],
	}));
	while (places.length > 0) {
		await findCells(client, places, found);
		places = known.flatMap(({ number, further }) => {
			const more = further(found.get(number)!.cells);
			return more.length > 0 ? [{ number, places: more }] : [];
		});
	}
	for (const row of await ask<CellRow>(
		client,
		`select cell.* from unnest($1::bigint[], $2::text[], $3::bigint[]) as asked (space, record, above)
			join cell on cell.space = asked.space and cell.record = asked.record and cell.seq > asked.above`,
		records,
	)) {
		const { moved } = found.get(row.space)!;
		moved.set(row.record, [...(moved.get(row.record) ?? []), stored(row)]);
	}
	return needs.map((need) => found.get(spaces.get(need.space)?.number ?? NaN) ?? nothing());
}

async function findCells(
	client: PoolClient,
	asked: readonly { readonly number: number; readonly places: readonly Place[] }[],
	found: ReadonlyMap<number, Mutable>,
): Promise<void> {
	// A key with NUL cannot even be asked for; there is none (`rules.ts`).
	const places = asked.flatMap(({ number, places }) =>
		places.filter(({ key }) => !key.includes('\0')).map((place) => ({ ...place, number })),
	);
	for (const row of await ask<CellRow>(
		client,
		`select cell.* from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
				as asked (space, record, collection, field, key)
			join cell using (space, record, collection, field, key)`,
		places.map(({ number, record, collection, field, key }) => [number, record, collection, field, key]),
	))
		found.get(row.space)!.cells.set(placeKey(row), stored(row));
}

async function write(
	client: PoolClient,
	changes: readonly Change[],
	spaces: ReadonlyMap<SpaceId, SpaceRow>,
	now: number,
): Promise<void> {
	const heads: unknown[][] = [];
	const logs: unknown[][] = [];
	const actors: unknown[][] = [];
	const cells: unknown[][] = [];
	const sums: number[][] = [];
	const cleared: unknown[][] = [];
	const uncovered: unknown[][] = [];
	const unrouted: unknown[][] = [];
	const erased: unknown[][] = [];
	for (const change of changes) {
		const space = spaces.get(change.space.id)!;
		const { number, log_hash, log_position } = space;
		await writeMembers(client, space, change, now);
		let hash = log_hash;
		let position = log_position;
		if (change.cells.length > 0) {
			const row = logRow(change, log_hash);
			const bytes = [buffer(row.frames), buffer(row.replaced)];
			logs.push([number, change.from, change.space.seq, buffer(log_hash), buffer(row.hash), position, now, ...bytes]);
			hash = row.hash;
			position += row.bytes;
		}
		heads.push([number, change.space.seq, change.space.nextActor, buffer(hash), position, change.space.horizon]);
		for (const { record, collection } of [...change.purged, ...change.forgotten]) cleared.push([number, record, collection]);
		for (const { record, collection } of change.forgotten) unrouted.push([number, record, collection]);
		for (const { record, collection, field, key } of change.erased) erased.push([number, record, collection, field, key]);
		if (change.forgotten.length + change.erased.length > 0) uncovered.push([number]);
		for (const [device, { actor, person, n, stamp, decisions }] of change.devices)
			actors.push([number, actor, device, person, n, stamp, buffer(decisionsToBytes(decisions)), now]);
		for (const { record, collection, field, key, value, stamp, actor, seq } of change.cells) {
			const bytes = valueToBytes(value);
			cells.push([number, record, collection, field, key, bytes && buffer(bytes), stamp, actor, seq]);
		}
		if (space.digests !== NONE) for (const [collection, { low, high }] of change.sums) sums.push([number, collection, low, high]);
	}
	await ask(
		client,
		`update space set seq = next.seq, next_actor = next.next_actor, log_hash = next.log_hash, log_position = next.log_position,
			horizon = next.horizon
		from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[])
			as next (number, seq, next_actor, log_hash, log_position, horizon)
		where space.number = next.number`,
		heads,
	);
	await ask(
		client,
		`insert into actor (space, actor, device, person, n, stamp, decisions, seen_at)
		select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bigint[])
		on conflict (space, actor) do update set n = excluded.n, stamp = excluded.stamp, decisions = excluded.decisions, seen_at = excluded.seen_at`,
		actors,
	);
	await ask(
		client,
		`delete from cell using unnest($1::bigint[], $2::text[], $3::bigint[]) as gone (space, record, collection)
		where cell.space = gone.space and cell.record = gone.record and cell.collection = gone.collection`,
		cleared,
	);
	await ask(
		client,
		`delete from cell using unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[]) as gone (space, record, collection, field, key)
		where cell.space = gone.space and cell.record = gone.record and cell.collection = gone.collection
			and cell.field = gone.field and cell.key = gone.key`,
		erased,
	);
	await ask(
		client,
		`delete from route using unnest($1::bigint[], $2::text[], $3::bigint[]) as gone (space, record, collection)
		where route.space = gone.space and route.record = gone.record and route.collection = gone.collection`,
		unrouted,
	);
	for (const space of uncovered) {
		await client.query('update chunk set unnamed_at = $2 where space = $1 and unnamed_at is null', [...space, now]);
		await client.query('delete from segment where space = $1', space);
	}
	await ask(
		client,
		`insert into cell (space, record, collection, field, key, value, stamp, actor, seq)
		select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[], $7::bigint[], $8::bigint[], $9::bigint[])
		on conflict (space, record, collection, field, key)
		do update set value = excluded.value, stamp = excluded.stamp, actor = excluded.actor, seq = excluded.seq`,
		cells,
	);
	await addSums(client, sums);
	const routes = changes.flatMap((change) =>
		change.routes.map((route) => ({ space: spaces.get(change.space.id)!.number, ...route })),
	);
	await putRoutes(client, routes);
	await ask(
		client,
		`insert into log (space, from_seq, to_seq, previous_hash, hash, position, written_at, frames, replaced)
		select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bytea[], $9::bytea[])`,
		logs,
	);
}

/** A register that was written moves its record there; the others only say that there is a record. */
async function putRoutes(client: PoolClient, routes: readonly (RouteWrite & { readonly space: number })[]): Promise<void> {
	for (const written of [true, false])
		await ask(
			client,
			`insert into route (space, collection, record, field, key, seq, born)
			select space, collection, record, field, key, seq, seq
			from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[]) as made (space, collection, record, field, key, seq)
			on conflict (space, collection, record, field) ${
				written ? 'do update set key = excluded.key, seq = excluded.seq where route.key <> excluded.key' : 'do nothing'
			}`,
			routes
				.filter(({ key }) => (key !== null) === written)
				.map(({ space, collection, record, field, key, seq }) => [space, collection, record, field, key ?? '', seq]),
		);
}

/** Where records stand. */
function routesOf(client: PoolClient, space: number, names: readonly Name[]): Promise<StoredRoute[]> {
	return ask<StoredRoute>(
		client,
		`select collection, record, field, key, seq, born from unnest($1::bigint[], $2::bigint[], $3::text[]) as asked (space, collection, record)
			join route using (space, collection, record)`,
		names.map(({ collection, record }) => [space, collection, record]),
	);
}

/** Everything of some records. */
async function wholeOf(client: PoolClient, space: number, names: readonly Name[]): Promise<StoredCell[]> {
	const rows = await ask<CellRow>(
		client,
		`select cell.* from unnest($1::bigint[], $2::text[], $3::bigint[]) as asked (space, record, collection)
			join cell using (space, record, collection)`,
		names.map(({ collection, record }) => [space, record, collection]),
	);
	return rows.map(stored);
}

/** Up to `most` cells, fewer when they are large, but all of the last seq. */
async function part(client: PoolClient, space: number, after: number, most: number): Promise<StoredCell[]> {
	const last = await one<{ seq: number | null }>(
		client,
		`select coalesce(min(seq) filter (where bytes >= $4), max(seq)) as seq from (
			select seq, sum(48 + length(key) + coalesce(length(value), 0)) over (order by seq rows unbounded preceding) as bytes from (
				select seq, key, value from cell where space = $1 and seq > $2 order by seq limit $3) as next) as summed`,
		[space, after, most, PART.bytes],
	);
	if (!last || last.seq === null) return [];
	const rows = await all<CellRow>(client, 'select * from cell where space = $1 and seq > $2 and seq <= $3 order by seq', [
		space,
		after,
		last.seq,
	]);
	return rows.map(stored);
}

interface DeviceRow extends Omit<DeviceState, 'decisions'> {
	readonly space: number;
	readonly device: DeviceId;
	readonly decisions: Uint8Array;
}

type Mutable = { -readonly [K in keyof Found]: Found[K] extends ReadonlyMap<infer A, infer B> ? Map<A, B> : Found[K] };

function nothing(): Found {
	return {
		space: null,
		devices: new Map(),
		members: new Map(),
		memberships: [],
		invitations: new Map(),
		cells: new Map(),
		moved: new Map(),
	};
}

/** The cell of a row. */
export function stored({ record, collection, field, key, value, stamp, actor, seq }: CellRow): StoredCell {
	return { record, collection, field, key, value: valueFromBytes(value), stamp, actor, seq };
}

/** Runs a statement over many rows at once: they go as one array for each column, for `unnest`. Without rows there is nothing to run. */
async function ask<Row extends object>(client: PoolClient, sql: string, rows: readonly (readonly unknown[])[]): Promise<Row[]> {
	if (!rows[0]) return [];
	return all<Row>(
		client,
		sql,
		rows[0].map((_, column) => rows.map((row) => row[column])),
	);
}

function buffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function all<Row extends object>(client: Pool | PoolClient, sql: string, values: unknown[]): Promise<Row[]> {
	return (await client.query<Row>(sql, values)).rows;
}

async function one<Row extends object>(client: Pool | PoolClient, sql: string, values: unknown[]): Promise<Row | undefined> {
	return (await all<Row>(client, sql, values))[0];
}
