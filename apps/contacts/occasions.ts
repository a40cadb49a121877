import { addDays, type Day, daysBetween } from '@mana/time';
import type { Contact, Detail } from './model.ts';

/** A day that comes again each year: a birthday, an anniversary, a date of somebody's own. */
export interface Occasion {
	readonly contact: Contact;
	/** `date`: `label` says which. */
	readonly kind: 'birthday' | 'anniversary' | 'date';
	readonly label: string;
	/** The next time, from today on. */
	readonly on: Day;
	/** How many years it is then; `null` where the year is not known. */
	readonly years: number | null;
}

/** The first time from `today` on that a day, with its year or without, comes round. 29 February is the 28th where there is none. */
export function nextOn(day: string, today: Day): Day {
	const year = Number(today.slice(0, 4));
	const thisYear = inYear(day, year);
	const next = thisYear >= today ? thisYear : inYear(day, year + 1);
	// What has yet to happen for the first time does not come round before it.
	return day.startsWith('--') || day <= next ? next : day;
}

/** How many years it is on `on` since `day`; `null` where the year is not known, or is still to come. */
export function yearsOn(day: string, on: Day): number | null {
	if (day.startsWith('--')) return null;
	const years = Number(on.slice(0, 4)) - Number(day.slice(0, 4)) - (on < inYear(day, Number(on.slice(0, 4))) ? 1 : 0);
	return years < 0 ? null : years;
}

function inYear(day: string, year: number): Day {
	const monthAndDay = day.slice(-5);
	const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
	return `${String(year).padStart(4, '0')}-${monthAndDay === '02-29' && !leap ? '02-28' : monthAndDay}`;
}

/**
 * What comes within so many days, today included, in order. Of `date` details those of contacts that are there.
 *
 * @param days 366: everything once
 */
export function comingOccasions(
	contacts: readonly Contact[],
	dates: readonly Pick<Detail, 'contact' | 'label' | 'day'>[],
	today: Day,
	days: number,
): Occasion[] {
	const byId = new Map<string, Contact>(contacts.map((contact) => [contact.id, contact]));
	const last = addDays(today, days - 1);
	const found: Occasion[] = [];
	const add = (contact: Contact, kind: Occasion['kind'], label: string, day: string | null): void => {
		if (day === null) return;
		const on = nextOn(day, today);
		if (on <= last) found.push({ contact, kind, label, on, years: yearsOn(day, on) });
	};
	for (const contact of contacts) {
		add(contact, 'birthday', '', contact.birthday);
		add(contact, 'anniversary', '', contact.anniversary);
	}
	for (const { contact, label, day } of dates) {
		const of = contact === null ? undefined : byId.get(contact);
		if (of) add(of, 'date', label, day);
	}
	return found.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.contact.id < b.contact.id ? -1 : 1));
}

/** How far away a day is: 0 today. */
export function daysUntil(on: Day, today: Day): number {
	return daysBetween(today, on);
}
