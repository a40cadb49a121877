import { germanLines, cityLines } from './cities.ts';
import { zoneLines } from './zones.ts';

/** A place whose clocks one may want to see. */
export interface Place {
	/** English name: what is kept of it. */
	readonly name: string;
	/** IANA name. */
	readonly zone: string;
	/** ISO 3166-1. */
	readonly country: string;
	/** In degrees, north and east above 0. */
	readonly latitude: number;
	readonly longitude: number;
}

/** English names that differ from how the zone spells them. */
const spelt: Readonly<Record<string, string>> = {
	'Asia/Ho_Chi_Minh': 'Ho Chi Minh',
	'Europe/Kiev': 'Kyiv',
	'Asia/Calcutta': 'Kolkata',
	'Asia/Saigon': 'Ho Chi Minh',
	'Asia/Katmandu': 'Kathmandu',
	'Asia/Rangoon': 'Yangon',
	'Asia/Yangon': 'Yangon',
	'Africa/Dar_es_Salaam': 'Dar es Salaam',
	'Atlantic/Faroe': 'Faroe Islands',
};

/** Every place that there is here, in no order that means anything. */
export const places: readonly Place[] = [
	...lines(zoneLines).map((line) => {
		const [zone = ''] = line.split(' ');
		return placeOf(spelt[zone] ?? (zone.split('/').at(-1) ?? zone).replaceAll('_', ' '), line);
	}),
	...lines(cityLines).map((line) => {
		const [name = '', rest = ''] = line.split('|');
		return placeOf(name, rest);
	}),
];

const german: ReadonlyMap<string, string> = new Map(
	lines(germanLines).map((line) => {
		const [english = '', own = ''] = line.split('=');
		return [english, own];
	}),
);

/** What a place is called in a language of the interface; its English name where it has no other. */
export function nameIn(name: string, locale: string): string {
	return (locale.startsWith('de') ? german.get(name) : undefined) ?? name;
}

/** The country of a place in a language, as the browser knows it. */
export function countryIn({ country }: Pick<Place, 'country'>, locale: string): string {
	return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country;
}

/** The place that was kept as a name and a zone; `undefined` for one that is not (any more) here. */
export function placeNamed(name: string, zone: string): Place | undefined {
	return places.find((place) => place.name === name && place.zone === zone) ?? places.find((place) => place.zone === zone);
}

/**
 * Places whose name in any language, country or zone fits what was typed, the best first: names that begin with it, words in them that do, and
 * then the rest. Accents and case do not count.
 */
export function findPlaces(query: string, locale: string, limit: number): Place[] {
	const wanted = fold(query);
	if (wanted === '') return [];
	const scored = places.flatMap((place) => {
		const names = [place.name, nameIn(place.name, 'de')].map(fold);
		const score = names.some((name) => name === wanted)
			? 4
			: names.some((name) => name.startsWith(wanted))
				? 3
				: names.some((name) => name.split(/[ -]/).some((word) => word.startsWith(wanted)))
					? 2
					: [countryIn(place, locale), countryIn(place, 'en'), place.zone.replaceAll('_', ' ')]
								.map(fold)
								.some((text) => text.startsWith(wanted))
						? 1
						: 0;
		return score === 0 ? [] : [{ place, score }];
	});
	const order = new Intl.Collator(locale);
	return scored
		.toSorted((a, b) => b.score - a.score || order.compare(nameIn(a.place.name, locale), nameIn(b.place.name, locale)))
		.slice(0, limit)
		.map(({ place }) => place);
}

function placeOf(name: string, line: string): Place {
	const [zone = '', country = '', latitude, longitude] = line.split(' ');
	return { name, zone, country, latitude: Number(latitude), longitude: Number(longitude) };
}

function lines(text: string): string[] {
	return text.trim().split('\n');
}

function fold(text: string): string {
	return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').trim();
}
