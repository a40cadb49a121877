import { type Draft, ordering, type RecordId } from '@mana/model';
import type { Mana, Writer, Written } from '@mana/sync/client/api';
import {
	type Calendar,
	calendars,
	changedOccurrenceId,
	defaultCalendarId,
	type Event,
	events,
	type Guest,
	guestId,
	guests,
	reminding,
	type Reminding,
	remindingId,
	settings,
	settingsId,
} from './model.ts';
import { momentOf } from './moments.ts';
import type { Occurrence } from './occurrences.ts';
import { copyOf, cutBefore, movedSeries, mover, type When } from './series.ts';

/** How much of a series a change is meant for. What takes place once has no more than `this`. */
export type Scope = 'this' | 'following' | 'all';

/** What a change is made to: one occurrence. */
export type Chosen = Pick<Occurrence, 'event' | 'series' | 'occurrence' | 'start'>;

/** What a page may write of an event. */
export type EventDraft = Omit<Draft<typeof events>, 'series' | 'occurrence' | 'uid' | 'calendarName' | 'calendarObject'>;

/** What was changed, and where it is now. */
export interface Edited extends Written {
	/** `Occurrence.key` from now on: a series that is cut or moved calls its occurrences by other names. */
	readonly key: string;
}

/**
 * What a person can do in their calendars, each as one transaction that can be undone. `label` is what undo says, in the person's language.
 */
export interface CalendarActions {
	add(label: string, draft: EventDraft): { id: RecordId; written: Written };
	/** Changes an occurrence, or as much of its series as `scope` says. A new start moves the rest by as much. */
	edit(label: string, chosen: Chosen, draft: EventDraft, scope: Scope): Edited;
	/** Says when a series comes again, from its first occurrence on; `null`: it takes place once. */
	repeat(label: string, series: Event, repeat: string | null, start: string): Written;
	/**
	 * Puts an event in the trash, or takes occurrences out of a series.
	 *
	 * @param asked as whom the person is invited to the series by somebody else: a day that they take out is a no to it, of which those hear
	 */
	remove(label: string, chosen: Chosen, scope: Scope, asked?: Guest | null): Written;
	/** The same event once more, outside of any series. */
	duplicate(label: string, chosen: Chosen): { id: RecordId; written: Written };
	addCalendar(label: string, draft: Draft<typeof calendars>): { id: RecordId; written: Written };
	editCalendar(label: string, id: RecordId, draft: Draft<typeof calendars>): Written;
	/** Puts a calendar in the trash together with its events; of a subscription, those are calendar-server's to put there. */
	removeCalendar(label: string, id: RecordId): Written;
	invite(
		label: string,
		event: RecordId,
		guest: Pick<Guest, 'address' | 'name'> & Partial<Pick<Guest, 'person' | 'kind' | 'answer'>>,
	): Written;
	editGuest(label: string, guest: RecordId, draft: Omit<Draft<typeof guests>, 'event' | 'address'>): Written;
	/** Answers for one occurrence alone: it becomes a record of its own, as it is, with everybody who is invited. @param guest of the series */
	answerDay(
		label: string,
		day: { readonly series: Event; readonly occurrence: string },
		guest: Guest,
		answer: Guest['answer'],
	): Written;
	uninvite(label: string, guest: RecordId): Written;
	/** @param home the person's own space */
	editSettings(label: string, home: Mana, draft: Draft<typeof settings>): Written;
	/** Says of which events of a shared space somebody is reminded. @param home their own space */
	remind(label: string, home: Mana, space: string, of: Reminding['of']): Written;
}

