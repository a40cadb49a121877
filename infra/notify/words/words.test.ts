import { expect, test } from 'bun:test';
import { contentOf, type Reader } from './words.ts';

const at = Date.UTC(2026, 2, 10, 13, 5);
const said = (reader: Partial<Reader>) =>
	contentOf(
		'task-due',
		{ title: 'Water the plants', at, link: '/todo' },
		{ language: 'en', region: '', hours: 'region', zone: 'Europe/Berlin', ...reader },
		'https://mana.example',
	).paragraphs[0]!.replaceAll(/\s/g, ' ');

test('a time is told in the language, on the clock and in the zone of who reads it', () => {
	expect(said({ language: 'de' })).toBe('Fällig: Dienstag, 10. März 2026 um 14:05 MEZ.');
	expect(said({ language: 'en', region: 'US' })).toBe('Due Tuesday, March 10, 2026 at 2:05 PM GMT+1.');
	expect(said({ language: 'en', region: 'US', hours: '24' })).toBe('Due Tuesday, March 10, 2026 at 14:05 GMT+1.');
	expect(said({ language: 'en', region: 'GB' })).toMatch(/^Due Tuesday,? 10 March 2026 at 14:05 CET\.$/);
	expect(said({ language: 'en', region: 'GB', hours: '12' })).toMatch(/ at 2:05 pm CET\.$/i);
	expect(said({ language: 'de', region: 'US', hours: '12', zone: 'UTC' })).toMatch(/10\. März 2026 um 1:05 PM UTC\.$/);
	expect(said({ language: 'de-AT-u-ca-gregory', hours: '24', zone: 'UTC' })).toContain('13:05 UTC');
});

test('whatever a device wrote as language or region, the message leaves', () => {
	expect(said({ language: 'ja' })).toContain('Due Tuesday');
	expect(said({ language: 'de-!!', region: '??' })).toContain('10. März 2026');
	expect(said({ language: '', region: 'ZZ', hours: '24', zone: null })).toContain('13:05 UTC');
});
