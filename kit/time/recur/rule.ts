import { BadRecurrence, formatMoment, type Moment, parseMoment } from './moment.ts';

export const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const SKIPS = ['OMIT', 'BACKWARD', 'FORWARD'] as const;

/** Days of the week: every Monday, or the `nth` (from the end where negative) of the month or year. */
export interface ByDay {
	/** 0 Monday … 6 Sunday */
	readonly weekday: number;
	/** `0`: every one */
	readonly nth: number;
}

/** A recurrence rule (RFC 5545 §3.3.10), with SKIP of RFC 7529. Lists are ascending and without repetition; an empty one says nothing. */
export interface Rule {
	readonly freq: Frequency;
	readonly interval: number;
	/** At most one of `count` and `until` is given. */
	readonly count: number | null;
	/** The last moment that may be an instance. */
	readonly until: Moment | null;
	/** 0 Monday … 6 Sunday */
	readonly weekStart: number;
	readonly byMonth: readonly number[];
	readonly byWeekNo: readonly number[];
	readonly byYearDay: readonly number[];
	readonly byMonthDay: readonly number[];
	readonly byDay: readonly ByDay[];
	readonly byHour: readonly number[];
	readonly byMinute: readonly number[];
	readonly bySecond: readonly number[];
	readonly bySetPos: readonly number[];
	/** What becomes of a day that a month does not have: left out, the day before, or the day after. */
	readonly skip: (typeof SKIPS)[number];
}

/** Every day, as long as nothing else is said. */
export const EVERY_DAY: Rule = {
	freq: 'DAILY',
	interval: 1,
	count: null,
	until: null,
	weekStart: 0,
	byMonth: [],
	byWeekNo: [],
	byYearDay: [],
	byMonthDay: [],
	byDay: [],
	byHour: [],
	byMinute: [],
	bySecond: [],
	bySetPos: [],
	skip: 'OMIT',
};

/** Parts that are lists of numbers: their name, how they are written, and what may stand in them. */
const LISTS = {
	BYMONTH: { name: 'byMonth', most: 12, signed: false, zero: false },
	BYWEEKNO: { name: 'byWeekNo', most: 53, signed: true, zero: false },
	BYYEARDAY: { name: 'byYearDay', most: 366, signed: true, zero: false },
	BYMONTHDAY: { name: 'byMonthDay', most: 31, signed: true, zero: false },
	BYHOUR: { name: 'byHour', most: 23, signed: false, zero: true },
	BYMINUTE: { name: 'byMinute', most: 59, signed: false, zero: true },
	BYSECOND: { name: 'bySecond', most: 60, signed: false, zero: true },
	BYSETPOS: { name: 'bySetPos', most: 366, signed: true, zero: false },
} as const;

/** What RFC 5545 §3.3.10 does not allow together. */
const FORBIDDEN: readonly [part: 'byWeekNo' | 'byYearDay' | 'byMonthDay', written: string, by: readonly Frequency[]][] = [
	['byWeekNo', 'BYWEEKNO', ['MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY']],
	['byYearDay', 'BYYEARDAY', ['MONTHLY', 'WEEKLY', 'DAILY']],
	['byMonthDay', 'BYMONTHDAY', ['WEEKLY']],
];

const MOST_COUNT = 1_000_000_000;

/**
 * Reads the value of an RRULE, with or without its name in front. Capitals do not matter; unknown parts are refused, since what they would
 * have changed is not known.
 *
 * @throws BadRecurrence with a sentence for a person
 */
export function parseRule(text: string): Rule {
	const value = text.trim().replace(/^RRULE:/i, '');
	const said = new Map<string, string>();
	for (const part of value.split(';')) {
		if (part.trim() === '') continue; // some programs end with a semicolon
		const equals = part.indexOf('=');
		const name = part.slice(0, equals).trim().toUpperCase();
		if (equals < 0) throw new BadRecurrence(`"${part}" has no value: write NAME=VALUE.`);
		if (said.has(name)) throw new BadRecurrence(`${name} stands there twice.`);
		said.set(name, part.slice(equals + 1).trim());
	}
	const freq = said.get('FREQ')?.toUpperCase();
	if (freq === undefined) throw new BadRecurrence('The rule has no FREQ.');
	const rule: { -readonly [K in keyof Rule]: Rule[K] } = { ...EVERY_DAY, freq: oneOf('FREQ', freq, FREQUENCIES) };
	for (const [name, written] of said) {
		if (name in LISTS) {
			const list = LISTS[name as keyof typeof LISTS];
			rule[list.name] = numbers(name, written, list);
			continue;
		}
		switch (name) {
			case 'FREQ':
				break;
			case 'INTERVAL':
				rule.interval = whole(name, written, 1, MOST_COUNT);
				break;
			case 'COUNT':
				rule.count = whole(name, written, 1, MOST_COUNT);
				break;
			case 'UNTIL':
				rule.until = parseMoment(written);
				break;
			case 'WKST':
				rule.weekStart = weekday(written);
				break;
			case 'BYDAY':
				rule.byDay = days(written);
				break;
			case 'SKIP':
				rule.skip = oneOf(name, written.toUpperCase(), SKIPS);
				break;
			case 'RSCALE':
				if (written.toUpperCase() !== 'GREGORIAN')
					throw new BadRecurrence(`The calendar ${written} is not known here, only GREGORIAN.`);
				break;
			default:
				throw new BadRecurrence(`${name || `"${written}"`} is no part of a rule.`);
		}
	}
	check(rule, said);
	return rule;
}

