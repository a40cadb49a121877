import { describe, expect, test } from 'bun:test';
import { createLogger, serviceSealing } from '@mana/service';
import { eachEngine, type TestEngine, type TestPlace } from '@mana/store/testing';
import fc from 'fast-check';
import type { Attempt, Channel, Outcome, Parcel } from './channels/channel.ts';
import { deadLetters, tryAgain } from './deliveries.ts';
import { planDue } from './inbox.ts';
import { migrationsWith } from './migrations.ts';
import { after, type Ending, retry } from './outcome.ts';
import { Queue } from './queue.ts';
import { cancelMessage, type SentMessage, takeMessage } from './send.ts';
import type { DeliveryRow, NotifyStore, Tables } from './store.ts';

const random = <Bytes extends Uint8Array<ArrayBuffer>>(bytes: Bytes): Bytes => crypto.getRandomValues(bytes);

/** A mana-notify without its door: the queue over a store, a clock that is moved by hand, and a channel that does as it is told. */
class Bench {
	now = Date.UTC(2026, 0, 1);
	readonly sent: string[] = [];
	/** What the far side does with the next parcels; after the last one it takes everything. */
	readonly script: ((attempt: Attempt) => Promise<Outcome>)[] = [];
	readonly clock = { now: () => this.now };
	readonly store: NotifyStore;
	readonly queue: Queue;
	#keys = 0;

	constructor(store: NotifyStore, repeatable = true) {
		this.store = store;
		this.queue = this.another(repeatable);
	}

	/** One more worker on the same tables. */
	another(repeatable = true): Queue {
		const channel: Channel = {
			name: 'email',
			repeatable,
			concurrency: 4,
			send: async ({ id }: Pick<Parcel, 'id'>, attempt) => {
				const next = this.script.shift();
				if (next) return next(attempt);
				await attempt.handing();
				this.sent.push(id);
				return { kind: 'delivered', receipt: 'ok' };
			},
			close: () => undefined,
		};
		const { store, clock } = this;
		return new Queue({
			store,
			clock,
			random,
			log: createLogger('mana-notify', 'silent'),
			channels: [channel],
			planDue: () => planDue({ store, clock, random, memberships: { current: true, personalSpace: () => null } }),
			deliver: ({ id }, on, attempt) => on.send({ id } as Parcel, attempt),
			ended: async () => undefined,
			prune: async () => undefined,
		});
	}

	send(more: Partial<SentMessage> = {}) {
		return takeMessage(this, 'mana-sync', {
			topic: 'invitation',
			to: { address: 'grace@mana.example', language: 'en' },
			data: { inviter: 'I', place: 'P', link: '/', until: 1 },
			key: `key ${++this.#keys}`,
			...more,
		});
	}

	get random() {
		return random;
	}

	deliveries(): Promise<DeliveryRow[]> {
		return this.store.db.selectFrom('delivery').selectAll().orderBy('created_at').orderBy('id').execute();
	}

	async states(): Promise<string[]> {
		return (await this.deliveries()).map(({ state }) => state);
	}

	/** Ticks until nothing is due. */
	async run(): Promise<void> {
		while ((await this.queue.tick()) > 0);
	}
}

const sealing = serviceSealing(() => 'a secret of at least thirty-two characters', 'mana-notify');
const open = (engine: TestEngine, place?: TestPlace) =>
	engine.open<Tables>({ service: 'mana-notify', migrations: migrationsWith(sealing), ...(place ? { place } : {}) });

/**
 * Begins to send, and stops in the middle of the attempt as a process does that crashes. `over` has it come to, so that nothing of it goes on behind the test: its lease is
 * over by then, and what it says changes nothing.
 *
 * @param handed whether the far side could have the parcel by then
 */
