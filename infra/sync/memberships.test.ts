import { afterEach, beforeEach, expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { Memberships, serviceIdentity, STALE_AFTER_MS } from '@mana/service';
import { generateSecret } from '@mana/service/secrets';
import type { SpaceId } from '@mana/sync';
import { bumpEpochs } from './restore.ts';
import { startSync, type TestSync } from './testing.ts';
import { ask, insertSpace, openBeside } from './testing-spaces.ts';

eachEngine('memberships', (engine) => {
	let place: TestPlace;
	let server: TestSync;
	let memberships: Memberships;
	let aheadMs = 0;
	const clock = { now: () => Date.now() + aheadMs };

	beforeEach(async () => {
		aheadMs = 0;
		place = await engine.place();
		server = await startSync(place);
		memberships = follow();
	});

	afterEach(async () => {
		await memberships.close();
		await server[Symbol.asyncDispose]();
	});

	function follow(opened: () => void = () => undefined): Memberships {
		const identity = serviceIdentity(() => generateSecret(place.home, 'instance'), 'mana-media', clock);
		return new Memberships({ address: server.url, identity, clock, opened });
	}

	async function as(person: string, method: string, path: string, body?: unknown) {
		return ask(server, await server.issuer.token(person), method, path, body);
	}

	async function until(condition: () => boolean): Promise<void> {
		while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
	}

	test('can() follows every change, with the epoch at which it was true', async () => {
		await memberships.ready();
		const space = (await as('ana', 'POST', '/spaces', { kind: 'family', name: 'Home' })).body['id'] as SpaceId;
		await until(() => memberships.can('ana', space, 'own'));
		const { link } = (await as('ana', 'POST', `/spaces/${space}/invitations`, { role: 'editor', apps: [7] })).body;
		await as('ben', 'POST', '/memberships', { invitation: new URL(String(link)).hash.replace('#token=', '') });
		await until(() => memberships.can('ben', space, 'write', 7));
		expect(memberships.can('ben', space, 'write', 9)).toBe(false);
		expect(memberships.can('ben', space, 'manage')).toBe(false);
		expect(memberships.can('eve', space, 'read')).toBe(false);
		const { aclEpoch } = memberships.access('ben', space)!;
		expect([memberships.meet('ana', 'ben'), memberships.meet('ben', 'ana'), memberships.meet('ana', 'eve')]).toEqual([
			true,
			true,
			false,
		]);
		await as('ana', 'DELETE', `/spaces/${space}/members/ben`);
		await until(() => !memberships.can('ben', space, 'read', 7));
		expect(memberships.meet('ana', 'ben')).toBe(false);
		await as('ana', 'PATCH', `/spaces/${space}`, { archived: true });
		await until(() => !memberships.can('ana', space, 'write'));
		expect(memberships.can('ana', space, 'read')).toBe(true);
		expect(memberships.access('ana', space)!.aclEpoch).toBeGreaterThan(aclEpoch);
	});

	test('a person’s own space is known too, and who comes late hears everything', async () => {
		const [{ id }] = (await as('ana', 'GET', '/spaces')).body['spaces'] as [{ id: SpaceId }];
		const late = follow();
		await late.ready();
		expect(late.can('ana', id, 'write', 2)).toBe(true);
		expect([late.personalSpace('ana'), late.personalSpace('eve')]).toEqual([id, null]);
		await late.close();
	});

	test('it is told when somebody comes to have a space of their own, and not of spaces that are shared', async () => {
		let opened = 0;
		const following = follow(() => opened++);
		await following.ready();
		expect(opened).toBe(0);
		const [{ id }] = (await as('ana', 'GET', '/spaces')).body['spaces'] as [{ id: SpaceId }];
		await until(() => opened === 1);
		expect(following.personalSpace('ana')).toBe(id);
		const space = (await as('ana', 'POST', '/spaces', { kind: 'family', name: 'Home' })).body['id'] as SpaceId;
		await until(() => following.can('ana', space, 'own'));
		await as('ben', 'GET', '/spaces');
		await until(() => opened === 2);
		await following.close();
		const late = follow(() => opened++);
		await late.ready();
		expect(opened).toBe(3);
		await late.close();
	});

	test('nothing is allowed before anything was heard, to services with another secret, and once mana-sync is silent for three seconds', async () => {
		const store = await openBeside(place.home, place.databaseUrl);
		const space = await insertSpace(store, { ana: { role: 'owner' } });
		await store.close();
		const lost = Promise.withResolvers<unknown>();
		const stranger = new Memberships({
			address: server.url,
			identity: serviceIdentity(() => 'another secret, as long as it takes to be one', 'mana-media', clock),
			clock,
			lost: lost.resolve,
		});
		expect(String(await lost.promise)).toContain('401');
		expect(stranger.can('ana', space, 'read')).toBe(false);
		await stranger.close();

		const late = follow();
		expect(late.can('ana', space, 'read')).toBe(false);
		await late.ready();
		expect(late.can('ana', space, 'read')).toBe(true);
		await server[Symbol.asyncDispose]();
		aheadMs = STALE_AFTER_MS + 1;
		expect(late.can('ana', space, 'read')).toBe(false);
		expect(late.meet('ana', 'ana')).toBe(false);
		await late.close();
	});

	test('after a backup was put back everything is heard anew', async () => {
		await memberships.ready();
		const space = (await as('ana', 'POST', '/spaces', { kind: 'family', name: 'Home' })).body['id'] as SpaceId;
		await until(() => memberships.can('ana', space, 'read'));
		const store = await openBeside(place.home, place.databaseUrl);
		await store.db.deleteFrom('membership').execute();
		await store.db.deleteFrom('member').execute();
		await store.close();
		await bumpEpochs(place, Date.now());
		await until(() => memberships.current && !memberships.can('ana', space, 'read'));
	});
});

test('a token is for one callee, one minute and this Mana', async () => {
	let now = Date.now();
	const clock = { now: () => now };
	const secret = () => 'a secret that is long enough to be one';
	const caller = serviceIdentity(secret, 'mana-media', clock);
	const callee = serviceIdentity(secret, 'mana-sync', clock);
	const token = await caller.token('mana-sync');
	expect(await callee.verify(token)).toBe('mana-media');
	const refused = [
		await caller.token('mana-search'),
		await serviceIdentity(() => `${secret()}!`, 'mana-media', clock).token('mana-sync'),
		'',
		`${token}x`,
	];
	for (const bad of refused)
		await expect(callee.verify(bad)).rejects.toMatchObject({ code: 'service-token-invalid', status: 401 });
	now += 66_000;
	await expect(callee.verify(token)).rejects.toMatchObject({ code: 'service-token-invalid' });
});
