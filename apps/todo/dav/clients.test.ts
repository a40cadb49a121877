import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, type Tool } from '../../../cli/setup/tools.mjs';
import { tasks } from '../model.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

// Programs of others, as Debian has them, against the services as they run. Where this machine has none, `node test.mjs` says so.
const root = join(import.meta.dirname, '../../..');
const tool = (name: Tool) => findTool(root, name);
const [vdirsyncer, todoman, cadaver] = [tool('vdirsyncer'), tool('todoman'), tool('cadaver')];

let world: World;
let ada: TestPerson;
let space: SpaceId;
let secret = '';
let folder = '';
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	const password = await ada.password();
	secret = password.secret;
	space = await ada.personal();
	const headers = { authorization: password.authorization, depth: '0' };
	await until(
		async () => (await fetch(`${world.dav}/calendars/${space}-inbox/`, { method: 'PROPFIND', headers })).status === 207,
	);
	folder = await mkdtemp(join(tmpdir(), 'mana-clients-'));
});
afterAll(async () => {
	await world.close();
	await rm(folder, { recursive: true });
});

async function run(
	program: string,
	args: readonly string[],
	env: Record<string, string> = {},
	input = '',
): Promise<{ code: number; said: string }> {
	const child = Bun.spawn([program, ...args], {
		cwd: folder,
		// The machine's own Python and its settings would look elsewhere for what the program needs.
		env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LANG: 'C.UTF-8', ...env },
		stdin: Buffer.from(input),
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	return { code: await child.exited, said: out + err };
}

const todo = (...lines: readonly string[]) =>
	['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'BEGIN:VTODO', ...lines, 'END:VTODO', 'END:VCALENDAR', ''].join(
		'\r\n',
	);

describe.skipIf(!vdirsyncer)('vdirsyncer', () => {
	const sync = async () => {
		const { code, said } = await run(vdirsyncer!, ['-c', join(folder, 'vdirsyncer.conf'), 'sync']);
		expect([code, said]).toEqual([0, expect.not.stringContaining('error')]);
		return said;
	};
	const files = async () => (await readdir(join(folder, 'vdir', `${space}-inbox`))).toSorted();
	const path = (name: string) => join(folder, 'vdir', `${space}-inbox`, name);

	test('carries tasks both ways, and a second time there is nothing to do', async () => {
		const config = [
			'[general]', 'status_path = "status/"',
			'[pair tasks]', 'a = "here"', 'b = "there"', 'collections = ["from b"]', 'conflict_resolution = "b wins"', 'metadata = ["displayname"]',
			'[storage here]', 'type = "filesystem"', 'path = "vdir/"', 'fileext = ".ics"',
			'[storage there]', 'type = "caldav"', `url = "${world.dav}/"`, 'username = "ada@mana.example"', `password = "${secret}"`, 'item_types = ["VTODO"]',
		]; // prettier-ignore
		await writeFile(join(folder, 'vdirsyncer.conf'), config.join('\n'));
		const own = await ada.write(space, tasks, { title: 'From a browser', dueDay: '2026-12-24', notes: 'with\nlines, and; more' });
		const discovered = await run(vdirsyncer!, ['-c', join(folder, 'vdirsyncer.conf'), 'discover'], {}, 'y\n'.repeat(20));
		expect([discovered.code, discovered.said]).toEqual([0, expect.stringContaining(`${space}-inbox`)]);
		await sync();
		expect(await files()).toEqual([`${own}.ics`]);

		const text = todo(
			'UID:from-file',
			'DTSTAMP:20261126T080000Z',
			'SUMMARY:From a file',
			'X-OWN;X-P="a;b":kept',
			'PRIORITY:4',
			'DUE;TZID=Europe/Berlin:20261224T180000',
		);
		await writeFile(path('from-file.ics'), text);
		await sync();
		const browser = (await ada.rows(space, tasks)).find(({ title }) => title === 'From a file')!;
		expect(browser).toMatchObject({ dueDay: '2026-12-24', dueTime: '18:00', priority: 'high' });

		const before = await Promise.all((await files()).map((name) => readFile(path(name), 'utf8')));
		expect(await sync()).not.toMatch(/Copying|Deleting|Updating/i);
		expect(await Promise.all((await files()).map((name) => readFile(path(name), 'utf8')))).toEqual(before);

		await ada.write(space, tasks, { title: 'Changed in a browser' }, browser.id);
		await rm(path(`${own}.ics`));
		await until(async () => {
			await sync();
			return (await readFile(path('from-file.ics'), 'utf8')).includes('SUMMARY:Changed in a browser');
		});
		expect(await readFile(path('from-file.ics'), 'utf8')).toContain('X-OWN;X-P="a;b":kept\r\n');
		expect((await ada.rows(space, tasks)).find(({ id }) => id === own)!.deletedAt).toBeNumber();
	}, 60_000);

	test.skipIf(!todoman)(
		'with todoman: a task that is done in a terminal is done in browsers',
		async () => {
			await mkdir(join(folder, 'todoman'), { recursive: true });
			const config = [
				`path = "${join(folder, 'vdir')}/*"`,
				'date_format = "%Y-%m-%d"',
				'time_format = "%H:%M"',
				`cache_path = "${join(folder, 'todoman', 'cache')}"`,
			];
			await writeFile(join(folder, 'todoman', 'config.py'), config.join('\n'));
			const todoIn = (...args: readonly string[]) => run(todoman!, ['--config', join(folder, 'todoman', 'config.py'), ...args]);
			const made = await todoIn('new', '--list', `${space}-inbox`, '--due', '2027-01-02', 'From a terminal');
			expect([made.code, made.said]).toEqual([0, expect.stringContaining('From a terminal')]);
			await sync();
			const found = (await ada.rows(space, tasks)).find(({ title }) => title === 'From a terminal')!;
			expect(found).toMatchObject({ dueDay: '2027-01-02', completedAt: null });
			const number = /(\d+)\s.*From a terminal/.exec((await todoIn('list')).said)?.[1];
			expect((await todoIn('done', number ?? 'none')).code).toBe(0);
			await sync();
			expect((await ada.rows(space, tasks)).find(({ id }) => id === found.id)!.completedAt).toBeNumber();
		},
		60_000,
	);
});

test.skipIf(!cadaver)(
	'cadaver lists, reads, writes and removes',
	async () => {
		const { hostname, port } = new URL(world.dav);
		await writeFile(join(folder, '.netrc'), `machine ${hostname}\nlogin ada@mana.example\npassword ${secret}\n`, { mode: 0o600 });
		await writeFile(join(folder, 'cadaver.ics'), todo('UID:cadaver', 'SUMMARY:From cadaver'));
		const commands = [
			`cd ${space}-inbox`,
			'put cadaver.ics',
			'ls',
			'get cadaver.ics back.ics',
			'delete cadaver.ics',
			'ls',
			'quit',
		];
		const { said } = await run(cadaver!, [`http://${hostname}:${port}/dav/calendars/`], {}, `${commands.join('\n')}\n`);
		expect(said).toContain('Uploading cadaver.ics');
		expect(said.match(/succeeded/g)?.length ?? 0).toBeGreaterThanOrEqual(4);
		expect(await readFile(join(folder, 'back.ics'), 'utf8')).toBe(todo('UID:cadaver', 'SUMMARY:From cadaver'));
		expect((await ada.rows(space, tasks)).find(({ title }) => title === 'From cadaver')!.deletedAt).toBeNumber();
	},
	30_000,
);