async function crash(bench: Bench, handed: boolean): Promise<{ over: () => Promise<void> }> {
	const [stopped, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	bench.script.push(async ({ handing }) => {
		if (handed) await handing();
		stopped.resolve();
		await goOn.promise;
		return { kind: 'refused', reason: 'Too late.' };
	});
	const ticking = bench.queue.tick();
	await Promise.race([stopped.promise, ticking]);
	return {
		async over() {
			const before = await bench.deliveries();
			goOn.resolve();
			await ticking;
			expect(await bench.deliveries()).toEqual(before);
		},
	};
}

eachEngine('the queue', (engine) => {
	test('delivers once, and says so', async () => {
		const bench = new Bench(await open(engine));
		await bench.send();
		await bench.run();
		await bench.run();
		expect(await bench.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1, receipt: 'ok', reason: null }]);
		expect(bench.sent.length).toBe(1);
	});

	test('comes back later and later to who cannot take it, as late as it asks, and gives up with the reason', async () => {
		const bench = new Bench(await open(engine));
		bench.script.push(async () => ({ kind: 'later', reason: 'Busy.', afterMs: 600_000 }));
		for (let n = 1; n < retry.attempts; n++) bench.script.push(() => Promise.reject(new Error('No route.')));
		await bench.send();
		await bench.run();
		const [first] = await bench.deliveries();
		expect([first!.state, first!.reason, first!.run_at - bench.now]).toEqual(['waiting', 'Busy.', 600_000]);
		for (let n = 1; n < retry.attempts; n++) {
			bench.now = (await bench.deliveries())[0]!.run_at;
			await bench.run();
		}
		expect(await bench.deliveries()).toMatchObject([{ state: 'failed', reason: 'No route. Tried 14 times.' }]);
		expect(await deadLetters(bench.store)).toMatchObject([{ state: 'failed', topics: ['invitation'], channel: 'email' }]);

		const { id } = (await bench.deliveries())[0]!;
		await tryAgain(bench.store, id, bench.now);
		await bench.run();
		expect(await bench.states()).toEqual(['delivered']);
		await expect(tryAgain(bench.store, id, bench.now)).rejects.toThrow('not-given-up');
	});

	test('gives up at once what is refused for good', async () => {
		const bench = new Bench(await open(engine));
		bench.script.push(async () => ({ kind: 'refused', reason: 'No such mailbox.' }));
		await bench.send();
		await bench.run();
		expect(await bench.deliveries()).toMatchObject([{ state: 'failed', attempts: 1, reason: 'No such mailbox.' }]);
	});

	for (const [repeatable, becomes, times] of [
		[true, 'delivered', 1],
		[false, 'doubtful', 0],
	] as const)
		test(`after a crash behind the handing over ${repeatable ? 'sends the same parcel again' : 'leaves it in doubt'}`, async () => {
			const bench = new Bench(await open(engine), repeatable);
			await bench.send();
			const { over } = await crash(bench, true);
			bench.now += 61_000;
			await bench.another(repeatable).tick();
			const [row] = await bench.deliveries();
			expect([row!.state, row!.doubts, bench.sent.length]).toEqual([becomes, 1, times]);
			if (!repeatable) {
				await tryAgain(bench.store, row!.id, bench.now);
				await bench.another(repeatable).tick();
				expect([await bench.states(), bench.sent]).toEqual([['delivered'], [row!.id]]);
			}
			await over();
		});

	test('after a crash before the handing over just sends it', async () => {
		const bench = new Bench(await open(engine), false);
		await bench.send();
		const { over } = await crash(bench, false);
		bench.now += 61_000;
		await bench.another(false).tick();
		expect(await bench.deliveries()).toMatchObject([{ state: 'delivered', doubts: 0 }]);
		await over();
	});

	test('lets a worker whose lease is over change nothing any more', async () => {
		const bench = new Bench(await open(engine));
		const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		bench.script.push(async () => {
			begun.resolve();
			await goOn.promise;
			return { kind: 'refused', reason: 'Too late.' };
		});
		await bench.send();
		const slow = bench.queue.tick();
		await begun.promise;
		bench.now += 61_000;
		await bench.another().tick();
		goOn.resolve();
		await slow;
		expect(await bench.deliveries()).toMatchObject([{ state: 'delivered', reason: null }]);
	});

	test('tells nothing before its time, nothing that is over, and nothing that was taken back', async () => {
		const bench = new Bench(await open(engine));
		const hour = 3_600_000;
		const early = await bench.send({ at: bench.now + hour });
		const cancelled = await bench.send({ at: bench.now + hour });
		await bench.send({ at: bench.now + hour, expires: bench.now + 2 * hour });
		await bench.run();
		expect(await bench.deliveries()).toEqual([]);
		expect(await cancelMessage(bench, 'mana-sync', cancelled.id)).toBe(true);
		await expect(cancelMessage(bench, 'mana-auth', early.id)).rejects.toThrow('unknown-message');
		bench.now += 3 * hour;
		await bench.run();
		expect(await bench.states()).toEqual(['delivered']);
		const messages = await bench.store.db.selectFrom('message').select('state').orderBy('state').execute();
		expect(messages.map(({ state }) => state)).toEqual(['cancelled', 'expired', 'told']);
		expect(await cancelMessage(bench, 'mana-sync', early.id)).toBe(false);
	});

	test('lets what waits expire, but not what may have arrived', async () => {
		const bench = new Bench(await open(engine));
		bench.script.push(
			async () => ({ kind: 'later', reason: 'Busy.' }),
			async ({ handing }) => {
				await handing();
				throw new Error('The line broke.');
			},
		);
		await bench.send({ expires: bench.now + 1_000 });
		await bench.queue.tick();
		await bench.send({ expires: bench.now + 1_000 });
		await bench.queue.tick();
		bench.now += 3_600_000;
		await bench.run();
		expect((await bench.states()).sort()).toEqual(['doubtful', 'expired']);
	});

	test('replaces what still waits by the newer state of the same thing', async () => {
		const bench = new Bench(await open(engine));
		await bench.send({ collapse: 'task 1', at: bench.now + 1_000 });
		await bench.send({ collapse: 'task 1', to: { address: 'other@mana.example', language: 'en' } });
		bench.script.push(
			async () => ({ kind: 'later', reason: 'Busy.' }),
			async () => ({ kind: 'later', reason: 'Busy.' }),
		);
		await bench.send({ collapse: 'task 1' });
		await bench.queue.tick();
		await bench.send({ collapse: 'task 1' });
		bench.now += 3_600_000;
		await bench.run();
		expect((await bench.states()).sort()).toEqual(['delivered', 'delivered', 'replaced']);
	});

	test('forgets what is long finished, and no key before', async () => {
		const bench = new Bench(await open(engine));
		const { id } = await bench.send({ key: 'one' });
		await bench.run();
		bench.now += 29 * 86_400_000;
		await bench.another().tick();
		expect(await bench.send({ key: 'one' })).toEqual({ id, isNew: false });
		bench.now += 2 * 86_400_000;
		await bench.another().tick();
		expect(await bench.deliveries()).toEqual([]);
		expect((await bench.send({ key: 'one' })).isNew).toBe(true);
	});

	test('shared by two workers sends each message once', async () => {
		const place = await engine.place();
		const one = new Bench(await open(engine, place));
		// On SQLite a file is one process's, so there the two share it.
		const two = engine.name === 'postgres' ? new Bench(await open(engine, place)) : one;
		for (let n = 0; n < 40; n++) await one.send();
		const other = two === one ? one.another() : two.queue;
		const drain = async (queue: Queue) => {
			while ((await queue.tick()) > 0);
		};
		await Promise.all([drain(one.queue), drain(other)]);
		const sent = two === one ? one.sent : [...one.sent, ...two.sent];
		expect([sent.length, new Set(sent).size]).toEqual([40, 40]);
		expect(new Set(await one.states())).toEqual(new Set(['delivered']));
	});
});

