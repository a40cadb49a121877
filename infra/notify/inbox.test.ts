import { afterAll, beforeAll, expect, test } from 'bun:test';
import { hub } from '@mana/schema/registry/models';
import { createLogger, type Message, openNotifier } from '@mana/service';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service as syncService } from '../sync/index.ts';
import {
	environmentOf,
	identityOf,
	type Mailbox,
	startMailbox,
	startNotify,
	startTestAuth,
	TEST_ORIGIN,
	type TestAuth,
	type TestNotify,
	until,
} from './testing.ts';
import { type Receivers, startReceivers } from './testing-receivers.ts';
import { OwnSpace } from './testing-space.ts';

const hour = 3_600_000;
let offset = 0;
const clock = { now: () => Date.now() + offset };

let home: string;
let auth: TestAuth;
let mailbox: Mailbox;
let far: Receivers;
let sync: Awaited<ReturnType<typeof syncService.start>>;
let notify: TestNotify;
let space: OwnSpace;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-inbox-'));
	auth = await startTestAuth(clock);
	[mailbox, far] = [await startMailbox(), startReceivers(clock)];
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
	notify = await startNotify({ auth, home, smtp: mailbox.url, sync: sync.url, clock, privateTargets: true });
	const token = await auth.token('ada', 'member', { seconds: 300 * 86_400 });
	space = new OwnSpace(sync.url, token, clock);
	await space.rows(hub.notifications);
	await fetch(`${notify.url}/v1/channels`, {
		method: 'POST',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: JSON.stringify({ kind: 'push', label: 'Phone', target: far.targets.push }),
	});
});

afterAll(async () => {
	await notify.close();
	await sync.close();
	await Promise.all([mailbox.close(), far.close(), auth.close()]);
	await rm(home, { recursive: true });
});

const taskDue = (title: string, more: Partial<Message<'task-due'>> = {}) =>
	openNotifier({ address: notify.url, identity: identityOf('todo-server', clock) }).send({
		topic: 'task-due',
		to: { person: 'ada' },
		data: { title, at: Date.UTC(2026, 2, 10, 8), link: '/todo?task=1' },
		key: title,
		...more,
	});

const titles = async () => (await space.rows(hub.notifications)).map(({ title }) => title).sort();
const pushed = (title: string) =>
	far.received.filter(({ by, body }) => by === 'push' && (body as { title: string }).title === title).length;

/** Ada's own clock, so that quiet hours begin and end when the test says. */
async function quietNow(hours: number): Promise<void> {
	const time = (at: number) => new Date(at).toISOString().slice(11, 16);
	const from = clock.now() - hour;
	await space.write(hub.preferences, hub.preferencesId, {
		quietFrom: time(from),
		quietUntil: time(from + hours * hour),
		timeZone: 'UTC',
	});
}

test('a message stands in the inbox of its person, in their language, once, and rings by what they added', async () => {
	await space.write(hub.preferences, hub.preferencesId, { language: 'de', timeZone: 'Europe/Berlin' });
	let tries = 0;
	await until(async () => {
		// Until mana-notify has heard in which language Ada reads.
		await taskDue('Warm up', { key: `warm up ${++tries}` });
		await until(async () => (await titles()).filter((title) => title === 'Warm up').length === tries);
		return (await space.rows(hub.notifications)).some(({ text }) => text.startsWith('Fällig'));
	}, 10_000);
	await taskDue('Water the plants');
	await taskDue('Water the plants');
	await until(async () => pushed('Water the plants') === 1 && (await titles()).includes('Water the plants'));
	const row = (await space.rows(hub.notifications)).find(({ title }) => title === 'Water the plants')!;
	expect(row).toMatchObject({
		topic: 'task-due',
		app: 'todo',
		link: '/todo?task=1',
		text: 'Fällig: Dienstag, 10. März 2026 um 09:00 MEZ.',
		readAt: null,
		snoozedUntil: null,
	});
	expect(far.received.find(({ body }) => (body as { title: string }).title === 'Water the plants')!.body).toMatchObject({
		id: row.id,
		acts: [
			{ act: 'done', label: 'Erledigt' },
			{ act: 'later', label: 'In einer Stunde' },
		],
	});
	expect(mailbox.received).toEqual([]);
});

test('the clock that a person chose is the one in what they are told', async () => {
	await space.write(hub.preferences, hub.preferencesId, { region: 'US', hours: '12' });
	let tries = 0;
	// Heard by mana-notify when the next message waits.
	await until(async () => {
		await taskDue(`By the clock ${++tries}`);
		await until(async () => (await titles()).includes(`By the clock ${tries}`));
		return (await space.rows(hub.notifications)).some(
			({ text }) => /um 9:00\sAM MEZ\.$/.test(text) || /um 9:00\sAM GMT\+1\.$/.test(text),
		);
	});
	await space.write(hub.preferences, hub.preferencesId, { region: '', hours: 'region' });
});

