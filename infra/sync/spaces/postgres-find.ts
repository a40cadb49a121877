import { type DeviceId, type Place, placeKey, type SpaceId } from '@mana/sync';
import { type Found, mirrorCells, type Need } from '@mana/sync/space/index';
import type { PoolClient } from 'pg';
import { type ActorRow, deviceOf } from './actor-rows.ts';
import { type SpaceRow, stateOf } from './member-rows.ts';
import { findInvitations, findMembers, findMemberships } from './postgres-members.ts';
import { ask, type CellRow, stored } from './postgres-rows.ts';

/** What decisions need to know, of all spaces in as many round trips as of one. @param spaces locked */
export async function find(client: PoolClient, needs: readonly Need[], spaces: ReadonlyMap<SpaceId, SpaceRow>): Promise<Found[]> {
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
		`select actor.space, device, actor, person, acted_by, acted_name, n, stamp, decisions from actor
		join unnest($1::bigint[], $2::text[]) as asked (space, id) on actor.space = asked.space and device = asked.id`,
		devices,
	))
		found.get(row.space)!.devices.set(row.device, deviceOf(row));
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

interface DeviceRow extends ActorRow {
	readonly space: number;
	readonly device: DeviceId;
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
