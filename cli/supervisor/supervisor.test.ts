import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MergedLog } from './log.ts';
import type { Exit } from './keeper.ts';
import type { ProcessPlan } from './plan.ts';
import { spawnHost } from './spawn.ts';
import { Supervisor } from './supervisor.ts';
import { systemTimers } from './timers.ts';

const child = join(import.meta.dir, 'testing', 'child.ts');
const running: Supervisor[] = [];
const folders: string[] = [];
afterEach(async () => {
	for (const supervisor of running.splice(0)) {
		supervisor.kill();
		await supervisor.stop();
	}
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function plan(name: string, needs: readonly string[] = [], ...behaviour: string[]): ProcessPlan {
	return { name, services: [name, ...behaviour], needs };
}

function supervise(plans: readonly ProcessPlan[]) {
	const folder = mkdtempSync(join(tmpdir(), 'mana-supervisor-'));
	folders.push(folder);
	const log = new MergedLog({ file: join(folder, 'mana.log'), show: () => {}, now: Date.now });
	const events: string[] = [];
	const supervisor = new Supervisor({
		plans,
		timers: systemTimers,
		policy: { firstMs: 10, longestMs: 50, steadyMs: 5_000, tries: 2 },
		stopTimeoutMs: 300,
		spawn: (which) => spawnHost(which, { ...process.env } as Record<string, string>, log, child),
		changed: (keeper) => void events.push(`${keeper.plan.name} ${keeper.state}`),
	});
	running.push(supervisor);
	const keeper = (name: string) => {
		const found = supervisor.keepers.find((other) => other.plan.name === name);
		if (!found) throw new Error(`no process ${name}`);
		return found;
	};
	return { supervisor, events, keeper, log: () => readFileSync(join(folder, 'mana.log'), 'utf8') };
}

async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await Bun.sleep(2);
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
		throw error;
	}
}

describe('the supervisor', () => {
	test('starts what is needed first and stops it last', async () => {
		const { supervisor, events } = supervise([plan('core'), plan('sync', ['core']), plan('web', ['core', 'sync'])]);
		await supervisor.start();
		expect(events).toEqual(['core starting', 'core ready', 'sync starting', 'sync ready', 'web starting', 'web ready']);
		events.length = 0;
		await supervisor.stop();
		expect(events).toEqual(['web stopping', 'web stopped', 'sync stopping', 'sync stopped', 'core stopping', 'core stopped']);
	});

	test('starts side by side what does not need each other', async () => {
		const { supervisor, events } = supervise([plan('core'), plan('ai')]);
		await supervisor.start();
		expect(events.slice(0, 2)).toEqual(['core starting', 'ai starting']);
	});

	test('starts a killed process again and leaves the others alone', async () => {
		const { supervisor, keeper, log } = supervise([plan('core'), plan('sync', ['core'])]);
		await supervisor.start();
		const [first, other] = [keeper('sync').pid ?? 0, keeper('core').pid];
		process.kill(first, 'SIGKILL');
		await until(() => keeper('sync').state === 'ready' && keeper('sync').pid !== first);
		expect(keeper('sync').lastExit).toEqual({ code: null, signal: 'SIGKILL' });
		expect(keeper('core').pid).toBe(other);
		expect(supervisor.report().map(({ name, restarts }) => [name, restarts])).toEqual([
			['core', 0],
			['sync', 1],
		]);
		expect(log()).toContain(`lives as ${keeper('sync').pid}`);
	});

	test('gives up on what only crashes, keeps the rest, and has its last words in the log', async () => {
		const { supervisor, keeper, log } = supervise([plan('core'), plan('ai', ['core'], 'crashes'), plan('web', ['core', 'ai'])]);
		await supervisor.start();
		expect([keeper('core').state, keeper('ai').state, keeper('web').state]).toEqual(['ready', 'failed', 'ready']);
		expect(keeper('ai').restarts).toBe(2);
		expect(log()).toContain('as it was told');
	});

	test('kills what does not stop and leaves nothing behind', async () => {
		const { supervisor, keeper } = supervise([plan('core', [], 'stubborn')]);
		await supervisor.start();
		const pid = keeper('core').pid ?? 0;
		await supervisor.stop();
		expect(lives(pid)).toBe(false);
	});

	test('starts nothing again that it was told to end at once', async () => {
		const started: string[] = [];
		const supervisor = new Supervisor({
			plans: [plan('core'), plan('sync', ['core'])],
			timers: systemTimers,
			policy: { firstMs: 1, longestMs: 1, steadyMs: 5_000, tries: 9 },
			spawn: ({ name }) => {
				started.push(name);
				const { promise, resolve } = Promise.withResolvers<Exit>();
				// What the others wait for to end takes longest.
				const kill = () => void setTimeout(() => resolve({ code: null, signal: 'SIGKILL' }), name === 'core' ? 0 : 50);
				return { pid: 0, ready: Promise.resolve([]), complaint: () => null, exited: promise, stop: () => {}, kill };
			},
			changed: () => {},
		});
		await supervisor.start();
		const stopped = supervisor.stop();
		supervisor.kill();
		await stopped;
		expect(started).toEqual(['core', 'sync']);
	});

	test('takes its processes along when it is killed itself', async () => {
		const program = `
			import { spawnHost } from ${JSON.stringify(join(import.meta.dir, 'spawn.ts'))};
			const life = spawnHost({ name: 'core', services: ['core'], needs: [] }, process.env, { take() {}, ended() {} }, ${JSON.stringify(child)});
			await life.ready;
			console.log(life.pid);
			setInterval(() => {}, 1000);`;
		const outer = Bun.spawn({ cmd: [process.execPath, '-e', program], stdout: 'pipe' });
		const pid = Number(new TextDecoder().decode((await outer.stdout.getReader().read()).value));
		expect(lives(pid)).toBe(true);
		outer.kill('SIGKILL');
		await until(() => !lives(pid));
	});
});
