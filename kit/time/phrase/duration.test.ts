import { expect, test } from 'bun:test';
import { readDuration } from './duration.ts';

const minute = 60_000;
const hour = 60 * minute;

test('a length of time is read as people write it, in five languages', () => {
	const said: Readonly<Record<string, number>> = {
		'5 min': 5 * minute,
		'tea 5min': 5 * minute,
		'1h 30m': 1.5 * hour,
		'1 hour and 30 minutes': 1.5 * hour,
		'90s': 1.5 * minute,
		'1,5 Stunden Braten': 1.5 * hour,
		'eine halbe Stunde': 0.5 * hour,
		'half an hour': 0.5 * hour,
		'an hour': hour,
		'20 Minuten schlafen': 20 * minute,
		'10 Sek.': 10_000,
		'12:30': 12 * minute + 30_000,
		'1:30:00': 1.5 * hour,
		'3 minutos': 3 * minute,
		'2 heures et 5 minutes': 2 * hour + 5 * minute,
		'10 minuti pasta': 10 * minute,
		'2 ore': 2 * hour,
	};
	for (const [line, ms] of Object.entries(said)) expect([line, readDuration(line)?.ms]).toEqual([line, ms]);
});

test('it says where in the line it stands', () => {
	expect(readDuration('tea 5 min strong')).toEqual({ ms: 5 * minute, start: 4, end: 9 });
});

test('what is no length is none', () => {
	for (const line of ['', 'tea', '5', '5 miners', '0 min', '12:75', 'v1:30', '2026-11-26', 'H2O', '5 mins2'])
		expect([line, readDuration(line)]).toEqual([line, null]);
});
