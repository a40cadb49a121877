import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { serviceIdentity } from '@mana/service';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signedInOwner, startAuth, type TestAuth, testOwner } from './testing.ts';

let auth: TestAuth;
let owner = '';

beforeAll(async () => {
	auth = await startAuth();
	owner = ((await (await signedInOwner(auth)).get('/session')).body['person'] as { id: string }).id;
});
afterAll(() => auth.close());

const ask = async (person: string, service: string, audience = 'mana-auth') => {
	const secret = readFileSync(join(auth.home, 'secrets', 'instance'), 'utf8').trim();
	const token = await serviceIdentity(() => secret, service, { now: () => Date.now() }).token(audience);
	return fetch(`${auth.url}/contacts/${person}`, { headers: { authorization: `Bearer ${token}` } });
};

describe('where a person can be written to', () => {
	test('is told to mana-notify', async () => {
		const { email: address, name, language } = testOwner;
		const answer = await ask(owner, 'mana-notify');
		expect([answer.status, await answer.json()]).toEqual([200, { address, name, language, verified: expect.any(Boolean) }]);
	});

	test('of nobody is 404', async () => {
		expect((await ask('nobody', 'mana-notify')).status).toBe(404);
	});

	test('is found by address for invitations, whatever its capitals, and for calendar-server only', async () => {
		const look = async (service: string) => {
			const secret = readFileSync(join(auth.home, 'secrets', 'instance'), 'utf8').trim();
			const token = await serviceIdentity(() => secret, service, { now: () => Date.now() }).token('mana-auth');
			const body = JSON.stringify({ addresses: [testOwner.email.toUpperCase(), 'nobody@elsewhere.example'], ids: [owner] });
			const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
			return fetch(`${auth.url}/calendar-users`, { method: 'POST', headers, body });
		};
		const { email: address, name } = testOwner;
		expect(await (await look('calendar-server')).json()).toEqual({ people: [{ id: owner, address, name, language: 'en' }] });
		expect((await look('todo-server')).status).toBe(403);
	});

	test('is told to no other service, and not for a token that was made for another', async () => {
		expect((await ask(owner, 'mana-sync')).status).toBe(403);
		expect((await ask(owner, 'mana-notify', 'mana-sync')).status).toBe(401);
	});
});
