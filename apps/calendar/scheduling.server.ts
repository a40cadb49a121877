import { differences, type RecordDb, recordOf, type RecordTables } from '@mana/dav/records/index';
import type { Memberships, Notifier } from '@mana/service';
import type { ServiceWriter, SpaceWriter } from '@mana/service/projection/index';
import { appOf, type Draft, type RecordId, type Row } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { calendars, changedOccurrenceId, type Event, eventIdOf, events, type Guest, guestId, guests } from './model.ts';
import { tellProposal } from './mail/proposed.server.ts';
import { guestsOn, isTakenOut, sayOfDay, takesPlace } from './one-day.server.ts';
import { proposedIn } from './proposals.ts';
import type { CalendarUser, CalendarUsers } from './users.server.ts';
import { Waiting, withParts } from './waiting.server.ts';
import { allGuests, invitedTo, isHosts, type Whole, wholeOf } from './whole.server.ts';

export interface SchedulingParts {
	readonly db: RecordDb;
	readonly clock: { now(): number };
	readonly memberships: Memberships;
	readonly users: Pick<CalendarUsers, 'byAddress'>;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly notifier: Pick<Notifier, 'send'>;
	/** In which times are that name none. */
	readonly zone: string;
	/** Told what kept an invitation back; it is tried again. */
	failed(error: unknown): void;
}

const APP = appOf(events.number);
const AGAIN_MS = 2_000;

/** What is the same for everybody who is invited; calendar, reminders, colour and whether it takes time are each one's own. */
const SHARED = [
	'title',
	'notes',
	'place',
	'url',
	'meeting',
	'start',
	'length',
	'zone',
	'endZone',
	'repeat',
	'status',
	'privacy',
	'organizer',
] as const satisfies readonly (keyof Event)[];
/** What makes it another time, so that whoever said yes is asked again (RFC 5546 §2.1.4). */
const TIMES = ['start', 'length', 'zone', 'repeat'] as const satisfies readonly (keyof Event)[];

/**
 * Invitations between people of this Mana (iTIP, RFC 5546, without a message): whoever is invited has the event in their own space, with the
 * answer of theirs; answers come back to the event of whoever invites. What both say is compared each time either changes, whoever changed
 * it and by which program, and only what differs is written, so that doing it twice does nothing twice.
 */
export class Scheduling {
	readonly #parts: SchedulingParts;
	readonly #waiting = new Waiting();
	#running: Promise<void> = Promise.resolve();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#closed = false;

	constructor(parts: SchedulingParts) {
		this.#parts = parts;
	}