describe('what a delivery becomes', () => {
	const endings: fc.Arbitrary<Ending> = fc.oneof(
		fc.constant<Ending>({ kind: 'delivered' }),
		fc.constant<Ending>({ kind: 'expired' }),
		fc.record({ kind: fc.constant('refused' as const), reason: fc.string() }),
		fc.record({ kind: fc.constant('doubtful' as const), reason: fc.string() }),
		fc.record({ kind: fc.constant('later' as const), reason: fc.string({ maxLength: 5_000 }), afterMs: fc.nat(10_000_000) }),
		fc.record({ kind: fc.constant('postponed' as const), reason: fc.string(), until: fc.nat() }),
	);
	const start = { attempts: 1, tries: 0, doubts: 0 } as DeliveryRow;

	test('ends after a bounded number of attempts that count, never silently, and never as failed once it may have arrived', () => {
		fc.assert(
			fc.property(
				fc.array(endings, { minLength: 40, maxLength: 60 }),
				fc.boolean(),
				fc.double({ min: 0, max: 0.999, noNaN: true }),
				(all, repeatable, jitter) => {
					let row = start;
					let counted = 0;
					let doubted = false;
					for (const ending of all) {
						const change = after(row, ending, { repeatable, now: 1_000_000, jitter });
						row = { ...row, ...change };
						if (ending.kind === 'doubtful') doubted = true;
						if (ending.kind !== 'postponed') counted++;
						if (row.state !== 'waiting') break;
						expect(row.run_at - 1_000_000).toBeLessThanOrEqual(ending.kind === 'postponed' ? Infinity : 3_600_000);
					}
					expect(counted).toBeLessThanOrEqual(retry.attempts);
					if (row.state === 'failed' && doubted) expect(all.some(({ kind }) => kind === 'refused')).toBe(true);
					if (row.state === 'expired') expect(doubted).toBe(false);
					if (row.state === 'failed' || row.state === 'doubtful') expect(row.reason?.length ?? 0).toBeLessThanOrEqual(2_100);
				},
			),
		);
	});
});
