import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import ICAL from 'ical.js';
import { startWorld, type TestPerson, until, type World } from '../dav/world.fixture.ts';
import { calendars, defaultCalendarId, events } from '../model.ts';
import type { PublishedCard } from './published.server.ts';

let world: World;
let [ada, grace]: TestPerson[] = [];
let space: SpaceId;
beforeAll(async () => {
	world = await startWorld();
	[ada, grace] = [await world.person('ada@mana.example'), await world.person('grace@mana.example')];
	space = await ada.personal();
});
afterAll(() => world.close());

let asks = 0;
async function ask(
	method: string,
	path: string,
	{ as, body, headers }: { as?: TestPerson; body?: object; headers?: Record<string, string> } = {},
) {
	const answer = await fetch(world.served.url + path, {
		method,
		headers: {
			'x-forwarded-for': `192.0.2.${++asks % 250}`,
			...(as && { authorization: `Bearer ${await as.token()}` }),
			...(body && { 'content-type': 'application/json' }),
			...headers,
		},
		...(body && { body: JSON.stringify(body) }),
	});
	return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
const own = (calendar: string = defaultCalendarId) => `/v1/spaces/${space}/calendars/${calendar}/published`;
const make = async (detail: 'all' | 'busy', calendar?: string): Promise<PublishedCard> => {
	const made = await until(async () => {
		const answer = await ask('POST', own(calendar), { as: ada!, body: { detail, language: 'en' } });
		return answer.status === 201 ? answer : null;
	});
	return JSON.parse(made.text) as PublishedCard;
};
const addressOf = ({ secret }: PublishedCard) => `/v1/published/${secret}.ics`;
const titles = (text: string) =>
	new ICAL.Component(ICAL.parse(text))
		.getAllSubcomponents('vevent')
		.map((one) => new ICAL.Event(one).summary)
		.toSorted();
/** Until it says what it should: what is written reaches calendar-server in its own time. */
const says = (address: string, wanted: readonly string[]) =>
	until(async () => {
		const answer = await ask('GET', address);
		return answer.status === 200 && titles(answer.text).join() === wanted.join() ? answer : null;
	}, 50);

describe('an address of a calendar', () => {
	let all: PublishedCard;
	test('shows its events to whoever has it, all of them or only when they are, and nothing of other calendars', async () => {
		const work = await ada!.write(space, calendars, { name: 'Work' });
		await ada!.write(space, events, { title: 'Talk', start: '2026-12-01T09:00', zone: 'UTC' });
		await ada!.write(space, events, { title: 'Hidden', start: '2026-12-02T09:00', zone: 'UTC', privacy: 'private' });
		await ada!.write(space, events, { title: 'Elsewhere', start: '2026-12-03T09:00', zone: 'UTC', calendar: work });
		all = await make('all');
		expect(all).toEqual({
			id: expect.any(String),
			detail: 'all',
			secret: expect.stringMatching(/^[\da-f]{48}$/),
			createdAt: expect.any(Number),
		});
		const { headers } = await says(addressOf(all), ['Talk']);
		expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8');
		expect(headers.get('cache-control')).toBe('private, no-cache');
		const busy = await make('busy', work);
		expect((await says(addressOf(busy), ['Busy'])).text).not.toMatch(/Elsewhere|Work/);
	});

	test('says by a tag and by a time whether something changed, also to who only asks for the head', async () => {
		const { headers } = await ask('GET', addressOf(all));
		const [etag, modified] = [headers.get('etag')!, headers.get('last-modified')!];
		const head = await ask('HEAD', addressOf(all));
		expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag]);
		const given = (sent: Record<string, string>) => ask('GET', addressOf(all), { headers: sent });
		for (const sent of [{ 'if-none-match': `"x", W/${etag}` }, { 'if-none-match': '*' }, { 'if-modified-since': modified }]) {
			const answer = await given(sent);
			expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([304, '', etag]);
		}
		expect((await given({ 'if-none-match': '"x"', 'if-modified-since': modified })).status).toBe(200);
		// Within a second, too: no two versions have one time.
		const added = await ada!.write(space, events, { title: 'Added', start: '2026-12-04T09:00', zone: 'UTC' });
		const changed = await says(addressOf(all), ['Added', 'Talk']);
		expect(changed.headers.get('etag')).not.toBe(etag);
		expect(Date.parse(changed.headers.get('last-modified')!)).toBeGreaterThan(Date.parse(modified));
		expect((await given({ 'if-none-match': etag })).status).toBe(200);
		// What is deleted is a change, too, and later than the one before.
		await ada!.trash(space, events, added);
		const less = await says(addressOf(all), ['Talk']);
		expect(Date.parse(less.headers.get('last-modified')!)).toBeGreaterThan(Date.parse(changed.headers.get('last-modified')!));
		expect(less.headers.get('etag')).toBe(etag);
	});

	test('is shown to who may write there, and to nobody else', async () => {
		const { published } = JSON.parse((await ask('GET', own(), { as: ada! })).text) as { published: PublishedCard[] };
		expect(published).toEqual([all]);
		for (const [method, path] of [
			['GET', own()],
			['POST', `${own()}/${all.id}/secrets`],
			['DELETE', `${own()}/${all.id}`],
		] as const)
			expect((await ask(method, path, { as: grace! })).status).toBe(404);
		expect((await ask('POST', own('nothing'), { as: ada!, body: { detail: 'all', language: 'en' } })).status).toBe(404);
		expect((await ask('POST', own(), { as: ada!, body: { detail: 'some', language: 'en' } })).status).toBe(422);
	});

	test('leads nowhere once it is renewed or revoked, as one that never was', async () => {
		const said = async (address: string) => {
			const { status, text } = await ask('GET', address, { headers: { 'if-none-match': '*' } });
			return { status, ...(JSON.parse(text) as object), requestId: '' };
		};
		const never = await said(`/v1/published/${'0'.repeat(48)}.ics`);
		expect(never).toMatchObject({ status: 404, code: 'unknown-published' });
		const renewed = JSON.parse((await ask('POST', `${own()}/${all.id}/secrets`, { as: ada! })).text) as PublishedCard;
		expect(renewed).toEqual({ ...all, secret: expect.not.stringContaining(all.secret!) });
		expect(await said(addressOf(all))).toEqual(never);
		await says(addressOf(renewed), ['Talk']);
		expect((await ask('DELETE', `${own()}/${all.id}`, { as: ada! })).status).toBe(204);
		expect(await said(addressOf(renewed))).toEqual(never);
		expect((await ask('DELETE', `${own()}/${all.id}`, { as: ada! })).status).toBe(404);
	});

	test('shows nothing while its calendar is in the trash, and is there again with it', async () => {
		const calendar = await ada!.write(space, calendars, { name: 'Plans' });
		await ada!.write(space, events, { title: 'Plan', start: '2026-12-05', calendar });
		const address = addressOf(await make('all', calendar));
		await says(address, ['Plan']);
		await ada!.trash(space, calendars, calendar);
		await until(async () => (await ask('GET', address)).status === 404, 50);
		await ada!.trash(space, calendars, calendar, null);
		await says(address, ['Plan']);
	});

	test('of a shared space is made by who may write there, and ends with that right', async () => {
		const family = (await ada!.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
		const { link } = await ada!.space<{ link: string }>('POST', `/spaces/${family}/invitations`, { role: 'editor' });
		await grace!.space('POST', '/memberships', { invitation: new URL(link).hash.replace('#token=', '') });
		await ada!.write(family, events, { title: 'Dinner', start: '2026-12-06T19:00', zone: 'UTC' });
		const path = `/v1/spaces/${family}/calendars/${defaultCalendarId}/published`;
		const body = { detail: 'all', language: 'de' };
		const { text } = await until(async () => {
			const answer = await ask('POST', path, { as: grace!, body });
			return answer.status === 201 ? answer : null;
		});
		const address = addressOf(JSON.parse(text) as PublishedCard);
		await says(address, ['Dinner']);
		const { members } = await ada!.space<{ members: { person: string; role: string }[] }>('GET', `/spaces/${family}/members`);
		const { person } = members.find(({ role }) => role === 'editor')!;
		await ada!.space('PATCH', `/spaces/${family}/members/${person}`, { role: 'viewer' });
		await until(async () => (await ask('GET', address)).status === 404, 50);
		expect((await ask('POST', path, { as: grace!, body })).status).toBe(403);
		expect((await ask('GET', path, { as: grace! })).status).toBe(403);
	});

	test('is not made more than ten times of one calendar, and nobody tries many', async () => {
		const calendar = await ada!.write(space, calendars, { name: 'Many' });
		for (let i = 0; i < 10; i++) await make('busy', calendar);
		expect((await ask('POST', own(calendar), { as: ada!, body: { detail: 'all', language: 'en' } })).status).toBe(409);
		const tries = await Promise.all(
			Array.from({ length: 150 }, (_, i) =>
				ask('GET', `/v1/published/${i}.ics`, { headers: { 'x-forwarded-for': '203.0.113.9' } }),
			),
		);
		expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([404, 429]));
	});
});
