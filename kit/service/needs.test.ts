import { afterEach, expect, test } from 'bun:test';
import { createServer } from 'node:net';
import { defineService, type RunningService } from './define.ts';
import { followNeeds } from './needs.ts';
import { probe } from './probe.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(
	name: 'mana-auth' | 'mana-sync',
	{ addresses = {}, fault }: { readonly addresses?: Record<string, string>; readonly fault?: string } = {},
): Promise<RunningService> {
	const service = await defineService({
		name,
		open: () => ({
			routes: (app) => app,
			ready: () => (fault === undefined ? Promise.resolve() : Promise.reject(new Error(fault))),
			close: async () => {},
		}),
	}).start({ port: 0, logLevel: 'silent', env: {}, addresses, clock: { now: () => 1000 } });
	cleanups.push(() => service.close());
	return service;
}

function server(answer: (path: string) => Response): string {
	const made = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => answer(new URL(request.url).pathname) });
	cleanups.push(() => made.stop(true));
	return `http://127.0.0.1:${made.port}`;
}

test('a service that is well says who it is and since when', async () => {
	const { url } = await start('mana-auth');
	expect(await probe('mana-auth', url)).toEqual({
		health: 'ready',
		version: expect.any(String) as string,
		startedAt: 1000,
		pid: process.pid,
		reason: null,
	});
});

test('one that cannot work, that is another one, that is none of ours or that does not answer is told apart', async () => {
	const broken = await start('mana-auth', { fault: 'no such table: people' });
	expect(await probe('mana-auth', broken.url)).toMatchObject({
		health: 'not-ready',
		reason: 'mana-auth is not ready: no such table: people',
	});
	expect(await probe('mana-sync', broken.url)).toMatchObject({
		health: 'stranger',
		reason: expect.stringContaining('mana-auth') as string,
	});
	for (const body of ['<h1>Router</h1>', '{"status":"ok"}', 'null'])
		expect(
			await probe(
				'mana-auth',
				server(() => new Response(body)),
			),
		).toMatchObject({ health: 'stranger' });
	expect(await probe('mana-auth', 'http://127.0.0.1:1')).toMatchObject({ health: 'silent', version: null });
});

test('one that takes the question and never answers is silent after a while', async () => {
	const mute = createServer(() => {});
	await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
	cleanups.push(() => mute.close());
	const { port } = mute.address() as { port: number };
	const said = await probe('mana-auth', `http://127.0.0.1:${port}`, { timeoutMs: 50 });
	expect(said).toMatchObject({ health: 'silent', reason: expect.stringContaining('within 0.05 s') as string });
});

test('every service follows its needs from where it stands, and tells only those of its own network', async () => {
	const auth = await start('mana-auth');
	const sync = await start('mana-sync', { addresses: { 'mana-auth': auth.url } });
	const needs = async () => (await (await fetch(`${sync.url}/health/needs`)).json()) as unknown;
	const met = { name: 'mana-auth', address: auth.url, reached: true, ready: true, reason: null };
	expect(await needs()).toEqual({ name: 'mana-sync', needs: [met] });
	await auth.close();
	expect(await needs()).toMatchObject({ needs: [{ reached: false, ready: false, reason: `Nothing answers at ${auth.url}.` }] });
	for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { host: 'evil.example' }])
		expect((await fetch(`${sync.url}/health/needs`, { headers: new Headers(headers) })).status).toBe(404);
});

test('an engine is reached at its own path, and a service that is not built yet is not', async () => {
	const engine = server((path) => new Response('OK', { status: path === '/healthz' ? 200 : 404 }));
	const at = { 'mana-auth': 'http://127.0.0.1:1', searxng: engine };
	const search = await followNeeds('mana-search', (name) => at[name as keyof typeof at]);
	expect(search.needs).toMatchObject([
		{ name: 'mana-auth', reached: false },
		{ name: 'searxng', reached: false, reason: 'searxng is not part of this Mana yet.' },
	]);
});
