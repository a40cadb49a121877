import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { openNotifier } from '@mana/service';
import type { ChannelCard } from './own-channels.ts';
import { identityOf, startNotify, startTestAuth, type TestAuth, type TestNotify, until } from './testing.ts';
import { type ReceiverName, type Receivers, startReceivers } from './testing-receivers.ts';

let auth: TestAuth;
let notify: TestNotify;
let far: Receivers;
let token = '';
let offset = 0;
const clock = { now: () => Date.now() + offset };

beforeAll(async () => {
	auth = await startTestAuth(clock);
	far = startReceivers(clock);
	notify = await startNotify({ auth, privateTargets: true, clock });
	token = await auth.token('ada', 'member', { seconds: 86_400 });
});
afterEach(async () => {
	for (const { id } of (await list()).channels) await ask('DELETE', `/v1/channels/${id}`);
	far.received.splice(0);
	offset = 0;
});
afterAll(async () => {
	await notify.close();
	await far.close();
	await auth.close();
});

async function ask(
	method: string,
	path: string,
	body?: object,
	as = token,
): Promise<{ status: number; body: Record<string, unknown> }> {
	const response = await fetch(`${notify.url}${path}`, {
		method,
		headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

const list = async () => (await ask('GET', '/v1/channels')).body as { channels: ChannelCard[] };
const add = async (kind: ReceiverName, target: object = far.targets[kind]) =>
	(await ask('POST', '/v1/channels', { kind, label: `My ${kind}`, target })).body as unknown as ChannelCard;

/** Sends the word that shows whether a way works. @returns how it ended */
async function tryOut(channel: string): Promise<{ state: string; reason: string | null }> {
	const { status, body } = await ask('POST', `/v1/channels/${channel}/trials`);
	expect(status).toBe(202);
	let trial = { state: 'waiting', reason: null as string | null };
	await until(async () => {
		trial = (await ask('GET', `/v1/trials/${String(body['id'])}`)).body as typeof trial;
		return trial.state !== 'sending' && (trial.state !== 'waiting' || trial.reason !== null);
	});
	// The next one is not "too soon".
	offset += 4_000;
	return trial;
}

let keys = 0;
const newDevice = () =>
	openNotifier({ address: notify.url, identity: identityOf('mana-auth', clock) }).send({
		topic: 'new-device',
		to: { person: 'ada' },
		data: { name: 'Ada', device: 'Firefox <b>', place: '192.0.2.1', at: Date.UTC(2026, 0, 1), link: '/settings' },
		key: `session ${++keys}`,
	});

describe('what a person added', () => {
	test('gets each message in the form of its own, with the link and an id that stays', async () => {
		for (const kind of Object.keys(far.targets) as ReceiverName[]) await add(kind);
		await newDevice();
		await until(() => far.received.length === 5);
		const of = (by: ReceiverName) => far.received.find((one) => one.by === by)!;
		const link = 'https://mana.example/settings';
		expect(of('webhook').body).toMatchObject({
			type: 'new-device',
			data: { title: 'New sign-in: Firefox <b>', link, language: 'en' },
		});
		expect(of('webhook').id).toMatch(/^msg_[\da-f]{32}$/);
		expect(of('matrix').body).toMatchObject({ msgtype: 'm.notice', format: 'org.matrix.custom.html' });
		expect(JSON.stringify(of('matrix').body)).toContain('<strong>New sign-in: Firefox &lt;b&gt;</strong>');
		expect(far.events.has(of('matrix').id!)).toBe(true);
		expect(of('ntfy').body).toMatchObject({ topic: 'mine', title: 'New sign-in: Firefox <b>', click: link, priority: 4 });
		expect(of('apprise').body).toMatchObject({ title: 'New sign-in: Firefox <b>', type: 'warning', format: 'text' });
		expect(of('push').body).toMatchObject({ title: 'New sign-in: Firefox <b>', link });
		expect(of('push').headers.get('topic')).toMatch(/^[\w-]{22}$/);
		expect(of('push').headers.get('urgency')).toBe('high');
	});

	test('is listed without its secrets, changed and removed by its person alone', async () => {
		const { id } = await add('webhook');
		await add('matrix');
		const text = JSON.stringify(await list());
		expect(text).not.toMatch(/whsec|syt_/);
		const shown = (await list()).channels.map(({ kind, label, place, on }) =>
			[kind, label, place.replace(/:\d+/, ''), on].join(' '),
		);
		expect(shown.sort()).toEqual(['matrix My matrix !room:matrix.example (127.0.0.1) true', 'webhook My webhook 127.0.0.1 true']);
		const other = await auth.token('jürgen');
		expect((await ask('GET', '/v1/channels', undefined, other)).body).toEqual({ channels: [] });
		for (const [method, path] of [
			['PATCH', ''],
			['DELETE', ''],
			['POST', '/trials'],
		] as const)
			expect((await ask(method, `/v1/channels/${id}${path}`, method === 'PATCH' ? { on: false } : undefined, other)).status).toBe(
				404,
			);
		expect((await ask('PATCH', `/v1/channels/${id}`, { label: 'Work', on: false })).body).toMatchObject({
			label: 'Work',
			on: false,
		});
		await newDevice();
		await until(() => far.received.length === 1);
		expect(far.received[0]!.by).toBe('matrix');
	});

	test('takes the place of what was there when the same browser subscribes again', async () => {
		const first = await add('push');
		const again = await add('push');
		expect([again.id, (await list()).channels.length]).toEqual([first.id, 1]);
	});

	test('is switched off when the far side says that it is gone, and says why', async () => {
		const { id } = await add('push');
		far.refusals.set('push', [new Response('expired', { status: 410 })]);
		expect((await tryOut(id)).state).toBe('failed');
		expect((await list()).channels[0]).toMatchObject({ on: false, trouble: expect.stringContaining('answered 410: expired') });
	});

	test('says what a homeserver says: wait, a token that is not known, a room that is closed', async () => {
		const { id } = await add('matrix');
		const limit = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too fast', retry_after_ms: 50_000 };
		far.refusals.set('matrix', [Response.json(limit, { status: 429 })]);
		expect(await tryOut(id)).toEqual({ state: 'waiting', reason: 'The homeserver asks to be left alone for a while.' });
		await add('matrix', { ...far.targets.matrix, room: '!closed:matrix.example' });
		const closed = (await list()).channels.find(({ place }) => place.includes('closed'))!;
		expect(await tryOut(closed.id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('Invite it there first') });
		await add('matrix', { ...far.targets.matrix, accessToken: 'old' });
		expect(await tryOut(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('Give a new one') });
		expect((await list()).channels.find((one) => one.id === id)).toMatchObject({ on: false });
	});

	test('rests after five failures in a row, and is tried again afterwards', async () => {
		const { id } = await add('webhook');
		const broken = () => new Response('broken', { status: 500, headers: { 'retry-after': '86400' } });
		far.refusals.set('webhook', [broken(), broken(), broken(), broken(), broken()]);
		for (let n = 0; n < 5; n++) expect((await tryOut(id)).state).toBe('waiting');
		expect((await list()).channels[0]).toMatchObject({
			on: true,
			pausedUntil: expect.any(Number),
			trouble: expect.stringContaining('500'),
		});
		expect(await tryOut(id)).toEqual({ state: 'waiting', reason: 'It rests after 5 failures in a row.' });
		expect(far.received).toEqual([]);
		offset += 16 * 60_000;
		await until(() => far.received.length > 0);
		await until(async () => (await list()).channels[0]!.pausedUntil === null);
	});

	const odd: readonly (readonly [string, object])[] = [
		['a kind that is none', { kind: 'pager', label: 'x', target: {} }],
		[
			'an address of another scheme',
			{ kind: 'webhook', label: 'x', target: { url: 'file:///etc/passwd', secret: `whsec_${'A'.repeat(32)}` } },
		],
		['a secret that is too short', { kind: 'webhook', label: 'x', target: { url: 'https://h.example', secret: 'whsec_AAAA' } }],
		[
			'push keys that are none',
			{ kind: 'push', label: 'x', target: { endpoint: 'https://p.example', keys: { p256dh: 'AA', auth: 'AA' } } },
		],
		[
			'a push key that is no point of the curve',
			{
				kind: 'push',
				label: 'x',
				target: {
					endpoint: 'https://p.example',
					keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16).toString('base64url') },
				},
			},
		],
		[
			'a token that would begin another header',
			{
				kind: 'matrix',
				label: 'x',
				target: { homeserver: 'https://m.example', room: '!a:b', accessToken: 't\r\nx-evil: 1' },
			},
		],
		[
			'a token that is no text of a header',
			{ kind: 'ntfy', label: 'x', target: { server: 'https://n.example', topic: 'x', accessToken: 'tk_ü' } },
		],
		[
			'a room by its alias',
			{ kind: 'matrix', label: 'x', target: { homeserver: 'https://m.example', room: '#a:b', accessToken: 't' } },
		],
		['a topic with a path in it', { kind: 'ntfy', label: 'x', target: { server: 'https://n.example', topic: '../x' } }],
		['no name', { kind: 'ntfy', label: ' ', target: { server: 'https://n.example', topic: 'x' } }],
	];
	for (const [what, body] of odd)
		test(`is refused with ${what}`, async () => {
			expect(await ask('POST', '/v1/channels', body)).toMatchObject({ status: 422, body: { code: 'invalid-input' } });
		});
});

test('nothing is sent into the private network unless the operator allows it', async () => {
	await using strict = await startNotify({ auth });
	const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
	const body = JSON.stringify({ kind: 'webhook', label: 'Inside', target: far.targets.webhook });
	const { id } = (await (await fetch(`${strict.url}/v1/channels`, { method: 'POST', headers, body })).json()) as { id: string };
	await fetch(`${strict.url}/v1/channels/${id}/trials`, { method: 'POST', headers });
	await until(async () => {
		const { channels } = (await (await fetch(`${strict.url}/v1/channels`, { headers })).json()) as { channels: ChannelCard[] };
		return channels[0]!.trouble?.includes('not on the public internet') ?? false;
	});
	expect(far.received).toEqual([]);
});
