import { expect, test } from 'bun:test';
import { feedAddress, hostOf } from './feed-address.ts';

test.each([
	['https://example.org/a.ics', 'https://example.org/a.ics'],
	[' webcal://example.org/a.ics?key=1 ', 'webcal://example.org/a.ics?key=1'],
	['<example.org/a.ics>', 'https://example.org/a.ics'],
	['http://localhost/a', 'http://localhost/a'],
	['holidays', null],
	['ftp://example.org/a.ics', null],
	['https://ana:secret@example.org/a.ics', null],
	['', null],
	[`https://example.org/${'a'.repeat(2_000)}`, null],
])('%s is the address of a feed, or none', (typed, kept) => {
	expect(feedAddress(typed)).toBe(kept);
});

test('of a feed people see where it is, not what is secret in its address', () => {
	expect(hostOf('webcal://example.org/private-1234/a.ics')).toBe('example.org');
});
