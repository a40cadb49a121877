import { expect, test } from 'bun:test';
import { sql } from 'kysely';
import { pino } from 'pino';
import { type JobHandlers, type JobsOptions, openJobs } from './jobs.ts';
import { forgetJobs } from './jobs/forget.ts';
import { eachEngine } from './testing.ts';

const second = 1000;

eachEngine('jobs', (engine) => {
	async function open<Handlers extends JobHandlers>(handlers: Handlers, options: JobsOptions<Handlers> = {}) {
		const clock = { at: 1_000_000, now: () => clock.at };
		const store = await engine.open();
		const jobs = await openJobs(store, handlers, { clock, ...options });
		return { jobs, clock, store };
	}

	test('a job runs once with its payload and is done', async () => {
		const seen: unknown[] = [];
		const { jobs } = await open({ greet: async (payload: { name: string }, job) => seen.push([payload, job.attempt]) });
		const id = await jobs.enqueue('greet', { name: 'Ada' });
		expect(await jobs.tick()).toBe(1);
		expect(await jobs.tick()).toBe(0);
		expect(seen).toEqual([[{ name: 'Ada' }, 1]]);
		expect((await jobs.find(id))?.state).toBe('done');
	});

	test('jobs that say a word are forgotten, done or not, and no others', async () => {
		const { jobs, store } = await open({ letter: async () => {} });
		const said = await jobs.enqueue('letter', { to: 'a_da"s@mana.example' });
		await jobs.tick();
		const keyed = await jobs.enqueue('letter', null, { key: 'of person-1', at: 2_000_000 });
		const other = await jobs.enqueue('letter', { to: 'axda"s@mana.example' });
		expect(await forgetJobs(store.db, ['a_da"s@mana.example', 'person-1'])).toBe(2);
		expect([await jobs.find(said), await jobs.find(keyed)]).toEqual([null, null]);
		expect(await jobs.find(other)).not.toBeNull();
		expect(await forgetJobs((await engine.open()).db, ['person-1'])).toBe(0);
	});

	test('a job for later waits for its time', async () => {
		const { jobs, clock } = await open({ later: async () => {} });
		await jobs.enqueue('later', undefined, { at: clock.at + 10 * second });
		expect(await jobs.tick()).toBe(0);
		clock.at += 10 * second;
		expect(await jobs.tick()).toBe(1);
	});

	test('with a key there is one job, however often it is asked for, even after it ran', async () => {
		let runs = 0;
		const { jobs } = await open({ once: async () => runs++, other: async () => runs++ });
		const first = await jobs.enqueue('once', null, { key: 'k' });
		expect(await jobs.enqueue('once', null, { key: 'k' })).toBe(first);
		await jobs.tick();
		expect(await jobs.enqueue('once', null, { key: 'k' })).toBe(first);
		await jobs.enqueue('other', null, { key: 'k' });
		await jobs.tick();
		expect(runs).toBe(2);
	});

	test('a failure is tried again, later each time, until the attempts are used up; then the job is dead with its reason', async () => {
		let runs = 0;
		const { jobs, clock } = await open(
			{
				fail: async () => {
					runs++;
					throw new Error(`no ${runs}`);
				},
			},
			{ random: (bytes) => bytes.fill(255) },
		);
		const id = await jobs.enqueue('fail', null, { maxAttempts: 3 });
		await jobs.tick();
		expect(await jobs.find(id)).toMatchObject({ state: 'waiting', attempts: 1, runAt: clock.at + 1 * second, reason: 'no 1' });
		expect(await jobs.tick()).toBe(0);
		clock.at += 1 * second;
		await jobs.tick();
		expect((await jobs.find(id))?.runAt).toBe(clock.at + 2 * second);
		clock.at += 2 * second;
		await jobs.tick();
		expect(await jobs.dead()).toMatchObject([{ id, name: 'fail', attempts: 3, reason: 'no 3' }]);
		clock.at += 1000 * second;
		expect(await jobs.tick()).toBe(0);
		expect(await jobs.revive(id)).toBe(true);
		expect(await jobs.tick()).toBe(1);
	});

	test('the back-off is spread by up to one half', async () => {
		const fail = async () => Promise.reject(new Error('no'));
		const { jobs, clock } = await open({ fail }, { random: (bytes) => bytes.fill(0) });
		const id = await jobs.enqueue('fail', null);
		await jobs.tick();
		expect((await jobs.find(id))?.runAt).toBe(clock.at + second / 2);
	});

	test('a cancelled job does not run; one that ran cannot be cancelled', async () => {
		let runs = 0;
		const { jobs } = await open({ work: async () => runs++ });
		const id = await jobs.enqueue('work', null);
		expect(await jobs.cancel(id)).toBe(true);
		expect(await jobs.tick()).toBe(0);
		const other = await jobs.enqueue('work', null);
		await jobs.tick();
		expect(await jobs.cancel(other)).toBe(false);
		expect(runs).toBe(1);
	});

	test('when a worker dies its job is taken again after the lease, and its late outcome changes nothing', async () => {
		const { jobs, clock, store } = await open({ work: async () => {} });
		const dying = await openJobs(store, { work: () => new Promise(() => {}) }, { clock, leaseMs: 60 * second });
		const id = await jobs.enqueue('work', null);
		void dying.tick();
		while ((await jobs.find(id))?.state !== 'running') await Bun.sleep(1);
		expect(await jobs.tick()).toBe(0);
		clock.at += 60 * second;
		expect(await jobs.tick()).toBe(1);
		expect(await jobs.find(id)).toMatchObject({ state: 'done', attempts: 2 });
	});

	test('a job whose end the store does not take brings nobody down: it is told, and runs again after its lease', async () => {
		const clock = { at: 1_000_000, now: () => clock.at };
		const store = await engine.open();
		const told: unknown[] = [];
		const log = pino({ level: 'error' }, { write: (line: string) => told.push(JSON.parse(line)) });
		let runs = 0;
		const handlers = {
			work: async () => {
				if (++runs === 1) await sql`alter table mana_jobs rename to away`.execute(store.db);
			},
		};
		const jobs = await openJobs(store, handlers, { clock, log, leaseMs: 60 * second });
		const id = await jobs.enqueue('work', null);
		expect(await jobs.tick()).toBe(1);
		await sql`alter table away rename to mana_jobs`.execute(store.db);
		expect(told).toMatchObject([{ job: 'work', id, attempt: 1, err: { message: expect.stringContaining('mana_jobs') } }]);
		expect(await jobs.find(id)).toMatchObject({ state: 'running' });
		clock.at += 60 * second;
		expect(await jobs.tick()).toBe(1);
		expect(await jobs.find(id)).toMatchObject({ state: 'done', attempts: 2 });
		await jobs.stop();
	});

	test('a worker that says that it goes on keeps its job for another lease, and hears when it has lost it', async () => {
		const { jobs, clock, store } = await open({ work: async () => {} });
		const steps: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
		const heard: boolean[] = [];
		const long = await openJobs(
			store,
			{
				async work(_: null, job) {
					for (const step of steps) {
						await step.promise;
						await job.hold();
						heard.push(job.signal.aborted);
					}
				},
			},
			{ clock, leaseMs: 60 * second },
		);
		const id = await jobs.enqueue('work', null);
		const late = long.tick();
		while ((await jobs.find(id))?.state !== 'running') await Bun.sleep(1);
		clock.at += 50 * second;
		steps[0]!.resolve();
		while (heard.length === 0) await Bun.sleep(1);
		clock.at += 50 * second;
		expect(await jobs.tick()).toBe(0);
		clock.at += 10 * second;
		expect(await jobs.tick()).toBe(1);
		steps[1]!.resolve();
		await late;
		expect(heard).toEqual([false, true]);
		expect(await jobs.find(id)).toMatchObject({ state: 'done', attempts: 2 });
	});

	test('a worker that lost its lease cannot overwrite the outcome of the next one', async () => {
		const blocked = Promise.withResolvers<void>();
		const { jobs, clock, store } = await open({ work: async () => {} });
		const slow = await openJobs(store, { work: () => blocked.promise }, { clock });
		const id = await jobs.enqueue('work', null);
		const late = slow.tick();
		while ((await jobs.find(id))?.state !== 'running') await Bun.sleep(1);
		clock.at += 60 * second;
		await jobs.tick();
		blocked.reject(new Error('too late'));
		await late;
		expect(await jobs.find(id)).toMatchObject({ state: 'done', reason: null });
	});

	test('a job that takes its workers down with it ends up dead instead of going round for ever', async () => {
		const { jobs, clock, store } = await open({ bomb: async () => {} });
		const dying = await openJobs(store, { bomb: () => new Promise(() => {}) }, { clock, concurrency: 9 });
		const id = await jobs.enqueue('bomb', null, { maxAttempts: 2 });
		for (const attempt of [1, 2]) {
			void dying.tick();
			while ((await jobs.find(id))?.attempts !== attempt) await Bun.sleep(1);
			clock.at += 60 * second;
		}
		await jobs.tick();
		expect(await jobs.dead()).toMatchObject([{ id, reason: 'It was abandoned 2 times.' }]);
	});

	test('two workers share the jobs and none runs twice', async () => {
		const ran: number[] = [];
		const handlers = { work: async (payload: number) => ran.push(payload) };
		const { jobs, clock, store } = await open(handlers);
		const other = await openJobs(store, handlers, { clock });
		for (let number = 0; number < 20; number++) await jobs.enqueue('work', number);
		for (let round = 0; round < 5; round++) await Promise.all([jobs.tick(), other.tick()]);
		expect(ran.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, number) => number));
	});

	test('a recurring job runs once per period, whoever ticks', async () => {
		let runs = 0;
		const handlers = { clean: async () => runs++ };
		const every = { clean: 60 * second };
		const { jobs, clock, store } = await open(handlers, { every });
		const other = await openJobs(store, handlers, { clock, every });
		await jobs.tick();
		await other.tick();
		expect(runs).toBe(1);
		clock.at += 60 * second;
		await other.tick();
		await jobs.tick();
		expect(runs).toBe(2);
	});

	test('a job enqueued in a transaction that fails does not exist', async () => {
		const { jobs, store } = await open({ work: async () => {} });
		let id = '';
		const failing = store.db.transaction().execute(async (trx) => {
			id = await jobs.enqueue('work', null, { within: trx });
			throw new Error('rolled back');
		});
		await expect(failing).rejects.toThrow('rolled back');
		expect(await jobs.find(id)).toBeNull();
		expect(await jobs.tick()).toBe(0);
	});

	test('finished jobs are forgotten after a week, dead ones stay', async () => {
		const { jobs, clock } = await open({ work: async () => {}, fail: () => Promise.reject(new Error('no')) });
		const done = await jobs.enqueue('work', null);
		const dead = await jobs.enqueue('fail', null, { maxAttempts: 1 });
		await jobs.tick();
		clock.at += 8 * 86_400 * second;
		await jobs.tick();
		expect(await jobs.find(done)).toBeNull();
		expect((await jobs.find(dead))?.state).toBe('dead');
	});

	test('a name without a handler here is left for who has one', async () => {
		const { jobs, clock, store } = await open({ mine: async () => {}, yours: async () => {} });
		const other = await openJobs(store, { yours: async () => {} }, { clock });
		await jobs.enqueue('mine', null);
		expect(await other.tick()).toBe(0);
		expect(await jobs.tick()).toBe(1);
	});

	test('the loop runs what is enqueued at once, a slow job does not hold up another, and stop waits for what is under way', async () => {
		const slow = Promise.withResolvers<void>();
		const quick = Promise.withResolvers<void>();
		let finished = false;
		const store = await engine.open();
		const jobs = await openJobs(store, {
			slow: async () => {
				await slow.promise;
				finished = true;
			},
			quick: async () => quick.resolve(),
		});
		jobs.start();
		await jobs.enqueue('slow', null);
		await jobs.enqueue('quick', null);
		await quick.promise;
		expect(finished).toBe(false);
		const stopped = jobs.stop();
		slow.resolve();
		await stopped;
		expect(finished).toBe(true);
	});
});
