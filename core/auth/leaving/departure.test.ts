import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { Erasure } from '@mana/service/leaving';
import { openStore } from '@mana/store';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../migrations.ts';
import type { Tables } from '../store.ts';
import { signedInMember, signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock } from '../testing.ts';
import type { DepartureCard } from './departure.ts';
import { graceMs } from './departure.ts';
import { copies, keepers } from './keepers.ts';

const minuteMs = 60_000;
const others = [...keepers, ...copies];
const plan = { handOver: [], end: [], stay: [] };
const nothing: Erasure = { tables: [{ table: 'rows', erased: 3, left: 0 }], ended: [], behind: 0 };

/** All other services at one address: each does what it is told to, and what it was asked is kept. */
class Others {
	spaces: object = plan;
	readonly answers: Record<string, Erasure | 'away' | 'silent'> = {};
	readonly asked: { readonly service: string; readonly body: unknown }[] = [];
	#heard = Promise.withResolvers<void>();
	readonly #servers = others.map((service) =>
		Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: (request) => this.#answer(service, request) }),
	);

	get addresses(): Record<string, string> {
		return Object.fromEntries(others.map((service, i) => [service, this.#servers[i]!.url.origin]));
	}

	async until(holds: () => boolean): Promise<void> {
		while (!holds()) await this.#heard.promise;
	}

	async close(): Promise<void> {
		for (const server of this.#servers) await server.stop(true);
	}

	async #answer(service: string, request: Request): Promise<Response> {
		const path = new URL(request.url).pathname;
		if (path.endsWith('/spaces')) return Response.json(this.spaces);
		if (!path.endsWith('/erase')) return Response.json({ id: 'm1' });
		this.asked.push({ service, body: await request.json() });
		this.#heard.resolve();
		this.#heard = Promise.withResolvers();
		const answer = this.answers[service] ?? nothing;
		if (answer === 'silent') return new Promise(() => undefined);
		return answer === 'away' ? new Response(null, { status: 503 }) : Response.json(answer);
	}
}

eachEngine('leaving a Mana', (engine) => {
	let place: TestPlace;
	let clock: TestClock;
	let services: Others;
	let auth: TestAuth;
	let owner: TestBrowser;
	let grace: TestBrowser;

	const start = () => startAuth({ ...place, clock, services: services.addresses });
	const cards = async () => (await owner.get('/departures')).body['departures'] as DepartureCard[];
	const idOf = async (browser: TestBrowser) => ((await browser.get('/session')).body['person'] as { id: string }).id;
	/** Until the job has come that far: it looks at least once a second. */
	const until = async (holds: (card: DepartureCard) => boolean) => {
		for (;;) {
			const [card] = await cards();
			if (card && holds(card)) return card;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	};

	beforeEach(async () => {
		place = await engine.place();
		clock = new TestClock();
		services = new Others();
		auth = await start();
		owner = await signedInOwner(auth);
		grace = await signedInMember(auth, owner, 'grace@mana.example');
	});

	afterEach(async () => {
		await auth.close();
		await services.close();
	});

	test('needs a fresh proof, spaces that are handed over, and another owner; and can be taken back', async () => {
		services.spaces = { ...plan, handOver: [{ id: 's1', kind: 'family', name: 'Home' }] };
		const refused = await grace.post('/departure');
		expect([refused.status, refused.body['code'], refused.body['spaces']]).toEqual([
			409,
			'spaces-owned',
			[{ id: 's1', kind: 'family', name: 'Home' }],
		]);
		services.spaces = plan;
		expect((await owner.post('/departure')).body['code']).toBe('last-owner');
		clock.advance(11 * minuteMs);
		expect((await grace.post('/departure')).body['code']).toBe('proof-needed');
		await grace.post('/proofs', { password: 'compiles in english' });
		const { status, body } = await grace.post('/departure');
		expect([status, (body['departure'] as { state: string }).state]).toEqual([201, 'planned']);
		expect((await grace.post('/departure')).body).toEqual(body);
		expect((await grace.send('DELETE', '/departure')).status).toBe(204);
		expect((await grace.send('DELETE', '/departure')).body['code']).toBe('departure-unknown');
		clock.advance(graceMs + minuteMs);
		await grace.post('/sign-in', { email: 'grace@mana.example', password: 'compiles in english' });
		expect((await grace.get('/session')).status).toBe(200);
		expect(services.asked).toEqual([]);
	});

	test('asks every service once it has answered no more, names those that fail, and goes on where it was cut off', async () => {
		services.answers['mana-sync'] = { ...nothing, ended: ['space-1'] };
		services.answers['mana-notify'] = 'away';
		services.answers['todo-server'] = { ...nothing, behind: 1 };
		const id = await idOf(grace);
		await grace.post('/departure');
		clock.advance(graceMs);
		await until(({ state }) => state === 'under-way');
		expect(services.asked).toEqual([]);
		const ended = await grace.get('/session');
		expect([ended.status, ended.body['code']]).toEqual([401, 'account-erased']);
		expect((await auth.browser().get('/session')).body['code']).toBe('not-signed-in');
		clock.advance(12 * minuteMs);
		const failed = await until((card) => Object.keys(card.services).length === others.length);
		expect(failed.services['mana-notify']).toMatchObject({ tables: null, problem: 'service-failed' });
		expect(failed.services['todo-server']).toMatchObject({ tables: null, problem: 'not-heard-yet' });
		expect(failed.person?.id).toBe(id);
		expect(services.asked[0]).toEqual({ service: 'mana-sync', body: { address: 'grace@mana.example', ended: [] } });
		expect(services.asked.slice(1).every(({ body }) => JSON.stringify(body).includes('space-1'))).toBe(true);

		// The process ends and begins again; an admin does not wait until it tries again by itself.
		await auth.close();
		auth = await start();
		owner = auth.browser();
		await owner.post('/sign-in', { email: 'ada@mana.example', password: 'first program 1843' });
		delete services.answers['mana-notify'];
		delete services.answers['todo-server'];
		services.asked.length = 0;
		expect((await owner.post(`/departures/${failed.id}/attempts`)).status).toBe(204);
		const done = await until(({ state }) => state === 'done');
		expect([...new Set(services.asked.map(({ service }) => service))].sort()).toEqual(['mana-notify', 'todo-server']);
		expect(done.person).toBeNull();
		expect(Object.values(done.services).every(({ problem }) => problem === null)).toBe(true);
		expect(JSON.stringify(done)).not.toContain(id);
		expect((await owner.get('/audit/check')).body['broken']).toBeNull();
		expect((await owner.get(`/people/${id}`)).status).toBe(404);
	});

	test('is begun and taken back by admins, for whom they may look after', async () => {
		const admin = await signedInMember(auth, owner, 'admin@mana.example', 'admin');
		const [ownerId, graceId, adminId] = [await idOf(owner), await idOf(grace), await idOf(admin)];
		services.spaces = { ...plan, handOver: [{ id: 's1', kind: 'family', name: 'Home' }] };
		expect((await admin.post(`/people/${ownerId}/departure`)).body['code']).toBe('role-missing');
		expect((await owner.post(`/people/${ownerId}/departure`)).body['code']).toBe('own-account');
		expect((await grace.post(`/people/${adminId}/departure`)).body['code']).toBe('role-missing');
		expect((await admin.post(`/people/${graceId}/departure`)).status).toBe(201);
		expect((await grace.get('/departure')).body['departure']).toMatchObject({ state: 'planned', byAdmin: true });
		expect((await cards()).map(({ person }) => person?.name)).toEqual(['Grace Hopper']);
		expect((await admin.send('DELETE', `/people/${graceId}/departure`)).status).toBe(204);
		expect(await cards()).toEqual([]);
		const kinds = ((await grace.get('/activity')).body['entries'] as { kind: string; by: { id: string } | null }[]).map(
			({ kind, by }) => [kind, by?.id],
		);
		expect(kinds.slice(0, 2)).toEqual([
			['erasure-taken-back', adminId],
			['erasure-planned', adminId],
		]);
	});
});

test('goes on where SIGKILL cut it off, and asks nobody twice who has answered', async () => {
	const home = await mkdtemp(join(tmpdir(), 'mana-auth-'));
	const services = new Others();
	const clock = new TestClock();
	try {
		const auth = await startAuth({ home, clock, services: services.addresses });
		const owner = await signedInOwner(auth);
		const grace = await signedInMember(auth, owner, 'grace@mana.example');
		await grace.post('/departure');
		clock.advance(graceMs);
		while ((await grace.get('/session')).status === 200) await new Promise((resolve) => setTimeout(resolve, 20));
		await auth.close();

		// From here on it is the time of the machine, months later.
		services.answers['mana-notify'] = 'silent';
		const first = startProcess(home, services.addresses);
		await services.until(() => services.asked.some(({ service }) => service === 'mana-notify'));
		first.kill('SIGKILL');
		await first.exited;
		delete services.answers['mana-notify'];
		services.asked.length = 0;
		const store = await openStore<Tables & JobRows>({ service: 'mana-auth', home, migrations });
		// As when the time is over that a job may take.
		await store.db.updateTable('mana_jobs').set({ lease_until: 0 }).where('state', '=', 'running').execute();
		const second = startProcess(home, services.addresses);
		const departure = () => store.db.selectFrom('departure').select(['state', 'person_id']).executeTakeFirstOrThrow();
		while ((await departure()).state !== 'done') await new Promise((resolve) => setTimeout(resolve, 20));
		second.kill();
		await second.exited;
		expect(await departure()).toEqual({ state: 'done', person_id: null });
		expect(await store.db.selectFrom('person').select('email').execute()).toEqual([{ email: 'ada@mana.example' }]);
		await store.close();
		expect(services.asked.map(({ service }) => service)).toEqual(others.filter((service) => service !== 'mana-sync'));
	} finally {
		await services.close();
		await rm(home, { recursive: true });
	}
}, 60_000);

interface JobRows {
	mana_jobs: { state: string; lease_until: number | null };
}

function startProcess(home: string, addresses: Readonly<Record<string, string>>) {
	const program = join(import.meta.dir, '../testing-process.ts');
	return Bun.spawn([process.execPath, program, JSON.stringify({ home, addresses })], { stdin: 'pipe', stdout: 'ignore' });
}
