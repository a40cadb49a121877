import { afterAll, beforeAll, expect, test } from 'bun:test';
import { ns, Program } from '@mana/dav/testing/program';
import type { SpaceId } from '@mana/sync';
import { startWorld, until, type World } from './world.fixture.ts';

/** Who comes: with nothing, with an app password of another app, with one to read, as a viewer, as nobody of this space, and as an editor. */
const who = ['nobody', 'another app', 'reader', 'viewer', 'stranger', 'editor'] as const;
type Who = (typeof who)[number];

let world: World;
const programs = new Map<Who, Program>();
let [book, made] = ['', ''];
const card = (uid: string) => ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${uid}`, 'END:VCARD', ''].join('\r\n');
const group = (uid: string) => card(uid).replace('FN', 'X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:one\r\nFN'); // prettier-ignore

beforeAll(async () => {
	world = await startWorld();
	const [ada, grace, mary] = [
		await world.person('ada@mana.example'),
		await world.person('grace@mana.example'),
		await world.person('mary@mana.example'),
	];
	const family = (await ada.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
	const { link } = await ada.space<{ link: string }>('POST', `/spaces/${family}/invitations`, { role: 'viewer' });
	await grace.space('POST', '/memberships', { invitation: new URL(link).hash.replace('#token=', '') });
	await mary.personal();
	book = `/addressbooks/${family}-contacts/`;
	made = `/addressbooks/${family}-contacts/two.vcf`;
	const as = (name: Who, authorization: string) => programs.set(name, new Program(world.dav, authorization));
	as('nobody', '');
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
		await until(async () => (await programs.get(name)!.ask('PROPFIND', `/addressbooks/${own}-contacts/`)).status === 207);
	}
	for (const name of ['viewer', 'editor', 'reader'] as const)
		await until(async () => (await programs.get(name)!.ask('PROPFIND', book)).status === 207);
	await programs.get('editor')!.put(`${book}one.vcf`, card('one'));
	await until(async () => (await programs.get('viewer')!.ask('GET', `${book}one.vcf`)).status === 200);
});
afterAll(() => world.close());

const query = `<K:addressbook-query ${ns}><D:prop><D:getetag/></D:prop><K:filter/></K:addressbook-query>`;
const sync = `<D:sync-collection ${ns}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
const patch = `<D:propertyupdate ${ns}><D:set><D:prop><D:displayname>Ours</D:displayname></D:prop></D:set></D:propertyupdate>`;
const mkcol = `<D:mkcol ${ns}><D:set><D:prop><D:resourcetype><D:collection/><K:addressbook/></D:resourcetype></D:prop></D:set></D:mkcol>`;
const lock = `<D:lockinfo ${ns}><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;

interface Question {
	readonly method: string;
	readonly path: () => string;
	readonly body?: string;
	readonly headers?: () => Record<string, string>;
	/** By `who`, who ask in that order: what the editor does lasts. */
	readonly statuses: readonly number[];
}

const to = (name: string) => () => ({ depth: 'infinity', destination: `${new URL(world.dav).pathname}${book}${name}` });
const questions: readonly Question[] = [
	{ method: 'PROPFIND', path: () => book, statuses: [401, 403, 207, 207, 404, 207] },
	{ method: 'GET', path: () => `${book}one.vcf`, statuses: [401, 403, 200, 200, 404, 200] },
	{ method: 'HEAD', path: () => `${book}one.vcf`, statuses: [401, 403, 200, 200, 404, 200] },
	{ method: 'REPORT', path: () => book, body: query, statuses: [401, 403, 207, 207, 404, 207] },
	{ method: 'REPORT', path: () => book, body: sync, statuses: [401, 403, 207, 207, 404, 207] },
	{ method: 'PUT', path: () => made, body: card('two'), statuses: [401, 403, 403, 403, 409, 201] },
	{ method: 'PUT', path: () => `${book}set.vcf`, body: group('set'), statuses: [401, 403, 403, 403, 409, 201] },
	{ method: 'PROPPATCH', path: () => book, body: patch, statuses: [401, 403, 403, 403, 404, 207] },
	// A copy has the UID of what is here already.
	{ method: 'COPY', path: () => made, headers: to('copy.vcf'), statuses: [401, 403, 403, 403, 404, 409] },
	{ method: 'MOVE', path: () => made, headers: to('three.vcf'), statuses: [401, 403, 403, 403, 404, 201] },
	{ method: 'LOCK', path: () => `${book}three.vcf`, body: lock, headers: () => ({ timeout: 'Second-1' }), statuses: [401, 403, 403, 403, 409, 200] }, // prettier-ignore
	{ method: 'POST', path: () => book, body: card('posted'), statuses: [401, 403, 405, 405, 404, 405] },
	{ method: 'DELETE', path: () => `${book}set.vcf`, statuses: [401, 403, 403, 403, 404, 204] },
	{ method: 'MKCOL', path: () => '/addressbooks/made/', body: mkcol, statuses: [401, 403, 403, 201, 201, 201] },
];

test.each(questions.map((one) => [`${one.method} ${one.statuses.join(' ')}`, one] as const))(
	'who may do what by DAV: %s',
	async (_, { method, path, body, headers, statuses }) => {
		const answered: Record<string, number> = {};
		for (const name of who) {
			const asked = { ...(body !== undefined && { body }), ...(headers && { headers: headers() }) };
			answered[name] = (await programs.get(name)!.ask(method, path(), asked)).status;
		}
		expect(answered).toEqual(Object.fromEntries(who.map((name, i) => [name, statuses[i]!])));
	},
);

test('the password of an account opens nothing to programs', async () => {
	const authorization = `Basic ${btoa('ada@mana.example:first program 1843')}`;
	expect((await new Program(world.dav, authorization).ask('PROPFIND', book)).status).toBe(401);
});
