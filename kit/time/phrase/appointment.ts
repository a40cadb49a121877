import { type Day, daysBetween } from '../day.ts';
import type { AppointmentWords, LanguagePack, Moment } from './pack.ts';
import { clock } from './rules.ts';

const DAY_MINUTES = 1_440;
const MOST_PLACE_WORDS = 6;

/** What was read of an appointment, and where it ends. */
interface Read {
	readonly kind: 'repeat' | 'day' | 'time' | 'length' | 'place';
	readonly end: number;
	readonly moment: Moment;
}

/** `today`: the day that weekdays and dates are counted from, where it is another one. */
type ReadMoment = (from: number, known: Moment, today?: Day) => { readonly end: number; readonly moment: Moment } | null;

/** Whether two readings say the same thing twice. A whole day has no time. */
export function overlaps(moment: Moment, known: Moment): boolean {
	if ((moment.wholeDay && known.time !== undefined) || (known.wholeDay && moment.time !== undefined)) return true;
	return (['day', 'time', 'repeat', 'minutes', 'wholeDay', 'place'] as const).some(
		(part) => moment[part] !== undefined && known[part] !== undefined,
	);
}

/**
 * Reads what stands at a word of a line about an appointment: a moment, a stretch of time or of days, how long it lasts, or where it is.
 *
 * @param readMoment reads a moment of the line
 * @param isToken whether something else that is understood begins there, so that a place ends before it
 */
export function appointmentAt(
	line: string,
	at: number,
	packs: readonly LanguagePack[],
	known: Moment,
	readMoment: ReadMoment,
	isToken: (from: number) => boolean,
): Read | null {
	const candidates: (Read | null)[] = [];
	const moment = readMoment(at, known);
	if (moment) {
		const kind = moment.moment.repeat ? 'repeat' : moment.moment.day ? 'day' : 'time';
		candidates.push({ kind, ...moment });
	}
	for (const pack of packs) {
		const words = patternsOf(pack.appointments);
		if (moment) candidates.push(stretchAfter(line, moment, words, readMoment));
		candidates.push(hoursAt(line, at, words, known, readMoment), lengthAt(line, at, words), wholeDayAt(line, at, words));
	}
	// Places are said in as many ways as there are prepositions: only those of the person's own language are read.
	const own = packs[0] && placeAt(line, at, patternsOf(packs[0].appointments), isToken);
	const fitting = [...candidates, own ?? null].filter((one) => one !== null && !overlaps(one.moment, known));
	return fitting.reduce<Read | null>((best, one) => (one && one.end > (best?.end ?? at) ? one : best), null);
}

interface Patterns {
	readonly to: RegExp;
	readonly hours: RegExp;
	readonly length: RegExp;
	readonly wholeDay: RegExp;
	readonly place: RegExp;
	readonly endOfPlace: RegExp;
}

const cache = new WeakMap<AppointmentWords, Patterns>();

function patternsOf(words: AppointmentWords): Patterns {
	let patterns = cache.get(words);
	if (!patterns) {
		const end = String.raw`(?![\p{L}\p{N}])`;
		const until = String.raw`(?: ?[-–—] ?| (?:${words.to}) )`;
		patterns = {
			to: new RegExp(until, 'iuy'),
			hours: new RegExp(String.raw`(?:(?:${words.from}) )?(\d{1,2})(?::(\d\d))?${until}`, 'iuy'),
			length: new RegExp(
				String.raw`(?:(?:${words.lasting}) )?(?:(\d{1,3}(?:[.,]\d{1,2})?) ?(?:${words.hours})(?: ?(\d{1,2})(?: ?(?:${words.minutes}))?)?|(\d{1,4}) ?(?:${words.minutes}))${end}`,
				'iuy',
			),
			wholeDay: new RegExp(`(?:${words.wholeDay})${end}`, 'iuy'),
			// Capital letters count: the words before may be written with one at the start of a line.
			place: new RegExp(
				String.raw`(?:(?:${either(words.inPlace)}) (?=(?:\p{Ll}+ ){0,2}\p{Lu})|(?:${either(words.atPlace)}) (?=\p{L}))`,
				'uy',
			),
			endOfPlace: new RegExp(String.raw`[,;]| (?:${words.endOfPlace}) `, 'iu'),
		};
		cache.set(words, patterns);
	}
	return patterns;
}

