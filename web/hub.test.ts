import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type RunningService, serviceIdentity } from '@mana/service';
import { hubOver } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'mana-hub-'));
const build = join(folder, 'build');
const inline = "\n\tconsole.log('hello');\n";
const script = `export const numbers = [${Array.from({ length: 2000 }, (_, index) => index).join()}];`;
const publicUrl = 'http://mana.test';
const page = { accept: 'text/html', 'sec-fetch-dest': 'document' };

let hub: RunningService;
/** A service behind the hub: tells what it got, and does what the path asks. */
const behind = Bun.serve<{ path: string }>({
	hostname: '127.0.0.1',
	port: 0,
	async fetch(request, server) {
		const { pathname, search } = new URL(request.url);
		if (request.headers.get('upgrade') === 'websocket') {
			if (pathname === '/refused') return new Response('no', { status: 401 });
			return server.upgrade(request, { data: { path: pathname } }) ? undefined : new Response('no handshake', { status: 400 });
		}
		if (pathname === '/cookies')
			return new Response('', {
				headers: [
					['set-cookie', 'a=1; HttpOnly'],
					['set-cookie', 'b=2'],
				],
			});
		if (pathname === '/moved') return new Response(null, { status: 302, headers: { location: '/elsewhere' } });
		if (pathname === '/packed') return new Response(Bun.gzipSync('packed'), { headers: { 'content-encoding': 'gzip' } });
		if (pathname === '/first') return new Response((await request.body?.getReader().read())?.value);
		if (pathname === '/drip') return new Response(drip());
		return Response.json({
			method: request.method,
			address: pathname + search,
			headers: Object.fromEntries(request.headers),
			bytes: (await request.bytes()).byteLength,
		});
	},
	websocket: {
		open: (socket) => void (socket.data.path === '/greets' && socket.send('hello')),
		message(socket, message) {
			if (message === 'leave') socket.close(4_001, 'as you wish');
			else if (message === 'flood') for (let count = 0; count < 64; count++) socket.send(new Uint8Array(1024 * 1024).fill(count));
			else socket.send(message);
		},
		close: (_, code) => void closes.push(code),
		backpressureLimit: 256 * 1024 * 1024,
	},
});
const closes: number[] = [];

function drip(): ReadableStream<string> {
	return new ReadableStream({
		start(controller) {
			controller.enqueue('first;');
			dripNow = () => {
				controller.enqueue('second');
				controller.close();
			};
		},
	});
}
let dripNow = () => {};

beforeAll(async () => {
	mkdirSync(join(build, '_app', 'immutable'), { recursive: true });
	writeFileSync(
		join(build, 'index.html'),
		`<!doctype html><title>Mana</title><script>${inline}</script><script src="/x.js"></script>`,
	);
	writeFileSync(join(build, '_app', 'immutable', 'numbers.abc.js'), script);
	writeFileSync(join(build, 'service-worker.js'), 'self.skipWaiting();');
	writeFileSync(join(build, 'manifest.webmanifest'), '{}');
	writeFileSync(join(folder, 'secret.txt'), 'not for you');
	hub = await hubOver(build).start({
		port: 0,
		home: folder,
		publicUrl,
		env: {},
		addresses: { 'mana-auth': `http://127.0.0.1:${behind.port}`, 'mana-sync': 'http://127.0.0.1:9' },
		log: createLogger('mana-web', 'silent'),
	});
});
afterAll(async () => {
	await hub.close();
	await behind.stop(true);
	rmSync(folder, { recursive: true });
});

/** A request as the browser sends it: under the hub's public name. */
function ask(path: string, init: RequestInit = {}): Promise<Response> {
	return fetch(hub.url + path, {
		redirect: 'manual',
		...init,
		headers: { host: 'mana.test', ...(init.headers as Record<string, string>) },
	});
}

