import { fileNameOf } from '@mana/model/file-name';
import { type Component, escapeText, line, lineOf, parseCalendar, writeComponent } from '../ical/index.ts';

/** A part of a file in a format of others: those of one file follow each other. */
export interface OpenPart {
	readonly file: string;
	readonly text: string;
}

/** Puts the files of a folder together as one. */
interface OpenWriter {
	/** @param text of one file */
	add(text: string): string;
	/** What stands at the end. */
	end(): string;
}

/** How files of a type are put together. */
interface OpenForm {
	/** Media type, as it begins. */
	readonly type: string;
	/** With the dot. */
	readonly ending: string;
	/** @param name of the folder */
	writer(name: string): OpenWriter;
}

/** Every form there is. */
export const openForms: readonly OpenForm[] = [
	{ type: 'text/calendar', ending: '.ics', writer: (name) => new CalendarWriter(name) },
	// Cards stand one behind another in a file (RFC 6350 §3.2).
	{ type: 'text/vcard', ending: '.vcf', writer: () => ({ add: (text) => text, end: () => '' }) },
];

/** One calendar of what stands in many: each zone is described once. */
class CalendarWriter implements OpenWriter {
	readonly #name: string;
	readonly #zones = new Set<string>();
	#begun = false;

	constructor(name: string) {
		this.#name = name;
	}

	add(text: string): string {
		const { components } = parseCalendar(new TextEncoder().encode(text));
		const inside = components.filter((component) => !this.#isKnown(component)).map(writeComponent);
		return `${this.#head()}${inside.join('')}`;
	}

	end(): string {
		return `${this.#head()}END:VCALENDAR\r\n`;
	}

	#head(): string {
		if (this.#begun) return '';
		this.#begun = true;
		const said = [line('VERSION', '2.0'), line('PRODID', '-//Mana//Archive//EN'), line('X-WR-CALNAME', escapeText(this.#name))];
		return writeComponent({ name: 'VCALENDAR', lines: said, components: [] }).replace(/END:VCALENDAR\r\n$/, '');
	}

	#isKnown(component: Component): boolean {
		if (component.name !== 'VTIMEZONE') return false;
		const zone = lineOf(component, 'TZID')?.value ?? '';
		if (this.#zones.has(zone)) return true;
		this.#zones.add(zone);
		return false;
	}
}

/** A name for a file that no other one has. @param taken in small letters; the new one is added */
export function freeName(name: string, ending: string, taken: Set<string>): string {
	const plain = fileNameOf(name);
	for (let count = 1; ; count++) {
		const file = `${plain}${count === 1 ? '' : ` ${count}`}${ending}`;
		if (taken.has(file.toLowerCase())) continue;
		taken.add(file.toLowerCase());
		return file;
	}
}
