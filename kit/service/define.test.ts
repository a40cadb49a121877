import { afterEach, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
	answers,
	body,
	call,
	client,
	createLogger,
	defineService,
	params,
	Problem,
	query,
	type RunningService,
	type Service,
	type StartOptions,
	upgrade,
	version,
} from './index.ts';

const publicUrl = 'https://mana.example';
const running: RunningService[] = [];
afterEach(async () => {
	for (const service of running.splice(0)) await service.close();
});

async function start(service: Service, options: StartOptions = {}): Promise<RunningService> {
	const home = await mkdtemp(join(tmpdir(), 'mana-service-'));
	const started = await service.start({ port: 0, home, publicUrl, logLevel: 'silent', env: {}, ...options });
	running.push({ ...started, close: () => started.close().then(() => rm(home, { recursive: true, force: true })) });
	return started;
}

const note = z.object({ text: z.string().min(2), tags: z.array(z.string()).default([]) });

/** The routes of the service below, as a caller sees them. */
type NoteRoutes = ReturnType<typeof noteRoutes>;
type App = Parameters<Awaited<ReturnType<Parameters<typeof defineService>[0]['open']>>['routes']>[0];

function noteRoutes(app: App) {
	return app
		.get('/notes', query(z.object({ limit: z.coerce.number().int().max(100).default(10) })), (c) =>
			c.json({ limit: c.req.valid('query').limit }),
		)
		.get('/notes/:id', params(z.object({ id: z.uuid() })), answers('A note', note), (c) =>
			c.json({ text: c.req.valid('param').id, tags: [] }),
		)
		.post('/notes', body(note), answers('Adds a note', z.object({ text: z.string() }), 201), (c) =>
			c.json({ text: c.req.valid('json').text }, 201),
		)
		.get('/broken', () => {
			throw new Error('the password is hunter2');
		})
		.get('/taken', (): Response => {
			throw new Problem({ code: 'note-taken', status: 409, detail: 'Choose another.', extra: { suggestion: 'b' } });
		})
		.get('/echo-id', (c) => c.json({ id: c.get('requestId') }))
		.post('/raw', async (c) => c.json({ bytes: (await c.req.arrayBuffer()).byteLength }))
		.post('/first', async (c) => c.body((await c.req.raw.body?.getReader().read())?.value ?? null))
		.get('/slow', async (c) => {
			await Bun.sleep(Number(c.req.query('ms')));
			return c.text('done');
		})
		.get('/own-headers', (c) => c.text('x', 200, { 'cache-control': 'max-age=5' }))
		.get('/socket', (c) => upgrade(c, {}));
}

const notes = defineService({
	name: 'mana-user',
	limits: { bodyBytes: 1000, requestMs: 150, shutdownMs: 500 },
	open: () => ({
		routes: noteRoutes,
		ready: async () => {},
		close: async () => {},
		websocket: { message: (socket, text) => void socket.send(text) },
	}),
});

async function problemOf(response: Response | Promise<Response>): Promise<Record<string, unknown>> {
	const answer = await response;
	expect(answer.headers.get('content-type')).toBe('application/problem+json');
	const document = (await answer.json()) as Record<string, unknown>;
	expect(document['status']).toBe(answer.status);
	expect(document['requestId']).toBe(answer.headers.get('x-request-id'));
	return document;
}

function post(url: string, value: unknown, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(url, {
		method: 'POST',
		body: typeof value === 'string' ? value : JSON.stringify(value),
		headers: { 'content-type': 'application/json', ...headers },
	});
}

