import { type Capture, type Day, toUtc } from '@mana/time';
import { wallAt } from '@mana/time/zone';
import { DAY, MINUTE, textOf } from './moments.ts';

/** A place for a new event: a stretch of a day's hours, or whole days. */
export interface Slot {
	readonly first: Day;
	/** The last of several whole days. */
	readonly last: Day;
	/** Minutes of the day; `null`: whole days. */
	readonly minutes: { readonly from: number; readonly to: number } | null;
}

/** What is meant where a line says nothing. */
export interface Unsaid {
	/** Minutes that a new event lasts. */
	readonly length: number;
	/** Zone of whoever types (IANA). */
	readonly zone: string;
	readonly today: Day;
	/** ms since 1970. */
	readonly now: number;
}

/**
 * When a typed event takes place: as the line says, else where its slot is, else at the next full hour.
 *
 * @returns its `start` and `length` as the model keeps them
 */
export function whenTyped(
	capture: Capture,
	slot: Slot | null,
	unsaid: Unsaid,
): { readonly start: string; readonly length: number } {
	const { time, minutes, wholeDay } = capture;
	const day = slot && !saysDay(capture) ? null : capture.day;
	const first = day ?? slot?.first ?? unsaid.today;
	const own = minutes ?? unsaid.length;
	if (wholeDay || (time === null && (slot ? slot.minutes === null : day !== null && minutes === null))) {
		const span = slot && day === null ? (toUtc(slot.last) - toUtc(slot.first)) / DAY + 1 : 1;
		const days = wholeDay && minutes !== null ? Math.ceil(minutes / 1_440) : span;
		return { start: first, length: days * 86_400 };
	}
	if (time !== null) return { start: `${first}T${time}`, length: own * 60 };
	if (slot?.minutes) {
		const { from, to } = slot.minutes;
		return { start: textOf(toUtc(first) + from * MINUTE, 'local'), length: (minutes ?? to - from) * 60 };
	}
	const hour = nextHour(unsaid.now, unsaid.zone);
	return { start: day === null ? hour : `${day}T${hour.slice(11)}`, length: own * 60 };
}

/** Whether a line names a day itself: a time alone means the next time that clocks show it, but at a marked place that day. */
export function saysDay({ tokens }: Pick<Capture, 'tokens'>): boolean {
	return tokens.some(({ kind }) => kind === 'day' || kind === 'repeat');
}

/** The next full hour on the clocks of a zone, as the model keeps it. */
export function nextHour(now: number, zone: string): string {
	const wall = wallAt(zone, now);
	return textOf(Math.floor(wall / 3_600_000 + 1) * 3_600_000, 'local');
}
