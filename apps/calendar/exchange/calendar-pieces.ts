import { zoneNamed } from '@mana/dav/ical/index';
import { namedRecordId } from '@mana/model';

/** One event of a file with everything of the file that belongs to it. */
export interface EventPiece {
	/** The line of the file that it begins in, from 1. */
	readonly line: number;
	readonly uid: string;
	/** A calendar of its own: the event, its changed occurrences, and the zones that it names. */
	readonly text: string;
	/** In which times of the file are that name none (X-WR-TIMEZONE); `null`: it does not say. */
	readonly zone: string | null;
	/** The file ends in the middle of it. */
	readonly cutOff: boolean;
}

interface Block {
	readonly line: number;
	readonly name: string;
	lines: string[];
	closed: boolean;
}

/**
 * Takes the events of a calendar file apart, so that one that cannot be read is in the way of no other, however long the file is. Events with one
 * UID are one piece. Everything else that stands in calendars (tasks, journals) is passed over.
 */
export async function* eventPieces(
	lines: AsyncIterable<{ readonly line: number; readonly text: string }>,
): AsyncGenerator<EventPiece> {
	let blocks: Block[] = [];
	let own: Block | null = null;
	let depth = 0;
	let zone: string | null = null;
	for await (const { line, text } of lines) {
		const [, sign, name] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(text) ?? [];
		const opens = sign?.toUpperCase() === 'BEGIN';
		if (own) {
			own.lines.push(text);
			if (sign) depth += opens ? 1 : -1;
			if (depth === 0) {
				own.closed = true;
				own = null;
			}
		} else if (opens && name!.toUpperCase() !== 'VCALENDAR') {
			own = { line, name: name!.toUpperCase(), lines: [text], closed: false };
			blocks.push(own);
			depth = 1;
		} else if (sign && !opens) {
			yield* together(blocks, zone);
			[blocks, zone] = [[], null];
		} else zone ??= zoneNamed(/^X-WR-TIMEZONE(?:;[^:]*)?:(.*)$/i.exec(text)?.[1]?.trim() ?? '');
	}
	yield* together(blocks, zone);
}

function* together(blocks: readonly Block[], zone: string | null): Generator<EventPiece> {
	const zones = new Map(
		blocks.filter(({ name, closed }) => name === 'VTIMEZONE' && closed).map((one) => [valueOf(one, 'TZID'), one.lines]),
	);
	const events = Map.groupBy(
		blocks.filter(({ name }) => name === 'VEVENT'),
		(one) => uidOf(one),
	);
	for (const [uid, own] of events) {
		const inside = own.flatMap(({ lines }) => lines).join('\r\n');
		const named = [...zones].filter(([name]) => name !== '' && inside.includes(name)).flatMap(([, lines]) => lines);
		const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Mana//Calendar//EN'];
		const all = own.flatMap(({ lines }) =>
			valueOf({ lines }, 'UID') === '' ? [lines[0]!, `UID:${uid}`, ...lines.slice(1)] : lines,
		);
		yield {
			line: own[0]!.line,
			uid,
			text: `${[...head, ...named, ...all, 'END:VCALENDAR'].join('\r\n')}\r\n`,
			zone,
			cutOff: own.some(({ closed }) => !closed),
		};
	}
}

/** Old phones give none: then it is what stands in it, so that the same file brings the same event again. */
function uidOf(event: Block): string {
	return valueOf(event, 'UID') || namedRecordId(`calendar/import/${event.lines.join('\n')}`);
}

/** A property of a block itself, not of what stands in it. */
function valueOf({ lines }: Pick<Block, 'lines'>, name: string): string {
	const text = lines.join('\n').replaceAll(/\n[ \t]/g, '');
	let depth = 0;
	for (const line of text.split('\n')) {
		if (/^BEGIN:/i.test(line)) depth++;
		else if (/^END:/i.test(line)) depth--;
		else if (depth === 1 && line.toUpperCase().startsWith(name)) {
			const [, value] = new RegExp(`^${name}(?:;[^:]*)?:(.*)$`, 'i').exec(line) ?? [];
			if (value !== undefined) return value.trim();
		}
	}
	return '';
}