	/** Looks once at everything that somebody is invited to: something may have been left undone. */
	async start(): Promise<void> {
		for (const [space, object] of await invitedTo(this.#parts.db)) this.#waiting.add(space, [object]);
		this.look();
	}

	/** These records of events and of guests changed. */
	heed(space: SpaceId, ids: readonly RecordId[]): void {
		this.#waiting.add(space, ids);
	}

	/** Does what waits. Called after what changed is kept. */
	look(): void {
		clearTimeout(this.#timer);
		if (this.#closed || this.#waiting.size === 0) return;
		this.#running = this.#running.then(() => this.#work());
	}

	/** Resolves once nothing waits any more. */
	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		await this.#running;
	}

	async #work(): Promise<void> {
		try {
			await this.#waiting.work(
				(space, ids) => withParts(this.#parts.db, space, ids),
				(space, id) => this.#settle(space, id),
				() => !this.#closed,
			);
		} catch (error) {
			this.#parts.failed(error);
			this.#timer = setTimeout(() => this.look(), AGAIN_MS);
		}
	}

	async #settle(space: SpaceId, id: RecordId): Promise<void> {
		const whole = await wholeOf(this.#parts.db, space, id);
		if (!whole || whole.event.organizer === null || (await this.#isElsewheres(whole))) return;
		const addresses = [whole.event.organizer, ...allGuests(whole).map(({ address }) => address)];
		const people = await this.#parts.users.byAddress(addresses);
		const host = people.get(whole.event.organizer.toLowerCase());
		if (!host) return;
		if (isHosts(this.#parts.memberships, space, host.id)) await this.#invite(whole, host, people);
		else await this.#answer(whole, host, people);
	}

	/** Whether an event is that of an account elsewhere: it is for the server there to invite. */
	async #isElsewheres({ space, event }: Whole): Promise<boolean> {
		if (event.calendar === null) return false;
		const held = await recordOf(this.#parts.db, space, calendars, event.calendar as RecordId);
		return held?.row?.kind === 'elsewhere';
	}

	/** Whoever is invited has it, as it is by now; whoever is not any more has it cancelled. */
	async #invite(whole: Whole, host: CalendarUser, people: ReadonlyMap<string, CalendarUser>): Promise<void> {
		const { memberships } = this.#parts;
		const { space, event } = whole;
		const invited = new Map<SpaceId, CalendarUser>();
		if (event.deletedAt === null)
			for (const { address, deletedAt } of allGuests(whole)) {
				const guest = deletedAt === null ? people.get(address.toLowerCase()) : undefined;
				if (!guest || guest.id === host.id || memberships.can(guest.id, space, 'read', APP)) continue;
				const own = memberships.personalSpace(guest.id) as SpaceId | null;
				if (own !== null && own !== space) invited.set(own, guest);
			}
		for (const [own, guest] of invited) await this.#give(whole, own, guest);
		for (const copy of await this.#others(whole)) {
			if (invited.has(copy.space) || isHosts(memberships, copy.space, host.id)) continue;
			if (copy.event.deletedAt === null && copy.event.status !== 'cancelled')
				await this.#write(copy.space, (tx) => tx.update(events, copy.event.id, { status: 'cancelled' }));
		}
	}

	/** Writes what a guest's own event says otherwise. */
	async #give(whole: Whole, own: SpaceId, guest: CalendarUser): Promise<void> {
		const { event } = whole;
		const id = eventIdOf(event.uid || event.id);
		const copy = await wholeOf(this.#parts.db, own, id);
		// Taken out by its guest: it stays out until they are asked about something else.
		if (copy && copy.event.deletedAt !== null && (copy.event.sequence ?? 0) >= (event.sequence ?? 0)) return;
		const asked = copy !== null && TIMES.some((name) => copy.event[name] !== event[name]);
		const out = copy && !asked ? takenOutOf(copy, whole, guest.address) : new Set<string>();
		await this.#write(own, (tx) => {
			const uid = event.uid || event.id;
			const place = { uid: uid === id ? '' : uid };
			keep(tx, id, { ...sharedOf(event), except: [...event.except, ...out], ...place }, copy?.event ?? null);
			const state = { tx, guest, asked };
			this.#guests(state, id, whole.guests, copy?.guests ?? []);
			const kept = new Set<RecordId>();
			for (const { event: one, guests: theirs } of whole.occurrences) {
				if (one.occurrence === null || one.deletedAt !== null) continue;
				const key = changedOccurrenceId(id, one.occurrence);
				kept.add(key);
				if (out.has(one.occurrence)) continue;
				const before = copy?.occurrences.find((known) => known.event.id === key);
				const own = copy && !before ? ownOf(copy.event) : {};
				keep(tx, key, { ...own, ...sharedOf(one), series: id, occurrence: one.occurrence }, before?.event ?? null);
				// One that names nobody has the guests of the series, and may have more of their answers than whoever invites knows yet.
				const again = asked || (before !== undefined && TIMES.some((name) => before.event[name] !== one[name]));
				if (theirs.length > 0) this.#guests({ ...state, asked: again }, key, theirs, before?.guests ?? []);
			}
			// What whoever invites has never heard of is on its way to them: an answer for that day alone.
			const known = new Set(whole.occurrences.map(({ event: one }) => one.occurrence));
			for (const { event: one } of copy?.occurrences ?? [])
				if (one.deletedAt === null && !kept.has(one.id) && known.has(one.occurrence)) tx.trash(events, one.id);
		});
	}

	/** Everybody's answers as whoever invites has them, but one's own: that is nobody else's to say, until the time is another. */
	#guests(
		{ tx, guest, asked }: { readonly tx: ServiceWriter; readonly guest: CalendarUser; readonly asked: boolean },
		event: RecordId,
		theirs: readonly Guest[],
		known: readonly Guest[],
	): void {
		const kept = new Set<RecordId>();
		for (const one of theirs) {
			const { address, name, kind, role, answer, deletedAt } = one;
			if (deletedAt !== null || address === '') continue;
			const id = guestId(event, address);
			kept.add(id);
			const before = known.find((each) => each.id === id);
			const own = address.toLowerCase() === guest.address.toLowerCase();
			const said = own && before ? (asked ? 'none' : before.answer) : answer;
			const draft = { event, address, name, kind, role, answer: said, ...(own && { person: guest.id, ...verdict(one, before) }) };
			if (!before) tx.create(guests, id, draft);
			else {
				if (before.deletedAt !== null) tx.restore(guests, id);
				tx.update(guests, id, differences<typeof guests>(draft, before));
			}
		}
		for (const { id, deletedAt } of known) if (deletedAt === null && !kept.has(id)) tx.trash(guests, id);
	}

	/** What a guest says goes to the event of whoever invites; what they take out, they decline. */
	async #answer(whole: Whole, host: CalendarUser, people: ReadonlyMap<string, CalendarUser>): Promise<void> {
		const { clock } = this.#parts;
		const me = this.#parts.memberships.personOf(whole.space);
		if (!me) return;
		const original = (await this.#others(whole)).find(
			(one) => one.event.deletedAt === null && isHosts(this.#parts.memberships, one.space, host.id),
		);
		if (!original) return;
		const ownIn = (all: readonly Guest[]) =>
			all.find(({ address, deletedAt }) => deletedAt === null && people.get(address.toLowerCase())?.id === me);
		const saidBy = ({ comment }: Guest, answer: Guest['answer'], there: Guest): Draft<typeof guests> =>
			answer === there.answer || answer === 'none' ? {} : { answer, answeredAt: clock.now(), ...(comment && { comment }) };
		const [mine, there] = [ownIn(whole.guests), ownIn(original.guests)];
		const all =
			mine && there
				? {
						...saidBy(mine, whole.event.deletedAt === null ? mine.answer : 'declined', there),
						...(mine.proposedAt !== there.proposedAt && { ...proposedIn(mine), ...(mine.comment && { comment: mine.comment }) }),
					}
				: {};
		const days = whole.occurrences.flatMap((day) => {
			const { occurrence, deletedAt } = day.event;
			const own = ownIn(day.guests);
			if (occurrence === null || !own || (deletedAt !== null && !isTakenOut(whole, day, (one) => one === own))) return [];
			const known = ownIn(guestsOn(original, occurrence));
			const said = known ? saidBy(own, own.answer, known) : {};
			const isNews = Object.keys(said).length > 0 && takesPlace(original, occurrence, this.#parts.zone);
			return isNews ? [{ occurrence, said: new Map([[own.address.toLowerCase(), { ...said, person: me }]]) }] : [];
		});
		const isNews = Object.keys(all).length > 0;
		// The time was changed while an answer to the old one stood: whoever invites asks again first.
		if ((!isNews && days.length === 0) || TIMES.some((name) => original.event[name] !== whole.event[name])) return;
		const name = [...people.values()].find(({ id }) => id === me)?.name ?? '';
		const { zone, notifier, memberships } = this.#parts;
		const told = { zone, notifier, memberships: () => memberships };
		if (there && isNews) await tellProposal(told, original, host, { ...there, ...all } as Guest, name);
		await this.#write(original.space, (tx) => {
			if (there && isNews) tx.update(guests, there.id, { ...all, person: me });
			for (const { occurrence, said } of days) sayOfDay(tx, original, occurrence, said);
		});
	}

	async #write(space: SpaceId, action: (tx: ServiceWriter) => void): Promise<void> {
		await this.#parts.db.transaction().execute((within) => this.#parts.writer.write(within, space, action));
		this.#parts.writer.wake();
	}

