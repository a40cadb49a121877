import { afterAll, beforeAll, expect, test } from 'bun:test';
import { hub } from '@mana/schema/registry/models';
import { createLogger } from '@mana/service';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service as syncService } from '../sync/index.ts';
import { environmentOf, startNotify, startTestAuth, TEST_ORIGIN, type TestAuth, type TestNotify, until } from './testing.ts';
import { type Receivers, startReceivers } from './testing-receivers.ts';
import { OwnSpace } from './testing-space.ts';

const minute = 60_000;
let offset = 0;
const clock = { now: () => Date.now() + offset };

let home: string;
let auth: TestAuth;
let far: Receivers;
let sync: Awaited<ReturnType<typeof syncService.start>>;
let notify: TestNotify;
let space: OwnSpace;
let tokens: { readonly ada: string; readonly jürgen: string };

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-plans-'));
	auth = await startTestAuth(clock);
	far = startReceivers(clock);
	sync = await syncService.start({
		port: 0,
		home,
		databaseUrl: undefined,
		publicUrl: TEST_ORIGIN,
		addresses: { 'mana-auth': auth.url },
		env: { ...environmentOf({ privateTargets: false }), MANA_SYNC_CONNECTS_PER_MINUTE: '100000' },
		clock,
		log: createLogger('mana-sync', 'silent'),
	});
	notify = await startNotify({ auth, home, sync: sync.url, clock, privateTargets: true });
	const seconds = 30 * 86_400;
	tokens = { ada: await auth.token('ada', 'member', { seconds }), jürgen: await auth.token('jürgen', 'member', { seconds }) };
	space = new OwnSpace(sync.url, tokens.ada, clock);
	await space.rows(hub.notifications);
	await ask('POST', '/v1/channels', { kind: 'push', label: 'Phone', target: far.targets.push });
});

afterAll(async () => {
	await notify.close();
	await sync.close();
	await Promise.all([far.close(), auth.close()]);
	await rm(home, { recursive: true });
});

async function ask(method: string, path: string, body?: object, token = tokens.ada): Promise<{ status: number; body: unknown }> {
	const answer = await fetch(`${notify.url}${path}`, {
		method,
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		...(body && { body: JSON.stringify(body) }),
	});
	const text = await answer.text();
	return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const ring = (key: string, at: number, label = key) => ({
	key,
	at,
	expires: at + 10 * minute,
	data: { label, at, link: '/clock/alarms' },
});
const plan = (messages: readonly object[], topic = 'alarm', token?: string) =>
	ask('PUT', `/v1/plans/${topic}`, { messages }, token);
const planned = async (topic = 'alarm', token?: string) =>
	((await ask('GET', `/v1/plans/${topic}`, undefined, token)).body as { messages: { key: string; at: number }[] }).messages;
const pushed = (label: string) =>
	far.received.filter(({ by, body }) => by === 'push' && (body as { title: string }).title === label).length;
const inbox = async (label: string) => (await space.rows(hub.notifications)).find(({ title }) => title === label);

test('a plan takes the place of the one before, of its kind and of its person alone', async () => {
	const at = clock.now() + 60 * minute;
	expect((await plan([ring('later', at + minute), ring('six', at)])).status).toBe(204);
	expect(await planned()).toEqual([
		{ key: 'six', at },
		{ key: 'later', at: at + minute },
	]);
	await plan([ring('tea', at)], 'timer');
	await plan([ring('six', at)], 'alarm', tokens.jürgen);
	await plan([ring('six', at + 5 * minute)]);
	expect(await planned()).toEqual([{ key: 'six', at: at + 5 * minute }]);
	expect(await planned('timer')).toEqual([{ key: 'tea', at }]);
	expect(await planned('alarm', tokens.jürgen)).toEqual([{ key: 'six', at }]);
	await plan([], 'timer');
	await plan([]);
	expect([await planned(), await planned('timer')]).toEqual([[], []]);
});

test('it rings once, in quiet hours as well, however often it is planned; stopped, it is read in the inbox', async () => {
	const time = (at: number) => new Date(at).toISOString().slice(11, 16);
	const quiet = { quietFrom: time(clock.now() - 60 * minute), quietUntil: time(clock.now() + 120 * minute), timeZone: 'UTC' };
	await space.write(hub.preferences, hub.preferencesId, quiet);
	const early = ring('wake up', clock.now() + 60 * minute);
	await plan([early]);
	await plan([early]);
	offset += 60 * minute;
	await until(() => pushed('wake up') === 1, 10_000);
	await until(async () => (await inbox('wake up')) !== undefined);
	expect(await inbox('wake up')).toMatchObject({ topic: 'alarm', app: 'clock', link: '/clock/alarms', readAt: null });
	await plan([early, ring('next', clock.now() + 120 * minute)]);
	expect(await planned()).toHaveLength(1);
	await plan([ring('next', clock.now() + 120 * minute)]);
	await until(async () => (await inbox('wake up'))?.readAt !== null);
	// A device that was away brings the old plan once more.
	await plan([early, ring('next', clock.now() + 120 * minute)]);
	await plan([ring('soon', clock.now() + minute)]);
	offset += 2 * minute;
	await until(() => pushed('soon') === 1, 10_000);
	expect([pushed('wake up'), pushed('next')]).toEqual([1, 0]);
});

test('what is over by now is left out, so that a device which was offline can plan the rest', async () => {
	const at = clock.now() + 60 * minute;
	expect((await plan([ring('missed', clock.now() - 60 * minute), ring('to come', at)])).status).toBe(204);
	expect(await planned()).toEqual([{ key: 'to come', at }]);
});

test('what services tell is nobody’s to plan, and a plan that does not fit changes nothing', async () => {
	const at = clock.now() + 60 * minute;
	await plan([ring('stays', at)]);
	expect((await plan([], 'task-due')).body).toMatchObject({ status: 404, code: 'unknown-plan' });
	expect((await plan([], 'nonsense')).status).toBe(400);
	expect((await plan([{ ...ring('x', at), data: { label: 'x', at } }])).body).toMatchObject({ status: 422 });
	expect((await plan([ring('x', at + 6 * 366 * 86_400_000)])).body).toMatchObject({ code: 'too-far' });
	expect((await plan([ring('x', at), ring('x', at)])).status).toBe(422);
	expect((await plan(Array.from({ length: 201 }, (_, n) => ring(`${n}`, at)))).status).toBe(422);
	expect((await plan([{ ...ring('x', at), to: { person: 'jürgen' } }])).status).toBe(422);
	expect(await planned()).toEqual([{ key: 'stays', at }]);
});
