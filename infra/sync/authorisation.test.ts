// Who may do what over HTTP: every route against everybody. A route that has no row here fails the last test.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceIdentity } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import type { SyncStore } from './store.ts';
import { COLLECTION, newDevice, startSync, type TestSync } from './testing.ts';
import { identityOf } from './testing-projection.ts';
import { ask, insertSpace, openBeside } from './testing-spaces.ts';

const principals = [
	'owner',
	'admin',
	'editor',
	'commenter',
	'viewer',
	'limited',
	'other',
	'anonymous',
	'expired',
	'revoked',
	/** A service of this Mana whose row declares nothing. */
	'foreign service',
] as const;
type Principal = (typeof principals)[number];

interface Row {
	readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	/** `:space`, `:editor` … and `:secret` are filled in, for each try a fresh space with fresh people. */
	readonly path: string;
	readonly body?: object;
	readonly status: Readonly<Record<Principal, number>>;
}

const members = ['owner', 'admin', 'editor', 'commenter', 'viewer'] as const;
/** The one app that the limited member, an editor, may see: nothing in the space is of it. */
const LIMITED_TO = 9;

/**
 * Statuses of members from the owner down to the viewer; who is limited to an app is answered as an editor, and everybody else as if there
 * were no such space.
 */
function inSpace(...statuses: readonly number[]): Row['status'] {
	const outside = { other: 404, revoked: 404, anonymous: 401, expired: 401, 'foreign service': 401 };
	return {
		...Object.fromEntries(members.map((role, i) => [role, statuses[i] ?? statuses.at(-1)!])),
		limited: statuses[2] ?? statuses.at(-1)!,
		...outside,
	} as Row['status'];
}

/** The same for everybody who is signed in. */
function signedIn(status: number): Row['status'] {
	return { ...inSpace(status), other: status, revoked: status };
}

/** The same for everybody. */
function all(status: number): Row['status'] {
	return Object.fromEntries(principals.map((principal) => [principal, status])) as Row['status'];
}

/** For services only. */
function services(foreign: number): Row['status'] {
	return { ...all(401), 'foreign service': foreign };
}

/** The bytes of a chunk; `:chunk` is its hash, `:empty` that of a blob without chunks, which the space has. */
const CHUNK = { some: 'bytes' };
const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex');

