import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { lockLimits } from './locks.ts';
import { startFiles } from './testing/server.ts';
import { child, elements, parseXml, textOf, type XmlElement, type XmlName } from './xml.ts';

let now = Date.UTC(2026, 10, 26, 12);
let service: Awaited<ReturnType<typeof startFiles>>;
beforeAll(async () => {
	service = await startFiles({ now: () => now });
});
afterAll(() => service.close());

interface Asked {
	readonly as?: string | null;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

function ask(method: string, path: string, { as = 'ana', headers = {}, body }: Asked = {}): Promise<Response> {
	const authorization: Record<string, string> = as === null ? {} : { authorization: `Basic ${btoa(`${as}:secret`)}` };
	return fetch(service.files + path, {
		method,
		headers: { ...(body?.startsWith('<') ? { 'content-type': 'application/xml' } : {}), ...authorization, ...headers },
		...(body === undefined ? {} : { body }),
	});
}

async function statusOf(...args: Parameters<typeof ask>): Promise<number> {
	return (await ask(...args)).status;
}

async function xmlOf(answer: Response): Promise<XmlElement> {
	return parseXml(new Uint8Array(await answer.arrayBuffer()));
}

/** Of each line of a multistatus: its href, and the status of each property or of the whole. */
async function linesOf(answer: Response): Promise<Record<string, Record<string, string | number>>> {
	const statusIn = (of: XmlElement) => Number(textOf(child(of, '{DAV:}status')!).split(' ')[1]);
	const lines: Record<string, Record<string, string | number>> = {};
	for (const line of elements(await xmlOf(answer)).filter(({ name }) => name === '{DAV:}response')) {
		const told: Record<string, string | number> = {};
		if (child(line, '{DAV:}status')) told['status'] = statusIn(line);
		for (const group of elements(line).filter(({ name }) => name === '{DAV:}propstat'))
			for (const property of elements(child(group, '{DAV:}prop')!))
				told[property.name] = statusIn(group) === 200 ? textOf(property) : statusIn(group);
		lines[textOf(child(line, '{DAV:}href')!)] = told;
	}
	return lines;
}

const prop = (...names: readonly string[]) => `<D:prop xmlns:D="DAV:">${names.map((name) => `<${name}/>`).join('')}</D:prop>`;
const propfind = (inside: string) => `<D:propfind xmlns:D="DAV:">${inside}</D:propfind>`;
const lockinfo = (scope: string) =>
	`<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>Ana’s editor</D:owner></D:lockinfo>`;
const tokenOf = (answer: Response) => answer.headers.get('lock-token')!;

describe('who may do what', () => {
	const writes = ['PUT', 'DELETE', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK'];
	const bodies: Record<string, string> = {
		PROPPATCH: `<D:propertyupdate xmlns:D="DAV:"><D:set>${prop('x')}</D:set></D:propertyupdate>`,
		LOCK: lockinfo('exclusive'),
		PUT: 'x',
		PROPFIND: propfind(prop('D:getetag')),
		REPORT: '<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop/></D:sync-collection>',
	};
	beforeAll(async () => {
		await ask('MKCOL', 'shared');
		await ask('PUT', 'shared/a.txt', { body: 'a' });
	});

	test.each(['GET', 'HEAD', 'PROPFIND', 'REPORT', 'UNLOCK', ...writes])('%s is for nobody without a name', async (method) => {
		const answer = await ask(method, 'shared/a.txt', { as: null, ...(bodies[method] ? { body: bodies[method] } : {}) });
		expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Mana", charset="UTF-8"']);
		expect(await statusOf(method, 'shared/a.txt', { as: 'eve' })).toBe(401);
	});

	test.each(writes)('%s is not for who may only read', async (method) => {
		const path = method === 'MKCOL' ? 'shared/new' : 'shared/a.txt';
		const headers = { destination: `${service.files}shared/b.txt`, depth: 'infinity' };
		expect(await statusOf(method, path, { as: 'guest', headers, ...(bodies[method] ? { body: bodies[method] } : {}) })).toBe(403);
	});

	test('who may only read reads, and is told so', async () => {
		expect(await (await ask('GET', 'shared/a.txt', { as: 'guest' })).text()).toBe('a');
		const asked = { as: 'guest', headers: { depth: '0' }, body: propfind(prop('D:current-user-privilege-set')) };
		const text = await (await ask('PROPFIND', 'shared/', asked)).text();
		expect([text.includes('<D:read/>'), text.includes('<D:write/>')]).toEqual([true, false]);
	});

	test('rights are told as RFC 3744 has them: those of who asks, which nobody changes by DAV', async () => {
		const body = propfind(prop('D:acl', 'D:supported-privilege-set', 'D:acl-restrictions'));
		const text = await (await ask('PROPFIND', 'shared/', { as: 'guest', headers: { depth: '0' }, body })).text();
		const [, ace = '', , set = ''] =
			/<D:ace>(.*)<\/D:ace>(.*?)<D:supported-privilege-set>(.*)<\/D:supported-privilege-set>/s.exec(text) ?? [];
		expect(ace).toMatch(/<D:principal><D:href>[^<]+<\/D:href><\/D:principal><D:grant><D:privilege><D:read\/>.*<D:protected\/>/s);
		expect(ace).not.toContain('<D:write/>');
		expect(set).toContain('<D:write/></D:privilege><D:description>write</D:description><D:supported-privilege>');
		expect(text).toContain('<D:grant-only/>');
		expect(await statusOf('ACL', 'shared/', { as: 'guest' })).toBe(405);
	});

	test('OPTIONS tells everybody what this is', async () => {
		const answer = await ask('OPTIONS', '', { as: null });
		expect(answer.headers.get('dav')).toStartWith('1, 2, 3, access-control');
		expect(answer.headers.get('allow')).toContain('PROPFIND');
	});

	test('a method that nobody knows is not allowed', async () => {
		expect(await statusOf('SEARCH', 'shared/a.txt')).toBe(405);
	});
});

describe('addresses', () => {
	test.each(['%2e%2e%2fx', 'a%2Fb', 'a%5Cb', 'a%00b', '%ff', 'x'.repeat(300), 'a/'.repeat(50)])('%s is refused', async (path) => {
		expect(await statusOf('PUT', path, { body: 'x' })).toBe(400);
	});

	test('lead nowhere outside, however they are written', async () => {
		// As no client library would send it.
		const answer = await new Promise<string>((resolve, reject) => {
			const socket = connect(service.port, '127.0.0.1', () =>
				socket.write(
					`GET /dav/../../etc/passwd HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${btoa('ana:x')}\r\nConnection: close\r\n\r\n`,
				),
			);
			let text = '';
			socket
				.on('data', (part) => (text += part.toString()))
				.on('end', () => resolve(text))
				.on('error', reject);
		});
		expect(answer).toStartWith('HTTP/1.1 404');
	});

	test('a copy stays on this server and in this tree', async () => {
		await ask('PUT', 'here.txt', { body: 'x' });
		for (const destination of ['http://evil.example/dav/x', `${service.url}/elsewhere`, `${service.url}/davx/y`, '::'])
			expect([destination, await statusOf('COPY', 'here.txt', { headers: { destination } })]).toEqual([destination, 502]);
		expect(await statusOf('COPY', 'here.txt', { headers: { destination: '/dav/there.txt' } })).toBe(201);
		expect(await statusOf('COPY', 'here.txt')).toBe(400);
	});

	test('behind the hub begin where the hub passes them on', async () => {
		const headers = { 'x-forwarded-host': 'mana.example', 'x-forwarded-proto': 'https', depth: '0' };
		expect(Object.keys(await linesOf(await ask('PROPFIND', 'here.txt', { headers })))).toEqual([
			'/api/storage-server/dav/here.txt',
		]);
		const destination = 'https://mana.example/api/storage-server/dav/hub.txt';
		expect(await statusOf('COPY', 'here.txt', { headers: { ...headers, destination } })).toBe(201);
	});
});

describe('a file', () => {
	test('has a strong etag, and is written only over what was seen', async () => {
		const first = await ask('PUT', 'f.txt', { body: 'one' });
		const etag = first.headers.get('etag')!;
		expect([first.status, etag]).toEqual([201, expect.stringMatching(/^"/)]);
		expect(await statusOf('PUT', 'f.txt', { body: 'x', headers: { 'if-none-match': '*' } })).toBe(412);
		expect(await statusOf('PUT', 'f.txt', { body: 'two', headers: { 'if-match': etag } })).toBe(204);
		expect(await statusOf('PUT', 'f.txt', { body: 'x', headers: { 'if-match': etag } })).toBe(412);
		expect(await statusOf('DELETE', 'f.txt', { headers: { 'if-match': `W/${etag}` } })).toBe(412);
		expect(await statusOf('PUT', 'none.txt', { body: 'x', headers: { 'if-match': '*' } })).toBe(412);
		expect(await (await ask('GET', 'f.txt')).text()).toBe('two');
	});

	test('is not sent again to who has it', async () => {
		const etag = (await ask('HEAD', 'f.txt')).headers.get('etag')!;
		expect(await statusOf('GET', 'f.txt', { headers: { 'if-none-match': `"other", ${etag}` } })).toBe(304);
	});

	test.each([
		['bytes=0-1', 206, 'he', 'bytes 0-1/5'],
		['bytes=3-', 206, 'lo', 'bytes 3-4/5'],
		['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
		['bytes=2-99', 206, 'llo', 'bytes 2-4/5'],
		['bytes=9-', 416, '', 'bytes */5'],
		['bytes=3-1', 200, 'hello', null],
		['bytes=0-1,3-4', 200, 'hello', null],
		['lines=1-2', 200, 'hello', null],
	])('answers the range %s with %i', async (range, status, text, said) => {
		await ask('PUT', 'range.txt', { body: 'hello' });
		const answer = await ask('GET', 'range.txt', { headers: { range } });
		expect([answer.status, await answer.text(), answer.headers.get('content-range')]).toEqual([status, text, said]);
	});

	test('is answered whole when the part belongs to another version', async () => {
		const answer = await ask('GET', 'range.txt', { headers: { range: 'bytes=0-1', 'if-range': '"old"' } });
		expect([answer.status, await answer.text()]).toEqual([200, 'hello']);
	});

	test('never shows itself as a page of this origin', async () => {
		await ask('PUT', 'page.html', { body: '<script>alert(1)</script>', headers: { 'content-type': 'text/html' } });
		const { headers } = await ask('GET', 'page.html');
		expect([headers.get('content-disposition'), headers.get('x-content-type-options')]).toEqual(['attachment', 'nosniff']);
	});
});

describe('properties', () => {
	test('of a whole tree are not told at once', async () => {
		for (const headers of [{ depth: 'infinity' }, {}] as const) {
			const answer = await ask('PROPFIND', '', { headers });
			expect([answer.status, elements(await xmlOf(answer))[0]!.name]).toEqual([403, '{DAV:}propfind-finite-depth']);
		}
		expect(await statusOf('PROPFIND', '', { headers: { depth: '2' } })).toBe(400);
	});

	test('that are not there are told as missing, or left out if the client wishes', async () => {
		await ask('PUT', 'p.txt', { body: 'x' });
		const body = propfind(prop('D:getcontentlength', 'D:nonsense'));
		const asked = { headers: { depth: '0' }, body };
		expect((await linesOf(await ask('PROPFIND', 'p.txt', asked)))['/dav/p.txt']).toEqual({
			'{DAV:}getcontentlength': '1',
			'{DAV:}nonsense': 404,
		});
		const answer = await ask('PROPFIND', 'p.txt', { ...asked, headers: { depth: '0', prefer: 'return=minimal' } });
		expect(answer.headers.get('preference-applied')).toBe('return=minimal');
		expect((await linesOf(answer))['/dav/p.txt']).toEqual({ '{DAV:}getcontentlength': '1' });
	});

	test('are set all or none', async () => {
		const set = (inside: string) => `<D:propertyupdate xmlns:D="DAV:"><D:set>${inside}</D:set></D:propertyupdate>`;
		const refused = await linesOf(await ask('PROPPATCH', 'p.txt', { body: set(prop('colour', 'D:getetag')) }));
		expect(refused['/dav/p.txt']).toEqual({ '{}colour': 424, '{DAV:}getetag': 403 });
		const body = set('<D:prop xml:lang="de"><colour><b kind="1">rot &amp; grün</b></colour></D:prop>');
		expect((await linesOf(await ask('PROPPATCH', 'p.txt', { body })))['/dav/p.txt']).toEqual({ '{}colour': '' });
		const told = await (await ask('PROPFIND', 'p.txt', { headers: { depth: '0' }, body: propfind(prop('colour')) })).text();
		expect(told).toContain('<colour xml:lang="de"><b kind="1">rot &amp; grün</b></colour>');
		const minimal = await ask('PROPPATCH', 'p.txt', { body, headers: { prefer: 'return=minimal' } });
		expect([minimal.status, await minimal.text()]).toEqual([204, '']);
	});

	test('and folders are made in one step, or not at all', async () => {
		const mkcol = (types: string, inside: string) =>
			`<D:mkcol xmlns:D="DAV:"><D:set><D:prop><D:resourcetype>${types}</D:resourcetype>${inside}</D:prop></D:set></D:mkcol>`;
		expect(await statusOf('MKCOL', 'made', { body: mkcol('<D:collection/>', '<D:displayname>Made</D:displayname>') })).toBe(201);
		const asked = { headers: { depth: '0' }, body: propfind(prop('D:displayname')) };
		expect((await linesOf(await ask('PROPFIND', 'made', asked)))['/dav/made/']).toEqual({ '{DAV:}displayname': 'Made' });
		expect(await statusOf('MKCOL', 'other', { body: mkcol('<D:collection/><x/>', '') })).toBe(424);
		expect(await statusOf('MKCOL', 'other', { body: mkcol('<x/>', '') })).toBe(403);
		expect(await statusOf('PROPFIND', 'other', asked)).toBe(404);
		expect(await statusOf('MKCOL', 'made')).toBe(405);
		expect(await statusOf('MKCOL', 'not/there')).toBe(409);
		expect(await statusOf('MKCOL', 'odd', { body: 'what', headers: { 'content-type': 'text/plain' } })).toBe(415);
	});

	test('lead on to others when they are addresses', async () => {
		const body =
			'<D:expand-property xmlns:D="DAV:"><D:property name="current-user-principal"><D:property name="resourcetype"/></D:property></D:expand-property>';
		await ask('MKCOL', 'principals');
		await ask('MKCOL', 'principals/ana');
		const text = await (await ask('REPORT', '', { body })).text();
		expect(text).toContain('<D:href>/dav/principals/ana/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/>');
	});

	test.each([
		['<D:propfind xmlns:D="DAV:"/>', 400],
		['<x/>', 400],
		['<D:propfind', 400],
		['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><D:propfind xmlns:D="DAV:">&e;</D:propfind>', 400],
	])('%s is no question', async (body, status) => {
		expect(await statusOf('PROPFIND', '', { headers: { depth: '0' }, body })).toBe(status);
	});
});

describe('a lock', () => {
	test('keeps others out, and its owner without the token, until it is over', async () => {
		await ask('PUT', 'l.txt', { body: 'x' });
		const taken = await ask('LOCK', 'l.txt', { body: lockinfo('exclusive'), headers: { timeout: 'Second-60' } });
		const token = tokenOf(taken);
		expect([taken.status, await taken.text()]).toEqual([200, expect.stringContaining('Second-60')]);
		expect(await statusOf('PUT', 'l.txt', { body: 'y' })).toBe(423);
		// A token is no password: it only works for the one who took the lock.
		expect(await statusOf('PUT', 'l.txt', { as: 'ben', body: 'y', headers: { if: `(${token})` } })).toBe(423);
		expect(await statusOf('UNLOCK', 'l.txt', { as: 'ben', headers: { 'lock-token': token } })).toBe(403);
		expect(await statusOf('PUT', 'l.txt', { body: 'y', headers: { if: `(${token})` } })).toBe(204);
		expect(await statusOf('LOCK', 'l.txt', { as: 'ben', body: lockinfo('shared') })).toBe(423);
		now += 40_000;
		expect(await statusOf('LOCK', 'l.txt', { headers: { if: `(${token})`, timeout: 'Second-60' } })).toBe(200);
		now += 59_000;
		expect(await statusOf('PUT', 'l.txt', { as: 'ben', body: 'z' })).toBe(423);
		now += 1_000;
		expect(await statusOf('PUT', 'l.txt', { as: 'ben', body: 'z' })).toBe(204);
	});

	test('on a folder covers what is in it and what would come', async () => {
		await ask('MKCOL', 'box');
		await ask('PUT', 'box/a', { body: 'a' });
		const token = tokenOf(await ask('LOCK', 'box', { body: lockinfo('exclusive') }));
		for (const [method, path] of [
			['PUT', 'box/a'],
			['PUT', 'box/b'],
			['DELETE', 'box/a'],
			['DELETE', 'box'],
		] as const)
			// prettier-ignore
			expect([method, path, await statusOf(method, path, { as: 'ben', body: 'x' })]).toEqual([method, path, 423]);
		expect(await statusOf('LOCK', 'box/a', { as: 'ben', body: lockinfo('exclusive') })).toBe(423);
		expect(await statusOf('DELETE', 'box', { headers: { if: `<${service.files}box/> (${token})` } })).toBe(204);
		// It went with the folder.
		expect(await statusOf('MKCOL', 'box', { as: 'ben' })).toBe(201);
	});

	test('deep inside holds the folder around it', async () => {
		await ask('PUT', 'box/deep', { body: 'x' });
		const token = tokenOf(await ask('LOCK', 'box/deep', { as: 'ben', body: lockinfo('exclusive') }));
		expect(await statusOf('DELETE', 'box')).toBe(423);
		expect(await statusOf('MOVE', 'box', { headers: { destination: '/dav/moved' } })).toBe(423);
		expect(await statusOf('UNLOCK', 'box/deep', { as: 'ben', headers: { 'lock-token': token } })).toBe(204);
		expect(await statusOf('MOVE', 'box', { headers: { destination: '/dav/moved' } })).toBe(201);
	});

	test('is shared by those who say so, and each of them may write', async () => {
		await ask('PUT', 's.txt', { body: 'x' });
		const mine = tokenOf(await ask('LOCK', 's.txt', { body: lockinfo('shared') }));
		const theirs = tokenOf(await ask('LOCK', 's.txt', { as: 'ben', body: lockinfo('shared') }));
		expect(mine).not.toBe(theirs);
		expect(await statusOf('LOCK', 's.txt', { as: 'ben', body: lockinfo('exclusive') })).toBe(423);
		expect(await statusOf('PUT', 's.txt', { body: 'y', headers: { if: `(${mine})` } })).toBe(204);
		expect(await statusOf('PUT', 's.txt', { body: 'y' })).toBe(423);
	});

	test('on nothing makes an empty file and keeps the place', async () => {
		const taken = await ask('LOCK', 'soon.txt', { body: lockinfo('exclusive') });
		expect(taken.status).toBe(201);
		expect(await (await ask('GET', 'soon.txt')).text()).toBe('');
		expect(await statusOf('PUT', 'soon.txt', { as: 'ben', body: 'x' })).toBe(423);
	});

	test('lives a day at most, and nobody gathers them without end', async () => {
		const taken = await ask('LOCK', 'p.txt', { body: lockinfo('shared'), headers: { timeout: 'Infinite, Second-4100000000' } });
		expect(await taken.text()).toContain(`Second-${lockLimits.longestMs / 1000}`);
		const statuses = await Promise.all(
			Array.from({ length: lockLimits.perPrincipal }, () => statusOf('LOCK', 'p.txt', { body: lockinfo('shared') })),
		);
		expect(new Set(statuses)).toEqual(new Set([200, 507]));
	});
});

describe('what changed (RFC 6578)', () => {
	const sync = (token: string, more = '') =>
		`<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>${more}<D:prop><D:getcontentlength/></D:prop></D:sync-collection>`;
	const changes = async (body: string) => {
		const answer = await ask('REPORT', 'watched/', { body });
		const document = await xmlOf(answer.clone() as Response);
		return { lines: await linesOf(answer), token: textOf(child(document, '{DAV:}sync-token' satisfies XmlName)!) };
	};

	test('is everything at first, then only that, then nothing', async () => {
		await ask('MKCOL', 'watched');
		for (const name of ['a', 'b', 'c']) await ask('PUT', `watched/${name}`, { body: name });
		const first = await changes(sync(''));
		expect(Object.keys(first.lines)).toEqual(['/dav/watched/a', '/dav/watched/b', '/dav/watched/c']);
		await ask('DELETE', 'watched/b');
		await ask('PUT', 'watched/c', { body: 'cc' });
		const second = await changes(sync(first.token));
		expect(second.lines).toEqual({ '/dav/watched/b': { status: 404 }, '/dav/watched/c': { '{DAV:}getcontentlength': '2' } });
		expect((await changes(sync(second.token))).lines).toEqual({});
	});

	test('comes in parts when a client wants few', async () => {
		const limit = '<D:limit><D:nresults>1</D:nresults></D:limit>';
		const first = await changes(sync('', limit));
		expect(first.lines).toEqual({ '/dav/watched/a': { '{DAV:}getcontentlength': '1' }, '/dav/watched/': { status: 507 } });
		const rest = await changes(sync(first.token));
		expect(Object.keys(rest.lines)).toContain('/dav/watched/c');
	});

	test('cannot be told for a token that nobody gave', async () => {
		const answer = await ask('REPORT', 'watched/', { body: sync('urn:other:1') });
		expect([answer.status, elements(await xmlOf(answer))[0]!.name]).toEqual([403, '{DAV:}valid-sync-token']);
	});

	test('is told folder by folder', async () => {
		const answer = await ask('REPORT', 'watched/', { body: sync('').replace('>1<', '>infinite<') });
		expect([answer.status, elements(await xmlOf(answer))[0]!.name]).toEqual([403, '{DAV:}sync-traversal-supported']);
		expect(await statusOf('REPORT', 'watched/', { body: '<x/>' })).toBe(403);
	});
});
