import { type RecordDb, recordOf, type RecordTables } from '@mana/dav/records/index';
import { isRecordId, newRecordId, type RecordId } from '@mana/model';
import { type Memberships, problem, type RandomBytes } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { Message } from '@mana/service';
import type { Jobs } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import { linkInto } from '@mana/sync/space-links';
import { wallAt } from '@mana/time/zone';
import type { Kysely, Transaction } from 'kysely';
import { newRow } from '../mail/mails.server.ts';
import { spanOf } from '../mail/when.server.ts';
import { calendars, defaultCalendarId, events, guestId, guests } from '../model.ts';
import { textOf } from '../moments.ts';
import type { CalendarTables } from '../store.server.ts';
import type { CalendarUser, CalendarUsers } from '../users.server.ts';
import { busySpans } from './busy.server.ts';
import { type PageRow, settingsOf, stateOf, unknownPage } from './pages.server.ts';
import type { BookingRequest, BookingSettings } from './settings.ts';
import type { Booking, BookingPage } from '../outside/seen.ts';
import { freeSlots, type Span } from './slots.ts';

const MINUTE_MS = 60_000;
/** How long a place that was moved to counts beside what the event says, until that says the same, in ms. */
const MOVING_MS = 600_000;
/** Times are asked for at most for so long, in ms. */
export const LONGEST_MS = 45 * 86_400_000;

// oxlint-disable-next-line typescript/consistent-type-definitions -- a table of handlers has an index signature
export type BookingJobs = { readonly booked: (message: Message<'booked'>) => Promise<unknown> };

export interface BookingParts {
	readonly db: Kysely<CalendarTables>;
	readonly records: RecordDb;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	memberships(): Memberships;
	readonly users: Pick<CalendarUsers, 'byId' | 'byAddress'>;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	/** Tells people what is booked of theirs. */
	readonly jobs: Pick<Jobs<BookingJobs>, 'enqueue'>;
	/** In which times are that name none. */
	readonly zone: string;
}

/** A page with whose it is. */
interface Open {
	readonly row: PageRow;
	readonly settings: BookingSettings;
	readonly person: CalendarUser;
	readonly space: SpaceId;
}

/** @throws Problem 404 `booking-page-unknown` */
export async function publicPage(parts: BookingParts, name: string): Promise<BookingPage> {
	const { settings, person } = await openPage(parts, name);
	const { title, text, place, lengths, questions, zone, horizon } = settings;
	const state = stateOf(settings, parts.clock.now());
	// What is not open says no more than that.
	if (state !== 'open') return { state, person: person.name, title, text: '', place: '', lengths, questions: [], zone, horizon };
	return { state, person: person.name, title, text, place, lengths, questions, zone, horizon };
}

/** Times that can be booked. @throws Problem 404 `booking-page-unknown`, 409 `booking-closed` */
export async function slotsOf(
	parts: BookingParts,
	name: string,
	question: Span & { readonly length: number },
): Promise<number[]> {
	const page = await openPage(parts, name);
	refuseClosed(page, parts.clock.now(), question.length);
	return slotsIn(parts, parts.db, page, question, null);
}

/**
 * Books a time. Of several who want the same, one gets it.
 *
 * @throws Problem 404 `booking-page-unknown`, 409 `booking-closed`, `slot-taken`, 422 `answer-missing`
 */
export async function book(parts: BookingParts, name: string, request: BookingRequest): Promise<void> {
	const { db, clock, random, jobs } = parts;
	const page = await openPage(parts, name);
	const now = clock.now();
	refuseClosed(page, now, request.length);
	const { settings, person, space, row } = page;
	const missing = settings.questions.findIndex(({ required }, i) => required && !request.answers[i]);
	if (missing >= 0) throw problem(422, 'answer-missing', `Answer “${settings.questions[missing]!.text}” first.`);
	const event = newRecordId(now, (bytes) => random(bytes as Uint8Array<ArrayBuffer>));
	const [from, to] = [request.from, request.from + request.length * MINUTE_MS];
	const address = request.email.toLowerCase();
	const calendar = await calendarFor(parts, space, settings.calendar);
	await db.transaction().execute(async (within) => {
		await takeTurn(within, person.id);
		await refuseTaken(parts, within, page, from, request.length, null);
		const kept = { page: row.id, person: person.id, name: request.name, address };
		await within
			.insertInto('booking')
			.values({ ...kept, space, event, from_at: from, to_at: to, changed_at: now, is_off: 0 })
			.execute();
		const language = request.language.toLowerCase();
		const invited = { space, event, address, role: 'visitor', person: person.id, language, said: '' } as const;
		await within
			.insertInto('invited')
			.values(newRow(invited, now, random))
			.execute();
		await parts.writer.write(within as unknown as Transaction<RecordTables>, space, (tx) => {
			tx.create(events, event, {
				title: `${settings.title}: ${request.name}`,
				notes: notesOf(settings, request),
				place: settings.place,
				calendar,
				start: textOf(wallAt(settings.zone, from), 'local'),
				zone: settings.zone,
				length: request.length * 60,
				organizer: person.address,
				createdBy: person.id,
			});
			const guest = { event, address: request.email, name: request.name, answer: 'accepted', answeredAt: now } as const;
			tx.create(guests, guestId(event, request.email), guest);
		});
		await jobs.enqueue('booked', newsOf('made', person.id, event, settings.title, request.name, from, now), { within });
	});
	parts.writer.wake();
}

