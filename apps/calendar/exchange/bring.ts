import { type Draft, type RecordId } from '@mana/model';
import { ensureTag } from '@mana/shared/tags';
import type { Mana, Writer } from '@mana/sync/client/api';
import type { Item } from '@mana/ui/import/format';
import type { Brought, Policy } from '@mana/ui/import/kind';
import type { SaidEvent, SaidGuest } from '../ical/read-event.ts';
import { calendars, changedOccurrenceId, type Event, eventIdOf, events, guestId, guests } from '../model.ts';
import type { FoundEvent } from './found-event.ts';

export type ImportStep = readonly (Item<FoundEvent> & { readonly known: RecordId | null })[];

/** Ops of one transaction and letters in it, with much to spare (`limits` of `@mana/sync`). */
const [OPS, LETTERS] = [1_500, 300_000];

/** How much of a step an event is: [0,1]. */
export function weigh({ text, said, occurrences }: FoundEvent): number {
	const one = ({ fields, guests: asked, tags }: SaidEvent): number =>
		30 + fields.extra.length + fields.except.length + fields.reminders.length + asked.length * 8 + tags.length * 3;
	const ops = occurrences.reduce((sum, [, each]) => sum + one(each), one(said));
	return Math.max(ops / OPS, (text.length * 2 + 500) / LETTERS);
}

/** Finds the event that one of a file is: of the same UID. What is in the trash is not here. */
export function finder(mana: Mana): (found: FoundEvent) => RecordId | null {
	const known = new Map<string, RecordId>();
	for (const { id, uid, start } of mana.query(events).rows) if (start !== null) known.set(uid || id, id);
	return ({ uid }) => known.get(uid) ?? null;
}

export interface BringParts {
	readonly mana: Mana;
	/** A new id. */
	newId(): RecordId;
	/** Calendar address of whoever imports; `null`: nobody knows. */
	readonly me: string | null;
	/** Their id. */
	readonly by: string | null;
	/** Which calendar they come into: the id of one, `null` for the one that every space has, or one that is made now. */
	readonly into: RecordId | null | { readonly id: RecordId; readonly draft: Draft<typeof calendars> };
}

/**
 * Writes one step of an import as one action that can be taken back. Nobody is invited by it: where whoever imports invited, the guests are there
 * and the event has no organizer.
 */
export async function bring(parts: BringParts, step: ImportStep, policy: Policy, label: string): Promise<Brought> {
	const { mana, newId, into } = parts;
	const [added, merged]: [RecordId[], RecordId[]] = [[], []];
	let skipped = 0;
	const wanted = step.flatMap((one) => {
		if (one.known !== null && policy === 'skip') {
			skipped++;
			return [];
		}
		const again = one.known !== null && policy === 'both';
		const id = again ? newId() : (one.known ?? eventIdOf(one.item.uid));
		return [{ id, found: again ? renamed(one.item, id) : one.item, known: again ? null : one.known }];
	});
	// An id whose creation was taken back is gone for ever, and ids of UIDs are: they are made before, unseen.
	const made = mana.note('', (tx) => {
		for (const { id, found } of wanted)
			for (const [record, each] of recordsOf(id, found)) {
				if (!tx.get(events, record)) tx.create(events, {}, record);
				for (const { address } of each.guests)
					if (!tx.get(guests, guestId(record, address))) tx.create(guests, {}, guestId(record, address));
			}
	});
	const calendar = into === null || typeof into === 'string' ? into : into.id;
	const written = mana.write(label, (tx) => {
		if (into !== null && typeof into !== 'string' && !tx.get(calendars, into.id)) tx.create(calendars, into.draft, into.id);
		for (const { id, found, known } of wanted) {
			if (known === null) bringOne(tx, parts, id, found, calendar);
			else complete(tx, mana, tx.get(events, known)!, found);
			(known === null ? added : merged).push(id);
		}
	});
	return { written: { ...written, saved: Promise.all([made, written.saved]).then(() => undefined), undo: () => written.undo() }, added, merged, skipped }; // prettier-ignore
}

/** The records of an event: itself, and its changed occurrences. */
function recordsOf(id: RecordId, { said, occurrences }: FoundEvent): (readonly [RecordId, SaidEvent])[] {
	return [[id, said], ...occurrences.map(([occurrence, one]) => [changedOccurrenceId(id, occurrence), one] as const)];
}

function bringOne(tx: Writer, { mana, me, by }: BringParts, id: RecordId, found: FoundEvent, calendar: RecordId | null): void {
	const { uid, text } = found;
	for (const [record, { fields, guests: asked, tags }] of recordsOf(id, found)) {
		const before = tx.get(events, record);
		if (before && before.deletedAt !== null) tx.restore(events, record);
		const { organizer, ...rest } = fields;
		const mine = me !== null && organizer?.toLowerCase() === me.toLowerCase();
		const own = record === id ? { uid: uid === id ? '' : uid, calendarObject: text } : { series: id };
		const names = tags.map((name) => ensureTag(mana, tx, name));
		tx.update(events, record, { ...rest, ...own, calendar, tags: names, organizer: mine ? null : organizer, createdBy: by });
		for (const guest of asked) invite(tx, record, guest);
	}
}

function invite(tx: Writer, event: RecordId, guest: SaidGuest): void {
	const id = guestId(event, guest.address);
	if (tx.get(guests, id)?.deletedAt !== null) tx.restore(guests, id);
	tx.update(guests, id, { ...guest, event });
}

/** Fills in what is empty, and adds reminders, tags and changed occurrences; nothing that is there is overwritten. */
function complete(tx: Writer, mana: Mana, before: Event, { said, occurrences }: FoundEvent): void {
	const { title, notes, place, url, meeting, reminders } = said.fields;
	tx.update(events, before.id, {
		...(before.title === '' && { title }),
		...(before.notes === '' && { notes }),
		...(before.place === '' && { place }),
		...(before.url === '' && { url }),
		...(before.meeting === '' && { meeting }),
		reminders: { add: reminders },
		tags: { add: said.tags.map((name) => ensureTag(mana, tx, name)) },
	});
	// Another rule calls its occurrences by other names.
	if (before.repeat !== said.fields.repeat || before.start !== said.fields.start) return;
	for (const [occurrence, { fields }] of occurrences) {
		const id = changedOccurrenceId(before.id, occurrence);
		if (tx.get(events, id)?.start !== null || before.except.has(occurrence)) continue;
		const { organizer: _, ...rest } = fields;
		tx.update(events, id, { ...rest, series: before.id, calendar: before.calendar, organizer: before.organizer });
	}
}

/** The same event once more, under another UID. */
function renamed(found: FoundEvent, id: RecordId): FoundEvent {
	return { ...found, uid: id, text: found.text.replaceAll(/^UID(?:;[^:\r\n]*)?:.*(?:\r\n[ \t].*)*$/gim, `UID:${id}`) };
}