/** Words with a small or a capital first letter, where capitals count. */
function either(words: string): string {
	return words
		.split('|')
		.map((word) => `[${word[0]!.toLowerCase()}${word[0]!.toUpperCase()}]${word.slice(1)}`)
		.join('|');
}

/** "10:00–11:30", "Monday to Wednesday": a moment and behind it the one at which it ends. */
function stretchAfter(
	line: string,
	{ end, moment }: { readonly end: number; readonly moment: Moment },
	words: Patterns,
	readMoment: ReadMoment,
): Read | null {
	words.to.lastIndex = end;
	const to = words.to.exec(line);
	const last = to && readMoment(end + to[0].length, {});
	if (!last || last.moment.repeat) return null;
	if (moment.time !== undefined && last.moment.time !== undefined && last.moment.day === undefined)
		return {
			kind: moment.day ? 'day' : 'time',
			end: last.end,
			moment: { ...moment, minutes: between(moment.time, last.moment.time) },
		};
	if (moment.day === undefined || last.moment.day === undefined || moment.time !== undefined || last.moment.time !== undefined)
		return null;
	// The Wednesday that a stretch ends with is the one after its Monday, whichever comes first from today.
	const lastDay = last.moment.day > moment.day ? last.moment.day : readMoment(end + to[0].length, {}, moment.day)?.moment.day;
	const days = lastDay === undefined ? 0 : daysBetween(moment.day, lastDay) + 1;
	return days < 2 ? null : { kind: 'day', end: last.end, moment: { ...moment, wholeDay: true, minutes: days * DAY_MINUTES } };
}

/** "14–16 Uhr", "from 2 to 4pm": the first time is a bare number, and which half of the day it is in the second one says. */
function hoursAt(line: string, at: number, words: Patterns, known: Moment, readMoment: ReadMoment): Read | null {
	words.hours.lastIndex = at;
	const first = words.hours.exec(line);
	if (!first) return null;
	const { time: _, ...others } = known;
	const last = readMoment(at + first[0].length, others);
	if (last?.moment.time === undefined || last.moment.day !== undefined || last.moment.repeat) return null;
	const hour = Number(first[1]);
	const ends = Number(last.moment.time.slice(0, 2));
	const afternoon = /p\.?m/i.test(line.slice(at, last.end)) && hour < 12 && hour + 12 <= ends;
	const time = clock(afternoon ? hour + 12 : hour, Number(first[2] ?? 0));
	return time === null ? null : { kind: 'time', end: last.end, moment: { time, minutes: between(time, last.moment.time) } };
}

function between(from: string, to: string): number {
	const minutes = minutesOf(to) - minutesOf(from);
	return minutes > 0 ? minutes : minutes + DAY_MINUTES;
}

function minutesOf(time: string): number {
	const [hour, minute] = time.split(':').map(Number) as [number, number];
	return hour * 60 + minute;
}

/** "for 45 min", "2h30", "1.5 hours" */
function lengthAt(line: string, at: number, words: Patterns): Read | null {
	words.length.lastIndex = at;
	const match = words.length.exec(line);
	if (!match) return null;
	const [text, hours, more, minutes] = match;
	const total = hours === undefined ? Number(minutes) : Math.round(Number(hours.replace(',', '.')) * 60) + Number(more ?? 0);
	return total < 1 || total > 30 * DAY_MINUTES ? null : { kind: 'length', end: at + text.length, moment: { minutes: total } };
}

function wholeDayAt(line: string, at: number, words: Patterns): Read | null {
	words.wholeDay.lastIndex = at;
	const match = words.wholeDay.exec(line);
	return match && { kind: 'length', end: at + match[0].length, moment: { wholeDay: true } };
}

/** "at Café Central": the words behind it, as far as they say nothing else. */
function placeAt(line: string, at: number, words: Patterns, isToken: (from: number) => boolean): Read | null {
	words.place.lastIndex = at;
	const lead = words.place.exec(line);
	if (!lead) return null;
	const from = at + lead[0].length;
	let end = line.length;
	for (const { index } of line.slice(from).matchAll(/(?<=[\s,;])\S/gu))
		if (isToken(from + index)) {
			end = from + index;
			break;
		}
	const stop = words.endOfPlace.exec(line.slice(from, end));
	const place = line.slice(from, stop ? from + stop.index : end).trimEnd();
	const count = place.split(/\s+/).length;
	return place === '' || count > MOST_PLACE_WORDS ? null : { kind: 'place', end: from + place.length, moment: { place } };
}