describe('the pages', () => {
	test('what is shared before a service worker is there leads to the page that says so, and nothing else takes a form', async () => {
		for (const path of ['/share', '/todo/share']) {
			const answer = await ask(path, { method: 'POST', body: new FormData(), redirect: 'manual' });
			expect([answer.status, answer.headers.get('location')]).toEqual([303, path]);
		}
		expect((await ask('/todo', { method: 'POST', body: new FormData() })).status).toBe(404);
	});

	test('are the same for every address of an app, and never kept without asking', async () => {
		for (const path of ['/', '/todo', '/todo/inbox?x=1', '/settings/people']) {
			const answer = await ask(path, { headers: page });
			expect(answer.status).toBe(200);
			expect(answer.headers.get('content-type')).toStartWith('text/html');
			expect(answer.headers.get('cache-control')).toBe('no-cache');
			expect(await answer.text()).toContain('<title>Mana</title>');
		}
	});

	test('come with a service worker that may fetch them', async () => {
		const policy = (await ask('/service-worker.js')).headers.get('content-security-policy') ?? '';
		expect(policy).toContain("default-src 'self'");
		expect(policy).toContain("connect-src 'self'");
	});

	test('allow the scripts that stand in them by hash, and no others', async () => {
		const policy = (await ask('/', { headers: page })).headers.get('content-security-policy') ?? '';
		const hash = new Bun.CryptoHasher('sha256').update(inline).digest('base64');
		expect(policy).toContain(`script-src 'self' 'sha256-${hash}'`);
		expect(policy).not.toMatch(/script-src[^;]*unsafe/);
		expect(policy).toContain("frame-ancestors 'none'");
	});

	test('come with files that are kept for ever when their name holds a hash', async () => {
		const answer = await ask('/_app/immutable/numbers.abc.js');
		expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
		expect(answer.headers.get('content-type')).toContain('javascript');
		expect(await answer.text()).toBe(script);
		expect((await ask('/service-worker.js')).headers.get('cache-control')).toBe('no-cache');
		expect((await ask('/manifest.webmanifest')).headers.get('content-type')).toBe('application/manifest+json');
	});

	test('are sent packed as the browser takes it', async () => {
		for (const [accepted, encoding] of [
			['br, gzip', 'br'],
			['gzip, deflate', 'gzip'],
			['br;q=0, gzip', 'gzip'],
			['identity', null],
		] as const) {
			const answer = await ask('/_app/immutable/numbers.abc.js', { headers: { 'accept-encoding': accepted } });
			expect(answer.headers.get('content-encoding')).toBe(encoding);
			expect(await answer.text()).toBe(script);
		}
	});

	test('are not sent again when the browser has them', async () => {
		const first = await ask('/', { headers: page });
		const again = await ask('/', { headers: { ...page, 'if-none-match': first.headers.get('etag') ?? '' } });
		expect(again.status).toBe(304);
		expect(await again.text()).toBe('');
	});

	test('answer HEAD without a body, and refuse what is not there as a problem', async () => {
		expect(await (await ask('/', { method: 'HEAD', headers: page })).text()).toBe('');
		const missing = await ask('/_app/immutable/gone.js');
		expect(missing.status).toBe(404);
		expect(missing.headers.get('cache-control')).toBe('no-store');
		expect(((await missing.json()) as { code: string }).code).toBe('not-found');
	});

	test('never lead outside the build', async () => {
		const paths = [
			'/../secret.txt',
			'/%2e%2e/secret.txt',
			'/..%2fsecret.txt',
			'/_app/..%2f..%2fsecret.txt',
			'/..\\secret.txt',
			'//secret.txt',
			'/%00',
			'/./../secret.txt',
			'/_app/immutable/../../../secret.txt',
		];
		for (const path of paths)
			expect(await raw(`GET ${path} HTTP/1.1\r\nHost: mana.test\r\nConnection: close\r\n\r\n`)).not.toContain('not for you');
	});
});