/** @param clock ms since 1970 @param me id of whoever makes events; `null`: nobody who is known here */
export function calendarActions(
	mana: Mana,
	clock: () => number,
	random: () => number,
	me: () => string | null = () => null,
): CalendarActions {
	const between = ordering(random);
	const all = (): readonly Event[] => mana.query(events, { where: () => true }).rows;
	const changesOf = (series: RecordId): Event[] => all().filter((one) => one.series === series && one.deletedAt === null);
	/**
	 * An id that everybody reckons is taken for ever: its record is made before, unseen, so that undo and redo have fields to write.
	 * Settles when it is on this device's disk.
	 */
	const ensure = (
		collection: typeof events | typeof guests | typeof calendars | typeof settings | typeof reminding,
		id: RecordId,
		where: Mana = mana,
	): Promise<void> =>
		where.get(collection, id) ? Promise.resolve() : where.note('', (tx) => void tx.create(collection, {}, id));

	/** Writes a changed occurrence as a whole. */
	const change = (tx: Writer, series: RecordId, occurrence: string, whole: EventDraft): void => {
		const id = changedOccurrenceId(series, occurrence);
		const row = tx.get(events, id);
		if (row?.deletedAt !== null && row !== undefined) tx.restore(events, id);
		const draft = { ...whole, series, occurrence, repeat: null, extra: [], except: [] };
		if (row) tx.update(events, id, draft);
		else tx.create(events, draft, id);
	};

	/** Writes what a series is from now on, and takes what was changed of it along. */
	const rewrite = (tx: Writer, from: Event, to: RecordId, draft: EventDraft, changes: readonly Event[], when: When): void => {
		const start = draft.start ?? when.start!;
		const moved = start === when.start ? when : movedSeries(when, start);
		const rename = start === when.start ? (text: string) => text : mover(when.start!, start);
		const repeat = draft.repeat === undefined ? moved.repeat : draft.repeat;
		tx.update(events, to, { ...draft, start, repeat, extra: moved.extra, except: moved.except });
		for (const one of changes) {
			const name = rename(one.occurrence!);
			const follows = followed(from, one, draft);
			const own = one.start === one.occurrence ? name : one.start === null ? null : rename(one.start);
			if (to === one.series && name === one.occurrence) {
				tx.update(events, one.id, follows);
				continue;
			}
			tx.trash(events, one.id);
			change(tx, to, name, { ...copyOf(one), ...follows, start: own });
		}
	};

	/** Makes what is written when a guest answers for one day. */
	const ensureDay = (series: Event, occurrence: string): Promise<void>[] => {
		const id = changedOccurrenceId(series.id, occurrence);
		return [ensure(events, id), ...guestsOf(series.id).map((guest) => ensure(guests, guestId(id, guest.address)))];
	};

	/** Writes what a guest answers for one occurrence, which becomes a record of its own with everybody who is invited. */
	const sayOfDay = (tx: Writer, series: Event, occurrence: string, address: string, answer: Guest['answer']): void => {
		const id = changedOccurrenceId(series.id, occurrence);
		const row = tx.get(events, id);
		if (row?.start === null || row?.deletedAt !== null)
			change(tx, series.id, occurrence, { ...copyOf(series), start: occurrence });
		if (guestsOf(id).every((guest) => guest.address === '')) for (const guest of guestsOf(series.id)) copyGuest(tx, guest, id);
		tx.update(guests, guestId(id, address), { answer, answeredAt: clock() });
	};

	const edit: CalendarActions['edit'] = (label, { event, series, occurrence, start }, draft, scope) => {
		if (!series || occurrence === null)
			return at(event.id, mana.write(label, (tx) => tx.update(events, event.id, heard(event, draft)))); // prettier-ignore
		if (scope === 'this') {
			const id = changedOccurrenceId(series.id, occurrence);
			const made = ensure(events, id);
			const { repeat: _repeat, extra: _extra, except: _except, ...own } = draft;
			const written = mana.write(label, (tx) => {
				if (event.id === id) tx.update(events, id, heard(event, own));
				else change(tx, series.id, occurrence, { ...copyOf(series), start, ...heard(series, own) });
			});
			return at(`${series.id} ${occurrence}`, after([made], written));
		}
		const cut = scope === 'following' ? cutBefore(series, occurrence) : null;
		const changes = changesOf(series.id);
		const begins = cut ? cut.after.start! : series.start!;
		const moved = seriesDraft(begins, start, draft);
		const name = mover(begins, moved.start!)(occurrence);
		if (!cut) {
			const made = changes.map((one) => ensureRenamed(one, series.id, begins, moved.start!));
			const written = mana.write(label, (tx) => rewrite(tx, series, series.id, heard(series, moved), changes, series));
			return at(`${series.id} ${name}`, after(made, written));
		}
		const later = changes.filter((one) => one.occurrence! >= occurrence);
		let id!: RecordId;
		const written = mana.write(label, (tx) => {
			tx.update(events, series.id, { repeat: cut.before.repeat, extra: cut.before.extra, except: cut.before.except });
			id = tx.create(events, { ...copyOf(series), ...cut.after });
			rewrite(tx, series, id, moved, later, cut.after);
			for (const guest of guestsOf(series.id)) copyGuest(tx, guest, id);
		});
		return at(`${id} ${name}`, written);
	};

	/** Before changes move to other names: those may be names that undo took back once. */
	function ensureRenamed(one: Event, series: RecordId, before: string, now: string): Promise<void> {
		if (now === before) return Promise.resolve();
		return ensure(events, changedOccurrenceId(series, mover(before, now)(one.occurrence!)));
	}

	const guestsOf = (event: RecordId): readonly Guest[] =>
		mana.query(guests, { where: (one) => one.event === event && one.deletedAt === null }).rows;

	/** Occurrences of a series that name their guests themselves: who comes to all of it comes to them, too. */
	function namingDays(series: RecordId): RecordId[] {
		return changesOf(series).flatMap(({ id }) => (guestsOf(id).some(({ address }) => address !== '') ? [id] : []));
	}

	function copyGuest(tx: Writer, { address, name, person, kind, role, answer, comment, invited }: Guest, event: RecordId): void {
		const id = guestId(event, address);
		const draft = { event, address, name, person, kind, role, answer, comment, invited };
		const row = tx.get(guests, id);
		if (!row) return void tx.create(guests, draft, id);
		if (row.deletedAt !== null) tx.restore(guests, id);
		tx.update(guests, id, draft);
	}

	return {
		add(label, draft) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				id = tx.create(events, { createdBy: me(), ...draft });
			});
			return { id, written };
		},
		edit,
		repeat: (label, series, repeat, start) => {
			const changes = changesOf(series.id);
			return mana.write(label, (tx) => {
				tx.update(events, series.id, { repeat, start, extra: [], except: [] });
				// Another rule has other occurrences: what was changed of those before would stand among them twice.
				for (const one of changes) tx.trash(events, one.id);
			});
		},
		remove(label, { event, series, occurrence }, scope, asked = null) {
			if (!series || occurrence === null) return mana.write(label, (tx) => tx.trash(events, event.id));
			const declined = scope === 'this' ? asked : null;
			const made = declined ? ensureDay(series, occurrence) : [];
			const changes = changesOf(series.id).filter((one) => !declined || one.occurrence !== occurrence);
			const cut = scope === 'following' ? cutBefore(series, occurrence) : null;
			const written = mana.write(label, (tx) => {
				if (declined) {
					sayOfDay(tx, series, occurrence, declined.address, 'declined');
					tx.trash(events, changedOccurrenceId(series.id, occurrence));
				}
				const gone = (one: Event): boolean =>
					scope === 'this' ? one.occurrence === occurrence : cut === null || one.occurrence! >= occurrence;
				for (const one of changes) if (gone(one)) tx.trash(events, one.id);
				if (scope === 'this') tx.update(events, series.id, { except: { add: [occurrence] } });
				else if (cut)
					tx.update(events, series.id, { repeat: cut.before.repeat, extra: cut.before.extra, except: cut.before.except });
				else tx.trash(events, series.id);
			});
			return after(made, written);
		},
		duplicate(label, { event, start }) {
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				const once = { series: null, occurrence: null, repeat: null, extra: [], except: [] };
				id = tx.create(events, { ...copyOf(event), start, ...once, createdBy: me() });
			});
			return { id, written };
		},
		addCalendar(label, draft) {
			const last = mana.query(calendars).rows.toSorted(byPosition).at(-1)?.position ?? null;
			let id!: RecordId;
			const written = mana.write(label, (tx) => {
				id = tx.create(calendars, { position: between(last, null), ...draft });
			});
			return { id, written };
		},
		editCalendar(label, id, draft) {
			const made = ensure(calendars, id);
			return after(
				[made],
				mana.write(label, (tx) => tx.update(calendars, id, draft)),
			);
		},
		removeCalendar: (label, id) =>
			mana.write(label, (tx) => {
				const calendar = tx.get(calendars, id);
				if (calendar?.kind !== 'subscription')
					for (const one of all()) if (calendarOf(one) === id && one.deletedAt === null) tx.trash(events, one.id);
				if (calendar) tx.trash(calendars, id);
			}),
		invite(label, event, { address, name, person = null, kind = 'individual', answer = 'none' }) {
			const draft = { address: address.trim(), name, person, kind, answer, invited: clock() };
			const all = [event, ...namingDays(event)].map((record) => ({ id: guestId(record, address), record }));
			const made = all.map(({ id }) => ensure(guests, id));
			return after(
				made,
				mana.write(label, (tx) => {
					for (const { id, record } of all) {
						if (tx.get(guests, id)?.deletedAt !== null) tx.restore(guests, id);
						tx.update(guests, id, { ...draft, event: record });
					}
				}),
			);
		},
		editGuest: (label, guest, draft) =>
			mana.write(label, (tx) => tx.update(guests, guest, { ...draft, ...(draft.answer && { answeredAt: clock() }) })),
		answerDay(label, { series, occurrence }, { address }, answer) {
			const made = ensureDay(series, occurrence);
			return after(
				made,
				mana.write(label, (tx) => sayOfDay(tx, series, occurrence, address, answer)),
			);
		},
		uninvite(label, guest) {
			const row = mana.get(guests, guest);
			const days = row?.event ? namingDays(row.event as RecordId).map((day) => guestId(day, row.address)) : [];
			return mana.write(label, (tx) => {
				for (const id of [guest, ...days]) if (tx.get(guests, id)?.deletedAt === null) tx.trash(guests, id);
			});
		},
		editSettings(label, home, draft) {
			const made = ensure(settings, settingsId, home);
			return after(
				[made],
				home.write(label, (tx) => tx.update(settings, settingsId, draft)),
			);
		},
		remind(label, home, space, of) {
			const id = remindingId(space);
			const made = ensure(reminding, id, home);
			return after(
				[made],
				home.write(label, (tx) => tx.update(reminding, id, { space, of })),
			);
		},
	};
}