	/** The same event in other spaces. */
	async #others({ space, event }: Whole): Promise<Whole[]> {
		const id = eventIdOf(event.uid || event.id);
		const uid = event.uid || event.id;
		const found = await this.#parts.db
			.selectFrom('mana_record as record')
			.leftJoin('mana_object as object', (join) =>
				join.onRef('object.space', '=', 'record.space').onRef('object.id', '=', 'record.id'),
			)
			.select(['record.space', 'record.id'])
			.where('record.collection', '=', events.number)
			.where('record.space', '!=', space)
			.where((eb) => eb.or([eb('record.id', '=', id), eb('object.uid', '=', uid)]))
			.execute();
		const all = await Promise.all(found.map((one) => wholeOf(this.#parts.db, one.space, one.id)));
		return all.filter((one) => one !== null);
	}
}

/** What a guest took out of their own event and is not asked about anew, by another time of it. */
function takenOutOf(copy: Whole, whole: Whole, address: string): Set<string> {
	const isThem = (guest: Guest) => guest.address.toLowerCase() === address.toLowerCase();
	const left = [...copy.event.except].filter((day) => !whole.event.except.has(day));
	return new Set(
		left.filter((day) => {
			const there = whole.occurrences.find(({ event }) => event.occurrence === day && event.deletedAt === null);
			const own = copy.occurrences.find(({ event }) => event.occurrence === day);
			const saidNo = there?.guests.some((one) => isThem(one) && one.answer === 'declined') ?? false;
			if (!saidNo && !(own && isTakenOut(copy, own, isThem))) return false;
			const stood = own?.event ?? { ...copy.event, start: day, repeat: null };
			return !there || TIMES.every((name) => there.event[name] === stood[name]);
		}),
	);
}

/** What whoever invites says to the time that a guest would like; and a proposal that came to them by another way. */
function verdict(theirs: Guest, before: Guest | undefined): Draft<typeof guests> {
	if (theirs.proposedAt === null) return {};
	if (before?.proposedAt === theirs.proposedAt) return { proposal: theirs.proposal };
	return (before?.proposedAt ?? 0) < theirs.proposedAt ? proposedIn(theirs) : {};
}

function sharedOf(event: Event): Draft<typeof events> {
	const shared = Object.fromEntries(SHARED.map((name) => [name, event[name]]));
	// A program of a guest may have counted one that whoever invites never did; a count is not taken back.
	const counted = event.sequence === null ? {} : { sequence: event.sequence };
	return { ...shared, ...counted, extra: [...event.extra], except: [...event.except] };
}

/** What a guest chose for a series, which an occurrence has as well when it becomes one of its own. */
function ownOf({ calendar, shows, travel, buffer, hue, reminders, tags }: Event): Draft<typeof events> {
	return { calendar, shows, travel, buffer, hue, reminders, tags };
}

function keep(tx: ServiceWriter, id: RecordId, wanted: Draft<typeof events>, before: Row<typeof events> | null): void {
	if (!before) return tx.create(events, id, wanted);
	if (before.deletedAt !== null) tx.restore(events, id);
	tx.update(events, id, differences<typeof events>(wanted, before), before);
}
