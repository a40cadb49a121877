import { afterAll, beforeAll } from 'bun:test';
import { authorisationMatrix, kitAccess, type Principal } from '@mana/service/testing/authorisation';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service as sync } from '../../infra/sync/index.ts';
import { leavingAccess } from '@mana/service/testing/leaving';
import { peopleAccess } from './routes/people.access.ts';
import { preferencesAccess } from './routes/preferences.access.ts';
import { startWorld, type TestWorld, until } from './testing.ts';

let home: string;
let world: TestWorld;
const tokens = new Map<Principal, string>();

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-user-'));
	world = await startWorld({ home, databaseUrl: undefined }, sync);
	for (const role of ['guest', 'member', 'admin', 'owner'] as const)
		tokens.set(role, await world.token(`some ${role}`, { role }));
	for (const ended of ['expired', 'revoked'] as const) tokens.set(ended, await world.token('late', { seconds: -60 }));
	tokens.set('foreign service', await world.identity('mana-stranger').token('mana-user'));
	// Somebody who is there, with whom none of them shares a space.
	await world.sync('stranger', 'GET', '/spaces');
	await until(async () => (await world.getAs('stranger', '/v1/people/stranger')).status === 200);
});

afterAll(async () => {
	await world[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

authorisationMatrix({
	rows: [...kitAccess, ...leavingAccess, ...peopleAccess, ...preferencesAccess],
	document: async () => (await world.get('/openapi.json')).json(),
	async ask({ method, path, body }, principal) {
		const token = tokens.get(principal);
		const { status } = await fetch(`${world.url}${path.replace(':id', 'stranger')}`, {
			method,
			headers: {
				'x-forwarded-for': '192.0.2.1',
				...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return status;
	},
});
