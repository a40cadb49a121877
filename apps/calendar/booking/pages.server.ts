import { problem } from '@mana/service';
import { dayAt } from '@mana/time';
import type { BookingTables } from './tables.server.ts';
import { bookingSettings } from './settings.server.ts';
import type { BookingSettings } from './settings.ts';
import type { BookingParts } from './bookings.server.ts';

/** How many pages one person may have. */
const MOST_PAGES = 20;

export type PageRow = BookingTables['booking_page'];
/** A page as its owner sees it. */
export type OwnPage = BookingSettings & { readonly id: string };

export function settingsOf(row: PageRow): BookingSettings {
	return { ...bookingSettings.parse({ ...(JSON.parse(row.settings) as object), name: '' }), name: row.name };
}

/** Whether one can book there now. */
export function stateOf({ on, lastDay, zone }: BookingSettings, now: number): 'open' | 'off' | 'over' {
	if (!on) return 'off';
	return lastDay !== null && dayAt(now, zone) > lastDay ? 'over' : 'open';
}

export async function ownPages({ db }: BookingParts, person: string): Promise<OwnPage[]> {
	const rows = await db.selectFrom('booking_page').selectAll().where('person', '=', person).orderBy('created_at').execute();
	return rows.map((row) => ({ ...settingsOf(row), id: row.id }));
}

/** @throws Problem 409 `booking-name-taken`, 422 `too-many-booking-pages` */
export async function addPage(parts: BookingParts, person: string, settings: BookingSettings): Promise<OwnPage> {
	const { db, clock } = parts;
	if ((await ownPages(parts, person)).length >= MOST_PAGES)
		throw problem(422, 'too-many-booking-pages', `You have ${MOST_PAGES} pages already. Remove one that you no longer need.`);
	const row = { ...rowOf(parts, settings), id: newName(parts), person, created_at: clock.now() };
	const added = await db
		.insertInto('booking_page')
		.values(row)
		.onConflict((conflict) => conflict.column('name').doNothing())
		.returning('id')
		.executeTakeFirst();
	if (!added) throw taken();
	return { ...settings, name: row.name, id: row.id };
}

/** @throws Problem 404 `booking-page-unknown`, 409 `booking-name-taken` */
export async function changePage(parts: BookingParts, person: string, id: string, settings: BookingSettings): Promise<OwnPage> {
	return parts.db.transaction().execute(async (within) => {
		const row = rowOf(parts, settings);
		const other = await within
			.selectFrom('booking_page')
			.select('id')
			.where('name', '=', row.name)
			.where('id', '!=', id)
			.executeTakeFirst();
		if (other) throw taken();
		const { numUpdatedRows } = await within
			.updateTable('booking_page')
			.set(row)
			.where('id', '=', id)
			.where('person', '=', person)
			.executeTakeFirst();
		if (numUpdatedRows === 0n) throw unknownPage();
		return { ...settings, name: row.name, id };
	});
}

/** Removes a page; what was booked on it stays. @throws Problem 404 `booking-page-unknown` */
export async function removePage({ db }: BookingParts, person: string, id: string): Promise<void> {
	const { numDeletedRows } = await db
		.deleteFrom('booking_page')
		.where('id', '=', id)
		.where('person', '=', person)
		.executeTakeFirst();
	if (numDeletedRows === 0n) throw unknownPage();
}

export function unknownPage() {
	return problem(404, 'booking-page-unknown', 'There is no page under this address, or not any more.');
}

function taken() {
	return problem(409, 'booking-name-taken', 'This address is taken. Choose another one.');
}

function rowOf(parts: BookingParts, settings: BookingSettings): Pick<PageRow, 'name' | 'settings'> {
	return { name: settings.name || newName(parts), settings: JSON.stringify({ ...settings, name: '' }) };
}

/** One that nobody guesses: 96 bits. */
function newName({ random }: BookingParts): string {
	return Buffer.from(random(new Uint8Array(12))).toString('hex');
}