/** @throws Problem 404 `booking-unknown` */
export async function bookingAt(parts: BookingParts, token: string): Promise<Booking> {
	const { booking, page, person, current, title, place } = await find(parts, token);
	const now = parts.clock.now();
	const state = current === null || booking.is_off === 1 ? 'off' : current.to <= now ? 'over' : 'booked';
	const span = current ?? { from: booking.from_at, to: booking.to_at };
	const open = page !== null && stateOf(page.settings, now) === 'open';
	return {
		...span,
		state,
		title,
		place,
		person: person.name,
		length: Math.round((span.to - span.from) / MINUTE_MS),
		page: open ? page.row.name : null,
		horizon: page?.settings.horizon ?? 0,
	};
}

/** Times to which a booking can be moved. @throws Problem 404 `booking-unknown`, 409 `booking-closed` */
export async function slotsFor(parts: BookingParts, token: string, span: Span): Promise<number[]> {
	const { booking, page, current } = await find(parts, token);
	if (!page || !current) throw closed();
	return slotsIn(parts, parts.db, page, { ...span, length: (current.to - current.from) / MINUTE_MS }, booking.event);
}

/** Moves a booking. @throws Problem 404 `booking-unknown`, 409 `booking-closed`, `slot-taken` */
export async function moveBooking(parts: BookingParts, token: string, from: number): Promise<void> {
	const { booking, page, current, person } = await find(parts, token);
	const now = parts.clock.now();
	if (!page || !current || current.to <= now || booking.is_off === 1 || stateOf(page.settings, now) !== 'open') throw closed();
	const length = (current.to - current.from) / MINUTE_MS;
	const { space, event, name } = booking;
	await parts.db.transaction().execute(async (within) => {
		await takeTurn(within, person.id);
		await refuseTaken(parts, within, page, from, length, event);
		const values = { from_at: from, to_at: from + length * MINUTE_MS, changed_at: now };
		await within.updateTable('booking').set(values).where('space', '=', space).where('event', '=', event).execute();
		await parts.writer.write(within as unknown as Transaction<RecordTables>, space, (tx) =>
			tx.update(events, event, { start: textOf(wallAt(page.settings.zone, from), 'local'), zone: page.settings.zone }),
		);
		const news = newsOf('moved', person.id, event, page.settings.title, name, from, now);
		await parts.jobs.enqueue('booked', news, { within });
	});
	parts.writer.wake();
}

/** Calls a booking off; twice is as good as once. @throws Problem 404 `booking-unknown`, 409 `booking-closed` for one that is over */
export async function endBooking(parts: BookingParts, token: string): Promise<void> {
	const { booking, current, person, title } = await find(parts, token);
	if (!current || booking.is_off === 1) return;
	const now = parts.clock.now();
	if (current.to <= now) throw closed();
	const { space, event, name } = booking;
	await parts.db.transaction().execute(async (within) => {
		await within
			.updateTable('booking')
			.set({ is_off: 1, changed_at: now })
			.where('space', '=', space)
			.where('event', '=', event)
			.execute();
		await parts.writer.write(within as unknown as Transaction<RecordTables>, space, (tx) => tx.trash(events, event));
		await parts.jobs.enqueue('booked', newsOf('cancelled', person.id, event, title, name, current.from, now), { within });
	});
	parts.writer.wake();
}

async function openPage(parts: BookingParts, name: string): Promise<Open> {
	const row = await parts.db.selectFrom('booking_page').selectAll().where('name', '=', name).executeTakeFirst();
	if (!row) throw unknownPage();
	return opened(parts, row);
}

async function opened({ users, memberships }: BookingParts, row: PageRow): Promise<Open> {
	const person = await users.byId(row.person);
	if (!person) throw unknownPage();
	const space = memberships().personalSpace(person.id) as SpaceId | null;
	// Whoever made a page has a space: it is not known yet, or not any more for a moment.
	if (space === null)
		throw problem(503, 'spaces-unknown', 'Free times are not known right now. Try again in a moment.', { retryAfterMs: 5_000 });
	return { row, settings: settingsOf(row), person, space };
}

function closed() {
	return problem(409, 'booking-closed', 'This cannot be booked or changed any more.');
}

function refuseClosed({ settings }: Open, now: number, length: number): void {
	if (stateOf(settings, now) !== 'open') throw closed();
	if (!settings.lengths.includes(length)) throw problem(422, 'length-unknown', 'Choose one of the lengths that are offered.');
}

/** From here on whoever books a time of this person waits until this transaction is over. */
async function takeTurn(within: Transaction<CalendarTables>, person: string): Promise<void> {
	await within
		.insertInto('booking_turn')
		.values({ person, turn: 1 })
		.onConflict((conflict) => conflict.column('person').doUpdateSet((eb) => ({ turn: eb('booking_turn.turn', '+', 1) })))
		.execute();
}