test('quiet hours put off what rings and nothing else; what was settled meanwhile rings no more', async () => {
	await quietNow(3);
	// Heard by mana-notify when the next message waits.
	let n = 0;
	await until(async () => {
		await taskDue(`Quiet ${++n}`);
		await until(async () => (await titles()).includes(`Quiet ${n}`));
		await Bun.sleep(20);
		return pushed(`Quiet ${n}`) === 0;
	});
	await taskDue('Read meanwhile');
	await taskDue('Thrown away meanwhile');
	await until(async () => (await titles()).includes('Thrown away meanwhile') && (await titles()).includes('Read meanwhile'));
	const rows = await space.rows(hub.notifications);
	const record = (title: string) => rows.find((row) => row.title === title)!.id;
	await space.write(hub.notifications, record('Read meanwhile'), { readAt: clock.now() });
	await space.trash(hub.notifications, record('Thrown away meanwhile'));
	await taskDue('Behind it');
	await until(async () => (await titles()).includes('Behind it'));
	offset += 2 * hour + 60_000;
	await until(() => pushed(`Quiet ${n}`) === 1 && pushed('Behind it') === 1);
	expect([pushed('Read meanwhile'), pushed('Thrown away meanwhile')]).toEqual([0, 0]);
});

test('what was snoozed rings again at its time, unless it was read before', async () => {
	const rows = await space.rows(hub.notifications);
	const record = (title: string) => rows.find((row) => row.title === title)!.id;
	await space.write(hub.notifications, record('Water the plants'), { snoozedUntil: clock.now() + hour });
	await space.write(hub.notifications, record('Warm up'), { snoozedUntil: clock.now() + hour });
	await space.write(hub.notifications, record('Warm up'), { readAt: clock.now() });
	const before = pushed('Warm up');
	await until(async () => {
		await taskDue('Snoozed');
		return (await titles()).includes('Snoozed');
	}, 10_000);
	offset += hour + 60_000;
	await until(() => pushed('Water the plants') === 2);
	expect(pushed('Warm up')).toBe(before);
});

test('mails come gathered to who wants that, and stop with one click that needs no sign-in', async () => {
	const about = 'task-due';
	await space.write(hub.notices, hub.noticeId(about), { about, email: 'hourly' });
	let n = 0;
	await until(async () => {
		await taskDue(`Gathered ${++n}`);
		await Bun.sleep(50);
		return n >= 4;
	});
	await until(async () => (await titles()).includes(`Gathered ${n}`), 10_000);
	offset += hour;
	await until(() => mailbox.received.length === 1);
	expect(mailbox.received[0]!.mail.subject).toMatch(/^\d Nachrichten von mana\.example$/);
	expect(mailbox.received[0]!.mail.text).toContain(`Gathered ${n}: Fällig`);

	await space.write(hub.notices, hub.noticeId(about), { about, email: 'now' });
	await until(async () => {
		await taskDue(`By mail ${++n}`);
		await Bun.sleep(100);
		return mailbox.received.some(({ mail }) => mail.subject?.startsWith('By mail'));
	}, 10_000);
	const one = mailbox.received.find(({ mail }) => mail.subject?.startsWith('By mail'))!;
	expect(one.raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
	const link = /https:\/\/mana\.example\/api\/mana-notify(\/v1\/unsubscribe\/[\w.-]+)/.exec(one.mail.text!)![1]!;
	expect((await fetch(`${notify.url}${link}`, { redirect: 'manual' })).headers.get('location')).toBe(
		`${TEST_ORIGIN}/settings/notifications#task-due`,
	);
	expect((await fetch(`${notify.url}${link.slice(0, -1)}x`, { method: 'POST' })).status).toBe(404);
	const stop = {
		method: 'POST',
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: 'List-Unsubscribe=One-Click',
	};
	expect((await fetch(`${notify.url}${link}`, stop)).status).toBe(204);
	await until(async () => (await space.rows(hub.notices)).find((row) => row.about === about)?.email === 'off');
});

test('what was read leaves the inbox after a quarter of a year, and what was not read stays', async () => {
	const rows = await space.rows(hub.notifications);
	const record = (title: string) => rows.find((row) => row.title === title)!.id;
	await space.write(hub.notifications, record('Behind it'), { readAt: clock.now() });
	await space.write(hub.notifications, record('Snoozed'), { readAt: null });
	await until(async () =>
		(await space.rows(hub.notifications)).some(({ title, readAt }) => title === 'Behind it' && readAt !== null),
	);
	offset += 91 * 24 * hour;
	await until(async () => !(await titles()).includes('Behind it'), 10_000);
	expect(await titles()).toContain('Snoozed');
});

test('what is told somebody who has just come waits for them, and stands in their inbox as soon as they have one', async () => {
	const token = await auth.token('jürgen', 'member', { seconds: 300 * 86_400 });
	await fetch(`${notify.url}/v1/channels`, {
		method: 'POST',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: JSON.stringify({ kind: 'push', label: 'Phone', target: far.targets.push }),
	});
	const to = { person: 'jürgen' };
	await taskDue('Before he came', { to });
	await until(() => pushed('Before he came') === 1);
	// Looked for again now, it would be looked for in an hour only.
	offset += 24 * hour;
	await taskDue('A day later', { to });
	await until(() => pushed('A day later') === 1);
	const own = new OwnSpace(sync.url, token, clock);
	const told = async () => (await own.rows(hub.notifications)).map(({ title }) => title).sort();
	await until(async () => (await told()).length === 2);
	expect(await told()).toEqual(['A day later', 'Before he came']);
});
