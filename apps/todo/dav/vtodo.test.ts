import { describe, expect, test } from 'bun:test';
import { parseCalendar, writeComponent } from '@mana/dav/ical/index';
import { namedRecordId } from '@mana/model';
import fc from 'fast-check';
import type { Task } from '../model.ts';
import { hexOf, hueOf } from '@mana/dav/caldav/index';
import { objectOf, readTodo, type TaskState, todoIn } from '../vtodo.ts';

const zone = 'Europe/Berlin';
const bare: Task = {
	id: namedRecordId('a task'),
	createdAt: Date.UTC(2026, 0, 1),
	deletedAt: null,
	title: '',
	notes: '',
	completedAt: null,
	dueDay: null,
	dueTime: null,
	priority: 'none',
	tags: new Set(),
	project: null,
	parent: null,
	position: null,
	files: [],
	uid: '',
	calendarName: '',
	calendarObject: '',
	repeat: null,
	repeatFrom: 'due',
	occurrence: null,
	rounds: null,
	status: 'todo',
	columns: new Map(),
	startDay: null,
	estimate: null,
	assignees: new Set(),
	reminders: new Set(),
	calendarZone: '',
	ranks: new Map(),
};
const state = (task: Partial<Task>, more: Partial<TaskState> = {}): TaskState => ({
	task: { ...bare, ...task },
	uid: 'u',
	tags: [],
	parent: null,
	changedAt: Date.UTC(2026, 10, 26, 8),
	...more,
});
const read = (text: string) => readTodo(todoIn(parseCalendar(new TextEncoder().encode(text)))!, zone);

const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((one) => !/[\p{Cc}\p{Cs}]/u.test(one));
const day = fc
	.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
	.map((date) => date.toISOString().slice(0, 10));
const second = fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1_000);
const said = fc
	.record({
		title: text,
		notes: text,
		priority: fc.constantFrom('none', 'low', 'medium', 'high', 'urgent'),
		dueDay: fc.option(day),
		dueTime: fc.option(fc.constantFrom('00:00', '09:30', '23:59')),
		completedAt: fc.option(second),
		tags: fc.uniqueArray(
			text.map((one) => one.trim()).filter((one) => one !== ''),
			{ maxLength: 3, selector: (one) => one.toLowerCase() },
		),
		parent: fc.option(fc.constantFrom('p1', 'p,2')),
	})
	.map((one) => (one.dueDay === null ? { ...one, dueTime: null } : one));
type Said = ReturnType<(typeof said)['generate']>['value'];

const stateOf = ({ tags, parent, ...task }: Said, calendarObject: string): TaskState =>
	state({ ...task, calendarObject } as Partial<Task>, { tags, parent });

describe('a task as a VTODO', () => {
	test('says what the task is, made anew or out of what a program wrote before', () => {
		fc.assert(
			fc.property(said, said, (before, after) => {
				const first = objectOf(stateOf(before, ''), zone);
				expect(objectOf(stateOf(before, first), zone)).toBe(first);
				const second = read(objectOf(stateOf(after, first), zone));
				const { completedAt, tags, parent, ...same } = after;
				expect(second).toMatchObject({ ...same, done: completedAt !== null, completedAt });
				expect(second.tags.map((tag) => tag.toLowerCase()).toSorted()).toEqual(tags.map((tag) => tag.toLowerCase()).toSorted());
				if (parent !== null) expect(second.parent).toBe(parent);
			}),
			{ numRuns: 150 },
		);
	});

	const wrote = (...lines: readonly string[]) =>
		['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VTODO', 'UID:u', 'SUMMARY:a', ...lines, 'END:VTODO', 'END:VCALENDAR', ''].join(
			'\r\n',
		);

	test.each([
		['DUE:20260701T100000Z', { dueDay: '2026-07-01', dueTime: '12:00' }],
		['DUE;TZID=America/New_York:20260701T100000', { dueDay: '2026-07-01', dueTime: '10:00' }],
		['DUE;VALUE=DATE:20260701', { dueDay: '2026-07-01', dueTime: null }],
		['DUE:nonsense', { dueDay: null, dueTime: null }],
		['PRIORITY:4', { priority: 'high' }],
		['PRIORITY:17', { priority: 'none' }],
		['STATUS:CANCELLED', { done: true, completedAt: null }],
		['STATUS:IN-PROCESS', { done: false }],
		['COMPLETED:20260101T000000Z', { done: true, completedAt: Date.UTC(2026, 0, 1) }],
		['CATEGORIES:a,A,b\\,c', { tags: ['A', 'b,c'] }],
		['RELATED-TO;RELTYPE=SIBLING:x', { parent: null }],
		['related-to;reltype=parent:x', { parent: 'x' }],
	])('%s is read as people mean it', (line, expected) => {
		expect(read(wrote(line))).toMatchObject(expected);
	});

	test('keeps a start that fits, and takes out one that would come after the day', () => {
		const calendarObject = wrote('DTSTART;VALUE=DATE:20260601', 'DUE;VALUE=DATE:20260701');
		const moved = (dueDay: string) => objectOf(state({ title: 'a', dueDay, calendarObject }), zone);
		expect(moved('2026-08-01')).toContain('DTSTART;VALUE=DATE:20260601\r\nDUE;VALUE=DATE:20260801');
		expect(moved('2026-05-01')).not.toContain('DTSTART');
	});

	test('keeps changed instances beside it', () => {
		const instance = ['BEGIN:VTODO', 'UID:u', 'RECURRENCE-ID:20260102T000000Z', 'SUMMARY:moved', 'END:VTODO'];
		const calendar = wrote('RRULE:FREQ=DAILY', 'END:VTODO', ...instance.slice(0, -1));
		const text = objectOf(state({ title: 'b', repeat: 'FREQ=DAILY', calendarObject: calendar }), zone);
		expect(text).toContain('SUMMARY:b\r\nRRULE:FREQ=DAILY');
		expect(text).toContain('SUMMARY:moved');
		expect(writeComponent(parseCalendar(new TextEncoder().encode(text)))).toBe(text);
	});
});

test('a colour keeps its hue on the way to calendar programs and back', () => {
	for (let hue = 0; hue < 360; hue += 15) {
		const back = hueOf(hexOf(hue))!;
		// What sRGB cannot show comes out a little aside.
		expect(Math.min(Math.abs(back - hue), 360 - Math.abs(back - hue))).toBeLessThanOrEqual(8);
	}
	expect([hueOf('#808080FF'), hueOf('red')]).toEqual([null, null]);
});
