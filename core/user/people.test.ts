import { afterEach, beforeEach, expect, test } from 'bun:test';
import { hub } from '@mana/schema/registry/models';
import { eachEngine } from '@mana/store/testing';
import { service as sync } from '../../infra/sync/index.ts';
import { newRecord, startWorld, type TestWorld, until } from './testing.ts';

/** A picture by its first bytes. */
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, ...Array.from({ length: 2000 }, () => 7)]);

eachEngine('people', (engine) => {
	let world: TestWorld;

	beforeEach(async () => {
		world = await startWorld(await engine.place(), sync);
	});

	afterEach(() => world[Symbol.asyncDispose]());

	const named = (person: string, name: string) => world.write(person, hub.profiles, hub.profileId, { name });

	/** Ana makes a space, and the others come in. @returns its id */
	async function family(...people: string[]): Promise<string> {
		const { id } = await world.sync('ana', 'POST', '/spaces', { kind: 'family', name: 'Home' });
		for (const person of people) {
			const { link } = await world.sync('ana', 'POST', `/spaces/${String(id)}/invitations`, { role: 'viewer' });
			await world.sync(person, 'POST', '/memberships', { invitation: new URL(String(link)).hash.replace('#token=', '') });
		}
		return String(id);
	}

	async function seen(viewer: string, path: string): Promise<[status: number, body: Record<string, unknown>]> {
		const response = await world.getAs(viewer, path);
		return [response.status, (await response.json()) as Record<string, unknown>];
	}

	test('who shares a space with somebody sees what they call themselves, as long as they do, and nobody else does', async () => {
		await named('ben', 'Ben Baker');
		const home = await family('ben');
		await until(async () => (await seen('ana', '/v1/people/ben'))[1]['name'] === 'Ben Baker');
		expect(await seen('ana', '/v1/people/ben')).toEqual([
			200,
			{ id: 'ben', name: 'Ben Baker', pronouns: '', about: '', picture: null },
		]);
		expect((await seen('eve', '/v1/people/ben'))[0]).toBe(404);
		// The same words as for somebody who does not exist.
		const [, { code, detail }] = await seen('eve', '/v1/people/ben');
		expect(await seen('eve', '/v1/people/nobody')).toMatchObject([404, { code, detail }]);
		expect(await seen('ana', '/v1/people?ids=ben,eve,ana,nobody,ben')).toMatchObject([
			200,
			{
				people: [
					{ id: 'ben', name: 'Ben Baker' },
					{ id: 'ana', name: '' },
				],
			},
		]);
		await world.sync('ana', 'DELETE', `/spaces/${home}/members/ben`);
		await until(async () => (await seen('ana', '/v1/people/ben'))[0] === 404);
		expect(await seen('ben', '/v1/people/ben')).toMatchObject([200, { name: 'Ben Baker' }]);
	});

	test('a new name replaces the old one, and records under other ids are nobody’s profile', async () => {
		await named('ana', 'Ana');
		await world.write('ana', hub.profiles, newRecord(), { name: 'Somebody else' });
		await named('ana', 'Ana Ott');
		await until(async () => (await seen('ana', '/v1/people/ana'))[1]['name'] === 'Ana Ott');
	});

	test('a picture is shown to who may see the person, with what it is by its bytes, and asked for anew each time', async () => {
		const hash = await world.upload('ben', jpeg);
		const picture = { hash, size: jpeg.length, type: 'text/html', name: 'portrait.jpg' };
		await world.write('ben', hub.profiles, hub.profileId, { name: 'Ben', picture });
		await family('ben');
		await until(async () => (await seen('ana', '/v1/people/ben'))[1]['picture'] === hash);
		const shown = await world.getAs('ana', '/v1/people/ben/picture');
		expect(new Uint8Array(await shown.arrayBuffer())).toEqual(jpeg);
		expect(Object.fromEntries(shown.headers)).toMatchObject({
			'content-type': 'image/jpeg',
			'cache-control': 'private, no-cache',
			'x-content-type-options': 'nosniff',
			etag: `"${hash}"`,
		});
		expect((await world.getAs('ana', '/v1/people/ben/picture', { 'if-none-match': `"${hash}"` })).status).toBe(304);
		expect((await world.getAs('eve', '/v1/people/ben/picture', { 'if-none-match': `"${hash}"` })).status).toBe(404);
		expect(await seen('ana', '/v1/people/ana/picture')).toMatchObject([404, { code: 'no-picture' }]);
	});

	test('what is no picture, or was never sent, is not shown as one', async () => {
		const page = new TextEncoder().encode('<script>alert(1)</script>');
		const hash = await world.upload('ana', page);
		for (const picture of [
			{ hash, size: page.length, type: 'image/jpeg', name: 'x' },
			{ hash: '0'.repeat(64), size: 9, type: 'image/jpeg', name: 'x' },
			{ hash, size: 99_000_000, type: 'image/jpeg', name: 'x' },
		]) {
			await world.write('ana', hub.profiles, hub.profileId, { picture });
			await until(async () => (await seen('ana', '/v1/people/ana'))[1]['picture'] === picture.hash);
			expect(await seen('ana', '/v1/people/ana/picture')).toMatchObject([404, { code: 'no-picture' }]);
		}
	});

	test('services that need this one learn how somebody wants to be treated; quiet hours only when both ends are set', async () => {
		const asked = async (service = 'todo-server', person = 'ana') => {
			const authorization = `Bearer ${await world.identity(service).token('mana-user')}`;
			const response = await world.get(`/v1/people/${person}/preferences`, { authorization });
			return [response.status, (await response.json()) as Record<string, unknown>] as const;
		};
		await world.write('ana', hub.preferences, hub.preferencesId, {
			language: 'de',
			timeZone: 'Europe/Vienna',
			quietFrom: '22:00',
		});
		await until(async () => (await asked())[1]['language'] === 'de');
		expect((await asked())[1]).toMatchObject({ name: '', timeZone: 'Europe/Vienna', weekStart: 'region', quiet: null });
		await world.write('ana', hub.preferences, hub.preferencesId, { quietUntil: '07:00' });
		await until(async () => (await asked())[1]['quiet'] !== null);
		expect((await asked())[1]['quiet']).toEqual({ from: '22:00', until: '07:00' });
		expect(await asked('todo-server', 'nobody')).toMatchObject([404, { code: 'unknown-person' }]);
		expect(await asked('mana-search')).toMatchObject([403, { code: 'need-undeclared' }]);
	});

	test('a person who shuts the service out of their space is forgotten by it', async () => {
		await named('ana', 'Ana');
		await until(async () => (await seen('ana', '/v1/people/ana'))[1]['name'] === 'Ana');
		const { spaces } = (await world.sync('ana', 'GET', '/spaces')) as { spaces: { id: string }[] };
		await world.sync('ana', 'PUT', `/spaces/${spaces[0]!.id}/services/mana-user`, { allowed: false });
		await until(async () => (await seen('ana', '/v1/people/ana'))[1]['name'] === '');
	});

	test('while mana-sync is not heard nobody is shown to anybody', async () => {
		await named('ana', 'Ana');
		await until(async () => (await seen('ana', '/v1/people/ana'))[1]['name'] === 'Ana');
		await world.stopSync();
		world.ahead.ms = 10_000;
		expect(await seen('ana', '/v1/people/ana')).toMatchObject([503, { code: 'spaces-unknown' }]);
	});
});
