import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isMeeting, isMeetingTime, meetingLink, meetingServer } from './meeting.ts';

test('a server is taken as people write it, and nothing that is none', () => {
	const taken: readonly (readonly [string, string])[] = [
		['meet.jit.si', 'https://meet.jit.si'],
		[' https://Meet.Example.org/ ', 'https://meet.example.org'],
		['https://example.org/meet//', 'https://example.org/meet'],
		['meet.example.org:8443', 'https://meet.example.org:8443'],
		['http://localhost/', 'http://localhost'],
	];
	for (const [typed, kept] of taken) expect([typed, meetingServer(typed)]).toEqual([typed, kept]);
	const refused = [
		'',
		'meet',
		'http://meet.jit.si',
		'javascript:alert(1)',
		'https://a:b@example.org',
		'https://example.org/?x=1',
		'two words',
	];
	for (const typed of refused) expect([typed, meetingServer(typed)]).toEqual([typed, null]);
});

test('a room is one that nobody guesses, under the server, and never the same', () => {
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 25, maxLength: 25 }), (chance) => {
			const link = meetingLink('https://meet.example.org', (bytes) => (bytes.set(chance), bytes));
			expect(link).toMatch(/^https:\/\/meet\.example\.org\/([a-z2-9]{5}-){4}[a-z2-9]{5}$/);
			expect(isMeeting(link)).toBe(true);
			// Five bits of each byte, none of them lost.
			const other = meetingLink('https://meet.example.org', (bytes) => (bytes.set(chance.with(7, chance[7]! ^ 16)), bytes));
			expect(other).not.toBe(link);
		}),
	);
});

test('one is let in from ten minutes before the start until the end, and a button leads to nothing but the web', () => {
	const meeting = { from: 3_600_000, to: 7_200_000 };
	expect([2_999_999, 3_000_000, 7_199_999, 7_200_000].map((now) => isMeetingTime(meeting, now))).toEqual([
		false,
		true,
		true,
		false,
	]);
	expect(['https://x.org/a', 'tel:+49', 'javascript:alert(1)', ''].map(isMeeting)).toEqual([true, false, false, false]);
});
