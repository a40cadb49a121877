import {
	BadCalendar,
	type Component,
	line,
	lineOf,
	parseCalendar,
	textOf,
	withKnownZones,
	writeComponent,
} from '@mana/dav/ical/index';
import type { ExportFormat, Found, ImportFormat } from '@mana/ui/import/format';
import { lettersOf, linesOf } from '@mana/ui/import/letters';
import { type ObjectState, objectOf } from '../ical/event-object.ts';
import { BadEvent, LIMITS, readWhole } from '../ical/whole-event.ts';
import { type EventPiece, eventPieces } from './calendar-pieces.ts';
import type { FoundEvent } from './found-event.ts';

/** Letters of a UID; see `model.ts`. */
const LONGEST_UID = 255;
/** What stands in a trouble of what could not be read, in letters. */
const SHOWN = 2_000;

/** iCalendar (RFC 5545), as every calendar writes it. @param zone in which times are that name none, where the file says nothing */
export function icsImport(zone: () => string): ImportFormat<FoundEvent> {
	return {
		id: 'ics',
		detect: ({ fileName, text }) => (/^\uFEFF?\s*BEGIN:VCALENDAR/im.test(text) ? 1 : fileName.endsWith('.ics') ? 0.5 : 0),
		async *read(pieces) {
			for await (const piece of eventPieces(linesOf(lettersOf(pieces)))) yield found(piece, piece.zone ?? zone());
		},
	};
}

function found({ line, uid, text, cutOff }: EventPiece, zone: string): Found<FoundEvent> {
	const shown = text.slice(0, SHOWN);
	if (cutOff) return { line, reason: 'cut-off', text: shown };
	const bytes = new TextEncoder().encode(text);
	if (bytes.length > LIMITS.bytes || uid.length > LONGEST_UID) return { line, reason: 'too-big', text: shown };
	try {
		const { said, occurrences } = readWhole(withKnownZones(parseCalendar(bytes)), zone);
		return { line, item: { uid, text, said, occurrences: [...occurrences] } };
	} catch (error) {
		if (!(error instanceof BadEvent || error instanceof BadCalendar)) throw error;
		return { line, reason: 'unreadable', text: shown };
	}
}

/** The same as one calendar, each zone described once. @param zone in which floating times of what a program wrote are compared */
export function icsExport(zone: () => string, name: () => string): ExportFormat<ObjectState> {
	return {
		id: 'ics',
		ending: '.ics',
		type: 'text/calendar',
		async *write(events) {
			const head = [line('VERSION', '2.0'), line('PRODID', '-//Mana//Calendar//EN'), line('X-WR-CALNAME', name())];
			const [begin, end] = writeComponent({ name: 'VCALENDAR', lines: head, components: [] }).split(/(?=END:VCALENDAR)/) as [string, string]; // prettier-ignore
			yield begin;
			const described = new Set<string>();
			for await (const event of events)
				for (const component of parseCalendar(new TextEncoder().encode(objectOf(event, zone()))).components)
					if (isNew(component, described)) yield writeComponent(component);
			yield end;
		},
	};
}

function isNew(component: Component, described: Set<string>): boolean {
	if (component.name !== 'VTIMEZONE') return true;
	const id = textOf(lineOf(component, 'TZID')?.value ?? '');
	if (described.has(id)) return false;
	described.add(id);
	return true;
}
