// Who is where, over real sockets: what it costs, who hears it, and that it ends with the right to read.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { type FrameOf, LIVENESS, type Role, type SpaceId } from '@mana/sync';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncStore } from './store.ts';
import { RawClient, startSync, type TestSync } from './testing.ts';
import { insertSpace, openBeside } from './testing-spaces.ts';

let home: string;
let server: TestSync;
let store: SyncStore;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	server = await startSync({ home, databaseUrl: undefined });
	store = await openBeside(home);
});

afterAll(async () => {
	await store.close();
	await server[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

async function enter(person: string, space: SpaceId): Promise<RawClient> {
	const client = await RawClient.open(server.url);
	await client.hello(await server.issuer.token(person), [LIVENESS]);
	await client.sub(space);
	return client;
}

const say = (client: RawClient, space: SpaceId, value: string | null, app = 1, channel = 'list') =>
	client.send({ type: 'presence', space, app, channel, entries: [{ number: 0, person: 'somebody else', value }] });

/** What a client believes by now about who is where. */
function seen(client: RawClient): string[] {
	const values = new Map<number, string>();
	for (const frame of client.heard)
		for (const { number, person, value } of frame.type === 'presence' ? frame.entries : [])
			if (value === null) values.delete(number);
			else values.set(number, `${person} ${value}`);
	return [...values.values()].sort();
}

const people = (...limited: string[]): Record<string, { role: Role; apps?: number[] }> => ({
	olga: { role: 'owner' },
	ben: { role: 'viewer' },
	...Object.fromEntries(limited.map((name) => [name, { role: 'editor' as const, apps: [2] }])),
});

test('people in a channel see each other, under the name that the server knows them by, until one leaves', async () => {
	const space = await insertSpace(store, people());
	const [olga, ben] = [await enter('olga', space), await enter('ben', space)];
	say(olga, space, 'task 1');
	await olga.until(() => seen(olga).length === 1, 'oneself');
	say(ben, space, '');
	await olga.until(() => seen(olga).length === 2, 'Ben');
	expect(seen(olga)).toEqual(['ben ', 'olga task 1']);
	await ben.until(() => seen(ben).length === 2, 'Olga');
	ben.close();
	await olga.until(() => seen(olga).length === 1, 'Ben going');
	say(olga, space, null);
	olga.close();
});

test('who may not see the app neither hears nor is heard; who is removed hears nothing more and is not shown', async () => {
	const space = await insertSpace(store, people('lim'));
	const [olga, ben, lim] = [await enter('olga', space), await enter('ben', space), await enter('lim', space)];
	say(lim, space, 'peeking');
	say(lim, space, 'at home', 2);
	say(olga, space, 'secret');
	say(ben, space, '');
	await olga.until(() => seen(olga).length === 2, 'Ben');
	await lim.until(() => seen(lim).length === 1, 'oneself');
	expect(seen(olga)).toEqual(['ben ', 'olga secret']);
	expect(seen(lim)).toEqual(['lim at home']);
	const response = await fetch(`${server.url}/spaces/${space}/members/ben`, {
		method: 'DELETE',
		headers: { authorization: `Bearer ${await server.issuer.token('olga')}` },
	});
	expect(response.ok).toBe(true);
	await olga.until(() => !seen(olga).includes('ben '), 'Ben going');
	const before = ben.heard.filter(({ type }) => type === 'presence').length;
	say(olga, space, 'after he left');
	await olga.until(() => seen(olga).includes('olga after he left'), 'what was said');
	ben.send({ type: 'ping', clockMs: 1 });
	await ben.until(() => ben.heard.some(({ type }) => type === 'pong'), 'the end of what was sent');
	expect(ben.heard.filter(({ type }) => type === 'presence').length).toBe(before);
	for (const client of [olga, ben, lim]) client.close();
});

test('a change is relayed without waiting for a disk', async () => {
	const space = await insertSpace(store, people());
	const [olga, ben] = [await enter('olga', space), await enter('ben', space)];
	const channels = Array.from({ length: 15 }, (_, i) => `list ${i}`);
	for (const channel of channels) say(ben, space, 'waits', 1, channel);
	await ben.until(() => ben.heard.filter(({ type }) => type === 'presence').length === channels.length, 'oneself');
	const times: number[] = [];
	for (const channel of channels) {
		const start = performance.now();
		say(olga, space, channel, 1, channel);
		await ben.until(() => seen(ben).includes(`olga ${channel}`), 'the change');
		times.push(performance.now() - start);
	}
	times.sort((a, b) => a - b);
	console.log(`presence from one socket to another: p50 ${times[7]!.toFixed(2)} ms, worst ${times.at(-1)!.toFixed(2)} ms`);
	const { seq } = await store.db.selectFrom('space').select('seq').where('id', '=', space).executeTakeFirstOrThrow();
	expect(seq).toBe(0);
	for (const client of [olga, ben]) client.close();
});

test('a device that is in too many channels is told so', async () => {
	const space = await insertSpace(store, people());
	const olga = await enter('olga', space);
	for (let i = 0; i <= 16; i++)
		olga.send({ type: 'presence', space, app: 1, channel: `channel ${i}`, entries: [{ number: 0, person: '', value: '' }] });
	await olga.until(() => olga.heard.some(({ type }) => type === 'bye'), 'a BYE');
	expect((olga.heard.find(({ type }) => type === 'bye') as FrameOf<'bye'>).code).toBe('protocol');
});
