import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, defineService, type RunningService } from '@mana/service';
import { service as authService } from '../core/auth/index.ts';
import { hubOver } from './index.ts';
import type { StatusReport } from './status.ts';

const folder = mkdtempSync(join(tmpdir(), 'mana-status-'));
const publicUrl = 'http://mana.test';
let now = Date.UTC(2026, 0, 1, 12);
const clock = { now: () => now };
let auth: RunningService;
let sync: RunningService;
let hub: RunningService;
let syncFault: string | null = null;
/** The cookie of each. */
const people = new Map<string, string>();
const tokens = new Map<string, string>();

beforeAll(async () => {
	const build = join(folder, 'build');
	mkdirSync(build);
	writeFileSync(join(build, 'index.html'), '<!doctype html><title>Mana</title>');
	const authLog = createLogger('mana-auth', 'silent');
	auth = await authService.start({ port: 0, home: join(folder, 'auth'), publicUrl, env: {}, clock, log: authLog });
	sync = await defineService({
		name: 'mana-sync',
		open: () => ({
			routes: (app) => app,
			ready: () => (syncFault === null ? Promise.resolve() : Promise.reject(new Error(syncFault))),
			close: async () => {},
		}),
	}).start({ port: 0, env: {}, clock, log: createLogger('mana-sync', 'silent') });
	const addresses: Record<string, string> = { 'mana-auth': auth.url, 'mana-sync': sync.url };
	hub = await hubOver(build).start({
		port: 0,
		home: folder,
		publicUrl,
		// Nobody listens there: whatever is not named above is silent.
		portOffset: 60_000 - 5_100,
		env: {},
		addresses,
		clock,
		log: createLogger('mana-web', 'silent'),
	});
	const setupLink = readFileSync(join(folder, 'auth', 'run', 'setup-link'), 'utf8').trim();
	people.set('owner', await enrol('/setup', 'owner@mana.example', { token: secretOf(setupLink) }));
	for (const role of ['admin', 'member', 'guest']) people.set(role, await invited(role));
	for (const [role, cookie] of people) tokens.set(role, await tokenOf(cookie));
});
afterAll(async () => {
	for (const part of [hub, sync]) await part.close();
	rmSync(folder, { recursive: true });
});
// Everything is asked anew.
beforeEach(() => void (now += 2000));

async function say(path: string, cookie: string, body: object = {}): Promise<Response> {
	const headers = { 'content-type': 'application/json', origin: publicUrl, cookie };
	const answer = await fetch(auth.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
	if (!answer.ok) throw new Error(`POST ${path}: ${await answer.text()}`);
	return answer;
}

async function enrol(path: string, email: string, proof: object): Promise<string> {
	const answer = await say(path, '', { name: 'Ada Lovelace', email, password: 'first program 1843', ...proof });
	return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

async function invited(role: string, email = `${role}@mana.example`): Promise<string> {
	const { link } = (await (await say('/invitations', people.get('owner') ?? '', { role })).json()) as { link: string };
	return enrol('/sign-up', email, { invitation: secretOf(link) });
}

async function tokenOf(cookie: string): Promise<string> {
	return ((await (await say('/token', cookie)).json()) as { token: string }).token;
}

function secretOf(link: string): string {
	return new URL(link).hash.replace('#token=', '');
}

async function ask(token: string | undefined, headers: Record<string, string> = {}) {
	const answer = await fetch(`${hub.url}/api/mana-web/status`, {
		headers: { host: 'mana.test', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
	});
	const body = (await answer.json()) as StatusReport & { readonly code?: string };
	return { status: answer.status, body, of: (name: string) => body.services.find((service) => service.name === name) };
}

describe('what the hub says of the whole', () => {
	for (const role of ['owner', 'admin'])
		test(`tells the ${role} where everything is, and why it is not well`, async () => {
			syncFault = 'no such table: spaces';
			try {
				const { status, body, of } = await ask(tokens.get(role));
				expect([status, body.details]).toEqual([200, true]);
				expect(of('mana-auth')).toEqual({
					name: 'mana-auth',
					range: 'core',
					health: 'ready',
					version: body.version,
					since: '2026-01-01T12:00:00.000Z',
					host: '127.0.0.1',
					port: Number(new URL(auth.url).port),
					pid: process.pid,
					reason: null,
				});
				expect(of('mana-sync')).toMatchObject({ health: 'not-ready', reason: 'mana-sync is not ready: no such table: spaces' });
				expect(of('todo-web')).toMatchObject({
					health: 'silent',
					since: null,
					reason: expect.stringContaining('Nothing answers') as string,
				});
			} finally {
				syncFault = null;
			}
		});

	for (const role of ['member', 'guest'])
		test(`tells a ${role} what runs and how it is, and nothing more`, async () => {
			const { status, body, of } = await ask(tokens.get(role));
			expect([status, body.details]).toEqual([200, false]);
			expect(of('mana-auth')).toEqual({
				name: 'mana-auth',
				range: 'core',
				health: 'ready',
				version: body.version,
				since: '2026-01-01T12:00:00.000Z',
			});
			for (const service of body.services) expect(Object.keys(service)).toEqual(['name', 'range', 'health', 'version', 'since']);
			expect(JSON.stringify(body)).not.toContain('127.0.0.1');
		});

	test('tells nothing to whoever is not signed in', async () => {
		for (const [token, code] of [
			[undefined, 'token-missing'],
			['nonsense', 'token-invalid'],
			[`${tokens.get('owner')}x`, 'token-invalid'],
		] as const) {
			const { status, body } = await ask(token);
			expect([status, body.code, body.services]).toEqual([401, code, undefined as never]);
		}
		expect((await ask(tokens.get('owner'), { host: 'evil.example' })).body.code).toBe('wrong-address');
	});

	test('tells nothing to a session that has ended, although its token is still good', async () => {
		const cookie = await invited('admin', 'revoked@mana.example');
		const token = await tokenOf(cookie);
		expect((await ask(token)).body.details).toBe(true);
		await say('/sign-out', cookie);
		const { status, body } = await ask(token);
		expect([status, body.code]).toEqual([401, 'session-expired']);
	});

	test('asks everything once, however many look', async () => {
		const [one, two] = await Promise.all([ask(tokens.get('owner')), ask(tokens.get('member'))]);
		expect(one.body.at).toBe(two.body.at);
		now += 2000;
		expect((await ask(tokens.get('owner'))).body.at).not.toBe(one.body.at);
	});

	// The last two: they end mana-auth, and the tokens.
	test('still tells who has a good token when mana-auth is down, and says that it is', async () => {
		await auth.close();
		const { status, body, of } = await ask(tokens.get('owner'));
		expect([status, body.details]).toEqual([200, true]);
		expect(of('mana-auth')).toMatchObject({ health: 'silent', version: null });
		expect((await ask(tokens.get('member'))).body.details).toBe(false);
	});

	test('tells nothing to a token that is over', async () => {
		now += 11 * 60_000;
		const { status, body } = await ask(tokens.get('owner'));
		expect([status, body.code]).toEqual([401, 'token-expired']);
	});
});
