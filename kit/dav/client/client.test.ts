import { openEgress } from '@mana/service/egress';
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { Moved, RefusedThere } from '../mirror/sides.ts';
import { calendarsElsewhere, foldersElsewhere } from './discover.ts';
import { DavDoor, passwordOf } from './door.ts';
import { eventsElsewhere, FolderThere } from './folder.ts';

interface Asked {
	readonly method: string;
	readonly host: string;
	readonly path: string;
	readonly authorization: string | null;
	readonly headers: Headers;
	readonly body: string;
}

/** A server of others that answers as each test says. */
let answer: (asked: Asked) => Response;
let seen: Asked[] = [];
const server = Bun.serve({
	port: 0,
	hostname: '127.0.0.1',
	async fetch(request) {
		const { method, headers } = request;
		const asked: Asked = {
			method,
			host: headers.get('host')!.split(':')[0]!,
			path: new URL(request.url).pathname,
			authorization: headers.get('authorization'),
			headers,
			body: await request.text(),
		};
		seen.push(asked);
		return answer(asked);
	},
});
afterAll(() => server.stop(true));
beforeEach(() => {
	seen = [];
});

const now = Date.UTC(2026, 10, 27);
const reach = openEgress({ allowPrivate: true, lookup: async () => ['127.0.0.1'] });
const doorOf = (allowPlain = true) =>
	new DavDoor({ reach, clock: { now: () => now }, signsIn: passwordOf('ana', 'secret'), allowPlain });
const at = (path: string, host = 'dav.example') => `http://${host}:${server.port}${path}`;
const nowhere = async () => [];

const multistatus = (...lines: readonly string[]) =>
	new Response(
		`<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/">${lines.join('')}</D:multistatus>`,
		{ status: 207 },
	);
