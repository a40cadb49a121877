import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rangeNamed } from '@mana/schema';
import { freeOffset } from '@mana/schema/offsets';
import { portIn, version } from '@mana/service';
import type { Diagnosis } from './doctor/diagnose.ts';

setDefaultTimeout(60_000);

const root = join(import.meta.dirname, '../..');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Copy {
	readonly home: string;
	readonly offset: number;
}

async function newCopy(): Promise<Copy> {
	const held = await freeOffset();
	const home = mkdtempSync(join(tmpdir(), 'mana-doctor-'));
	cleanups.push(
		() => rmSync(home, { recursive: true, force: true }),
		() => held.close(),
	);
	return { home, offset: held.offset };
}

/** A plan of one's own: four services on this machine. */
function planFile(): string {
	const folder = mkdtempSync(join(tmpdir(), 'mana-doctor-plan-'));
	cleanups.push(() => rmSync(folder, { recursive: true }));
	const file = join(folder, 'plan.json');
	const placements = ['mana-auth', 'mana-sync', 'todo-web', 'calendar-web'].map((service) => ({ service, host: 'here' }));
	const hosts = [{ name: 'here', title: 'Here', system: 'any' }];
	writeFileSync(file, JSON.stringify({ name: 'four', title: 'Four services', hosts, placements }));
	return file;
}

/** Starts a program of the repository and waits until a service answers with its own name. */
async function start(cmd: readonly string[], { home, offset }: Copy, answers: Readonly<Record<string, number>>) {
	const child = Bun.spawn({
		cmd: [process.execPath, ...cmd],
		cwd: root,
		env: { PATH: process.env['PATH'], MANA_HOME: home, MANA_PORT_OFFSET: String(offset) },
		stdout: 'ignore',
		stderr: 'ignore',
	});
	const stop = async () => {
		child.kill('SIGTERM');
		await child.exited;
	};
	cleanups.push(stop);
	for (const port of Object.values(answers))
		while (!(await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null))?.ok) {
			if (child.exitCode !== null) throw new Error(`${cmd.join(' ')} ended with ${child.exitCode}`);
			await Bun.sleep(10);
		}
	return { pid: child.pid, stop };
}

const byHand = (room: string, service: string, copy: Copy) =>
	start([`${room}/index.ts`], copy, { [service]: portIn(service, copy.offset) });

async function ports(word: string, { home, offset }: Copy, ...more: string[]) {
	const child = Bun.spawn({
		cmd: [process.execPath, 'cli/mana.ts', 'ports', word, '--home', home, '--port-offset', String(offset), ...more],
		cwd: root,
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	return { code: await child.exited, out, err };
}

describe('mana ports doctor', () => {
	test('reports exactly the service that was stopped, the one that was moved by hand, and the stranger', async () => {
		const plan = planFile();
		const [copy, other, away] = [await newCopy(), await newCopy(), await newCopy()];
		const doors = (offset: number) => ({ todo: portIn('todo-web', offset), calendar: portIn('calendar-web', offset) });
		await start(['cli/mana.ts', 'up', 'todo-web', 'calendar-web'], copy, doors(copy.offset));
		// A second copy has all of its services, so that nothing of it may be taken for what the first one lacks.
		await start(['cli/mana.ts', 'up', 'mana-auth', 'mana-sync', 'todo-web', 'calendar-web'], other, {
			auth: portIn('mana-auth', other.offset),
			sync: portIn('mana-sync', other.offset),
			...doors(other.offset),
		});
		const auth = await byHand('core/auth', 'mana-auth', copy);
		const sync = await byHand('infra/sync', 'mana-sync', copy);
		for (const well of [copy, other]) {
			const { code, out, err } = await ports('doctor', well, '--plan', plan);
			expect([code, err]).toEqual([0, '']);
			expect(out).toContain('All is as the plan has it: 4 services');
			expect(out).toContain(`mana-sync ${version}`);
		}
		expect((await ports('drift', copy, 'running', plan)).out).toBe('running and four say the same.\n');

		await auth.stop();
		await sync.stop();
		const moved = await byHand('infra/sync', 'mana-sync', { ...copy, offset: away.offset });
		const slot = (rangeNamed('infra').reserved[0]?.[0] ?? 0) + copy.offset;
		const stranger = createServer((socket) => socket.destroy());
		await new Promise<void>((resolve) => stranger.listen({ port: slot, host: '::1' }, resolve));
		cleanups.push(() => new Promise((resolve) => stranger.close(resolve)));

		const { code, out } = await ports('doctor', copy, '--plan', plan, '--json');
		expect(code).toBe(1);
		const { findings, services } = JSON.parse(out) as Diagnosis;
		expect(findings.map(({ code, service, port }) => [code, service, port])).toEqual([
			['not-listening', 'mana-auth', portIn('mana-auth', copy.offset)],
			['moved', 'mana-sync', portIn('mana-sync', copy.offset)],
			['stranger', null, slot],
		]);
		expect(findings[1]?.message).toContain(`listens on ${portIn('mana-sync', away.offset)} (process ${moved.pid} (`);
		expect(findings[2]?.message).toStartWith(`${slot} is a reserved slot of infra (`);
		expect(findings[2]?.message).toContain(`process ${process.pid} (`);
		expect(findings[2]?.message).toContain('on IPv6 ::1');
		expect(services.map(({ service, health, version }) => [service, health, version])).toEqual([
			['mana-auth', 'absent', null],
			['mana-sync', 'ready', version],
			['todo-web', 'ready', version],
			['calendar-web', 'ready', version],
		]);
		expect(services.at(-1)?.ports).toEqual([
			{ name: 'main', expected: doors(copy.offset).calendar, listening: doors(copy.offset).calendar, ipv4: true, ipv6: false },
		]);
		const said = await ports('doctor', copy, '--plan', plan);
		expect(said.err.trimEnd().split('\n')).toHaveLength(4);
		expect((await ports('doctor', other, '--plan', plan)).code).toBe(0);

		const drift = (await ports('drift', copy, 'running', plan)).out;
		expect(drift).toContain(`mana-auth appears on here:${portIn('mana-auth', copy.offset)}`);
		expect(drift).toContain(`move mana-sync on here: ${portIn('mana-sync', away.offset)} → ${portIn('mana-sync', copy.offset)}`);
	});

	test('says in one sentence that nothing runs at all', async () => {
		const copy = await newCopy();
		const { code, err } = await ports('doctor', copy);
		expect(code).toBe(1);
		expect(err).toContain(`not-running: No service of the Mana in ${copy.home} runs. Start it: npm start`);
		expect(err.trimEnd().split('\n')).toHaveLength(2);
	});
});
