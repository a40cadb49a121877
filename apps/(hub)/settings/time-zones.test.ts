import { expect, test } from 'bun:test';
import { zoneName } from '@mana/ui/preferences/zone-name';
import { timeZones } from './time-zones.ts';

test('a zone is called by its city, with the part of the world behind it', () => {
	expect(zoneName('Europe/Berlin')).toBe('Berlin (Europe)');
	expect(zoneName('America/Argentina/Buenos_Aires')).toBe('Buenos Aires (America, Argentina)');
	expect(zoneName('UTC')).toBe('UTC');
});

test('cities stand in the order of the alphabet, each a zone that formatters know', () => {
	const zones = timeZones('en');
	expect(zones.length).toBeGreaterThan(300);
	expect(zones.map(({ name }) => name)).toEqual(zones.map(({ name }) => name).toSorted(new Intl.Collator('en').compare));
	for (const { value } of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone: value })).not.toThrow();
});
