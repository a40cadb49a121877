import { type ContentLine, nameOf, parseLine, unfold, writeLine } from './lines.ts';

/** What stands between BEGIN and END (RFC 5545 §3.4), with everything in it, known or not. */
export interface Component {
	/** `VCALENDAR`, `VTODO` …, in capitals. */
	readonly name: string;
	readonly lines: readonly ContentLine[];
	readonly components: readonly Component[];
}

/** How deep components may stand in each other, and how many lines a file may have. */
export const calendarLimits = { depth: 8, lines: 50_000 } as const;

/** A file that is no iCalendar, or more of it than anybody has. */
export class BadCalendar extends Error {
	override readonly name = 'BadCalendar';
}

interface Open {
	readonly name: string;
	readonly lines: ContentLine[];
	readonly components: Component[];
}

/**
 * Reads the components of a file. Lines that cannot be read stay where they are, so that writing gives back what came.
 *
 * @throws BadCalendar when components are not closed in their order, or there are none
 */
export function parseComponents(bytes: Uint8Array): Component[] {
	const found: Component[] = [];
	const open: Open[] = [];
	let count = 0;
	for (const text of unfold(bytes)) {
		if (text.trim() === '') continue;
		if (++count > calendarLimits.lines) throw new BadCalendar(`A file has at most ${calendarLimits.lines} lines.`);
		const line = parseLine(text);
		const inside = open.at(-1);
		if (nameOf(line) === 'BEGIN') {
			if (open.length >= calendarLimits.depth) throw new BadCalendar('Components stand too deep in each other.');
			open.push({ name: line.value.trim().toUpperCase(), lines: [], components: [] });
		} else if (!inside) {
			// A mark of the order of bytes, or what a mail program put around it.
			continue;
		} else if (nameOf(line) === 'END') {
			if (line.value.trim().toUpperCase() !== inside.name) throw new BadCalendar(`${inside.name} ends as ${line.value}.`);
			open.pop();
			(open.at(-1)?.components ?? found).push(inside);
		} else inside.lines.push(line);
	}
	if (open.length > 0) throw new BadCalendar(`${open.at(-1)!.name} does not end.`);
	if (found.length === 0) throw new BadCalendar('There is nothing of iCalendar in this.');
	return found;
}

/** Reads a file that is one calendar. @throws BadCalendar */
export function parseCalendar(bytes: Uint8Array): Component {
	const [calendar, ...more] = parseComponents(bytes);
	if (calendar?.name !== 'VCALENDAR' || more.length > 0) throw new BadCalendar('This is not one VCALENDAR.');
	return calendar;
}

/** Writes a component, each line with the end that the standard wants. */
export function writeComponent(component: Component): string {
	return `${linesOf(component).join('\r\n')}\r\n`;
}

function linesOf({ name, lines, components }: Component): string[] {
	return [`BEGIN:${name}`, ...lines.map(writeLine), ...components.flatMap(linesOf), `END:${name}`];
}

/** The first line of a name. */
export function lineOf(component: Component, name: string): ContentLine | undefined {
	return component.lines.find((line) => nameOf(line) === name);
}

/** A component with all lines of a name replaced by these, in the place of the first; none of them takes the name out. */
export function withLines(component: Component, name: string, lines: readonly ContentLine[]): Component {
	const at = component.lines.findIndex((line) => nameOf(line) === name);
	const others = component.lines.filter((line) => nameOf(line) !== name);
	const place = at < 0 ? others.length : component.lines.slice(0, at).filter((line) => nameOf(line) !== name).length;
	return { ...component, lines: [...others.slice(0, place), ...lines, ...others.slice(place)] };
}

/** A line without parameters. */
export function line(name: string, value: string, ...parameters: ContentLine['parameters']): ContentLine {
	return { name, parameters, value };
}