function at(key: string, written: Written): Edited {
	return { key, saved: written.saved, undo: () => written.undo() };
}

/** What was written, stored only when what was made before it is stored as well. */
function after(made: readonly Promise<void>[], written: Written): Written {
	return { saved: Promise.all([...made, written.saved]).then(() => undefined), undo: () => written.undo() };
}

/** The calendar of an event: the one that every space has, where it names none. */
export function calendarOf({ calendar }: Pick<Event, 'calendar'>): RecordId {
	return calendar ?? defaultCalendarId;
}

/** Hand-made order; a calendar without a place comes last, by age. */
export function byPosition(a: Pick<Calendar, 'id' | 'position'>, b: Pick<Calendar, 'id' | 'position'>): number {
	if (a.position === b.position) return a.id < b.id ? -1 : 1;
	if (a.position === null || b.position === null) return a.position === null ? 1 : -1;
	return a.position < b.position ? -1 : 1;
}

/** A change of one occurrence as one of the series: its start moves by as much, and so does the rest. */
function seriesDraft(seriesStart: string, occurrenceStart: string, draft: EventDraft): EventDraft {
	const { start } = draft;
	if (start === undefined || start === null || start === occurrenceStart) return { ...draft, start: seriesStart };
	return { ...draft, start: mover(occurrenceStart, start)(seriesStart) };
}

