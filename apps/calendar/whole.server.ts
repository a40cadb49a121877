import { partsOf, type RecordDb, recordOf } from '@mana/dav/records/index';
import { appOf, type RecordId } from '@mana/model';
import type { Memberships } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { type Event, events, type Guest, guests } from './model.ts';

const APP = appOf(events.number);

/** An event with everything that belongs to it, in the trash or not. */
export interface Whole {
	readonly space: SpaceId;
	readonly event: Event;
	readonly guests: readonly Guest[];
	readonly occurrences: readonly { readonly event: Event; readonly guests: readonly Guest[] }[];
}

/** The event that a record belongs to, with all that does; `null` when there is none. */
export async function wholeOf(db: RecordDb, space: SpaceId, id: RecordId): Promise<Whole | null> {
	const row = (await recordOf(db, space, events, id))?.row;
	if (!row) {
		const guest = (await recordOf(db, space, guests, id))?.row;
		return guest?.event ? wholeOf(db, space, guest.event as RecordId) : null;
	}
	if (row.series !== null) return wholeOf(db, space, row.series as RecordId);
	const occurrences = (await partsOf(db, events, space, [id])).get(id) ?? [];
	const invited = await partsOf(db, guests, space, [id, ...occurrences.map((one) => one.id)]);
	return {
		space,
		event: row,
		guests: invited.get(id) ?? [],
		occurrences: occurrences.map((event) => ({ event, guests: invited.get(event.id) ?? [] })),
	};
}

/** What a guest speaks of, as it is now: the event, or one occurrence of a series. @param occurrence its name there; `null`: all of it */
export function aboutOf({ event, occurrences }: Whole, occurrence: string | null): Event | null {
	if (occurrence === null) return event;
	const own = occurrences.find(({ event: one }) => one.deletedAt === null && one.occurrence === occurrence);
	return own?.event ?? (event.except.has(occurrence) ? null : { ...event, start: occurrence });
}

/** Everybody who is, or was, invited to it or to an occurrence that takes place. */
export function allGuests({ guests, occurrences }: Whole): Guest[] {
	return [...guests, ...occurrences.filter(({ event }) => event.deletedAt === null).flatMap((one) => one.guests)];
}

/**
 * Whether an event in a space is the one of whoever invites, not a guest's own.
 *
 * @throws while it is not known who is where
 */
export function isHosts(memberships: Memberships, space: SpaceId, host: string): boolean {
	const owner = memberships.personOf(space);
	if (owner === undefined) throw new Error('Who is where is not known now.');
	return owner === null ? memberships.can(host, space, 'write', APP) : owner === host;
}

/** Everything that somebody is invited to, by its space: what may have been left undone. */
export async function invitedTo(db: RecordDb): Promise<(readonly [SpaceId, RecordId])[]> {
	const all = await db
		.selectFrom('mana_tie as tie')
		.innerJoin('mana_record as record', (join) =>
			join
				.onRef('record.space', '=', 'tie.space')
				.onRef('record.id', '=', 'tie.record')
				.on('record.collection', '=', guests.number),
		)
		.select(['tie.space', 'tie.object'])
		.distinct()
		.execute();
	return all.map(({ space, object }) => [space, object]);
}
