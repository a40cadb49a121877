import { type Day, dayAt, daysBetween, timeAt, toUtc } from './day.ts';

/**
 * A day as people say it: "today", "tomorrow", "Friday" (the coming six days), "3 Dec", "3 Dec 2027".
 *
 * @param locale BCP 47 tag of the interface
 */
export function speakDay(day: Day, today: Day, locale: string): string {
	const away = daysBetween(today, day);
	if (Math.abs(away) <= 1) return relative(locale).format(away, 'day');
	if (away > 1 && away < 7) return speakWeekday(day, locale);
	const sameYear = day.slice(0, 4) === today.slice(0, 4);
	return format(locale, sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }, day);
}

/** A day in full, for titles and screen readers: "Monday, 23 November 2026". */
export function spellDay(day: Day, locale: string): string {
	return format(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, day);
}

/** The date without its year, in full: "25 November". */
export function spellDate(day: Day, locale: string): string {
	return format(locale, { day: 'numeric', month: 'long' }, day);
}

/** From one day to another, with no more said twice than must be: "23 – 29 Nov 2026", "28 Nov – 1 Dec 2026". */
export function spellDays(first: Day, last: Day, locale: string): string {
	return form(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format.formatRange(toUtc(first), toUtc(last));
}

/** The name of the day of the week: "Wednesday". */
export function speakWeekday(day: Day, locale: string): string {
	return format(locale, { weekday: 'long' }, day);
}

/** The clock that somebody reads: 12 or 24 hours, or as their region does. */
export type Hours = 'region' | '24' | '12';

/** A language tag that carries the clock (Unicode Technical Standard 35, `-u-hc`), so that every formatter which is given it obeys. */
export function clockTag(tag: string, hours: Hours): string {
	return hours === 'region' ? tag : new Intl.Locale(tag, { hourCycle: hours === '24' ? 'h23' : 'h12' }).toString();
}

/** A time of day `HH:MM` the way the locale writes it: "14:30", "2:30 PM". */
export function speakTime(time: string, locale: string): string {
	const [hour, minute] = time.split(':').map(Number) as [number, number];
	return formed(locale, { hour: 'numeric', minute: '2-digit' }, Date.UTC(2025, 0, 1, hour, minute));
}

/**
 * A moment as short as it stays clear: "10:02" today, "24 Nov, 10:02" else.
 *
 * @param at ms since 1970
 * @param zone IANA name of the zone whose clocks are read
 */
export function speakMoment(at: number, today: Day, locale: string, zone: string): string {
	const day = dayAt(at, zone);
	const time = speakTime(timeAt(at, zone), locale);
	return day === today ? time : `${speakDay(day, today, locale)}, ${time}`;
}

/** How long ago `then` was (both ms since 1970): "3 minutes ago", "yesterday". */
export function speakAgo(then: number, now: number, locale: string): string {
	const seconds = Math.round((then - now) / 1000);
	for (const [unit, size] of UNITS)
		if (Math.abs(seconds) >= size) return relative(locale).format(Math.round(seconds / size), unit);
	return relative(locale).format(0, 'second');
}

/** With a capital first letter, for words that begin a line. */
export function capital(text: string): string {
	return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** How long something lasts: "45 min", "1 hr 30 min", "2 days". @param minutes whole and not negative */
export function speakMinutes(minutes: number, locale: string): string {
	const parts = [
		{ amount: Math.floor(minutes / 1_440), unit: 'day' },
		{ amount: Math.floor((minutes % 1_440) / 60), unit: 'hour' },
		{ amount: minutes % 60, unit: 'minute' },
	].filter(({ amount }) => amount > 0);
	return (parts.length > 0 ? parts : [{ amount: 0, unit: 'minute' }])
		.map(({ amount, unit }) => measure(locale, unit).format(amount))
		.join(' ');
}

const UNITS = [
	['year', 31_536_000],
	['month', 2_592_000],
	['week', 604_800],
	['day', 86_400],
	['hour', 3600],
	['minute', 60],
] as const;

/** A day in any form of `Intl.DateTimeFormat`. */
export function format(locale: string, options: Intl.DateTimeFormatOptions, day: Day): string {
	return formed(locale, options, toUtc(day));
}

/** What one form makes of moments. Making the form costs far more than using it, and using it more than remembering: a week says the same days over and over. */
interface Form {
	readonly format: Intl.DateTimeFormat;
	readonly texts: Map<number, string>;
}

const forms = new Map<string, Form>();
/** All minutes of a day, and some. */
const MOST_TEXTS = 2_000;

function form(locale: string, options: Intl.DateTimeFormatOptions): Form {
	const key = locale + JSON.stringify(options);
	let found = forms.get(key);
	if (!found)
		forms.set(key, (found = { format: new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }), texts: new Map() }));
	return found;
}

function formed(locale: string, options: Intl.DateTimeFormatOptions, at: number): string {
	const { format: maker, texts } = form(locale, options);
	let text = texts.get(at);
	if (text === undefined) {
		if (texts.size >= MOST_TEXTS) texts.clear();
		texts.set(at, (text = maker.format(at)));
	}
	return text;
}

const relatives = new Map<string, Intl.RelativeTimeFormat>();

function relative(locale: string): Intl.RelativeTimeFormat {
	let found = relatives.get(locale);
	if (!found) relatives.set(locale, (found = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })));
	return found;
}

const measures = new Map<string, Intl.NumberFormat>();

function measure(locale: string, unit: string): Intl.NumberFormat {
	const key = `${locale} ${unit}`;
	let found = measures.get(key);
	if (!found)
		measures.set(
			key,
			(found = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: unit === 'day' ? 'long' : 'short' })),
		);
	return found;
}