async function refuseTaken(
	parts: BookingParts,
	within: Kysely<CalendarTables>,
	page: Open,
	from: number,
	length: number,
	without: RecordId | null,
): Promise<void> {
	const free = await slotsIn(parts, within, page, { from, to: from + 1, length }, without);
	if (!free.includes(from))
		throw problem(409, 'slot-taken', 'Somebody else was faster, or this time is not offered. Choose another one.');
}

async function slotsIn(
	{ clock }: BookingParts,
	db: Kysely<CalendarTables>,
	{ settings, row, person, space }: Open,
	{ from, to, length }: Span & { readonly length: number },
	without: RecordId | null,
): Promise<number[]> {
	const now = clock.now();
	const [first, last] = [Math.max(from, now), Math.min(to, from + LONGEST_MS)];
	const records = db as unknown as RecordDb;
	const span = { from: first - 86_400_000, to: last + 2 * 86_400_000 };
	const question = {
		...span,
		space,
		address: person.address.toLowerCase(),
		calendars: settings.calendars,
		zone: settings.zone,
		without,
	};
	const busy = await busySpans(records, question);
	const booked: number[] = [];
	const rows = await db
		.selectFrom('booking')
		.selectAll()
		.where('person', '=', person.id)
		.where('to_at', '>', span.from)
		.execute();
	for (const one of rows) {
		if (one.event === without) continue;
		const held = await recordOf(records, one.space, events, one.event);
		const own =
			held?.row && held.row.deletedAt === null && held.row.status !== 'cancelled' ? spanOf(held.row, settings.zone) : null;
		// Until its event is here, or says what was changed, what was booked speaks for itself.
		const waits = one.is_off === 0 && (!held || (own !== null && now - one.changed_at < MOVING_MS));
		const spans = [...(own ? [own] : []), ...(waits ? [{ from: one.from_at, to: one.to_at }] : [])];
		busy.push(...spans);
		const begins = own?.from ?? (waits ? one.from_at : null);
		if (one.page === row.id && begins !== null) booked.push(begins);
	}
	const end = settings.lastDay === null ? last : Math.min(last, Date.parse(`${settings.lastDay}T00:00Z`) + 2 * 86_400_000);
	const slots = freeSlots(settings, { from: first, to: end, length, now, busy, booked });
	return settings.lastDay === null ? slots : slots.filter((at) => textOf(wallAt(settings.zone, at), 'day') <= settings.lastDay!);
}

async function find(parts: BookingParts, token: string) {
	const { db, records, users, zone } = parts;
	const invited = await db
		.selectFrom('invited')
		.selectAll()
		.where('token', '=', token)
		.where('role', '=', 'visitor')
		.executeTakeFirst();
	const booking =
		invited &&
		(await db
			.selectFrom('booking')
			.selectAll()
			.where('space', '=', invited.space)
			.where('event', '=', invited.event)
			.executeTakeFirst());
	const person = booking && (await users.byId(booking.person));
	if (!booking || !person)
		throw problem(404, 'booking-unknown', 'This link leads to no booking. Look for a newer mail about it.');
	const row = await db.selectFrom('booking_page').selectAll().where('id', '=', booking.page).executeTakeFirst();
	const held = (await recordOf(records, booking.space, events, booking.event))?.row;
	const live = held && held.deletedAt === null && held.status !== 'cancelled';
	const here = { from: booking.from_at, to: booking.to_at };
	const page = row ? await opened(parts, row) : null;
	return {
		booking,
		person,
		page,
		// Before its event is here, it is as it was booked.
		current: held ? (live ? spanOf(held, zone) : null) : here,
		title: page?.settings.title ?? held?.title ?? '',
		place: held?.place ?? page?.settings.place ?? '',
	};
}

async function calendarFor({ records }: BookingParts, space: SpaceId, chosen: string | null): Promise<RecordId | null> {
	if (chosen === null || chosen === defaultCalendarId || !isRecordId(chosen)) return null;
	const row = (await recordOf(records, space, calendars, chosen))?.row;
	return row && row.deletedAt === null && row.kind === 'own' ? chosen : null;
}

function notesOf({ questions, text }: BookingSettings, { answers, note }: BookingRequest): string {
	const said = questions.flatMap((question, i) => (answers[i] ? [`${question.text}\n${answers[i]}`] : []));
	return [...said, note, text]
		.filter((one) => one !== '')
		.join('\n\n')
		.slice(0, 20_000);
}

function newsOf(
	what: 'made' | 'moved' | 'cancelled',
	person: string,
	event: RecordId,
	title: string,
	name: string,
	at: number,
	now: number,
): Message<'booked'> {
	const link = linkInto(null, what === 'cancelled' ? '/calendar' : `/calendar?event=${event}`);
	return { topic: 'booked', to: { person }, data: { what, name, title, at, link }, key: `${event} ${what} ${now}` };
}
