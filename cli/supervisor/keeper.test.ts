import { describe, expect, test } from 'bun:test';
import { type Exit, Keeper, type Life, type Listening } from './keeper.ts';
import type { RestartPolicy } from './restarts.ts';
import { FakeTimers } from './testing/fake-timers.ts';

const policy: RestartPolicy = { firstMs: 100, longestMs: 1000, steadyMs: 5_000, tries: 3 };
const listening: readonly Listening[] = [{ name: 'a', url: 'http://127.0.0.1:1' }];

/** A process that does what the test says. */
class FakeLife implements Life {
	readonly pid: number;
	readonly #ready = Promise.withResolvers<readonly Listening[]>();
	readonly #exited = Promise.withResolvers<Exit>();
	readonly asked: string[] = [];
	said: string | null = null;

	constructor(pid: number) {
		this.pid = pid;
	}

	readonly ready = this.#ready.promise;
	readonly exited = this.#exited.promise;
	complaint = () => this.said;
	stop = () => void this.asked.push('stop');
	kill = () => void this.asked.push('kill');

	async becomesReady(): Promise<void> {
		this.#ready.resolve(listening);
		await Bun.sleep(0);
	}

	async dies(exit: Exit = { code: 1, signal: null }): Promise<void> {
		this.#exited.resolve(exit);
		await Bun.sleep(0);
	}
}

function keep() {
	const timers = new FakeTimers();
	const lives: FakeLife[] = [];
	const messages: string[] = [];
	const keeper = new Keeper({
		plan: { name: 'core', services: ['a'], needs: [] },
		policy,
		timers,
		startTimeoutMs: 2000,
		stopTimeoutMs: 3000,
		spawn: () => {
			const life = new FakeLife(lives.length + 1);
			lives.push(life);
			return life;
		},
		changed: (_, message) => void (message !== null && messages.push(message)),
	});
	const life = () => {
		const last = lives.at(-1);
		if (!last) throw new Error('nothing was started');
		return last;
	};
	return { keeper, timers, lives, life, messages };
}

describe('a kept process', () => {
	test('is started again after a pause that doubles', async () => {
		const { keeper, timers, lives, life } = keep();
		void keeper.start();
		await life().becomesReady();
		expect(keeper.state).toBe('ready');
		for (const pauseMs of [100, 200, 400]) {
			const before = lives.length;
			await life().dies();
			expect(keeper.state).toBe('restarting');
			expect(keeper.listening).toEqual([]);
			timers.pass(pauseMs - 1);
			expect(lives.length).toBe(before);
			timers.pass(1);
			expect(lives.length).toBe(before + 1);
		}
		expect(keeper.restarts).toBe(3);
	});

	test('is given up, loudly, when it keeps crashing', async () => {
		const { keeper, timers, life, messages } = keep();
		const started = keeper.start();
		for (let crash = 0; crash < 4; crash++) {
			life().said = 'the disk is full';
			await life().dies();
			timers.pass(1000);
		}
		await started;
		expect(keeper.state).toBe('failed');
		expect(messages.at(-1)).toBe('core (a) was given up: the disk is full');
	});

	test('is forgiven its crashes when it has lived well in between', async () => {
		const { keeper, timers, lives, life } = keep();
		void keeper.start();
		for (let crash = 0; crash < 10; crash++) {
			await life().becomesReady();
			timers.pass(6000);
			await life().dies({ code: null, signal: 'SIGKILL' });
			timers.pass(100);
		}
		expect(lives.length).toBe(11);
	});

	test('is killed when it does not get ready', async () => {
		const { keeper, timers, life } = keep();
		void keeper.start();
		timers.pass(2000);
		expect(life().asked).toEqual(['kill']);
	});

	test('is not killed for slowness once it is ready', async () => {
		const { keeper, timers, life } = keep();
		void keeper.start();
		await life().becomesReady();
		timers.pass(100_000);
		expect(life().asked).toEqual([]);
	});

	test('is asked to stop first and killed when it does not', async () => {
		const { keeper, timers, life } = keep();
		void keeper.start();
		await life().becomesReady();
		const stopped = keeper.stop();
		expect(life().asked).toEqual(['stop']);
		timers.pass(3000);
		expect(life().asked).toEqual(['stop', 'kill']);
		await life().dies({ code: null, signal: 'SIGKILL' });
		await stopped;
		expect(keeper.state).toBe('stopped');
		timers.pass(100_000);
		expect(keeper.state).toBe('stopped');
	});

	test('stays down when it is stopped in the pause before a new start', async () => {
		const { keeper, timers, lives, life } = keep();
		const started = keeper.start();
		await life().dies();
		await keeper.stop();
		await started;
		timers.pass(100_000);
		expect([keeper.state, lives.length]).toEqual(['stopped', 1]);
	});
});
