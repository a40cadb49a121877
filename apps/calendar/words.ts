import { capital, type Day, formatDay, speakDay, speakMinutes, speakTime, spellDay } from '@mana/time';
import { wallAt } from '@mana/time/zone';
import { m } from '@mana/ui/i18n';
import type { Spanned } from './layout/day-parts.ts';
import type { Event, Guest } from './model.ts';
import { dayOfWall, MINUTE, textOf } from './moments.ts';
import { countOf, isDaysView, type ViewName } from './views.ts';

/** An event's title, or what to call it while it has none. */
export function titleOf({ title }: Pick<Event, 'title'>): string {
	return title.trim() || m.calendar_untitled();
}

/** The time of day at a moment, as the viewer's clocks show it: "14:30". @param at ms since 1970 */
export function timeWords(at: number, viewer: string, tag: string): string {
	return speakTime(textOf(wallAt(viewer, at), 'local').slice(11, 16), tag);
}

/** From when until when on the day: "14:30–15:00", or "All day". */
export function hoursWords({ wholeDay, from, to }: Spanned, viewer: string, tag: string): string {
	if (wholeDay) return m.calendar_whole_day();
	if (from === to) return timeWords(from, viewer, tag);
	return `${timeWords(from, viewer, tag)}–${timeWords(to, viewer, tag)}`;
}

/** When something is in full, for hover and screen readers: "Monday, 23 November 2026, 14:30–15:00". */
export function whenWords(shown: Spanned, viewer: string, tag: string): string {
	const { wholeDay, from, to, firstDay, lastDay } = shown;
	if (wholeDay) return firstDay === lastDay ? spellDay(firstDay, tag) : `${spellDay(firstDay, tag)} – ${spellDay(lastDay, tag)}`;
	const begins = `${spellDay(firstDay, tag)}, ${timeWords(from, viewer, tag)}`;
	if (from === to) return begins;
	const end = dayOfWall(wallAt(viewer, to));
	return end === firstDay
		? `${begins}–${timeWords(to, viewer, tag)}`
		: `${begins} – ${spellDay(end, tag)}, ${timeWords(to, viewer, tag)}`;
}

/** A day in few words: "Fri, 27 Nov". */
export function shortDay(day: Day, tag: string): string {
	return formatDay(tag, { weekday: 'short', day: 'numeric', month: 'short' }, day);
}

/** The heading of a day in a list: "Tomorrow", and what that leaves open. */
export function dayHeading(day: Day, today: Day, tag: string): { readonly title: string; readonly detail: string } {
	return {
		title: capital(speakDay(day, today, tag)),
		detail: formatDay(tag, { weekday: 'long', day: 'numeric', month: 'long' }, day),
	};
}

/** How long something lasts. @param seconds of the record */
export function lengthWords(seconds: number, tag: string): string {
	return speakMinutes(Math.round(seconds / 60), tag);
}

export function viewName(view: ViewName): string {
	if (isDaysView(view)) return m.calendar_days_view({ count: countOf(view) });
	return {
		day: m.calendar_day,
		week: m.calendar_week,
		month: m.calendar_month,
		quarter: m.calendar_quarter,
		year: m.calendar_year,
		agenda: m.calendar_agenda,
	}[view]();
}

export function statusName(status: Event['status']): string {
	return { confirmed: m.calendar_confirmed, tentative: m.calendar_tentative, cancelled: m.calendar_cancelled }[status]();
}

export function showsName(shows: Event['shows']): string {
	return { busy: m.calendar_busy, free: m.calendar_free }[shows]();
}

export function privacyName(privacy: Event['privacy']): string {
	return { public: m.calendar_public, private: m.calendar_private, confidential: m.calendar_confidential }[privacy]();
}

export function answerName(answer: Guest['answer']): string {
	return {
		none: m.calendar_answer_none,
		accepted: m.calendar_answer_accepted,
		declined: m.calendar_answer_declined,
		tentative: m.calendar_answer_tentative,
		delegated: m.calendar_answer_delegated,
	}[answer]();
}

/** A stretch of a day's hours. @param span in minutes of the day */
export function minutesWords(span: { readonly from: number; readonly to: number }, tag: string): string {
	const time = (at: number) => speakTime(textOf(at * MINUTE, 'local').slice(11, 16), tag);
	return `${time(span.from)}–${time(span.to)}`;
}
