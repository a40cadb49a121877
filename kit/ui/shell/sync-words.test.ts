import { expect, test } from 'bun:test';
import type { SyncState } from '@mana/sync/client/api';
import { syncStory } from './sync-story.ts';
import { syncWords } from './sync-words.ts';

const now = Date.UTC(2026, 10, 23, 12);
const well: SyncState = {
	phase: 'live',
	unsent: 0,
	unsentSince: null,
	refused: 0,
	retryAt: null,
	problem: null,
	durable: true,
	tight: false,
	evicted: false,
	leader: true,
	firstSync: null,
	outdated: [],
};

test('all well is quiet', () => {
	expect(syncWords(well)).toEqual({ tone: 'well', short: 'Up to date' });
	expect(syncWords({ ...well, phase: 'guest' }).tone).toBe('well');
});

test('offline says how much waits and since when', () => {
	const waiting: SyncState = { ...well, phase: 'offline', unsent: 3, unsentSince: now - 5 * 60_000 };
	expect(syncWords(waiting)).toEqual({ tone: 'waiting', short: '3 unsent' });
	expect(syncStory(waiting, now, 'en', 'UTC')).toBe('3 changes wait to be sent, the oldest written 5 minutes ago.');
	expect(syncStory({ ...waiting, unsent: 0, unsentSince: null }, now, 'en', 'UTC')).toContain('You can go on');
});

test('what the server refused, or a device that keeps nothing, goes before everything else', () => {
	expect(syncWords({ ...well, refused: 1 })).toEqual({ tone: 'attention', short: 'One change refused' });
	expect(syncWords({ ...well, refused: 1, durable: false }).short).toBe('Not stored');
	expect(syncStory({ ...well, durable: false }, now, 'en', 'UTC')).toContain('private window');
});

test('pages that are too old to write say so, and what to do', () => {
	const old = { ...well, outdated: [513] };
	expect(syncWords(old)).toEqual({ tone: 'attention', short: 'Too old to write' });
	expect(syncStory(old, now, 'en', 'UTC')).toContain('Reload, then you can go on writing.');
});

test('storage that is full is told as that: what is kept, what is not, what to do', () => {
	const full = { ...well, durable: false, full: true };
	expect(syncWords({ ...full, refused: 1 })).toEqual({ tone: 'attention', short: 'Storage is full' });
	const story = syncStory({ ...full, unsent: 2, unsentSince: now }, now, 'en', 'UTC');
	expect(story).toMatch(/was here before is kept.*until the server has it.*Free some room.*2 changes wait/);
	expect(syncStory({ ...full, phase: 'guest' }, now, 'en', 'UTC')).toMatch(/gone when you close this tab.*Save it/);
});

test('room that gets short is told where nothing more urgent is', () => {
	const tight = { ...well, tight: true };
	expect(syncWords(tight)).toEqual({ tone: 'attention', short: 'Little room' });
	expect(syncWords({ ...tight, phase: 'guest' }).short).toBe('Little room');
	expect(syncWords({ ...tight, phase: 'offline', unsent: 3 }).short).toBe('3 unsent');
	expect(syncStory(tight, now, 'en', 'UTC')).toContain('What you write is kept');
	expect(syncStory({ ...tight, phase: 'guest' }, now, 'en', 'UTC')).toContain('only here');
	expect(syncStory({ ...tight, phase: 'offline' }, now, 'en', 'UTC')).toMatch(/nearly full.*You can go on/);
});

test('a server that refuses this device says why in its own words', () => {
	const problem = { code: 'too-old', detail: 'This Mana is newer than your page. Reload it.' };
	expect(syncStory({ ...well, phase: 'stopped', problem }, now, 'en', 'UTC')).toBe(problem.detail);
});
