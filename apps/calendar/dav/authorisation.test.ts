import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { event, ns, Program } from './ask.fixture.ts';
import { startWorld, until, type World } from './world.fixture.ts';

/** Who comes: with nothing, with what is no app password, with one of another app, to read, as a viewer, as nobody of this space, and as an editor. */
const who = ['nobody', 'account password', 'another app', 'reader', 'viewer', 'stranger', 'editor'] as const;
type Who = (typeof who)[number];
const visitors = ['nobody', 'stranger', 'viewer', 'editor'] as const;
type Visitor = (typeof visitors)[number];

let world: World;
const programs = new Map<Who, Program>();
let [calendar, outbox] = ['', ''];
/** The same people as their browsers come, and with nothing; and the shared space. */
const tokens = new Map<Visitor, string>();
let family: SpaceId;
beforeAll(async () => {
	world = await startWorld();
	const [ada, grace, mary] = [
		await world.person('ada@mana.example'),
		await world.person('grace@mana.example'),
		await world.person('mary@mana.example'),
	];
	family = (await ada.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
	const { link } = await ada.space<{ link: string }>('POST', `/spaces/${family}/invitations`, { role: 'viewer' });
	await grace.space('POST', '/memberships', { invitation: new URL(link).hash.replace('#token=', '') });
	await mary.personal();
	for (const [name, person] of [['viewer', grace], ['stranger', mary], ['editor', ada]] as const) tokens.set(name, await person.token()); // prettier-ignore
	calendar = `/calendars/${family}-calendar/`;
	const as = (name: Who, authorization: string) => programs.set(name, new Program(world.dav, authorization));
	as('nobody', '');
	as('account password', `Basic ${btoa('ada@mana.example:first program 1843')}`);
	as('another app', (await ada.password('write', 'Lists', ['todo'])).authorization);
	as('reader', (await ada.password('read', 'Screen')).authorization);
	as('viewer', (await grace.password()).authorization);
	as('stranger', (await mary.password()).authorization);
	as('editor', (await ada.password()).authorization);
	for (const [name, person] of [
		['viewer', grace],
		['stranger', mary],
	] as const) {
		const own = await person.personal();
		await until(async () => (await programs.get(name)!.ask('PROPFIND', `/calendars/${own}-calendar/`)).status === 207);
	}
	for (const name of ['viewer', 'editor', 'reader'] as const)
		await until(async () => (await programs.get(name)!.ask('PROPFIND', calendar)).status === 207);
	await programs.get('editor')!.put(`${calendar}one.ics`, event('UID:one', 'DTSTART:20260101T100000Z', 'SUMMARY:One'));
	const home = await programs.get('editor')!.ask('PROPFIND', '/calendars/', { headers: { depth: '1' } });
	outbox = /\/dav(\/calendars\/[^<]+-outbox\/)</.exec(await home.text())![1]!;
	await until(async () => (await programs.get('viewer')!.ask('GET', `${calendar}one.ics`)).status === 200);
});
afterAll(() => world.close());

test('a program that opens lists of tasks only is led to them, where all calendars begin', async () => {
	const behindHub = { 'x-forwarded-for': '192.0.2.1' };
	const lists = programs.get('another app')!;
	const led = await lists.ask('PROPFIND', '/', { headers: behindHub });
	expect([led.status, led.headers.get('location')]).toEqual([307, '/api/todo-server/dav/']);
	for (const [method, path] of [['PROPFIND', calendar], ['REPORT', '/']] as const)
		expect((await lists.ask(method, path, { headers: behindHub })).status).toBe(403);
}); // prettier-ignore

const query = `<C:calendar-query ${ns}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;
const patch = `<D:propertyupdate ${ns}><D:set><D:prop><D:displayname>Ours</D:displayname></D:prop></D:set></D:propertyupdate>`;
const free = `<C:free-busy-query ${ns}><C:time-range start="20260101T000000Z" end="20260102T000000Z"/></C:free-busy-query>`;
const text = event('UID:two', 'DTSTART:20260101T100000Z', 'SUMMARY:Two');

const rows: readonly (readonly [method: string, path: () => string, body: string | undefined, statuses: readonly number[]])[] = [
	['PROPFIND', () => calendar, undefined, [401, 401, 403, 207, 207, 404, 207]],
	['GET', () => `${calendar}one.ics`, undefined, [401, 401, 403, 200, 200, 404, 200]],
	['REPORT', () => calendar, query, [401, 401, 403, 207, 207, 404, 207]],
	['REPORT', () => calendar, free, [401, 401, 403, 200, 200, 404, 200]],
	['PUT', () => `${calendar}two.ics`, text, [401, 401, 403, 403, 403, 409, 201]],
	['PROPPATCH', () => calendar, patch, [401, 401, 403, 403, 403, 404, 207]],
	// Whose outbox it is, it is nobody else's.
	['POST', () => outbox, text, [401, 401, 403, 400, 404, 404, 400]],
	['DELETE', () => `${calendar}two.ics`, undefined, [401, 401, 403, 403, 403, 404, 204]],
	['MKCALENDAR', () => '/calendars/made/', undefined, [401, 401, 403, 403, 201, 201, 201]],
];

test.each(rows.map((row) => [`${row[0]} ${row[3].join(' ')}`, row] as const))(
	'who may do what: %s',
	async (_, [method, path, body, statuses]) => {
		const answered: Record<string, number> = {};
		for (const name of who)
			answered[name] = (await programs.get(name)!.ask(method, path(), body === undefined ? {} : { body })).status;
		expect(answered).toEqual(Object.fromEntries(who.map((name, i) => [name, statuses[i]!])));
	},
);

/** What pages ask, each as nobody, as a stranger to the space, as somebody who may look, and as somebody who may change it. */
const pages: readonly (readonly [
	method: string,
	path: string,
	statuses: readonly [number, number, number, number],
	body?: object,
])[] = [
	['GET', '/v1/spaces/:space/subscriptions', [401, 404, 200, 200]],
	// Nobody may have it read who could not change what it writes; there is none here.
	['POST', '/v1/spaces/:space/subscriptions/:calendar/readings', [401, 404, 403, 404]],
	// When somebody is busy hears whoever knows their address (RFC 6638 §5).
	['POST', '/v1/free-busy', [401, 200, 200, 200], { addresses: ['ada@mana.example'], from: 0, to: 1 }],
];

test.each(pages.map((row) => [`${row[0]} ${row[1]}`, row] as const))(
	'who may ask what: %s',
	async (_, [method, path, statuses, body]) => {
		const answered: Record<string, number> = {};
		for (const name of visitors) {
			const token = tokens.get(name);
			const url = `${world.served.url}${path.replace(':space', family).replace(':calendar', 'none')}`;
			answered[name] = (
				await fetch(url, {
					method,
					headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) },
					...(body && { body: JSON.stringify(body) }),
				})
			).status;
		}
		expect(answered).toEqual(Object.fromEntries(visitors.map((name, i) => [name, statuses[i]!])));
	},
);
