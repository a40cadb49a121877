import { describe, expect, test } from 'bun:test';
import { decodeFrame, type Presence as Frame, type SpaceId } from '@mana/sync';
import { newDevice } from './testing.ts';
import { MOST_CHANNELS, MOST_VALUES, type Peer, Presence, TTL_MS } from './presence.ts';

const space = newDevice() as string as SpaceId;

/** Presence under a clock that a test moves, with what each peer hears. */
function room() {
	let now = 0;
	const jobs = new Set<{ at: number; job: () => void }>();
	const relayed: Frame[] = [];
	const presence = new Presence({
		now: () => now,
		later(ms, job) {
			const entry = { at: now + ms, job };
			jobs.add(entry);
			return () => jobs.delete(entry);
		},
		relay: { say: (frame) => relayed.push(frame) },
	});
	let number = 0;
	return {
		presence,
		relayed,
		pass(ms: number) {
			now += ms;
			for (const entry of jobs) if (entry.at <= now && jobs.delete(entry)) entry.job();
			presence.sweep();
		},
		peer(person: string) {
			const heard: Frame[] = [];
			const peer = {
				space,
				number: ++number,
				person,
				may: true,
				mayHear: () => peer.may,
				send: (frame: Uint8Array) => void heard.push(decodeFrame(frame) as Frame),
			};
			const say = (value: string | null, channel = 'list') => presence.say(peer satisfies Peer, place(channel), value);
			/** What it believes by now: the last value of everybody. */
			const sees = () => {
				const values = new Map<string, string>();
				for (const { entries } of heard)
					for (const { person, number, value } of entries) {
						if (value === null) values.delete(String(number));
						else values.set(String(number), `${person} ${value}`);
					}
				return [...values.values()].sort();
			};
			return { peer, heard, say, sees };
		},
	};
}

const place = (channel: string): Frame => ({ type: 'presence', space, app: 1, channel, entries: [] });

describe('presence', () => {
	test('tells who is where at once, and whoever comes later of everybody', () => {
		const { peer, pass } = room();
		const [ada, ben] = [peer('ada'), peer('ben')];
		ada.say('task 1');
		expect(ada.sees()).toEqual(['ada task 1']);
		ben.say('');
		pass(60);
		expect(ada.sees()).toEqual(['ada task 1', 'ben ']);
		expect(ben.sees()).toEqual(['ada task 1', 'ben ']);
	});

	test('tells changes that follow each other together, 20 times a second, and the last of them', () => {
		const { peer, pass } = room();
		const [ada, ben] = [peer('ada'), peer('ben')];
		ben.say('');
		ada.say('0');
		pass(100);
		const before = ben.heard.length;
		for (let i = 1; i <= 100; i++) {
			ada.say(String(i));
			pass(10);
		}
		pass(60);
		expect(ben.heard.length - before).toBeLessThanOrEqual(21);
		expect(ben.sees()).toContain('ada 100');
	});

	test('forgets who leaves, whose connection ends, and who is not heard of for 30 s', () => {
		const { peer, pass, presence } = room();
		const [ada, ben, cy, dan] = [peer('ada'), peer('ben'), peer('cy'), peer('dan')];
		for (const one of [ada, ben, cy, dan]) one.say('here');
		pass(100);
		ben.say(null);
		presence.end(cy.peer);
		pass(100);
		expect(ada.sees()).toEqual(['ada here', 'dan here']);
		for (let passed = 0; passed < TTL_MS; passed += 1000) {
			if (passed % 10_000 === 0) ada.say('here');
			pass(1000);
		}
		pass(100);
		expect(ada.sees()).toEqual(['ada here']);
		presence.end(ada.peer);
		expect(presence.size).toBe(0);
	});

	test('a device that came back on another connection stays when the old one ends', () => {
		const { peer, presence } = room();
		const [ada, ben] = [peer('ada'), peer('ben')];
		ada.say('');
		ben.say('old');
		const again = { ...ben.peer };
		presence.say(again, place('list'), 'new');
		presence.end(ben.peer);
		expect(presence.size).toBe(2);
	});

	test('nothing is told to who may not hear it, and all of it once that is settled', () => {
		const { peer, pass } = room();
		const [ada, ben] = [peer('ada'), peer('ben')];
		ada.say('');
		ben.say('');
		pass(100);
		ben.peer.may = false;
		const before = ben.heard.length;
		ada.say('secret');
		pass(2000);
		expect(ben.heard.length).toBe(before);
		expect(ben.say('loud')).toBe(true);
		pass(100);
		expect(ada.sees()).toContain('ben ');
		const cy = peer('cy');
		cy.say('');
		pass(100);
		cy.say(null);
		ben.peer.may = true;
		pass(1000);
		expect(ben.sees()).toEqual(['ada secret', 'ben ']);
	});

	test('keeps channels and values within bounds', () => {
		const { peer, presence } = room();
		const ada = peer('ada');
		for (let i = 0; i < MOST_CHANNELS; i++) expect(ada.say('', `channel ${i}`)).toBe(true);
		expect(ada.say('', 'one more')).toBe(false);
		for (let i = 0; i < MOST_VALUES + 20; i++) peer(`person ${i}`).say('here', 'crowd');
		expect(presence.size).toBe(MOST_CHANNELS + MOST_VALUES);
	});

	test('passes on to other nodes what is said here, and tells here what they say', () => {
		const { peer, presence, relayed, pass } = room();
		const ada = peer('ada');
		ada.say('task 1');
		expect(relayed.flatMap(({ entries }) => entries)).toEqual([{ number: 1, person: 'ada', value: 'task 1' }]);
		presence.heard({ ...place('list'), entries: [{ number: 9, person: 'far', value: 'there' }] });
		pass(100);
		expect(ada.sees()).toEqual(['ada task 1', 'far there']);
		expect(relayed.filter(({ entries }) => entries.length > 0)).toHaveLength(1);
		pass(TTL_MS - 10_000);
		ada.say('task 1');
		pass(11_000);
		pass(100);
		expect(ada.sees()).toEqual(['ada task 1']);
	});

	test('asks other nodes who is there when the first one comes, and answers with those who are here', () => {
		const { peer, presence, relayed } = room();
		presence.heard({ ...place('list'), entries: [] }); // nobody is here
		expect(relayed).toEqual([]);
		const [ada, bob] = [peer('ada'), peer('bob')];
		ada.say('task 1');
		expect(relayed[0]!.entries).toEqual([]);
		bob.say('task 2');
		presence.heard({ ...place('list'), entries: [{ number: 9, person: 'far', value: 'there' }] });
		expect(relayed.filter(({ entries }) => entries.length === 0)).toHaveLength(1);
		relayed.length = 0;
		presence.heard({ ...place('list'), entries: [] });
		expect(relayed.flatMap(({ entries }) => entries.map(({ person, value }) => `${person} ${value}`))).toEqual(['ada task 1', 'bob task 2']); // prettier-ignore
	});
});
