import { partsOf, type RecordDb, tagNamesFor } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import { type Event, events, type Guest, guests } from '../model.ts';
import { calendarsOf, type PlacedEvent } from './kind.server.ts';
import type { ObjectState } from '../ical/event-object.ts';

/** Events with what stands in records of their own, in as few questions as there are kinds of them. */
export async function statesOf(db: RecordDb, space: SpaceId, placed: readonly PlacedEvent[]): Promise<ObjectState[]> {
	const ids = placed.map(({ row }) => row.id);
	const changed = await partsOf(db, events, space, ids);
	const all = [...ids, ...[...changed.values()].flat().map(({ id }) => id)];
	const invited = await partsOf(db, guests, space, all);
	const guestsFor = (id: (typeof ids)[number]): Guest[] =>
		(invited.get(id) ?? []).filter(({ deletedAt, address }) => deletedAt === null && address !== '');
	// What a feed calls its events is nobody's tag here.
	const feeds = new Set(
		(await calendarsOf(db, [space])).flatMap(({ calendar }) => (calendar.kind === 'subscription' ? [calendar.id as string] : [])),
	);
	const named = await tagNamesFor(db, space, [...placed.map(({ row }) => row), ...[...changed.values()].flat()]);
	const tagsFor = (event: Event) => (feeds.has(event.calendar ?? '') ? null : named(event));
	return placed.map(({ row, uid, changedAt }) => ({
		event: row,
		uid,
		guests: guestsFor(row.id),
		tags: tagsFor(row),
		changedAt,
		occurrences: (changed.get(row.id) ?? [])
			.filter(({ deletedAt, occurrence, start }) => deletedAt === null && occurrence !== null && start !== null)
			.map((event) => ({ event, uid, guests: guestsFor(event.id), tags: tagsFor(event), changedAt, series: row })),
	}));
}
