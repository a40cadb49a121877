import { expect, test } from 'bun:test';
import { isZone } from '@mana/time/zone';
import { countryIn, findPlaces, nameIn, placeNamed, places } from './index.ts';

const named = (name: string) => places.find((place) => place.name === name)!;

test('every place has clocks, a country and a position, and each is there once', () => {
	for (const { name, zone, country, latitude, longitude } of places) {
		expect([name, isZone(zone)]).toEqual([name, true]);
		expect([name, /^[A-Z]{2}$/.test(country), Math.abs(latitude) <= 90, Math.abs(longitude) <= 180]).toEqual([
			name,
			true,
			true,
			true,
		]);
	}
	expect(new Set(places.map(({ name, zone }) => `${name} ${zone}`)).size).toBe(places.length);
	expect(places.length).toBeGreaterThan(500);
});

test('a city is found by what it is called in English or German, by its country, and without accents', () => {
	const first = (query: string, locale = 'en') => findPlaces(query, locale, 5).map(({ name }) => name);
	expect(first('munich')[0]).toBe('Munich');
	expect(first('Münch')[0]).toBe('Munich');
	expect(first('zurich', 'de')[0]).toBe('Zurich');
	expect(first('peking')[0]).toBe('Beijing');
	expect(first('new y')[0]).toBe('New York');
	expect(first('francisco')[0]).toBe('San Francisco');
	expect(first('Japan', 'de')).toContain('Osaka');
	expect(first('österreich', 'de')).toContain('Vienna');
	expect(first('sao')[0]).toBe('Sao Paulo');
	expect([first(''), first('qqqq')]).toEqual([[], []]);
	expect([nameIn('Vienna', 'de-AT'), nameIn('Vienna', 'en'), nameIn('Oslo', 'de')]).toEqual(['Wien', 'Vienna', 'Oslo']);
	expect(countryIn(named('Vienna'), 'de')).toBe('Österreich');
});

test('what was kept of a place finds it again, or at least its zone', () => {
	expect(placeNamed('Munich', 'Europe/Berlin')?.latitude).toBe(48.1);
	expect(placeNamed('My village', 'Europe/Berlin')?.name).toBe('Berlin');
	expect(placeNamed('Nowhere', 'Mars/Base')).toBeUndefined();
});
