import { offsetAt, wallAt } from '@mana/time/zone';
import { formatMoment } from '@mana/time/recur/index';
import { type Component, line } from './component.ts';
import type { ContentLine } from './lines.ts';

const DAY_MS = 86_400_000;
/** Years over which a rule has to hold before it is written as one; where it does not, each change is written by itself. */
const YEARS = 6;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** Clocks are put from one offset to another. */
interface Change {
	/** What they show when it happens, by the old offset. */
	readonly wall: number;
	readonly before: number;
	readonly after: number;
}

const written = new Map<string, Component>();

/**
 * What a VTIMEZONE says of a zone from a year on, so that programs know it that know no zones by name (RFC 5545 §3.6.5).
 *
 * @param zone IANA
 */
export function timezoneOf(zone: string, year: number): Component {
	const key = `${zone} ${year}`;
	let known = written.get(key);
	if (!known) {
		if (written.size > 200) written.clear();
		written.set(key, (known = { name: 'VTIMEZONE', lines: [line('TZID', zone)], components: observances(zone, year) }));
	}
	return known;
}

function observances(zone: string, year: number): Component[] {
	const changes = changesOf(zone, Date.UTC(year - 1, 0, 1), Date.UTC(year + YEARS, 0, 1));
	if (changes.length === 0) {
		const offset = offsetAt(zone, Date.UTC(year, 0, 1));
		return [observance({ wall: 0, before: offset, after: offset }, 'STANDARD')];
	}
	const kindOf = ({ before, after }: Change) => (after > before ? 'DAYLIGHT' : 'STANDARD');
	const groups = ['DAYLIGHT', 'STANDARD'].map((kind) => changes.filter((change) => kindOf(change) === kind));
	const rules = groups.map(ruleOf);
	if (rules.every((rule) => rule !== null))
		return groups.map(([first], i) => observance(first!, kindOf(first!), line('RRULE', rules[i]!)));
	return changes.map((change) => observance(change, kindOf(change)));
}

function observance({ wall, before, after }: Change, name: string, ...more: readonly ContentLine[]): Component {
	const lines = [
		line('DTSTART', formatMoment({ wall, form: 'local' })),
		line('TZOFFSETFROM', offset(before)),
		line('TZOFFSETTO', offset(after)),
		...more,
	];
	return { name, lines, components: [] };
}

/** "The last Sunday of March", where that is so in each year. */
function ruleOf(changes: readonly Change[]): string | null {
	if (changes.length < YEARS) return null;
	const said = changes.map(({ wall, before, after }) => {
		const date = new Date(wall);
		const [month, day] = [date.getUTCMonth(), date.getUTCDate()];
		const last = new Date(wall + 7 * DAY_MS).getUTCMonth() !== month;
		return {
			key: `${month} ${date.getUTCDay()} ${wall % DAY_MS} ${before} ${after}`,
			month,
			weekday: date.getUTCDay(),
			nth: Math.ceil(day / 7),
			last,
		};
	});
	const [first] = said;
	if (!first || said.some(({ key }) => key !== first.key)) return null;
	const nth = said.every(({ last }) => last) ? -1 : said.every((one) => one.nth === first.nth) ? first.nth : null;
	return nth === null ? null : `FREQ=YEARLY;BYMONTH=${first.month + 1};BYDAY=${nth}${WEEKDAYS[first.weekday]}`;
}

function changesOf(zone: string, from: number, to: number): Change[] {
	const changes: Change[] = [];
	for (let at = from; at < to; at += DAY_MS) {
		const [before, after] = [offsetAt(zone, at), offsetAt(zone, at + DAY_MS)];
		if (before === after) continue;
		let [low, high] = [at, at + DAY_MS];
		while (high - low > 1_000) {
			const middle = Math.floor((low + high) / 2_000) * 1_000;
			if (offsetAt(zone, middle) === before) low = middle;
			else high = middle;
		}
		changes.push({ wall: wallAt(zone, low) + (high - low), before, after });
	}
	return changes;
}

/** `+0200` */
function offset(ms: number): string {
	const minutes = Math.round(Math.abs(ms) / 60_000);
	const two = (value: number) => String(value).padStart(2, '0');
	return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}
