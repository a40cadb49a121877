import { partsOf, type RecordDb } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import { events, type Guest, guests } from '../model.ts';
import type { PlacedEvent } from './kind.server.ts';
import type { ObjectState } from '../ical/event-object.ts';

/** Events with what stands in records of their own, in as few questions as there are kinds of them. */
export async function statesOf(db: RecordDb, space: SpaceId, placed: readonly PlacedEvent[]): Promise<ObjectState[]> {
	const ids = placed.map(({ row }) => row.id);
	const changed = await partsOf(db, events, space, ids);
	const all = [...ids, ...[...changed.values()].flat().map(({ id }) => id)];
	const invited = await partsOf(db, guests, space, all);
	const guestsFor = (id: (typeof ids)[number]): Guest[] =>
		(invited.get(id) ?? []).filter(({ deletedAt, address }) => deletedAt === null && address !== '');
	return placed.map(({ row, uid, changedAt }) => ({
		event: row,
		uid,
		guests: guestsFor(row.id),
		changedAt,
		occurrences: (changed.get(row.id) ?? [])
			.filter(({ deletedAt, occurrence, start }) => deletedAt === null && occurrence !== null && start !== null)
			.map((event) => ({ event, uid, guests: guestsFor(event.id), changedAt, series: row })),
	}));
}
