import type { RecordDb, RecordTables } from '@mana/dav/records/index';
import { type Memberships, problem } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import { addDays, toUtc } from '@mana/time';
import type { Kysely } from 'kysely';
import { repeats } from '../event-index.ts';
import type { Guest } from '../model.ts';
import { occurrencesOf } from '../occurrences.ts';
import { guestsOn } from '../one-day.server.ts';
import type { Invitation } from '../outside/seen.ts';
import type { CalendarTables } from '../store.server.ts';
import type { CalendarUsers } from '../users.server.ts';
import { type Whole, wholeOf } from '../whole.server.ts';
import { isOver, type Invited } from './mails.server.ts';
import { shareOf } from './message.server.ts';

export interface AnswerParts {
	readonly db: Kysely<CalendarTables>;
	readonly records: RecordDb;
	readonly clock: { now(): number };
	memberships(): Memberships;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly zone: string;
	readonly users: Pick<CalendarUsers, 'byAddress' | 'byId'>;
}

/** What the link of a mail is about. */
export interface Linked {
	readonly row: Invited;
	readonly whole: Whole;
}

export const unknownLink = () =>
	problem(404, 'invitation-unknown', 'This link leads to no invitation. Look for a newer mail about it.');

/** @throws Problem 404 `invitation-unknown` */
export async function linked({ db, records }: Pick<AnswerParts, 'db' | 'records'>, token: string): Promise<Linked> {
	const row = await db
		.selectFrom('invited')
		.selectAll()
		.where('token', '=', token)
		.where('role', '!=', 'host')
		.executeTakeFirst();
	const whole = row && (await wholeOf(records, row.space, row.event));
	if (!row || !whole) throw unknownLink();
	return { row, whole };
}

/** The same, where something can be said yet. @throws Problem 404 `invitation-unknown`, 409 `invitation-ended` */
export async function openLink(parts: Pick<AnswerParts, 'db' | 'records' | 'clock' | 'zone'>, token: string): Promise<Linked> {
	const found = await linked(parts, token);
	if (shareOf(found.whole, found.row.address, 0) === null || isOver(found.whole, parts.clock.now(), parts.zone))
		throw problem(409, 'invitation-ended', 'There is nothing to answer any more: it is over, or was called off.');
	return found;
}

/** So many days of a series can be answered for by themselves, those that come next. */
const MOST_DAYS = 20;
const AHEAD_MS = 400 * 86_400_000;

/** What comes next of a series that somebody is invited to, and what they answered for it. */
export function daysOf({ clock, zone }: Pick<AnswerParts, 'clock' | 'zone'>, { whole, row }: Linked): Invitation['days'] {
	const { event, occurrences, guests: all } = whole;
	if (!repeats(event) || ofGuest(all, row.address).length === 0) return [];
	const rows = [event, ...occurrences.map((one) => one.event)];
	const now = clock.now();
	return occurrencesOf(rows, now, now + AHEAD_MS, zone)
		.flatMap(({ occurrence, wholeDay, firstDay, lastDay, ...span }) => {
			const [guest] = occurrence === null ? [] : ofGuest(guestsOn(whole, occurrence), row.address);
			const days = { from: toUtc(firstDay), to: toUtc(addDays(lastDay, 1)) };
			const { from, to } = wholeDay ? days : span;
			return guest ? [{ occurrence: occurrence!, from, to, answer: guest.answer }] : [];
		})
		.slice(0, MOST_DAYS);
}

/** @throws Problem 409 `invitation-ended` of a day that is none of those */
export function checkDay(parts: Pick<AnswerParts, 'clock' | 'zone'>, link: Linked, occurrence: string): void {
	if (!daysOf(parts, link).some((day) => day.occurrence === occurrence))
		throw problem(409, 'invitation-ended', 'There is nothing to answer for that day any more.');
}

export function ofGuest(all: readonly Guest[], address: string): Guest[] {
	return all.filter((one) => one.deletedAt === null && one.address.toLowerCase() === address);
}
