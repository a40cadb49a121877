import {
	type Component,
	type ContentLine,
	dateTimeLine,
	escapeText,
	instantIn,
	line,
	lineOf,
	momentIn,
	nameOf,
	parameterOf,
	parseCalendar,
	sameNames,
	textOf,
	textsOf,
	withLines,
	writeComponent,
} from '@mana/dav/ical/index';
import { dayAt, timeAt } from '@mana/time';
import { formatMoment, parseMoment, readableRule } from '@mana/time/recur/index';
import type { Task, TaskPriority } from './model.ts';

/** A task with what stands elsewhere: what a VTODO says of it. */
export interface TaskState {
	readonly task: Task;
	readonly uid: string;
	/** Names of its tags. */
	readonly tags: readonly string[];
	/** UID of the task that this is a step of. */
	readonly parent: string | null;
	/** When it was written last, ms since 1970. */
	readonly changedAt: number;
}

/** What a VTODO says, in the terms of a task. What a task cannot hold is cut, and stays whole in the object itself. */
export interface SaidTodo extends Pick<Task, 'title' | 'notes' | 'dueDay' | 'dueTime' | 'priority' | 'repeat'> {
	readonly uid: string;
	/** Whether it is due at a time in UTC, which is another one on the clocks of each zone. */
	readonly inUtc: boolean;
	readonly done: boolean;
	/** When it was done, in ms since 1970; `null` where that is not said. */
	readonly completedAt: number | null;
	readonly tags: readonly string[];
	readonly parent: string | null;
}

/** Longest texts of a task's fields; see `model.ts`. */
const longest = { title: 500, notes: 20_000, tag: 60, repeat: 500 } as const;
/** A person's tags at most, of one task. */
const mostTags = 50;

/** PRIORITY (RFC 5545 §3.8.1.9) by what we write, and ours by what may be read. */
const written: Readonly<Record<TaskPriority, number>> = { none: 0, urgent: 1, high: 3, medium: 5, low: 9 };
const ours: readonly TaskPriority[] = ['none', 'urgent', 'high', 'high', 'high', 'medium', 'low', 'low', 'low', 'low'];

/** The VTODO that says what repeats or happens once; changed instances of it stand beside. */
export function todoIn(calendar: Component): Component | undefined {
	const todos = calendar.components.filter(({ name }) => name === 'VTODO');
	return todos.find((todo) => !lineOf(todo, 'RECURRENCE-ID')) ?? todos[0];
}

/** Reads a VTODO. @param zone in which times are shown that come in UTC */
export function readTodo(todo: Component, zone: string): SaidTodo {
	const text = (name: string): string => textOf(lineOf(todo, name)?.value ?? '');
	const due = lineOf(todo, 'DUE');
	const status = text('STATUS').toUpperCase();
	const completed = lineOf(todo, 'COMPLETED');
	const related = todo.lines.find(
		(one) => nameOf(one) === 'RELATED-TO' && (parameterOf(one, 'RELTYPE') ?? 'PARENT').toUpperCase() === 'PARENT',
	);
	return {
		uid: text('UID').trim(),
		title: text('SUMMARY').slice(0, longest.title).toWellFormed(),
		notes: text('DESCRIPTION').slice(0, longest.notes).toWellFormed(),
		priority: ours[Number(text('PRIORITY'))] ?? 'none',
		...dueOf(due, zone),
		repeat: repeatIn(todo),
		done: status === 'COMPLETED' || status === 'CANCELLED' || (status === '' && completed !== undefined),
		completedAt: completed ? instantIn(completed, zone) : null,
		tags: tagsIn(todo),
		parent: related ? textOf(related.value).trim() : null,
	};
}

function dueOf(due: ContentLine | undefined, zone: string): Pick<SaidTodo, 'dueDay' | 'dueTime' | 'inUtc'> {
	const moment = due && momentIn(due);
	if (!moment) return { dueDay: null, dueTime: null, inUtc: false };
	const inUtc = moment.form === 'utc';
	const clock = inUtc ? zone : 'UTC';
	return { dueDay: dayAt(moment.wall, clock), dueTime: moment.form === 'day' ? null : timeAt(moment.wall, clock), inUtc };
}

/** The rule by which it comes again; `null` where there is none that we could go by, or several. */
function repeatIn(todo: Component): string | null {
	const [rule, ...more] = todo.lines.filter((one) => nameOf(one) === 'RRULE').map(({ value }) => value.trim());
	return rule !== undefined && more.length === 0 && rule.length <= longest.repeat && readableRule(rule) ? rule : null;
}

function tagsIn(todo: Component): string[] {
	const names = todo.lines
		.filter((one) => nameOf(one) === 'CATEGORIES')
		.flatMap(({ value }) => textsOf(value))
		.map((name) => name.trim())
		.filter((name) => name !== '' && name.length <= longest.tag);
	return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].slice(0, mostTags);
}

/**
 * The calendar object of a task: as a program last wrote it, to the letter, as long as the task says the same; otherwise with the lines
 * changed that say something else by now. What we have no field for stays.
 *
 * @param zone on whose clocks times in UTC were shown of tasks that do not say it themselves
 */
