import { BadCalendar, type Component, line, lineOf, parseCalendar, withLines, writeComponent } from '../ical/index.ts';
import { type MergeRules, mergeObjects, sameObject, withUnplaced } from './merge.ts';
import type { Texts } from './sides.ts';

const rules: MergeRules = {
	keyOf: (one) => (one.name === 'VTIMEZONE' ? null : `${one.name} ${lineOf(one, 'RECURRENCE-ID')?.value.trim() ?? ''}`),
	together: new Map(['DTSTART', 'DTEND', 'DURATION'].map((name) => [name, 'DTSTART'])),
	many: new Set(['ATTENDEE', 'EXDATE', 'RDATE', 'CATEGORIES', 'COMMENT', 'ATTACH', 'CONTACT', 'RELATED-TO', 'CONFERENCE']),
	stamps: new Set(['DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'PRODID', 'VERSION', 'CALSCALE', 'METHOD']),
	changed: 'LAST-MODIFIED',
};

/** Texts of calendar objects (RFC 5545): one UID, with the occurrences that differ as parts of it. */
export const calendarTexts: Texts = {
	uidOf(text) {
		const calendar = read(text);
		const event = calendar?.components.find(({ name }) => name === 'VEVENT');
		return (event && lineOf(event, 'UID')?.value.trim()) || null;
	},
	withUid(text, uid) {
		const calendar = read(text);
		if (!calendar) return text;
		const own = (one: Component) => (one.name === 'VEVENT' ? withLines(one, 'UID', [line('UID', uid)]) : one);
		return writeComponent({ ...calendar, components: calendar.components.map(own) });
	},
	same(one, other) {
		if (one === other) return true;
		const [a, b] = [read(one), read(other)];
		return a !== null && b !== null && sameObject(a, b, rules);
	},
	merge(base, here, there) {
		const [was, ours, theirs] = [base === null ? null : read(base), read(here), read(there)];
		// What cannot be read is nobody's change.
		if (!ours || !theirs) return theirs ? there : here;
		return writeComponent(mergeObjects(was, ours, theirs, rules));
	},
	withUnplaced(sent, kept) {
		const [ours, theirs] = [read(sent), read(kept)];
		return ours && theirs ? writeComponent(withUnplaced(ours, theirs, rules)) : kept;
	},
};

function read(text: string): Component | null {
	try {
		return parseCalendar(new TextEncoder().encode(text));
	} catch (error) {
		if (error instanceof BadCalendar) return null;
		throw error;
	}
}