test('a service answers its common addresses', async () => {
	const { url } = await start(notes);
	const before = Date.now();
	const { startedAt, ...live } = (await (await fetch(`${url}/health/live`)).json()) as { startedAt: number };
	const copy = expect.stringMatching(/^[0-9a-f]{16}$/) as unknown;
	expect(live).toEqual({ status: 'ok', name: 'mana-user', version, pid: process.pid, copy });
	expect(startedAt).toBeWithin(before - 60_000, before + 1);
	const passedOn = await fetch(`${url}/health/live`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
	for (const own of ['copy', 'pid']) expect(await passedOn.clone().json()).not.toHaveProperty(own);
	expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready' });
	const metrics = await fetch(`${url}/metrics`);
	expect(metrics.headers.get('content-type')).toStartWith('text/plain');
	expect(await metrics.text()).toContain('service_ready{service="mana-user"} 1\n');
	expect((await (await fetch(`${url}/openapi.json`)).json()) as object).toMatchObject({
		openapi: '3.1.0',
		info: { title: 'mana-user' },
	});
});

test('a service that cannot reach its tables is not ready, says why to this machine and not to the world', async () => {
	const { url } = await start(
		defineService({
			name: 'mana-user',
			open: () => ({
				routes: (app) => app,
				ready: () => Promise.reject(new Error('no such table: people')),
				close: async () => {},
			}),
		}),
	);
	expect(await problemOf(fetch(`${url}/health/ready`))).toMatchObject({
		status: 503,
		code: 'not-ready',
		detail: expect.stringContaining('people'),
	});
	const outside = await problemOf(fetch(`${url}/health/ready`, { headers: { 'x-forwarded-for': '203.0.113.9' } }));
	expect(outside['detail']).toBe('mana-user is not ready.');
	expect(await (await fetch(`${url}/metrics`)).text()).toContain('service_ready{service="mana-user"} 0\n');
	expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test('input is parsed once, with its defaults; what does not fit names the field and the rule', async () => {
	const { url } = await start(notes);
	expect(await (await fetch(`${url}/notes`)).json()).toEqual({ limit: 10 });
	expect(await problemOf(post(`${url}/notes`, { text: 'a', tags: ['x', 5] }))).toMatchObject({
		status: 422,
		code: 'invalid-input',
		fields: [
			{ field: 'text', rule: expect.stringContaining('2') },
			{ field: 'tags.1', rule: expect.stringContaining('string') },
		],
	});
	expect(await problemOf(fetch(`${url}/notes?limit=1000`))).toMatchObject({ status: 400, fields: [{ field: 'limit' }] });
	expect(await problemOf(fetch(`${url}/notes/7`))).toMatchObject({ status: 400, fields: [{ field: 'id' }] });
	expect(await problemOf(post(`${url}/notes`, '{"text":'))).toMatchObject({ status: 400, code: 'invalid-json' });
	expect(await problemOf(post(`${url}/notes`, {}, { 'content-type': 'text/plain' }))).toMatchObject({ status: 415 });
});

test('problems reach the caller as they were thrown; what nobody foresaw shows nothing of itself', async () => {
	const { url } = await start(notes);
	expect(await problemOf(fetch(`${url}/taken`))).toMatchObject({
		type: 'urn:mana:problem:note-taken',
		title: 'Note taken',
		detail: 'Choose another.',
		suggestion: 'b',
	});
	const unforeseen = await problemOf(fetch(`${url}/broken`));
	expect(unforeseen).toMatchObject({ status: 500, code: 'internal' });
	expect(JSON.stringify(unforeseen)).not.toContain('hunter2');
	expect(await problemOf(fetch(`${url}/nowhere`))).toMatchObject({ status: 404, code: 'not-found' });
});

test('a sane request id is kept, any other is replaced', async () => {
	const { url } = await start(notes);
	const idFor = async (id: string) =>
		((await (await fetch(`${url}/echo-id`, { headers: { 'x-request-id': id } })).json()) as { id: string }).id;
	expect(await idFor('trace-0123456789')).toBe('trace-0123456789');
	for (const id of ['short', 'x'.repeat(65), 'with space in it', '"><script>alert'])
		expect(await idFor(id)).toMatch(/^[\w-]{16}$/);
});

test('a body over the limit is refused, with or without its length, and the service goes on', async () => {
	const { url } = await start(notes);
	const send = (body: string | ReadableStream) => fetch(`${url}/raw`, { method: 'POST', body });
	expect(await (await send('x'.repeat(1000))).json()).toEqual({ bytes: 1000 });
	expect(await problemOf(send('x'.repeat(1001)))).toMatchObject({ status: 413, code: 'body-too-large' });
	expect(await problemOf(send('x'.repeat(5_000_000)))).toMatchObject({ status: 413 });
	const chunked = new ReadableStream({
		start(controller) {
			for (let part = 0; part < 20; part++) controller.enqueue(new Uint8Array(100));
			controller.close();
		},
	});
	expect(await problemOf(send(chunked))).toMatchObject({ status: 413 });
	expect((await fetch(`${url}/notes`)).status).toBe(200);
});

test('a body without a length is not gathered before the service sees it', async () => {
	const { port } = await start(notes);
	const socket = connect({ port, host: '127.0.0.1' }, () =>
		socket.write('POST /first HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n'),
	);
	const text = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
	expect(text).toContain('early');
	socket.destroy();
});

test('a caller that goes away in the middle of a request is no failure of ours', async () => {
	const lines: string[] = [];
	const { port } = await start(notes, { log: createLogger('mana-user', 'info', { write: (line) => void lines.push(line) }) });
	const socket = connect({ port, host: '127.0.0.1' }, () =>
		socket.write('POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nonly so much', () => socket.destroy()),
	);
	while (!lines.some((line) => line.includes('"route":"/raw"'))) await Bun.sleep(1);
	expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test('an answer that takes too long becomes a problem', async () => {
	const { url } = await start(notes);
	expect(await (await fetch(`${url}/slow?ms=1`)).text()).toBe('done');
	expect(await problemOf(fetch(`${url}/slow?ms=400`))).toMatchObject({ status: 503, code: 'request-timeout' });
});

test('pages of other origins can neither write nor open a socket; programs without an origin can', async () => {
	const { url } = await start(notes);
	const write = (origin?: string) => post(`${url}/notes`, { text: 'abc' }, origin === undefined ? {} : { origin });
	expect((await write(publicUrl)).status).toBe(201);
	expect((await write()).status).toBe(201);
	for (const origin of ['https://evil.example', 'null', `${publicUrl}.evil.example`, 'http://mana.example'])
		expect(await problemOf(write(origin))).toMatchObject({ status: 403, code: 'foreign-origin' });
	expect((await fetch(`${url}/notes`, { headers: { origin: 'https://evil.example' } })).status).toBe(200);
	expect(await handshake(url, 'https://evil.example')).toBe(403);
	expect(await handshake(url, publicUrl)).toBe(101);
	expect(await problemOf(fetch(`${url}/socket`))).toMatchObject({ status: 426 });
});

test('security headers are on every answer, and a route may set its own', async () => {
	const { url } = await start(notes);
	for (const path of ['/notes', '/nowhere', '/broken', '/metrics']) {
		const { headers } = await fetch(url + path);
		expect(headers.get('x-content-type-options')).toBe('nosniff');
		expect(headers.get('content-security-policy')).toContain("default-src 'none'");
		expect(headers.get('cache-control')).toBe('no-store');
	}
	expect((await fetch(`${url}/own-headers`)).headers.get('cache-control')).toBe('max-age=5');
});

test('metrics count by route pattern, so that paths without number do not fill the memory', async () => {
	const { url } = await start(notes);
	for (let number = 0; number < 30; number++) {
		await fetch(`${url}/notes/${number}`);
		await fetch(`${url}/nowhere/${number}`);
	}
	const text = await (await fetch(`${url}/metrics`)).text();
	expect(text).toContain(
		'http_request_duration_seconds_count{service="mana-user",method="GET",route="/notes/:id",status="400"} 30',
	);
	expect(text).toContain('route="unmatched",status="404"} 30');
	expect(text).not.toContain('/notes/7');
	expect(await problemOf(fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } }))).toMatchObject({
		status: 404,
	});
});

test('metrics are not told to whoever came by a proxy or by a name that was made to lead here', async () => {
	const { url, port } = await start(notes);
	const status = async (headers: Record<string, string>) => (await fetch(`${url}/metrics`, { headers })).status;
	for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`, 'mana-user:80'])
		expect([host, await status({ host })]).toEqual([host, 200]);
	for (const host of ['mana.example', 'evil.example:80', '127.0.0.1.evil.example', 'x.localhost'])
		expect([host, await status({ host })]).toEqual([host, 404]);
	expect(await status({ 'x-forwarded-for': '192.0.2.1' })).toBe(404);
});

test('two services in one process share nothing', async () => {
	const one = await start(notes);
	const two = await start(
		defineService({ name: 'mana-media', open: () => ({ routes: (app) => app, ready: async () => {}, close: async () => {} }) }),
	);
	await fetch(`${one.url}/notes`);
	expect(await (await fetch(`${two.url}/metrics`)).text()).not.toContain('route="/notes"');
	expect((await fetch(`${two.url}/notes`)).status).toBe(404);
});

test('the OpenAPI document comes from the schemas that the handlers use', async () => {
	const { url } = await start(notes);
	const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
	expect(document.paths['/notes']?.['post']).toMatchObject({
		summary: 'Adds a note',
		requestBody: { content: { 'application/json': { schema: { required: ['text'], properties: { text: { minLength: 2 } } } } } },
		responses: {
			201: { content: { 'application/json': { schema: { properties: { text: { type: 'string' } } } } } },
			default: {},
		},
	});
	expect(document.paths['/notes/{id}']?.['get']).toMatchObject({
		parameters: [{ name: 'id', in: 'path', required: true, schema: { format: 'uuid' } }],
	});
	expect(document.paths['/notes']?.['get']).toMatchObject({ parameters: [{ name: 'limit', in: 'query', required: false }] });
});

test('a stop lets the request under way finish, then closes the service', async () => {
	const order: string[] = [];
	const begun = Promise.withResolvers<void>();
	const service = await start(
		defineService({
			name: 'mana-user',
			open: () => ({
				routes: (app) =>
					app.get('/slow', async (c) => {
						begun.resolve();
						await Bun.sleep(50);
						order.push('answered');
						return c.text('done');
					}),
				ready: async () => {},
				close: async () => order.push('closed'),
			}),
		}),
	);
	const answer = fetch(`${service.url}/slow`);
	await begun.promise;
	await Promise.all([service.close(), service.close()]);
	expect(await (await answer).text()).toBe('done');
	expect(order).toEqual(['answered', 'closed']);
	await expect(fetch(`${service.url}/health/live`)).rejects.toThrow();
});

test('a stop does not wait for ever', async () => {
	const closed = Promise.withResolvers<void>();
	const begun = Promise.withResolvers<void>();
	const service = await start(
		defineService({
			name: 'mana-user',
			limits: { shutdownMs: 20 },
			open: () => ({
				routes: (app) =>
					app.get('/stuck', () => {
						begun.resolve();
						return new Promise<Response>(() => {});
					}),
				ready: async () => {},
				close: async () => closed.resolve(),
			}),
		}),
	);
	const answer = fetch(`${service.url}/stuck`).catch(() => 'cut');
	await begun.promise;
	await service.close();
	await closed.promise;
	expect(await answer).toBe('cut');
});

test('sockets subscribe to topics, and the service publishes to them', async () => {
	let publish: (topic: string, message: string) => number = () => 0;
	const { url } = await start(
		defineService({
			name: 'mana-sync',
			open: (context) => {
				publish = context.publish;
				return {
					routes: (app) => app.get('/socket', (c) => upgrade(c, { space: c.req.query('space') })),
					ready: async () => {},
					close: async () => {},
					websocket: {
						open: (socket: { data: { space: string }; subscribe(topic: string): void; send(text: string): void }) => {
							socket.subscribe(socket.data.space);
							socket.send('ready');
						},
						message: () => {},
					},
				};
			},
		}),
	);
	const messages: unknown[] = [];
	const heard = Promise.withResolvers<void>();
	const socket = new WebSocket(`${url.replace('http', 'ws')}/socket?space=home`);
	socket.addEventListener('message', ({ data }) => {
		messages.push(data);
		if (data === 'ready') {
			publish('work', 'not for us');
			expect(publish('home', 'hello')).toBeGreaterThan(0);
		} else heard.resolve();
	});
	await heard.promise;
	expect(messages).toEqual(['ready', 'hello']);
	socket.close();
});

test('a taken port names the process that holds it and a command that works; the service is closed again', async () => {
	const first = await start(notes);
	let closed = false;
	const second = defineService({
		name: 'mana-user',
		open: () => ({ routes: (app) => app, ready: async () => {}, close: async () => (closed = true) }),
	});
	const error = await start(second, { port: first.port }).catch((reason: Error) => reason);
	expect(error).toMatchObject({ name: 'PortTakenError', port: first.port });
	expect(String(error)).toContain(`process ${process.pid} (`);
	expect(String(error)).toMatch(/npm start -- --port-offset \d+/);
	expect(closed).toBe(true);
});

test('a typed client reads answers and throws the problems of the callee', async () => {
	const { url } = await start(notes);
	const api = client<NoteRoutes>(url);
	const added = await (await api.notes.$post({ json: { text: 'abc' } })).json();
	expect(added.text).toBe('abc');
	await expect(api.notes.$post({ json: { text: 'a' } })).rejects.toMatchObject({
		name: 'Problem',
		status: 422,
		code: 'invalid-input',
		fields: [{ field: 'text' }],
	});
	await expect(api.taken.$get()).rejects.toMatchObject({
		code: 'note-taken',
		extra: { suggestion: 'b', calleeRequestId: expect.any(String) },
	});
});

test('a call carries the id of the request that caused it, ends in time, and says who cannot be reached', async () => {
	const callee = await start(notes);
	const caller = await start(
		defineService({
			name: 'todo-server',
			open: (context) => ({
				routes: (app) =>
					app
						.get('/pass', async (c) => c.json(await (await context.fetch(`${context.addressOf('mana-user')}/echo-id`)).json()))
						.get('/late', async () => call({ timeoutMs: 30 })(`${context.addressOf('mana-user')}/slow?ms=120`))
						.get('/gone', async () => context.fetch('http://127.0.0.1:1/')),
				ready: async () => {},
				close: async () => {},
			}),
		}),
		{ addresses: { 'mana-user': callee.url } },
	);
	const passed = await fetch(`${caller.url}/pass`, { headers: { 'x-request-id': 'trace-0123456789' } });
	expect(await passed.json()).toEqual({ id: 'trace-0123456789' });
	expect(await problemOf(fetch(`${caller.url}/gone`))).toMatchObject({ status: 503, code: 'service-unreachable' });
	expect(await problemOf(fetch(`${caller.url}/late`))).toMatchObject({ status: 504, code: 'service-timeout' });
});

/** The status a WebSocket handshake gets; `WebSocket` itself hides it. */
function handshake(url: string, origin: string): Promise<number> {
	const { hostname, port } = new URL(url);
	return new Promise((resolve, reject) => {
		const socket = connect(Number(port), hostname, () =>
			socket.write(
				`GET /socket HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
			),
		);
		socket.once('data', (data) => {
			resolve(Number(/^HTTP\/1.1 (\d+)/.exec(data.toString())?.[1]));
			socket.destroy();
		});
		socket.once('error', reject);
	});
}
