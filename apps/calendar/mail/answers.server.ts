import type { RecordDb, RecordTables } from '@mana/dav/records/index';
import type { Draft } from '@mana/model';
import { type Memberships, problem } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Kysely } from 'kysely';
import { type Event, type Guest, guests } from '../model.ts';
import { repeats } from '../event-index.ts';
import { occurrencesOf } from '../occurrences.ts';
import { guestsOn, sayOfDay } from '../one-day.server.ts';
import type { Invitation } from '../outside/seen.ts';
import type { CalendarTables } from '../store.server.ts';
import type { CalendarUsers } from '../users.server.ts';
import { type Whole, wholeOf } from '../whole.server.ts';
import { isOver } from './mails.server.ts';
import { shareOf } from './message.server.ts';
import { spanOf } from './when.server.ts';

export interface AnswerParts {
	readonly db: Kysely<CalendarTables>;
	readonly records: RecordDb;
	readonly clock: { now(): number };
	memberships(): Memberships;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly zone: string;
	readonly users: Pick<CalendarUsers, 'byAddress' | 'byId'>;
}

/** What guests can say. */
export const answerWords = ['accepted', 'tentative', 'declined'] as const;
export type Said = { readonly answer: (typeof answerWords)[number]; readonly comment: string };

const unknown = () => problem(404, 'invitation-unknown', 'This link leads to no invitation. Look for a newer mail about it.');

/** What a link of a mail leads to. @throws Problem 404 `invitation-unknown` */
export async function invitationAt(parts: AnswerParts, token: string): Promise<Invitation> {
	const { clock, zone } = parts;
	const { row, whole } = await find(parts, token);
	const share = shareOf(whole, row.address, 0);
	const shown = share === null || share.guests.length > 0 ? whole.event : share.occurrences[0]!.event;
	const span = spanOf(shown, zone);
	if (span === null || shown.start === null) throw unknown();
	const guest = rowsOf(whole, row.address)[0];
	return {
		...span,
		state: share === null ? 'cancelled' : isOver(whole, clock.now(), zone) ? 'over' : 'open',
		inviter: (await parts.users.byId(row.person))?.name ?? '',
		address: row.address,
		title: shown.title,
		place: shown.place,
		notes: shown.notes,
		wholeDay: shown.start.length === 10,
		zone: shown.zone,
		repeat: shown.repeat,
		answer: guest?.answer ?? 'none',
		comment: guest?.comment ?? '',
		days: share === null ? [] : daysOf(parts, whole, row.address),
	};
}

/** So many days of a series can be answered for by themselves, those that come next. */
const MOST_DAYS = 20;
const AHEAD_MS = 400 * 86_400_000;

/** What comes next of a series that somebody is invited to, and what they answered for it. */
function daysOf({ clock, zone }: AnswerParts, whole: Whole, address: string): Invitation['days'] {
	const { event, occurrences, guests: all } = whole;
	if (!repeats(event) || ofGuest(all, address).length === 0) return [];
	const rows = [event, ...occurrences.map((one) => one.event)];
	const now = clock.now();
	return occurrencesOf(rows, now, now + AHEAD_MS, zone)
		.flatMap(({ occurrence, from, to }) => {
			const [guest] = occurrence === null ? [] : ofGuest(guestsOn(whole, occurrence), address);
			return guest ? [{ occurrence: occurrence!, from, to, answer: guest.answer }] : [];
		})
		.slice(0, MOST_DAYS);
}

function ofGuest(all: readonly Guest[], address: string): Guest[] {
	return all.filter((one) => one.deletedAt === null && one.address.toLowerCase() === address);
}

/**
 * Writes what somebody answers by their link.
 *
 * @param said of all of it, or of one of the days that the link shows
 * @throws Problem 404 `invitation-unknown`, 409 `invitation-ended`
 */
export async function answerAt(
	parts: AnswerParts,
	token: string,
	said: Said & { readonly occurrence: string | null },
): Promise<void> {
	const { row, whole } = await find(parts, token);
	if (shareOf(whole, row.address, 0) === null || isOver(whole, parts.clock.now(), parts.zone))
		throw problem(409, 'invitation-ended', 'There is nothing to answer any more: it is over, or was called off.');
	const { occurrence, ...words } = said;
	if (occurrence !== null && !daysOf(parts, whole, row.address).some((day) => day.occurrence === occurrence))
		throw problem(409, 'invitation-ended', 'There is nothing to answer for that day any more.');
	const rows = occurrence === null ? rowsOf(whole, row.address) : ofGuest(guestsOn(whole, occurrence), row.address);
	const news = rows.filter((one) => one.answer !== words.answer || one.comment !== words.comment);
	await writeAnswers(
		parts,
		whole,
		news.map((guest) => ({ guest, occurrence, said: words })),
	);
}

async function find({ db, records }: AnswerParts, token: string) {
	const row = await db
		.selectFrom('invited')
		.selectAll()
		.where('token', '=', token)
		.where('role', '!=', 'host')
		.executeTakeFirst();
	const whole = row && (await wholeOf(records, row.space, row.event));
	if (!row || !whole) throw unknown();
	return { row, whole };
}

/** Every place in which somebody is invited to something of an event. */
function rowsOf({ guests: all, occurrences }: Whole, address: string): Guest[] {
	const live = ({ deletedAt }: Pick<Event, 'deletedAt'>) => deletedAt === null;
	return [...all, ...occurrences.filter((one) => live(one.event)).flatMap((one) => one.guests)].filter(
		(one) => live(one) && one.address.toLowerCase() === address,
	);
}

/** Writes what guests answer for all of an event, or for one of its occurrences each. */
export async function writeAnswers(
	{ records, writer, clock }: Pick<AnswerParts, 'records' | 'writer' | 'clock'>,
	whole: Whole,
	all: readonly { readonly guest: Guest; readonly occurrence: string | null; readonly said: Said }[],
): Promise<void> {
	if (all.length === 0) return;
	const answeredAt = clock.now();
	const days = Map.groupBy(all, ({ occurrence }) => occurrence);
	await records.transaction().execute((within) =>
		writer.write(within, whole.space, (tx) => {
			for (const [occurrence, voices] of days) {
				if (occurrence === null) for (const { guest, said } of voices) tx.update(guests, guest.id, { ...said, answeredAt });
				else {
					const said = voices.map(({ guest, said: words }) => [guest.address.toLowerCase(), { ...words, answeredAt }] as const);
					sayOfDay(tx, whole, occurrence, new Map(said));
				}
			}
		}),
	);
	writer.wake();
}

/** Writes fields of guests as one action. */
export async function writeGuests(
	{ records, writer }: Pick<AnswerParts, 'records' | 'writer'>,
	space: SpaceId,
	all: readonly { readonly guest: Guest; readonly draft: Draft<typeof guests> }[],
): Promise<void> {
	if (all.length === 0) return;
	await records.transaction().execute((within) =>
		writer.write(within, space, (tx) => {
			for (const { guest, draft } of all) tx.update(guests, guest.id, draft);
		}),
	);
	writer.wake();
}
