import { differences, partsOf, type RecordDb, recordOf, tagIds, tagsOf } from '@mana/dav/records/index';
import type { Draft, RecordId } from '@mana/model';
import type { ServiceWriter } from '@mana/service/projection/index';
import type { Tag } from '@mana/shared/model';
import type { SpaceId } from '@mana/sync';
import { changedOccurrenceId, type Event, events, type Guest, guestId, guests } from '../model.ts';
import type { SaidEvent } from '../ical/read-event.ts';
import type { Whole } from '../whole.server.ts';
import type { SentEvent } from './sent-event.server.ts';

/** An event with everything that belongs to it, in the trash or not. */
export interface KnownEvent {
	readonly id: RecordId;
	/** `null`: there was never one. */
	readonly before: Event | null;
	/** The space's counter when its record changed last; 0: there is none. */
	readonly seq: number;
	/** Whether it was deleted for good: nothing can be written under its id any more. */
	readonly isGone: boolean;
	readonly occurrences: readonly Event[];
	readonly guests: ReadonlyMap<RecordId, readonly Guest[]>;
	/** The tags of its space. */
	readonly tags: readonly Tag[];
}

export async function knownEvent(db: RecordDb, space: SpaceId, id: RecordId): Promise<KnownEvent> {
	const held = await recordOf(db, space, events, id);
	const occurrences = (await partsOf(db, events, space, [id])).get(id) ?? [];
	const invited = await partsOf(db, guests, space, [id, ...occurrences.map((one) => one.id)]);
	return {
		id,
		before: held?.row ?? null,
		seq: held?.seq ?? 0,
		isGone: held !== null && !held.row,
		occurrences,
		guests: invited,
		tags: await tagsOf(db, space),
	};
}

/** The same, as what belongs together. @param event as it was */
export function wholeIn(space: SpaceId, { id, occurrences, guests: all }: KnownEvent, event: Event): Whole {
	const invited = (one: RecordId): readonly Guest[] => all.get(one) ?? [];
	return { space, event, guests: invited(id), occurrences: occurrences.map((one) => ({ event: one, guests: invited(one.id) })) };
}

/**
 * Writes what an object that was sent says otherwise than the records: the event, its occurrences, everybody's guests.
 *
 * @param invited when whoever sent it invites those who are new; `null`: somebody else does
 */
export function keepEvent(
	tx: ServiceWriter,
	{ id, before, occurrences, guests: known, tags }: KnownEvent,
	sent: SentEvent,
	place: Pick<Draft<typeof events>, 'uid' | 'calendarName' | 'calendarObject' | 'createdBy'> & {
		readonly calendar: RecordId | null;
	},
	invited: number | null,
): void {
	// Each name becomes a tag once, however many occurrences have it.
	const spelled = [sent.said, ...sent.occurrences.values()]
		.flatMap(({ tags: names }) => names)
		.filter((name, at, all) => all.findIndex((one) => one.toLowerCase() === name.toLowerCase()) === at);
	const ids = new Map(tagIds(tx, spelled, tags).map((tag, i) => [spelled[i]!.toLowerCase(), tag]));
	const fieldsOf = (said: SaidEvent) => ({ ...said.fields, tags: said.tags.map((name) => ids.get(name.toLowerCase())!) });
	keep(tx, id, { ...fieldsOf(sent.said), ...place }, before);
	invite(tx, id, sent.said, known.get(id) ?? [], invited);
	const kept = new Set<RecordId>();
	for (const [occurrence, said] of sent.occurrences) {
		const own = occurrences.find((one) => one.occurrence === occurrence);
		const key = own?.id ?? changedOccurrenceId(id, occurrence);
		kept.add(key);
		keep(tx, key, { ...fieldsOf(said), calendar: place.calendar, series: id, occurrence }, own ?? null);
		invite(tx, key, said, known.get(key) ?? [], invited);
	}
	for (const one of occurrences) if (one.deletedAt === null && !kept.has(one.id)) tx.trash(events, one.id);
}

/** Makes or changes a record, field by field, and takes it out of the trash. */
function keep(tx: ServiceWriter, id: RecordId, wanted: Draft<typeof events>, before: Event | null): void {
	if (!before) return tx.create(events, id, wanted);
	if (before.deletedAt !== null) tx.restore(events, id);
	tx.update(events, id, differences<typeof events>(wanted, before), before);
}

/** Whoever is invited by now, each by a record of their own. */
function invite(
	tx: ServiceWriter,
	event: RecordId,
	said: Pick<SaidEvent, 'guests' | 'told'>,
	known: readonly Guest[],
	now: number | null,
): void {
	const wanted = new Map(said.guests.map((one) => [guestId(event, one.address), one]));
	for (const [id, one] of wanted) {
		const before = known.find((guest) => guest.id === id);
		const invited = said.told.has(one.address.toLowerCase()) ? null : now;
		if (!before) tx.create(guests, id, { ...one, event, invited });
		else {
			if (before.deletedAt !== null) tx.restore(guests, id);
			const again = before.deletedAt !== null ? { invited } : {};
			tx.update(guests, id, differences<typeof guests>({ ...one, ...again }, before));
		}
	}
	for (const { id, deletedAt } of known) if (deletedAt === null && !wanted.has(id)) tx.trash(guests, id);
}