export function objectOf(state: TaskState, zone: string): string {
	const { task } = state;
	if (task.calendarObject === '') return writeComponent(fresh(state));
	const calendar = parseCalendar(new TextEncoder().encode(task.calendarObject));
	const todo = todoIn(calendar)!;
	const changed = changesOf(state, readTodo(todo, task.calendarZone || zone));
	if (changed.length === 0) return task.calendarObject;
	const stamped = [...changed, ...stamps(state)];
	const after = stamped.reduce((one, change) => change(one), todo);
	return writeComponent({ ...calendar, components: calendar.components.map((one) => (one === todo ? after : one)) });
}

type Edit = (todo: Component) => Component;

const set =
	(name: string, ...lines: readonly ContentLine[]): Edit =>
	(todo) =>
		withLines(todo, name, lines);

/** A calendar with nothing but what a task says. */
function fresh(state: TaskState): Component {
	const { task, uid } = state;
	const empty: Component = { name: 'VTODO', lines: [line('UID', escapeText(uid))], components: [] };
	const nothing = readTodo(empty, 'UTC');
	const created = task.createdAt === null ? [] : [set('CREATED', dateTimeLine('CREATED', task.createdAt))];
	const edits = [...created, ...stamps(state), set('SUMMARY', line('SUMMARY', '')), ...changesOf(state, nothing)];
	const todo = edits.reduce((one, edit) => edit(one), empty);
	return { name: 'VCALENDAR', lines: [line('VERSION', '2.0'), line('PRODID', '-//Mana//Todo//EN')], components: [todo] };
}

function stamps({ changedAt }: TaskState): Edit[] {
	return ['DTSTAMP', 'LAST-MODIFIED'].map((name) => set(name, dateTimeLine(name, changedAt)));
}

/** What has to change in a VTODO that says `said`, so that it says what the task is. */
function changesOf({ task, tags, parent }: TaskState, said: SaidTodo): Edit[] {
	const edits: Edit[] = [];
	if (said.title !== task.title) edits.push(set('SUMMARY', line('SUMMARY', escapeText(task.title))));
	if (said.notes !== task.notes) edits.push(optional('DESCRIPTION', task.notes === '' ? null : escapeText(task.notes)));
	if (said.priority !== task.priority)
		edits.push(optional('PRIORITY', task.priority === 'none' ? null : String(written[task.priority])));
	if (said.dueDay !== task.dueDay || said.dueTime !== task.dueTime) edits.push(due(task));
	if (said.repeat !== task.repeat) edits.push(optional('RRULE', readableRule(task.repeat) ? task.repeat : null));
	if (said.repeat !== task.repeat || said.dueDay !== task.dueDay || said.dueTime !== task.dueTime) edits.push(anchored);
	if (said.done !== (task.completedAt !== null) || movedOn(said, task)) edits.push(...completion(task));
	if (!sameNames(said.tags, tags)) edits.push(optional('CATEGORIES', tags.length === 0 ? null : tags.map(escapeText).join(',')));
	if (parent !== null && said.parent !== parent) edits.push(set('RELATED-TO', line('RELATED-TO', escapeText(parent))));
	return edits;
}

function optional(name: string, value: string | null): Edit {
	return value === null ? set(name) : set(name, line(name, value));
}

/** Whether it was completed at another second than is said. */
function movedOn(said: SaidTodo, { completedAt }: Task): boolean {
	const second = (ms: number) => Math.floor(ms / 1_000);
	return said.completedAt !== null && completedAt !== null && second(said.completedAt) !== second(completedAt);
}

function completion({ completedAt }: Task): Edit[] {
	if (completedAt === null) return [set('STATUS', line('STATUS', 'NEEDS-ACTION')), set('COMPLETED'), set('PERCENT-COMPLETE')];
	return [
		set('STATUS', line('STATUS', 'COMPLETED')),
		set('COMPLETED', dateTimeLine('COMPLETED', completedAt)),
		set('PERCENT-COMPLETE', line('PERCENT-COMPLETE', '100')),
	];
}

/** A new DUE in the zone of the old one. A start of another form, or after it, would make the object invalid (§3.8.2.3), so it goes. */
function due({ dueDay, dueTime }: Task): Edit {
	return (todo) => {
		if (dueDay === null) return withLines(todo, 'DUE', []);
		const day = dueDay.replaceAll('-', '');
		const wall = parseMoment(dueTime === null ? day : `${day}T${dueTime.replace(':', '')}00`);
		const zone = parameterOf(lineOf(todo, 'DUE') ?? line('DUE', ''), 'TZID');
		const how =
			dueTime === null ? [{ name: 'VALUE', values: ['DATE'] }] : zone === undefined ? [] : [{ name: 'TZID', values: [zone] }];
		const after = withLines(todo, 'DUE', [line('DUE', formatMoment(wall), ...how)]);
		const startLine = lineOf(todo, 'DTSTART');
		const start = startLine && momentIn(startLine);
		const fits = !start || ((start.form === 'day') === (dueTime === null) && start.wall < wall.wall);
		return fits ? withLines(after, 'DURATION', []) : withLines(withLines(after, 'DURATION', []), 'DTSTART', []);
	};
}

/** What repeats begins at some time (RFC 5545 §3.8.2.4): when it is due, where it says nothing else. */
function anchored(todo: Component): Component {
	const due = lineOf(todo, 'DUE');
	if (!due || !lineOf(todo, 'RRULE') || lineOf(todo, 'DTSTART')) return todo;
	return withLines(todo, 'DTSTART', [{ ...due, name: 'DTSTART' }]);
}
