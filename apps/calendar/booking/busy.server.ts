import { type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import { calendars, defaultCalendarId, events, guests } from '../model.ts';
import { occurrencesOf } from '../occurrences.ts';
import type { Span } from './slots.ts';

const MINUTE_MS = 60_000;

export interface BusyQuestion extends Span {
	readonly space: SpaceId;
	/** E-mail address of whose calendars they are. */
	readonly address: string;
	/** Ids of calendars; `null`: all that take time. */
	readonly calendars: readonly string[] | null;
	/** On whose clocks whole days are (IANA). */
	readonly zone: string;
	/** An event that is not in the way. */
	readonly without: string | null;
}

/** When somebody has no time by their calendars, with the way there and what is to be kept free after it. What they declined is not in the way. */
export async function busySpans(
	db: RecordDb,
	{ space, address, calendars: chosen, zone, without, from, to }: BusyQuestion,
): Promise<Span[]> {
	const known = (await rowsOf(db, [space], calendars)).map(({ row }) => row);
	const free = new Set(
		known.filter(({ shows, deletedAt }) => shows === 'free' || deletedAt !== null).map(({ id }) => id as string),
	);
	free.delete(known.find(({ id, shows }) => id === defaultCalendarId && shows !== 'free')?.id ?? '');
	const counts = (id: string) => (chosen === null ? !free.has(id) : chosen.includes(id));
	const mine = (await rowsOf(db, [space], guests)).filter(
		({ row }) => row.deletedAt === null && row.address.toLowerCase() === address,
	);
	const declined = new Set(mine.filter(({ row }) => row.answer === 'declined').map(({ row }) => row.event as string));
	const rows = (await rowsOf(db, [space], events)).map(({ row }) => row);
	const wanted = rows.filter((row) => counts(row.calendar ?? defaultCalendarId) && row.id !== without);
	const margin = 2 * 1_440 * MINUTE_MS;
	return occurrencesOf(wanted, from - margin, to + margin, zone).flatMap(({ event, from: begins, to: ends }) => {
		const series = event.series !== null && declined.has(event.series) && !mine.some(({ row }) => row.event === event.id);
		if (event.shows === 'free' || event.status === 'cancelled' || declined.has(event.id) || series || ends <= begins) return [];
		return [{ from: begins - event.travel * MINUTE_MS, to: ends + event.buffer * MINUTE_MS }];
	});
}