/** Fields in which a changed occurrence follows its series as long as nobody gave it a value of its own. */
const FOLLOWED = [
	'title',
	'notes',
	'place',
	'url',
	'calendar',
	'length',
	'zone',
	'endZone',
	'status',
	'shows',
	'privacy',
	'travel',
	'buffer',
	'hue',
] as const satisfies readonly (keyof Event)[];

function followed(series: Event, one: Event, draft: EventDraft): EventDraft {
	const names = FOLLOWED.filter((name) => draft[name] !== undefined && one[name] === series[name]);
	const { reminders, tags } = draft;
	return {
		...Object.fromEntries(names.map((name) => [name, draft[name]])),
		...(reminders && { reminders }),
		...(tags && { tags }),
	};
}

/** Fields of which guests have to hear when they change (RFC 5546 §2.1.4). */
const HEARD = [
	'start',
	'length',
	'zone',
	'repeat',
	'extra',
	'except',
	'place',
	'status',
] as const satisfies readonly (keyof EventDraft)[];

function heard(event: Event, draft: EventDraft): EventDraft {
	if (event.organizer === null || !HEARD.some((name) => draft[name] !== undefined)) return draft;
	return { ...draft, sequence: (event.sequence ?? 0) + 1 };
}

/** Earliest first, for lists of the trash. */
export function byStart(a: Event, b: Event): number {
	return momentOf(a.start ?? '9999-12-31').wall - momentOf(b.start ?? '9999-12-31').wall;
}
