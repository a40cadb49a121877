import { addDays, type Day, dayAt } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import type { Contact, ContactSettings, Detail } from './model.ts';
import { comingOccasions, type Occasion } from './occasions.ts';

/** Of whose days somebody wants to be reminded, and when. */
export interface DayWish {
	readonly of: 'favourites' | 'everybody';
	/** Minutes before the midnight at which the day begins; after it where negative. */
	readonly before: readonly number[];
}

/** At nine on the day itself, for who says no more than of whom. */
export const USUAL_BEFORE = -540;
const MINUTE_MS = 60_000;
/** Nobody is reminded earlier than a year before. */
const MOST_BEFORE = 366 * 1_440;

/** What somebody chose; `null`: to be reminded of nobody. */
export function wishIn(chosen: Pick<ContactSettings, 'remindOf' | 'reminders'> | undefined): DayWish | null {
	if (!chosen || chosen.remindOf === 'nobody') return null;
	const said = [...chosen.reminders].filter((one) => /^-?\d{1,6}$/.test(one)).map(Number);
	const before = said.filter((minutes) => minutes > -1_440 && minutes <= MOST_BEFORE).toSorted((a, b) => a - b);
	return { of: chosen.remindOf, before: before.length === 0 ? [USUAL_BEFORE] : before };
}

/** When a reminder comes, and of which day. */
export interface Moment {
	readonly day: Day;
	readonly before: number;
	/** ms since 1970 */
	readonly at: number;
}

/** The moments about now at which reminders come that are so long before a day. @param now ms since 1970 */
export function momentsOf(before: number, now: number, zone: string): Moment[] {
	const away = Math.floor(before / 1_440);
	return [-1, 0, 1, 2].map((more) => {
		const day = addDays(dayAt(now, zone), away + more);
		return { day, before, at: instantOf(zone, Date.parse(`${day}T00:00Z`)) - before * MINUTE_MS };
	});
}

/** What is on a day of those whom somebody wishes to be reminded of. */
export function occasionsOn(
	day: Day,
	{ of }: DayWish,
	contacts: readonly Contact[],
	dates: readonly Pick<Detail, 'contact' | 'label' | 'day'>[],
): Occasion[] {
	const meant = contacts.filter(({ archived, starred, deletedAt }) => deletedAt === null && !archived && (of === 'everybody' || starred)); // prettier-ignore
	return comingOccasions(meant, dates, day, 1);
}