describe('the name it is asked under', () => {
	test('leads to the public address when it is another one of this machine', async () => {
		const answer = await ask('/todo?x=1', { headers: { ...page, host: `127.0.0.1:${hub.port}` } });
		expect(answer.status).toBe(302);
		expect(answer.headers.get('location')).toBe(`${publicUrl}/todo?x=1`);
	});

	test('leads nowhere else, whatever the path looks like', async () => {
		for (const path of [
			'//evil.example/',
			'/\\evil.example/',
			'/%09/evil.example/',
			'/x//evil.example',
			'http://evil.example/',
		]) {
			const text = await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: close\r\n\r\n`);
			const location = /^location: (.*)$/im.exec(text)?.[1]?.trim();
			if (location !== undefined) expect([path, new URL(location).origin]).toEqual([path, publicUrl]);
		}
	});

	test('is refused when a stranger has it lead here, except to explain', async () => {
		const explained = await ask('/', { headers: { ...page, host: 'evil.example' } });
		expect(explained.status).toBe(421);
		expect(await explained.text()).toContain(publicUrl);
		const asked = await ask('/api/mana-auth/session', { headers: { host: 'evil.example' } });
		expect(asked.status).toBe(421);
		expect(((await asked.json()) as { code: string }).code).toBe('wrong-address');
	});

	test('is shown without becoming markup', async () => {
		const text = await raw('GET / HTTP/1.1\r\nHost: <script>alert(1)</script>\r\nAccept: text/html\r\nConnection: close\r\n\r\n');
		expect(text).not.toContain('<script>alert');
	});
});

describe('a program that knows only the address', () => {
	test.each([
		['caldav', 'calendar-server'],
		['carddav', 'contacts-server'],
	])('is led on from %s, whatever it asks with', async (name, service) => {
		for (const method of ['GET', 'PROPFIND', 'OPTIONS']) {
			const { status, headers } = await ask(`/.well-known/${name}`, { method });
			expect([method, status, headers.get('location')]).toEqual([method, 307, `${publicUrl}/api/${service}/dav/`]);
		}
	});
});

describe('the way to a service', () => {
	test('has one spelling', async () => {
		for (const name of ['mana%2Dauth', 'mana-aut%68', '%6d%61%6e%61%2d%61%75%74%68', 'mana-auth%2Fx', 'mana-auth%00'])
			expect([name, (await ask(`/api/${name}/x`)).status]).toEqual([name, 404]);
	});

	test('lets a body flow while it is being sent: a large one fills no memory here', async () => {
		const socket = connect({ port: hub.port, host: '127.0.0.1' }, () =>
			socket.write('POST /api/mana-auth/first HTTP/1.1\r\nHost: mana.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n'),
		);
		const text = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
		expect(text).toContain('early');
		socket.destroy();
	});

	test('passes method, path, query and body on and takes the name away', async () => {
		const answer = await ask('/api/mana-auth/a%2Fb/c?d=%20e&f', {
			method: 'POST',
			body: new Uint8Array(3_000_000),
			headers: { origin: publicUrl },
		});
		expect(await answer.json()).toMatchObject({ method: 'POST', address: '/a%2Fb/c?d=%20e&f', bytes: 3_000_000 });
	});

	test('says who asked and where, whatever the caller claims', async () => {
		const answer = await ask('/api/mana-auth/', {
			headers: {
				'x-forwarded-for': '6.6.6.6',
				'x-forwarded-proto': 'https',
				forwarded: 'for=6.6.6.6',
				'x-real-ip': '6.6.6.6',
				'x-mana-hub': 'me',
				cookie: 'a=1',
				te: 'trailers',
			},
		});
		const { headers } = (await answer.json()) as { headers: Record<string, string> };
		expect(headers).toMatchObject({
			'x-forwarded-for': '127.0.0.1',
			'x-forwarded-host': 'mana.test',
			'x-forwarded-proto': 'http',
			cookie: 'a=1',
		});
		// To a service on another machine that is what makes its word count.
		const secret = () => readFileSync(join(folder, 'secrets', 'instance'), 'utf8').trim();
		expect(await serviceIdentity(secret, 'mana-auth', { now: () => Date.now() }).verify(headers['x-mana-hub'])).toBe('mana-web');
		for (const name of ['forwarded', 'x-real-ip', 'te']) expect(headers[name]).toBeUndefined();
	});

	test('passes on a form of any page where a service takes one, and no other', async () => {
		const post = (path: string, origin = 'https://appleid.apple.com') =>
			ask(path, { method: 'POST', headers: { origin }, body: 'a=1' });
		const taken = await post('/api/mana-auth/identity-providers/apple/return');
		expect(await taken.json()).toMatchObject({ method: 'POST', address: '/identity-providers/apple/return', bytes: 3 });
		for (const path of [
			'/api/mana-auth/token',
			'/api/mana-auth/identity-providers/apple/entries',
			'/api/mana-auth/identity-providers/apple/return/x',
			'/api/mana-sync/identity-providers/apple/return',
			'/identity-providers/apple/return',
		]) {
			const { status } = await post(path);
			expect([path, status]).toEqual([path, 403]);
		}
	});

	test('brings back cookies, redirects and packed bodies as they are', async () => {
		expect((await ask('/api/mana-auth/cookies')).headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
		const moved = await ask('/api/mana-auth/moved');
		expect([moved.status, moved.headers.get('location')]).toEqual([302, '/elsewhere']);
		expect(await (await ask('/api/mana-auth/packed')).text()).toBe('packed');
	});

	test('lets an answer flow while it is being made', async () => {
		const answer = await ask('/api/mana-auth/drip');
		const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
		expect(new TextDecoder().decode((await reader.read()).value)).toBe('first;');
		dripNow();
		expect(new TextDecoder().decode((await reader.read()).value)).toBe('second');
	});

	test('is closed to what is no service, not ours or not running', async () => {
		for (const name of ['nobody', 'mana-web', 'grafana', 'mana-credits', 'todo-web', '..', 'postgres']) {
			const answer = await ask(`/api/${name}/x`);
			expect(answer.status).toBe(404);
		}
	});

	test('is closed to writes that a page elsewhere started', async () => {
		const answer = await ask('/api/mana-auth/session', { method: 'POST', headers: { origin: 'http://evil.example' } });
		expect(answer.status).toBe(403);
	});

	test('says that a service is down', async () => {
		const answer = await ask('/api/mana-sync/exchange');
		expect(answer.status).toBe(503);
		expect(answer.headers.get('retry-after')).toBe('1');
		expect(((await answer.json()) as { code: string }).code).toBe('service-unreachable');
	});
});

describe('a socket through the hub', () => {
	test('carries text and bytes both ways, in order', async () => {
		const socket = await open('/api/mana-auth/socket');
		const sent = [new Uint8Array([1, 2, 3]), 'text', new Uint8Array(100_000).fill(7)];
		const got = take(socket, sent.length);
		for (const message of sent) socket.send(message);
		expect((await got).map((message) => (typeof message === 'string' ? message : new Uint8Array(message)))).toEqual(sent);
		socket.close();
	});

	test('loses nothing that the service says first', async () => {
		const socket = await open('/api/mana-auth/greets');
		expect(await take(socket, 1)).toEqual(['hello']);
		socket.close();
	});

	test('closes on either side as the other one said', async () => {
		const socket = await open('/api/mana-auth/socket');
		const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
		socket.send('leave');
		expect(await closed).toMatchObject({ code: 4_001, reason: 'as you wish' });
		closes.length = 0;
		const other = await open('/api/mana-auth/socket');
		other.close(4002, 'bye');
		await until(() => closes.length > 0);
		expect(closes).toEqual([4002]);
	});

	test('holds a fast service back for a slow browser instead of gathering', async () => {
		const socket = await open('/api/mana-auth/socket');
		socket.pause();
		const got = take(socket, 64);
		const before = process.memoryUsage.rss();
		socket.send('flood');
		await until(() => behind.pendingWebSockets > 0);
		await Bun.sleep(200);
		socket.resume();
		const bytes = (await got).map((message) => new Uint8Array(message as ArrayBuffer)[0]);
		expect(bytes).toEqual(Array.from({ length: 64 }, (_, index) => index));
		expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
		socket.close();
	});

	test('is not opened by a page elsewhere, to a service that refuses or is down', async () => {
		await expect(open('/api/mana-auth/socket', { origin: 'http://evil.example' })).rejects.toThrow('403');
		await expect(open('/api/mana-auth/refused')).rejects.toThrow('503');
		await expect(open('/api/mana-sync/socket')).rejects.toThrow('503');
		await expect(open('/api/mana-auth/socket', { host: 'evil.example' })).rejects.toThrow('421');
	});

	test('that never becomes one keeps nothing open to the service', async () => {
		const before = behind.pendingWebSockets;
		const half = await ask('/api/mana-auth/socket', { headers: { upgrade: 'websocket', connection: 'upgrade' } });
		expect(half.status).toBe(426);
		await until(() => behind.pendingWebSockets === before);
	});
});

function open(path: string, headers: Record<string, string> = {}): Promise<WebSocket> {
	const socket = new WebSocket(hub.url.replace('http', 'ws') + path, {
		headers: { host: 'mana.test', origin: publicUrl, ...headers },
	});
	socket.binaryType = 'arraybuffer';
	return new Promise((resolve, reject) => {
		socket.addEventListener('open', () => resolve(socket));
		socket.addEventListener('error', (event) => reject(new Error((event as ErrorEvent).message)));
	});
}

function take(socket: WebSocket, count: number): Promise<(string | ArrayBuffer)[]> {
	const got: (string | ArrayBuffer)[] = [];
	return new Promise((resolve) =>
		socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
			got.push(event.data);
			if (got.length === count) resolve(got);
		}),
	);
}

async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await Bun.sleep(1);
}

/** Sends bytes as they are: `fetch` would tidy the path first. */
function raw(request: string): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = '';
		const socket = connect({ port: hub.port, host: '127.0.0.1' }, () => socket.write(request));
		socket.on('data', (chunk) => (text += chunk.toString()));
		socket.on('close', () => resolve(text));
		socket.on('error', reject);
	});
}
