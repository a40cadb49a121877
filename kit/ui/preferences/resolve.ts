import { clockTag } from '@mana/time';
import { baseLocale, type Locale, locales } from '../i18n/locale.ts';
import type { Chosen } from './chosen.ts';

/** What the device says about who uses it. */
export interface DeviceWays {
	/** BCP 47 tags, the best first. */
	readonly languages: readonly string[];
	/** IANA name. */
	readonly timeZone: string;
	/** Language that mana-auth has of the person; empty: none. */
	readonly suggested: string;
}

/** What holds, with everything that nobody chose filled in. */
export interface Ways {
	readonly locale: Locale;
	/** BCP 47 tag for dates, times and numbers. It carries the clock (`-u-hc-h23`), so every formatter that is given it obeys. */
	readonly tag: string;
	/** IANA name. */
	readonly timeZone: string;
	/** 0 Monday … 6 Sunday. */
	readonly weekStart: number;
	readonly units: 'metric' | 'imperial';
}

/** Fills in what nobody chose: from what mana-auth knows, then from the device. */
export function resolve(chosen: Chosen, device: DeviceWays): Ways {
	const locale = localeOf([chosen.language, device.suggested, ...device.languages]);
	const base = chosen.region === '' ? ownTag(locale, device.languages) : `${locale}-${chosen.region}`;
	return {
		locale,
		tag: clockTag(base, chosen.hours),
		timeZone: isTimeZone(chosen.timeZone) ? chosen.timeZone : device.timeZone,
		weekStart: { region: weekStartOf(base), monday: 0, sunday: 6, saturday: 5 }[chosen.weekStart],
		units: chosen.units === 'region' ? unitsOf(base) : chosen.units,
	};
}

/** Whether this device knows a time zone by that name. */
export function isTimeZone(name: string): boolean {
	if (name === '') return false;
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
	} catch (problem) {
		if (problem instanceof RangeError) return false;
		throw problem;
	}
}

/** The region whose ways are used where none was chosen, ISO 3166-1. */
export function regionOf(tag: string): string {
	return new Intl.Locale(tag).maximize().region ?? '';
}

function localeOf(wanted: readonly string[]): Locale {
	const spoken = wanted.map((tag) => locales.find((locale) => locale === tag.split('-')[0]));
	return spoken.find((locale) => locale !== undefined) ?? baseLocale;
}

/** The language with this person's region: `en-GB` for somebody whose browser speaks British English. */
function ownTag(locale: Locale, languages: readonly string[]): string {
	return languages.find((tag) => tag.split('-')[0] === locale) ?? locale;
}

/** First day of the week by CLDR; Monday (ISO 8601) in browsers that do not tell. */
function weekStartOf(tag: string): number {
	const locale: Intl.Locale & { getWeekInfo?(): { readonly firstDay: number } } = new Intl.Locale(tag).maximize();
	return (locale.getWeekInfo?.().firstDay ?? 1) - 1;
}

/** Where miles and pounds are what people use (CLDR, measurement systems). */
const imperial: ReadonlySet<string> = new Set(['US', 'LR', 'MM']);

function unitsOf(tag: string): 'metric' | 'imperial' {
	return imperial.has(regionOf(tag)) ? 'imperial' : 'metric';
}