const table: readonly Row[] = [
	{ method: 'GET', path: '/health/live', status: all(200) },
	{ method: 'GET', path: '/health/ready', status: all(200) },
	{ method: 'GET', path: '/health/needs', status: all(200) },
	{ method: 'GET', path: '/metrics', status: all(200) },
	{ method: 'GET', path: '/openapi.json', status: all(200) },
	{ method: 'GET', path: '/socket', status: all(426) },
	{ method: 'POST', path: '/exchange', status: all(200) },
	{ method: 'GET', path: '/membership-changes', status: services(200) },
	{ method: 'GET', path: '/chunks/:space/:snapshot', status: { ...inSpace(200), limited: 404 } },
	{ method: 'GET', path: '/chunks/:space/unnamed', status: inSpace(404) },
	{ method: 'GET', path: '/spaces', status: signedIn(200) },
	{ method: 'POST', path: '/spaces', body: { kind: 'family', name: 'Home' }, status: signedIn(201) },
	{ method: 'GET', path: '/spaces/:space', status: inSpace(200) },
	{ method: 'PATCH', path: '/spaces/:space', body: { name: 'Us' }, status: inSpace(200, 200, 403) },
	{ method: 'PATCH', path: '/spaces/:space', body: { archived: true }, status: inSpace(200, 200, 403) },
	{ method: 'GET', path: '/spaces/:space/members', status: inSpace(200) },
	{ method: 'PATCH', path: '/spaces/:space/members/:editor', body: { role: 'viewer' }, status: inSpace(204, 204, 403) },
	{ method: 'PATCH', path: '/spaces/:space/members/:editor', body: { apps: [2] }, status: inSpace(204, 204, 403) },
	{ method: 'PATCH', path: '/spaces/:space/members/:editor', body: { role: 'admin' }, status: inSpace(204, 403) },
	{ method: 'PATCH', path: '/spaces/:space/members/:admin', body: { role: 'viewer' }, status: inSpace(204, 204, 403) },
	{ method: 'PATCH', path: '/spaces/:space/members/:second', body: { role: 'viewer' }, status: inSpace(204, 403) },
	{ method: 'PATCH', path: '/spaces/:space/members/:viewer', body: { role: 'owner' }, status: inSpace(409, 409, 409) },
	{ method: 'PATCH', path: '/spaces/:space/members/:owner', body: { role: 'viewer' }, status: inSpace(409, 409, 409) },
	{ method: 'PATCH', path: '/spaces/:space/members/nobody', body: { role: 'viewer' }, status: inSpace(404) },
	{ method: 'DELETE', path: '/spaces/:space/members/:spare', status: inSpace(204, 204, 403) },
	{ method: 'DELETE', path: '/spaces/:space/members/:second', status: inSpace(204, 403) },
	{ method: 'DELETE', path: '/spaces/:space/members/:me', status: { ...inSpace(409, 204), anonymous: 401, expired: 401 } },
	{ method: 'DELETE', path: '/spaces/:space/members/:owner', status: inSpace(409) },
	{ method: 'PUT', path: '/spaces/:space/owner', body: { person: ':editor' }, status: inSpace(204, 403) },
	{ method: 'GET', path: '/spaces/:space/invitations', status: inSpace(200, 200, 403) },
	{ method: 'POST', path: '/spaces/:space/invitations', body: {}, status: inSpace(201, 201, 403) },
	{ method: 'POST', path: '/spaces/:space/invitations', body: { role: 'editor' }, status: inSpace(201, 201, 403) },
	{ method: 'POST', path: '/spaces/:space/invitations', body: { role: 'admin' }, status: inSpace(201, 403) },
	{
		method: 'POST',
		path: '/spaces/:space/invitations',
		body: { role: 'owner' },
		status: { ...inSpace(422), other: 422, revoked: 422 },
	},
	{ method: 'DELETE', path: '/spaces/:space/invitations/:invitation', status: inSpace(204, 204, 403) },
	{ method: 'GET', path: `/spaces/:space/records/${'0'.repeat(26)}/history?collection=${COLLECTION}`, status: inSpace(200) },
	{ method: 'GET', path: '/spaces/:space/services', status: inSpace(200) },
	{ method: 'PUT', path: '/spaces/:space/services/todo-server', body: { allowed: false }, status: inSpace(200, 200, 403) },
	{ method: 'PUT', path: '/spaces/:space/services/todo-server', body: { allowed: true }, status: inSpace(200, 200, 403) },
	{ method: 'PUT', path: '/spaces/:space/services/nobody', body: { allowed: false }, status: inSpace(404, 404, 403) },
	{ method: 'POST', path: '/projection-changes', body: { collections: ['todo/tasks'], cursors: [] }, status: services(403) },
	{ method: 'POST', path: `/service-writes?device=${newDevice()}`, body: {}, status: services(403) },
	{ method: 'POST', path: '/v1/persons/:viewer/export', body: { address: null }, status: services(403) },
	{ method: 'POST', path: '/v1/persons/:viewer/erase', body: { address: null, ended: [] }, status: services(403) },
	{ method: 'GET', path: '/v1/persons/:viewer/spaces', status: services(403) },
	{ method: 'GET', path: '/v1/persons/:viewer/archive/spaces', status: services(403) },
	{ method: 'GET', path: '/v1/persons/:viewer/archive/spaces/:space/records', status: services(403) },
	{ method: 'GET', path: '/v1/persons/:viewer/archive/spaces/:space/files', status: services(403) },
	{ method: 'GET', path: '/v1/persons/:viewer/archive/spaces/:space/files/:empty', status: services(403) },
	{ method: 'GET', path: '/spaces/:space/records', status: inSpace(200) },
	{ method: 'POST', path: '/spaces/:space/missing-chunks', body: { chunks: [] }, status: inSpace(200, 200, 200, 403) },
	{ method: 'PUT', path: '/spaces/:space/chunks/:chunk', body: CHUNK, status: inSpace(204, 204, 204, 403) },
	{ method: 'PUT', path: '/spaces/:space/blobs/:empty', body: { chunks: [] }, status: inSpace(200, 200, 200, 403) },
	// No record of the app that the limited member sees names it, and somebody else has sent it.
	{ method: 'GET', path: '/spaces/:space/blobs/:empty', status: { ...inSpace(200), limited: 404 } },
	{ method: 'GET', path: '/service-blobs/:space/:chunk', status: services(404) },
	{ method: 'PUT', path: '/service-blobs/:space/:chunk', body: CHUNK, status: services(403) },
	{ method: 'POST', path: '/invitation-previews', body: { invitation: ':secret' }, status: signedIn(200) },
	{
		method: 'POST',
		path: '/memberships',
		body: { invitation: ':secret' },
		status: { ...signedIn(409), other: 201, revoked: 201 },
	},
	{ method: 'POST', path: '/memberships', body: { invitation: 'guess' }, status: signedIn(410) },
];

let home: string;
let server: TestSync;
let store: SyncStore;
let stranger: ServiceIdentity;
let count = 0;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	server = await startSync({ home, databaseUrl: undefined }, { env: { MANA_SYNC_CONNECTS_PER_MINUTE: '100000' } });
	store = await openBeside(home);
	stranger = identityOf(home, 'mana-stranger');
});

