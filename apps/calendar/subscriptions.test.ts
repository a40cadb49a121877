import { afterAll, beforeAll, expect, test } from 'bun:test';
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
});

test('a feed that cannot be read is tried again, later each time', async () => {
	let now = Date.UTC(2027, 0, 1);
	const asked: number[] = [];
	const failures: unknown[] = [];
	const row = { id: 'calendar', kind: 'subscription', deletedAt: null, source: 'webcal://feed.example/x.ics', name: 'x' };
	const parts = {
		clock: { now: () => now },
		reach: async (url: string) => {
			expect(url).toBe('https://feed.example/x.ics');
			asked.push(now);
			throw new Error('away');
		},
		failed: (error: unknown) => failures.push(error),
	};
	expect(await retries({ parts, row, minutes: 60, pass: (ms) => (now += ms) })).toEqual([0, 5, 15, 35]);
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
