import { collection, field, isRecordId, namedRecordId, partOf, type RecordId, routed, type Row } from '@mana/model';
import { commentsIn } from '@mana/shared/comments';
import { viewsIn } from '@mana/shared/views';
import { priorities } from '@mana/time';

/** The app's permanent number: collection numbers on the wire start with it. */
const app = 2;

/** How far days of a template may be from its first. */
export const MOST_DAYS = 3_650;

/** How far an open task may have come. */
export const STATUSES = ['todo', 'doing', 'waiting'] as const;

export const tasks = collection(
	'todo/tasks',
	{ app, number: 1 },
	{
		title: field.text(1, { fallback: '', max: 500 }),
		notes: field.text(2, { fallback: '', max: 20_000 }),
		/** When it was completed; `null` while it is open. */
		completedAt: routed(field.instant(3)),
		dueDay: field.day(4),
		dueTime: field.clockTime(5),
		priority: field.choice(6, ['none', ...priorities]),
		/** Ids of tags (`@mana/shared/model`). */
		tags: field.set(7),
		/** `null` is the inbox. A subtask lives where its parent lives. */
		project: field.reference(8),
		/** The task this is a step of. */
		parent: partOf(field.reference(9)),
		/** Place among its siblings: in its project, or among the steps of its parent. */
		position: field.position(10),
		files: field.attachments(11),
		/** The UID by which calendar programs know it; empty: its id. */
		uid: field.text(12, { fallback: '', max: 255 }),
		/** What its file is called in CalDAV; empty: its UID and `.ics`. */
		calendarName: field.text(13, { fallback: '', max: 255 }),
		/** The calendar object as a program last wrote it, with everything that we have no field for. */
		calendarObject: field.text(14, { fallback: '', max: 50_000 }),
		/** RRULE by which it comes again (RFC 5545); `null`: it does not. A rule that cannot be read makes nothing come again. */
		repeat: field.text(15, { max: 500 }),
		/** Whether the rule is reckoned from the day it was due or from the day it was done. */
		repeatFrom: field.choice(16, ['due', 'completion']),
		/** The day of the rule for which it stands, wherever it was put off to; `null`: its due day. */
		occurrence: field.day(17),
		/** How often a next one was made of it. Taking that back does not lower it: the id of a record that was taken back is never used again. */
		rounds: field.greatest(18),
		/** How far an open task has come; whether it is done says `completedAt`. */
		status: field.choice(19, STATUSES),
		/** In which column it stands on boards that were made by hand: ids of columns by ids of views. */
		columns: field.map(20),
		/** Not to be thought of before this day. */
		startDay: field.day(21),
		/** How long it will take, in minutes. */
		estimate: field.integer(22, { from: 1, to: 60_000 }),
		/** Ids of the people who are to do it, in a shared space; nobody: whoever comes to it. */
		assignees: field.set(23),
		/** When to remind of it: minutes before it is due, each as a number in digits. `0` is when it is due. */
		reminders: field.set(24),
		/** Its place in columns of boards that somebody keeps: order keys by ids of views. */
		ranks: field.map(25),
		/** IANA name of the zone on whose clocks its day and time are shown, where a calendar program sent them in UTC; empty: none did. */
		calendarZone: field.text(26, { fallback: '', max: 64 }),
	},
	{ keeps: { field: 'completedAt', days: 90 }, refers: { parent: 'todo/tasks' } },
);

export const projects = collection(
	'todo/projects',
	{ app, number: 2 },
	{
		name: field.text(1, { fallback: '', max: 120 }),
		/** Hue of its dot, in degrees. */
		hue: field.integer(2, { fallback: 255, from: 0, to: 359 }),
		position: field.position(3),
		archivedAt: field.instant(4),
		/** What its calendar is called in CalDAV, where a program made it; empty: its space and id. */
		calendarName: field.text(5, { fallback: '', max: 255 }),
		/** The project under which it stands; `null`: at the top. */
		parent: field.parent(6),
	},
);

/** What a template makes. */
export const TEMPLATE_KINDS = ['project', 'tasks'] as const;

/** What people begin again and again: a project, or some tasks. What is in it are its items. */
export const templates = collection(
	'todo/templates',
	{ app, number: 3 },
	{
		name: field.text(1, { fallback: '', max: 500 }),
		/** Hue of the projects that are made of it, in degrees. */
		hue: field.integer(2, { fallback: 255, from: 0, to: 359 }),
		kind: field.choice(3, TEMPLATE_KINDS),
		position: field.position(4),
	},
);

/** What an item of a template becomes. */
export const ITEM_KINDS = ['task', 'project'] as const;

/** A task of a template, or a project under the one that is made. Its days are counted from the first day of what is made. */
export const templateItems = collection(
	'todo/template-items',
	{ app, number: 4 },
	{
		template: partOf(field.reference(1)),
		kind: field.choice(2, ITEM_KINDS),
		/** The task that it is a step of, or the project that it is in; `null`: nothing but the template. */
		parent: field.parent(3),
		position: field.position(4),
		title: field.text(5, { fallback: '', max: 500 }),
		notes: field.text(6, { fallback: '', max: 20_000 }),
		/** Days after the first one; before it below zero; `null`: it has no day. */
		day: field.integer(7, { from: -MOST_DAYS, to: MOST_DAYS }),
		time: field.clockTime(8),
		startDay: field.integer(9, { from: -MOST_DAYS, to: MOST_DAYS }),
		priority: field.choice(10, ['none', ...priorities]),
		/** Ids of tags (`@mana/shared/model`). */
		tags: field.set(11),
		repeat: field.text(12, { max: 500 }),
		repeatFrom: field.choice(13, ['due', 'completion']),
		estimate: field.integer(14, { from: 1, to: 60_000 }),
		assignees: field.set(15),
		reminders: field.set(16),
		/** Of a project. */
		hue: field.integer(17, { fallback: 255, from: 0, to: 359 }),
	},
);

/** What is said about tasks in shared spaces. */
export const comments = commentsIn('todo', app);

/** Filters and boards that people keep. */
export const views = viewsIn('todo', app);

export type Task = Row<typeof tasks>;
export type Project = Row<typeof projects>;
export type Template = Row<typeof templates>;
export type TemplateItem = Row<typeof templateItems>;
export type TaskPriority = Task['priority'];
export type TaskStatus = Task['status'];

/** A task that a calendar program brought has one id wherever it comes from, so that its UID is there once in a space. */
export function taskIdOf(uid: string): RecordId {
	return isRecordId(uid) ? uid : namedRecordId(`todo/tasks/${uid}`);
}