afterAll(async () => {
	await store.close();
	await server[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

describe.each(table.map((row) => [`${row.method} ${row.path} ${row.body ? JSON.stringify(row.body) : ''}`, row] as const))(
	'%s',
	(_, row) => {
		test.each([...principals])('%s', async (principal) => {
			const world = await populate();
			const fill = (text: string) =>
				text.replaceAll(/:([a-z]+)/g, (name, word: string) => world[word === 'me' ? principal : word] ?? name);
			const body =
				row.body && (JSON.parse(JSON.stringify(row.body).replaceAll(/":([a-z]+)"/g, (_, word) => `"${world[word]}"`)) as object);
			expect(await statusOf(await tokenOf(principal, world), row.method, fill(row.path), body)).toBe(row.status[principal]);
		});
	},
);

test('every route of the service stands in the table', async () => {
	const { body } = await ask(server, null, 'GET', '/openapi.json');
	const routes = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method.toUpperCase()} ${shape(path)}`),
	);
	const rows = new Set(table.map(({ method, path }) => `${method} ${shape(path)}`));
	expect(routes.length).toBeGreaterThan(15);
	expect(routes.filter((route) => !rows.has(route))).toEqual([]);
	const missing = [...rows].filter((row) => !routes.includes(row));
	expect(missing).toEqual([]);
});

test('a person’s own space is theirs alone, whatever is asked', async () => {
	const token = await server.issuer.token('solo');
	const { body } = await ask(server, token, 'GET', '/spaces');
	const [{ id }] = body['spaces'] as [{ id: SpaceId }];
	for (const [method, path, what] of [
		['PATCH', '', { name: 'Mine' }],
		['POST', '/invitations', {}],
		['DELETE', '/members/solo', undefined],
		['PUT', '/owner', { person: 'other' }],
	] as const) {
		const answer = await ask(server, token, method, `/spaces/${id}${path}`, what);
		expect([answer.status, answer.body['code']]).toEqual([409, 'personal-space']);
	}
	expect((await ask(server, await server.issuer.token('thief'), 'GET', `/spaces/${id}`)).status).toBe(404);
});

/** A fresh space with one person of each kind, an open invitation, and a few more members to do things to. */
async function populate(): Promise<Record<string, string>> {
	const tag = ++count;
	const named = (name: string) => `${name}-${tag}`;
	const people = Object.fromEntries([
		...members.map((role) => [named(role), { role }] as const),
		[named('limited'), { role: 'editor', apps: [LIMITED_TO] }],
		[named('second'), { role: 'admin' }],
		[named('spare'), { role: 'viewer' }],
		[named('revoked'), { role: 'gone' }],
	]) as Parameters<typeof insertSpace>[1];
	const space = await insertSpace(store, people);
	const names = [...principals, 'second', 'spare'].map((name) => [name, named(name)] as const);
	const owner = await server.issuer.token(named('owner'));
	const { body } = await ask(server, owner, 'POST', `/spaces/${space}/invitations`, {});
	const secret = new URL(String(body['link'])).hash.replace('#token=', '');
	const snapshot = 'c'.repeat(64);
	const contents = { chunk: sha256(JSON.stringify(CHUNK)), empty: sha256('') };
	const { number } = await store.db.selectFrom('space').select('number').where('id', '=', space).executeTakeFirstOrThrow();
	const made = { hash: snapshot, collection: 513, body: Bun.gzipSync('columns'), unnamed_at: null };
	await store.db
		.insertInto('chunk')
		.values({ space: number, ...made })
		.execute();
	const blob = { space: number, hash: contents.empty, person: named('owner'), bytes: 0, chunks: new Uint8Array() };
	await store.db.insertInto('blob').values(blob).execute();
	return { ...Object.fromEntries(names), ...contents, space, snapshot, secret, invitation: String(body['id']) };
}

/** What one request is answered with; its body is not waited for, since some have no end. */
async function statusOf(token: string | null, method: string, path: string, body?: object): Promise<number> {
	const response = await fetch(`${server.url}${path}`, {
		method,
		headers: {
			...(token !== null && { authorization: `Bearer ${token}` }),
			...(body !== undefined && { 'content-type': 'application/json' }),
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	await response.body?.cancel();
	return response.status;
}

async function tokenOf(principal: Principal, world: Record<string, string>): Promise<string | null> {
	if (principal === 'anonymous') return null;
	if (principal === 'foreign service') return stranger.token('mana-sync');
	if (principal === 'expired') return server.issuer.token(world['owner']!, { seconds: -60 });
	return server.issuer.token(world[principal]!);
}

function shape(path: string): string {
	return path
		.replace(/\?.*/, '')
		.replaceAll(/\{[^}]+\}|:[a-z]+|0{26}|\/(nobody|unnamed|todo-server)$/g, (part) => (part.startsWith('/') ? '/*' : '*'));
}
