import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { placeText, readPlace } from './places.ts';

const munich = { latitude: 48.137154, longitude: 11.576124 };

test('a place is read as people have it: numbers, degrees and minutes, a card’s line, the address of a map', () => {
	for (const text of [
		'48.137154, 11.576124',
		' 48.137154 11.576124 ',
		'48.137154;11.576124',
		'48.137154°, 11.576124°',
		'geo:48.137154,11.576124',
		'GEO:48.137154,11.576124,519;u=20',
		'geo:48.137154,11.576124?z=15',
		'https://www.openstreetmap.org/?mlat=48.137154&mlon=11.576124#map=5/1.0/2.0',
		'https://www.openstreetmap.org/#map=15/48.137154/11.576124',
		'https://www.google.com/maps/place/M/@1.5,2.5,13z/data=!4m5!8m2!3d48.137154!4d11.576124',
		'https://www.google.de/maps/@48.137154,11.576124,17z',
		'https://maps.apple.com/?ll=48.137154,11.576124&q=M',
		'https://www.google.com/maps/search/?api=1&query=48.137154%2C11.576124',
	])
		expect([text, readPlace(text)]).toEqual([text, munich]);
	expect(placeText(readPlace('48° 8′ 14″ N, 11° 34′ 34″ E')!)).toBe('48.137222, 11.576111');
	expect(placeText(readPlace("33°51'S 151°12'36\"O")!)).toBe('-33.85, 151.21');
});

test('what names no place, or one that is not on earth, is none', () => {
	for (const text of [
		'',
		'Marienplatz 1',
		'48.1',
		'91, 0',
		'0, 181',
		'48° 61′ N 11° E',
		'https://maps.example/48.1,11.5',
		'geo:here',
		'80331 München',
	])
		expect([text, readPlace(text)]).toEqual([text, null]);
});

test('every place is read again as it was written, to a millionth of a degree', () => {
	fc.assert(
		fc.property(
			fc.double({ min: -90, max: 90, noNaN: true }),
			fc.double({ min: -180, max: 180, noNaN: true }),
			(latitude, longitude) => {
				const text = placeText({ latitude, longitude });
				const read = readPlace(text)!;
				expect(Math.abs(read.latitude - latitude)).toBeLessThanOrEqual(5.1e-7);
				expect(Math.abs(read.longitude - longitude)).toBeLessThanOrEqual(5.1e-7);
				expect(placeText(read)).toBe(text);
			},
		),
	);
});
