import { describe, expect, test } from 'bun:test';
import { eventKind, Pair } from './pair.fixture.ts';
import { MANY } from './round.ts';
import type { Version } from './sides.ts';
import { Trouble } from './trouble.ts';

const eventOf = eventKind.make;

describe('two folders that are kept the same', () => {
	test.each([true, false])(
		'are not emptied by a side that suddenly lists little, until its person agrees (by token: %p)',
		async (tokens) => {
			const pair = new Pair(eventKind, tokens);
			const uids = Array.from({ length: 2 * (MANY.objects + 1) }, (_, n) => `e${n}`);
			for (const uid of uids) pair.set('there', uid, eventOf(uid, { SUMMARY: uid }));
			await pair.settle();
			const before = new Map(pair.there.held);
			for (const uid of uids.slice(0, MANY.objects + 2)) pair.set('there', uid, null);
			pair.set('here', uids.at(-1)!, eventOf(uids.at(-1)!, { SUMMARY: 'Later' }));
			expect(await pair.round()).toBe(false);
			expect(await pair.round()).toBe(false);
			expect([pair.here.held.size, pair.there.held.size]).toEqual([uids.length, MANY.objects]);
			// It was a fault of theirs: all is there again, and nothing was lost.
			for (const [href, { text }] of before) if (!pair.there.held.has(href)) pair.there.edit(href, text);
			await pair.settle();
			expect([pair.here.held.size, pair.get('there', uids.at(-1)!)]).toEqual([uids.length, pair.get('here', uids.at(-1)!)]);
			// One half is believed.
			for (const uid of uids.slice(0, uids.length / 2)) pair.set('there', uid, null);
			await pair.settle();
			expect(pair.here.held.size).toBe(uids.length / 2);
			for (const uid of uids) pair.set('there', uid, null);
			expect(await pair.round()).toBe(false);
			pair.mayLoseMany = true;
			await pair.settle();
			expect(pair.here.held.size).toBe(0);
		},
	);

	test('what was taken in is not written back, and what was written is not taken in', async () => {
		const pair = new Pair(eventKind);
		pair.set('there', 'a', eventOf('a', { SUMMARY: 'From there' }));
		pair.set('here', 'b', eventOf('b', { SUMMARY: 'From here' }));
		await pair.settle();
		expect([pair.here.writes, pair.there.writes]).toEqual([1, 1]);
	});

	test('what was made there without anybody hearing of it is found again, and what was written here since is newer', async () => {
		const pair = new Pair(eventKind);
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'First' }));
		const { there } = pair;
		const create = there.create.bind(there);
		there.create = async (href, text) => {
			there.create = create;
			await create(href, text);
			throw new Trouble('unreachable', 'The line is cut.');
		};
		expect(await pair.round()).toBe(false);
		expect(pair.stateThere()).toEqual({ a: { SUMMARY: 'First' } });
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Second' }));
		await pair.settle();
		expect([pair.state(), pair.stateThere()]).toEqual([{ a: { SUMMARY: 'Second' } }, { a: { SUMMARY: 'Second' } }]);
	});

	test('who was faster there is read, merged and written over within the same round', async () => {
		const pair = new Pair(eventKind);
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Lunch' }));
		await pair.settle();
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Long lunch' }));
		const { there } = pair;
		const replace = there.replace.bind(there);
		there.replace = (href, etag, text) => {
			there.replace = replace;
			there.edit(href, eventOf('a', { SUMMARY: 'Lunch', LOCATION: 'Room 3' }));
			return replace(href, etag, text);
		};
		await pair.round();
		const both = { a: { SUMMARY: 'Long lunch', LOCATION: 'Room 3' } };
		expect([pair.state(), pair.stateThere()]).toEqual([both, both]);
	});

	test('what is missing here is removed there only after a while, so that whoever takes it back has lost nothing', async () => {
		const pair = new Pair(eventKind);
		const text = eventOf('a', { SUMMARY: 'Kept' });
		pair.set('here', 'a', text);
		await pair.settle();
		pair.set('here', 'a', null);
		await pair.round();
		expect(pair.get('there', 'a')).not.toBeNull();
		pair.set('here', 'a', text);
		await pair.settle();
		expect([pair.get('here', 'a'), pair.there.held.size]).toEqual([text, 1]);
	});

	test('what a server refuses stays here, is noted, and is tried again when it changes', async () => {
		const pair = new Pair(eventKind);
		pair.there.refuses = () => true;
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Too large' }));
		await pair.settle();
		expect([...pair.here.items.values()].map(({ note }) => note)).toEqual(['refused']);
		pair.there.refuses = () => false;
		await pair.settle();
		expect(pair.there.held.size).toBe(0);
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Small' }));
		await pair.settle();
		expect(pair.stateThere()).toEqual({ a: { SUMMARY: 'Small' } });
	});

	test('what is removed here and may not be removed there comes back', async () => {
		const pair = new Pair(eventKind);
		pair.set('there', 'a', eventOf('a', { SUMMARY: 'Theirs' }));
		await pair.settle();
		pair.there.refuses = () => true;
		pair.set('here', 'a', null);
		await pair.settle();
		expect(pair.state()).toEqual({ a: { SUMMARY: 'Theirs' } });
	});

	test('what is no event, or has the UID of another one, is passed over and stays as it is', async () => {
		const pair = new Pair(eventKind);
		pair.there.edit('/task.ics', 'BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\nEND:VCALENDAR\r\n');
		pair.there.edit('/one.ics', eventOf('a', { SUMMARY: 'One' }));
		pair.there.edit('/two.ics', eventOf('a', { SUMMARY: 'Two' }));
		await pair.settle();
		expect([pair.state(), pair.there.held.size, pair.there.writes]).toEqual([{ a: { SUMMARY: 'One' } }, 3, 0]);
	});

	test('an object that lies under another name by now is still the same one', async () => {
		const pair = new Pair(eventKind);
		pair.set('here', 'a', eventOf('a', { SUMMARY: 'Moved' }));
		await pair.settle();
		const [[href, { text }]] = [...pair.there.held] as [[string, Version]];
		pair.there.edit(href, null);
		pair.there.edit('/elsewhere.ics', text);
		const writes = pair.here.writes;
		await pair.settle();
		expect([pair.here.writes - writes, [...pair.there.held.keys()]]).toEqual([0, ['/elsewhere.ics']]);
	});
});
