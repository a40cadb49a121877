import {
	capital,
	type Capture,
	type Day,
	dayAt,
	daysBetween,
	speakDay,
	speakTime,
	speakWeekday,
	spellDate,
	spellDay,
	type Token,
} from '@mana/time';
import { wallAt } from '@mana/time/zone';
import { m } from '@mana/ui/i18n';
import type { Task, TaskPriority, TaskStatus } from './model.ts';

/** The names of several people in one sentence's part: “Ben, Cy and Dan”. */
export function namesOf(people: readonly { readonly name: string }[], tag: string): string {
	return new Intl.ListFormat(tag).format(people.map(({ name }) => name));
}

/** The name of a priority in the language of the interface. */
export function priorityName(priority: TaskPriority): string {
	return {
		none: m.todo_priority_none,
		low: m.todo_priority_low,
		medium: m.todo_priority_medium,
		high: m.todo_priority_high,
		urgent: m.todo_priority_urgent,
	}[priority]();
}

/** The colour of a priority's check; the lowest two have none, so that colour keeps its meaning. */
export function priorityTone(priority: TaskPriority): 'danger' | 'warning' | 'info' | undefined {
	return ({ urgent: 'danger', high: 'warning', medium: 'info', low: undefined, none: undefined } as const)[priority];
}

/** When a task is due as people say it, with the exact day for hover and screen readers; `null` without a day. */
export function dueWords(task: Task, today: Day, locale: string): { short: string; exact: string } | null {
	if (task.dueDay === null) return null;
	const time = task.dueTime === null ? '' : ` ${speakTime(task.dueTime, locale)}`;
	return { short: capital(speakDay(task.dueDay, today, locale)) + time, exact: spellDay(task.dueDay, locale) + time };
}

/** The days over which something reaches: one, or from one to another. */
export function spanWords({ first, last }: { readonly first: Day; readonly last: Day }, locale: string): string {
	return first === last ? spellDay(last, locale) : `${spellDay(first, locale)} – ${spellDay(last, locale)}`;
}

/** The same under a heading that has the day already: only the time; `null` without one. */
export function dueTimeWords(task: Task, locale: string): { short: string; exact: string } | null {
	if (task.dueDay === null || task.dueTime === null) return null;
	const short = speakTime(task.dueTime, locale);
	return { short, exact: `${spellDay(task.dueDay, locale)} ${short}` };
}

/** When time is kept for a task: “Today 14:00–14:30”. @param zone of whoever looks (IANA) */
export function spanTimes(
	{ from, to }: { readonly from: number; readonly to: number },
	today: Day,
	locale: string,
	zone: string,
): string {
	const time = (at: number) => speakTime(new Date(wallAt(zone, at)).toISOString().slice(11, 16), locale);
	return `${capital(speakDay(dayAt(from, zone), today, locale))} ${time(from)}–${time(to)}`;
}

/** The heading of a day: as people say it, then what that leaves open. */
export function dayHeading(day: Day, today: Day, locale: string): { title: string; detail: string } {
	const away = daysBetween(today, day);
	const detail =
		away <= 1
			? `${speakWeekday(day, locale)}, ${spellDate(day, locale)}`
			: away < 7
				? spellDate(day, locale)
				: speakWeekday(day, locale);
	return { title: capital(speakDay(day, today, locale)), detail };
}

/** The name of a priority that was typed; of other tokens nothing (`CaptureField`). */
export function priorityToken({ kind }: Token, { priority }: Capture): string | undefined {
	return kind === 'priority' && priority ? priorityName(priority) : undefined;
}

/** A task's title, or what to call it while it has none. */
export function titleOf(task: Pick<Task, 'title'>): string {
	return task.title.trim() || m.todo_untitled();
}

/** What a status is called. */
export function statusName(status: TaskStatus | 'done'): string {
	return { todo: m.todo_status_todo, doing: m.todo_status_doing, waiting: m.todo_status_waiting, done: m.todo_status_done }[
		status
	]();
}
