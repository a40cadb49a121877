import type { SpaceId } from '@mana/sync';
import type { Change, RouteWrite } from '@mana/sync/space/index';
import type { PoolClient } from 'pg';
import { addSums } from '../digests/add-sum.ts';
import { NONE } from '../digests/tables.ts';
import { decisionsToBytes, valueToBytes } from './bytes.ts';
import type { SpaceRow } from './member-rows.ts';
import { writeMembers } from './postgres-members.ts';
import { ask, buffer } from './postgres-rows.ts';
import { logRow } from './space-keeper.ts';

/** Writes what was decided, of all spaces in as many statements as of one. @param spaces as they were locked; @param now ms since 1970 */
export async function write(
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
		for (const [device, { actor, person, by, n, stamp, decisions }] of change.devices)
			actors.push([
				number,
				actor,
				device,
				person,
				by?.person ?? null,
				by?.name ?? null,
				n,
				stamp,
				buffer(decisionsToBytes(decisions)),
				now,
			]);
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
		`insert into actor (space, actor, device, person, acted_by, acted_name, n, stamp, decisions, seen_at)
		select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bytea[], $10::bigint[])
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
