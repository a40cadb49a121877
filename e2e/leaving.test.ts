// Somebody leaves a whole house: what they had in any service is looked for afterwards, byte by byte.
import { expect, setDefaultTimeout, test } from 'bun:test';
import { tracesOf } from '@mana/store/testing';
import type { SpaceId } from '@mana/sync';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { profileId, profiles } from '../apps/(hub)/model.ts';
import { tasks } from '../apps/todo/model.ts';
import { people } from '../apps/contacts/model.ts';
import { events } from '../apps/calendar/model.ts';
import { copies, keepers } from '../core/auth/leaving/keepers.ts';
import { TestBrowser } from '../core/auth/testing.ts';
import { FileCaller, fileOf } from '../infra/sync/blobs/testing.ts';
import { RawClient } from '../infra/sync/testing.ts';
import { ask } from '../infra/sync/testing-spaces.ts';
import { newId, ownerOfHouse, ownSpace, publicUrl, record, startHouse, until, write } from './house.ts';

setDefaultTimeout(90_000);

/** Every service that keeps something. */
const everywhere = ['mana-auth', ...keepers, ...copies].sort();
const dayMs = 24 * 60 * 60_000;
const grace = { name: 'Grace Brewster Murray', email: 'grace.murray@mana.example', password: 'compiles in english' };
const title = 'Look for the moth in relay seventy';
const contents = 'the moth, taped into the log book';

test('who leaves can change their mind for two weeks; then nothing of them is left in any store of the house', async () => {
	await using house = await startHouse();
	const ada = await ownerOfHouse(house);
	const invited = await ada.post('/invitations', { role: 'member' });
	const invitation = new URL(String(invited.body['link'])).hash.replace('#token=', '');
	const browser = new TestBrowser(house.urls['mana-auth']!, publicUrl, '198.51.100.77');
	expect((await browser.post('/sign-up', { ...grace, invitation })).status).toBe(200);
	const { id } = (await browser.get('/session')).body['person'] as { id: string };
	const words = [id, grace.name, grace.email, title, contents, '198.51.100.77'];

	// A profile, a task with a file, and a space that she shares.
	const url = house.urls['mana-sync']!;
	const [hers, adas] = [await browser.token(), await ada.token()];
	const own = await ownSpace(url, hers);
	const file = await fileOf(Buffer.from(contents));
	expect(await new FileCaller(`${url}/spaces/${own}`, hers).upload(file)).toBe(200);
	await write(url, hers, own, [
		...record(profiles, profileId, {
			name: grace.name,
			picture: { hash: file.hash, size: file.bytes.length, type: 'image/png', name: 'moth.png' },
		}),
		...record(tasks, newId(), { title, dueDay: '2026-01-01' }),
		...record(events, newId(), { title }),
		...record(people, newId(), { shownAs: title }),
	]);
	const { body: made } = await ask({ url }, adas, 'POST', '/spaces', { kind: 'family', name: 'Home' });
	const home = made['id'] as SpaceId;
	const link = (await ask({ url }, adas, 'POST', `/spaces/${home}/invitations`, { role: 'editor' })).body['link'];
	const secret = new URL(String(link)).hash.replace('#token=', '');
	expect((await ask({ url }, hers, 'POST', '/memberships', { invitation: secret })).status).toBe(201);
	const shared = newId();
	await write(url, hers, home, record(tasks, shared, { title: 'Water the plants' }));
	const stores = async () =>
		new Set((await tracesOf({ home: house.home, databaseUrl: undefined }, words)).map(({ where }) => where.split('/')[0]));
	await until(async () => (await stores()).size === everywhere.length);
	expect([...(await stores())].sort()).toEqual(everywhere);

	// A letter has the link by which she stays.
	expect((await browser.get('/departure/spaces')).body).toEqual({
		handOver: [],
		end: [],
		stay: [{ id: home, kind: 'family', name: 'Home' }],
	});
	expect((await browser.post('/departure')).status).toBe(201);
	const token = await linkInLetter(house.home, 'Keep my account');
	expect((await browser.post('/email/confirmations', { token })).body['did']).toBe('stayed');
	expect((await browser.get('/departure')).body['departure']).toBeNull();

	const planned = (await browser.post('/departure')).body['departure'] as { dueAt: string };
	expect(Date.parse(planned.dueAt)).toBeGreaterThan(Date.now() + 13 * dayMs);
	house.ahead.ms += 13 * dayMs;
	expect((await browser.post('/sign-in', grace)).status).toBe(200);
	expect((await browser.get('/departure')).body['departure']).toMatchObject({ state: 'planned' });
	// What she takes along goes with her.
	expect((await browser.post('/archive')).status).toBe(201);
	await until(async () => ((await browser.get('/archive')).body['archive'] as Card).state === 'ready');
	house.ahead.ms += dayMs + 60_000;
	const departure = async () => ((await ada.get('/departures')).body['departures'] as Card[])[0]!;
	await until(async () => (await departure()).state === 'under-way');
	expect((await browser.get('/session')).status).toBe(401);
	expect((await browser.post('/sign-in', grace)).body['code']).toBe('suspended');
	house.ahead.ms += 11 * 60_000;
	await until(async () => (await departure()).state === 'done');

	const { person, services } = await departure();
	expect(person).toBeNull();
	expect(Object.keys(services).sort()).toEqual(everywhere);
	expect(Object.values(services).every(({ problem }) => problem === null)).toBe(true);
	expect(await tracesOf({ home: house.home, databaseUrl: undefined }, words)).toEqual([]);
	expect(await readdir(join(house.home, 'mana-auth', 'archives'))).toEqual([]);
	expect((await ada.get('/audit/check')).body).toMatchObject({ broken: null });
	expect((await browser.post('/sign-in', grace)).body['code']).toBe('wrong-credentials');
	// What she wrote for others is still theirs.
	const reader = await RawClient.open(url);
	await reader.hello(await ada.token());
	const { seq } = await reader.sub(home);
	await reader.reached(seq);
	expect([...reader.cells.values()].some(({ record, value }) => record === shared && value === 'Water the plants')).toBe(true);
	reader.close();
});

interface Card {
	readonly state: string;
	readonly person: object | null;
	readonly services: Readonly<Record<string, { readonly problem: string | null }>>;
}

/** The secret of the link in the newest letter of the outbox whose button says this. */
async function linkInLetter(home: string, button: string): Promise<string> {
	const folder = join(home, 'mana-notify', 'outbox');
	let found: string | undefined;
	await until(async () => {
		for (const name of (await readdir(folder)).filter((file) => file.endsWith('.eml')).sort()) {
			const mail = (await readFile(join(folder, name), 'utf8')).replaceAll('=\r\n', '').replaceAll('=3D', '=');
			if (mail.includes(button)) found = /#token=([\w-]+)/.exec(mail)?.[1];
		}
		return found !== undefined;
	});
	return found ?? '';
}