const line = (href: string, ...props: readonly string[]) =>
	`<D:response><D:href>${href}</D:href><D:propstat><D:prop>${props.join('')}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
const gone = (href: string, status = '404 Not Found') =>
	`<D:response><D:href>${href}</D:href><D:status>HTTP/1.1 ${status}</D:status></D:response>`;
const etag = (value: string) => `<D:getetag>"${value}"</D:getetag>`;
const calendar = '<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>';

describe('an account elsewhere', () => {
	const home = (asked: Asked): Response => {
		if (asked.path === '/.well-known/caldav') return new Response(null, { status: 301, headers: { location: '/dav/' } });
		if (asked.path === '/dav/')
			return multistatus(line('/dav/', '<D:current-user-principal><D:href>/dav/ana/</D:href></D:current-user-principal>'));
		if (asked.path === '/dav/ana/')
			return multistatus(line('/dav/ana/', '<C:calendar-home-set><D:href>/dav/cal/</D:href></C:calendar-home-set>'));
		return multistatus(
			line('/dav/cal/', '<D:resourcetype><D:collection/></D:resourcetype>'),
			line('/dav/cal/work/', calendar, '<D:displayname>Work</D:displayname>', '<I:calendar-color>#FF0000FF</I:calendar-color>'),
			line(
				'/dav/cal/read/',
				calendar,
				'<D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set>',
			),
			line(
				'/dav/cal/tasks/',
				calendar,
				'<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>',
			),
		);
	};

	test('is found from the root of a server by its well-known address, principal and home: what takes events, with name, colour and rights', async () => {
		answer = home;
		const folders = await foldersElsewhere(doorOf(), calendarsElsewhere, at('/'), nowhere);
		expect(folders).toEqual([
			{ url: at('/dav/cal/work/'), name: 'Work', hue: 29, mayWrite: true },
			{ url: at('/dav/cal/read/'), name: 'read', hue: null, mayWrite: false },
		]);
	});

	test('is found by an e-mail address where its domain names a server in DNS, before anything else is tried', async () => {
		answer = home;
		const asked: string[] = [];
		const folders = foldersElsewhere(doorOf(), calendarsElsewhere, 'ana@example.org', async (name) => {
			asked.push(name);
			return [{ name: 'dav.example', port: server.port! }];
		});
		// The server of this test speaks no TLS; that it was called at all is what shows.
		await expect(folders).rejects.toMatchObject({ name: 'Trouble' });
		expect(asked).toEqual(['_caldavs._tcp.example.org']);
	});

	test('says in words what is the matter', async () => {
		const trouble = (response: () => Response, door = doorOf()) => {
			answer = response;
			return expect(foldersElsewhere(door, calendarsElsewhere, at('/x/'), nowhere)).rejects;
		};
		await trouble(() => new Response(null, { status: 401 })).toMatchObject({ code: 'wrong-password' });
		await trouble(() => new Response(null, { status: 403 })).toMatchObject({ code: 'forbidden' });
		await trouble(() => new Response(null, { status: 500 })).toMatchObject({ code: 'unreachable' });
		await trouble(() => new Response('<html>', { status: 200 })).toMatchObject({ code: 'unreadable' });
		await trouble(() => new Response('<html>', { status: 207 })).toMatchObject({ code: 'unreadable' });
		await trouble(() => new Response(null, { status: 404 })).toMatchObject({ code: 'no-account' });
		await trouble(() => new Response(null, { status: 429, headers: { 'retry-after': '120' } })).toMatchObject({
			code: 'busy',
			retryAfterMs: 120_000,
		});
		await trouble(() => new Response(), doorOf(false)).toMatchObject({ code: 'not-encrypted' });
		await expect(foldersElsewhere(doorOf(), calendarsElsewhere, 'no address at all', nowhere)).rejects.toMatchObject({
			code: 'no-account',
		});
	});

	test('is not let into a private network unless this Mana may go there', async () => {
		const guarded = openEgress({ allowPrivate: false, lookup: async () => ['192.168.1.1'] });
		const door = new DavDoor({
			reach: guarded,
			clock: { now: () => now },
			signsIn: passwordOf('ana', 'secret'),
			allowPlain: true,
		});
		await expect(foldersElsewhere(door, calendarsElsewhere, at('/x/'), nowhere)).rejects.toMatchObject({
			code: 'private-address',
		});
	});

	test('never has its password told to another server', async () => {
		answer = ({ host }) =>
			host === 'dav.example'
				? new Response(null, { status: 302, headers: { location: at('/', 'evil.example') } })
				: new Response(null, { status: 401 });
		await expect(foldersElsewhere(doorOf(), calendarsElsewhere, at('/x/'), nowhere)).rejects.toMatchObject({ code: 'sends-on' });
		expect(seen.filter(({ host }) => host === 'evil.example').map(({ authorization }) => authorization)).toEqual([null]);
	});
});

describe('a folder elsewhere', () => {
	const folder = () => new FolderThere(doorOf(), at('/cal/'), eventsElsewhere);

	test('tells what changed by its tokens, also where a list is cut off, and begins anew where a token is forgotten', async () => {
		answer = ({ body }) => {
			if (body.includes('>forgotten<')) return new Response(null, { status: 403 });
			if (body.includes('>first<'))
				return multistatus(line('/cal/b.ics', etag('2')), gone('/cal/a.ics'), '<D:sync-token>second</D:sync-token>');
			return multistatus(
				line('/cal/a.ics', etag('1')),
				gone('/cal/', '507 Insufficient Storage'),
				'<D:sync-token>first</D:sync-token>',
			);
		};
		expect(await folder().changes('forgotten')).toEqual({
			changed: new Map([[at('/cal/b.ics'), '"2"']]),
			removed: new Set([at('/cal/a.ics')]),
			whole: true,
			token: 'second',
		});
		expect(await folder().changes('first')).toMatchObject({ whole: false, token: 'second' });
	});

	test('is listed where it keeps no list of changes, and only when its ctag says that something changed', async () => {
		let ctag = 'one';
		answer = ({ method, headers }) => {
			if (method === 'REPORT') return new Response(null, { status: 501 });
			if (headers.get('depth') === '0') return multistatus(line('/cal/', `<S:getctag>${ctag}</S:getctag>`));
			return multistatus(
				line('/cal/', '<D:resourcetype><D:collection/></D:resourcetype>'),
				line('/cal/in/', '<D:resourcetype><D:collection/></D:resourcetype>'),
				line('/cal/a%40b.ics', etag('1'), '<D:resourcetype/>'),
			);
		};
		const first = await folder().changes(null);
		expect(first).toEqual({
			changed: new Map([[at('/cal/a%40b.ics'), '"1"']]),
			removed: new Set(),
			whole: true,
			token: 'ctag:one',
		});
		expect(await folder().changes(first.token)).toMatchObject({ changed: new Map(), whole: false });
		ctag = 'two';
		expect(await folder().changes(first.token)).toMatchObject({ whole: true, token: 'ctag:two' });
	});

	test('is written over the version that is known, and says when that is another one by now, or when it refuses', async () => {
		answer = ({ headers }) =>
			new Response(null, { status: headers.get('if-match') === '"1"' ? 204 : 412, headers: { etag: 'W/"weak"' } });
		const href = folder().hrefFor('a b/c');
		expect(href).toMatch(/\/cal\/[\w-]{43}\.ics$/);
		// A weak etag does not say that just these bytes are kept.
		expect(await folder().replace(href, '"1"', 'TEXT')).toBeNull();
		expect(seen.at(-1)).toMatchObject({ method: 'PUT', body: 'TEXT' });
		await expect(folder().replace(href, '"0"', 'TEXT')).rejects.toBeInstanceOf(Moved);
		await expect(folder().create(href, 'TEXT')).rejects.toBeInstanceOf(Moved);
		expect(seen.at(-1)!.headers.get('if-none-match')).toBe('*');
		await expect(folder().remove(href, '"0"')).rejects.toBeInstanceOf(Moved);
		answer = () => new Response(null, { status: 403 });
		await expect(folder().create(href, 'TEXT')).rejects.toBeInstanceOf(RefusedThere);
		answer = () => new Response(null, { status: 507 });
		await expect(folder().create(href, 'TEXT')).rejects.toMatchObject({ code: 'full' });
		answer = () => new Response(null, { status: 404 });
		await folder().remove(href, '"1"');
	});
});