function check(rule: Rule, said: ReadonlyMap<string, string>): void {
	if (rule.count !== null && rule.until !== null) throw new BadRecurrence('COUNT and UNTIL cannot stand together.');
	if (said.has('SKIP') && !said.has('RSCALE')) throw new BadRecurrence('SKIP needs RSCALE=GREGORIAN beside it.');
	for (const [part, written, by] of FORBIDDEN)
		if (rule[part].length > 0 && by.includes(rule.freq))
			throw new BadRecurrence(`${written} cannot stand beside FREQ=${rule.freq}.`);
	const others = Object.values(LISTS).some(({ name }) => name !== 'bySetPos' && rule[name].length > 0) || rule.byDay.length > 0;
	if (rule.bySetPos.length > 0 && !others) throw new BadRecurrence('BYSETPOS needs another BY… to choose from.');
}

/** The rule that a record carries; `null` where it has none, or one that cannot be read: a newer app or another program may have written it. */
export function readableRule(text: string | null): Rule | null {
	if (text === null) return null;
	try {
		return parseRule(text);
	} catch (error) {
		if (error instanceof BadRecurrence) return null;
		throw error;
	}
}

/** Writes a rule as iCalendar has it, without its name in front. Reading it again gives the same rule. */
export function formatRule(rule: Rule): string {
	const parts = [`FREQ=${rule.freq}`];
	if (rule.skip !== 'OMIT') parts.unshift('RSCALE=GREGORIAN');
	if (rule.until) parts.push(`UNTIL=${formatMoment(rule.until)}`);
	if (rule.count !== null) parts.push(`COUNT=${rule.count}`);
	if (rule.interval !== 1) parts.push(`INTERVAL=${rule.interval}`);
	for (const [written, { name }] of Object.entries(LISTS)) {
		if (name === 'bySetPos') parts.push(...(rule.byDay.length > 0 ? [`BYDAY=${rule.byDay.map(formatDay).join(',')}`] : []));
		if (rule[name].length > 0) parts.push(`${written}=${rule[name].join(',')}`);
	}
	if (rule.weekStart !== 0) parts.push(`WKST=${WEEKDAYS[rule.weekStart]}`);
	if (rule.skip !== 'OMIT') parts.push(`SKIP=${rule.skip}`);
	return parts.join(';');
}

function formatDay({ weekday, nth }: ByDay): string {
	return `${nth === 0 ? '' : nth}${WEEKDAYS[weekday]}`;
}

/** "MO", "2TH", "-1FR"; some programs put blanks between. */
function days(written: string): ByDay[] {
	const list = written.split(',').map((one): ByDay => {
		const match = /^\s*([+-]?\d{1,2})?\s*([a-z]{2})\s*$/i.exec(one);
		if (!match) throw new BadRecurrence(`BYDAY: "${one}" is no day; write MO, 2MO or -1MO.`);
		const nth = match[1] === undefined ? 0 : Number(match[1]);
		if (match[1] !== undefined && (nth === 0 || Math.abs(nth) > 53))
			throw new BadRecurrence(`BYDAY: there is no ${nth}th ${match[2]}.`);
		return { weekday: weekday(match[2]!), nth };
	});
	list.sort((a, b) => a.weekday - b.weekday || a.nth - b.nth);
	return list.filter((one, i) => one.weekday !== list[i - 1]?.weekday || one.nth !== list[i - 1]?.nth);
}

function weekday(written: string): number {
	const at = WEEKDAYS.indexOf(written.toUpperCase());
	if (at < 0) throw new BadRecurrence(`"${written}" is no day of the week: ${WEEKDAYS.join(', ')}.`);
	return at;
}

function numbers(name: string, written: string, { most, signed, zero }: (typeof LISTS)[keyof typeof LISTS]): number[] {
	const list = written.split(',').map((one) => {
		const value = whole(name, one, signed ? -most : zero ? 0 : 1, most);
		if (value === 0 && !zero) throw new BadRecurrence(`${name} cannot be 0.`);
		return name === 'BYSECOND' ? Math.min(value, 59) : value; // a clock without leap seconds, RFC 5545 §3.3.12
	});
	return [...new Set(list)].sort((a, b) => a - b);
}

function whole(name: string, written: string, least: number, most: number): number {
	const value = /^\s*[+-]?\d{1,10}\s*$/.test(written) ? Number(written) : NaN;
	if (!(value >= least && value <= most))
		throw new BadRecurrence(`${name} must be a whole number from ${least} to ${most}, not "${written}".`);
	return value;
}

function oneOf<T extends string>(name: string, written: string, known: readonly T[]): T {
	const found = known.find((one) => one === written);
	if (found === undefined) throw new BadRecurrence(`${name}=${written} is not known: ${known.join(', ')}.`);
	return found;
}
