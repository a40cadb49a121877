import { afterAll, beforeAll, expect, test } from 'bun:test';
import { problem } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { event, ns, Program } from './dav/ask.fixture.ts';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { calendars, events } from './model.ts';
import { Subscriptions, type SubscriptionsParts } from './subscriptions.server.ts';

let world: World;
let ada: TestPerson;
let phone: Program;
let space: SpaceId;
let text = '';
const feed = Bun.serve({
	port: 0,
	hostname: '127.0.0.1',
	fetch: () => new Response(text, { headers: { 'content-type': 'text/calendar' } }),
});
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	space = await ada.personal();
	phone = new Program(world.dav, (await ada.password()).authorization);
	await until(async () => (await phone.ask('PROPFIND', `/calendars/${space}-calendar/`)).status === 207);
});
afterAll(async () => {
	await world.close();
	await feed.stop(true);
});

const holidays = (...inside: readonly string[]) =>
	event('UID:one', 'DTSTART;VALUE=DATE:20270101', 'SUMMARY:New Year', 'RRULE:FREQ=YEARLY', ...inside).replace(
		'PRODID:-//Test//EN',
		'PRODID:-//Test//EN\r\nX-WR-CALNAME:Holidays',
	);
const more = (uid: string, ...lines: readonly string[]) => ['END:VEVENT', 'BEGIN:VEVENT', `UID:${uid}`, ...lines];
const titles = async () =>
	(await ada.rows(space, events))
		.filter(({ deletedAt }) => deletedAt === null)
		.map(({ title }) => title)
		.toSorted();

test('a feed that somebody subscribes to is a calendar that nobody writes: what it says is there, what it cannot say is passed over, what it drops goes', async () => {
	text = holidays(...more('two', 'DTSTART;VALUE=DATE:20270501', 'SUMMARY:May Day'), ...more('odd', 'SUMMARY:Without a start'));
	const made = await phone.ask('MKCALENDAR', '/calendars/holidays/', {
		body: `<C:mkcalendar ${ns}><D:set><D:prop><S:source><D:href>http://127.0.0.1:${feed.port}/x.ics</D:href></S:source></D:prop></D:set></C:mkcalendar>`,
	});
	expect(made.status).toBe(201);
	await until(async () => (await titles()).length === 2);
	expect(await titles()).toEqual(['May Day', 'New Year']);
	const query = `<C:calendar-query ${ns}><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;
	await until(async () => (await phone.report('/calendars/holidays/', query)).size === 2);
	const refused = await phone.put('/calendars/holidays/mine.ics', event('UID:mine', 'DTSTART:20270101T100000Z'));
	expect(refused.status).toBe(403);

	const [row] = (await ada.rows(space, calendars)).filter(({ kind }) => kind === 'subscription');
	text = holidays(...more('three', 'DTSTART:20270601T100000Z', 'SUMMARY:New'));
	// Another address of the same feed is read at once.
	await ada.write(space, calendars, { source: `http://127.0.0.1:${feed.port}/y.ics` }, row!.id);
	await until(async () => (await titles()).includes('New'));
	expect(await titles()).toEqual(['New', 'New Year']);

	const ask = async (method: string, path: string) => {
		const headers = { authorization: `Bearer ${await ada.token()}` };
		const answer = await fetch(`${world.served.url}/v1/spaces/${space}/subscriptions${path}`, { method, headers });
		return { status: answer.status, body: await answer.json() };
	};
	expect((await ask('GET', '')).body).toMatchObject({
		subscriptions: [{ calendar: row!.id, problem: null, readAt: expect.any(Number) }],
	});
	expect(await ask('POST', `/${row!.id}/readings`)).toMatchObject({ status: 200, body: { problem: null } });
	expect((await ask('POST', '/nothing/readings')).status).toBe(404);

	// Thrown away it shows nothing more, taken back it shows everything again.
	await ada.trash(space, calendars, row!.id);
	await until(async () => (await titles()).length === 0);
	await ada.trash(space, calendars, row!.id, null);
	await until(async () => (await titles()).length === 2);
});

test.each([
	['refused', () => Promise.reject(problem(422, 'address-refused', 'inside'))],
	['unreachable', () => Promise.reject(new TypeError('away'))],
	['answered', async () => answered(404, 'gone')],
	['not-a-calendar', async () => answered(200, '<html>')],
	['too-large', () => Promise.reject(problem(502, 'answer-too-large', 'large'))],
] as const)('a feed that cannot be read says why: %s', async (why, reach) => {
	let now = 0;
	let [asked, good] = [0, false];
	const subscriptions = new Subscriptions({
		clock: { now: () => now },
		reach: () => {
			asked++;
			return good ? answered(200, holidays()) : reach();
		},
		zone: 'UTC',
		calendars: async () => [{ space: 'space' as SpaceId, row: subscribed as never }],
		keep: async () => undefined,
		failed: () => undefined,
	});
	const state = { calendar: 'calendar', readAt: null, next: 300_000, problem: why, status: why === 'answered' ? 404 : null };
	expect(await subscriptions.readNow('space' as SpaceId, 'calendar')).toEqual(state as never);
	expect(await subscriptions.states('space' as SpaceId)).toEqual([state as never]);
	// Whoever cannot wait hears what is known, and the next attempt tells that it is well again.
	await subscriptions.readNow('space' as SpaceId, 'calendar');
	expect(asked).toBe(1);
	[now, good] = [11_000, true];
	expect(await subscriptions.readNow('space' as SpaceId, 'calendar')).toMatchObject({ readAt: now, problem: null, status: null });
	await subscriptions.close();
});

const subscribed = { id: 'calendar', kind: 'subscription', deletedAt: null, source: 'webcal://feed.example/x.ics', name: 'x' };

async function answered(status: number, body: string) {
	return { status, headers: new Headers(), body: new TextEncoder().encode(body), url: '' };
}

test('a feed that cannot be read is tried again, later each time', async () => {
	let now = Date.UTC(2027, 0, 1);
	const asked: number[] = [];
	const failures: unknown[] = [];
	const parts = {
		clock: { now: () => now },
		reach: async (url: string) => {
			expect(url).toBe('https://feed.example/x.ics');
			asked.push(now);
			throw new Error('away');
		},
		failed: (error: unknown) => failures.push(error),
	};
	expect(await retries({ parts, row: subscribed, minutes: 60, pass: (ms) => (now += ms) })).toEqual([0, 5, 15, 35]);
	expect([asked.length, failures.length]).toEqual([4, 4]);
});

/** When a feed is asked for, in minutes from the start, where somebody looks each minute. */
async function retries({
	parts,
	row,
	minutes,
	pass,
}: {
	readonly parts: Pick<SubscriptionsParts, 'clock' | 'reach' | 'failed'>;
	readonly row: object;
	readonly minutes: number;
	readonly pass: (ms: number) => void;
}): Promise<number[]> {
	const at: number[] = [];
	let minute = 0;
	const reach: SubscriptionsParts['reach'] = (url) => {
		at.push(minute);
		return parts.reach(url);
	};
	const subscriptions = new Subscriptions({
		...parts,
		reach,
		zone: 'UTC',
		calendars: async () => [{ space: 'space' as SpaceId, row: row as never }],
		keep: async () => undefined,
	});
	for (; minute < minutes; minute++, pass(60_000)) await subscriptions.look();
	await subscriptions.close();
	return at;
}
