import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createDAVClient } from 'tsdav';
import { findTool } from '../../../cli/setup/tools.mjs';
import { events } from '../model.ts';
import { event } from './ask.fixture.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

// Programs of others, as Debian and npm have them, against the services as they run. Where this machine has none, `node test.mjs` says so.
const root = join(import.meta.dirname, '../../..');
const [vdirsyncer, khal, calcurse] = [findTool(root, 'vdirsyncer'), findTool(root, 'khal'), findTool(root, 'calcurse-caldav')];

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
		async () => (await fetch(`${world.dav}/calendars/${space}-calendar/`, { method: 'PROPFIND', headers })).status === 207,
	);
	folder = await mkdtemp(join(tmpdir(), 'mana-clients-'));
});
afterAll(async () => {
	await world.close();
	await rm(folder, { recursive: true });
});

async function run(program: string, args: readonly string[], input = ''): Promise<{ code: number; said: string }> {
	const child = Bun.spawn([program, ...args], {
		cwd: folder,
		// The machine's own Python and its settings would look elsewhere for what the program needs.
		env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LANG: 'C.UTF-8', TZ: 'Europe/Berlin' },
		stdin: Buffer.from(input),
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	return { code: await child.exited, said: out + err };
}

describe.skipIf(!vdirsyncer)('vdirsyncer', () => {
	const sync = async () => {
		const { code, said } = await run(vdirsyncer!, ['-c', join(folder, 'vdirsyncer.conf'), 'sync']);
		expect([code, said]).toEqual([0, expect.not.stringContaining('error')]);
		return said;
	};
	const files = async () => (await readdir(join(folder, 'vdir', `${space}-calendar`))).toSorted();
	const path = (name: string) => join(folder, 'vdir', `${space}-calendar`, name);

	test('carries events both ways to the letter, and a second time there is nothing to do', async () => {
		const config = [
			'[general]', 'status_path = "status/"',
			'[pair events]', 'a = "here"', 'b = "there"', 'collections = ["from b"]', 'conflict_resolution = "b wins"', 'metadata = ["displayname", "color"]',
			'[storage here]', 'type = "filesystem"', 'path = "vdir/"', 'fileext = ".ics"',
			'[storage there]', 'type = "caldav"', `url = "${world.dav}/"`, 'username = "ada@mana.example"', `password = "${secret}"`, 'item_types = ["VEVENT"]',
		]; // prettier-ignore
		await writeFile(join(folder, 'vdirsyncer.conf'), config.join('\n'));
		const own = await ada.write(space, events, {
			title: 'From a browser',
			start: '2026-12-24T18:00',
			zone: 'Europe/Berlin',
			reminders: ['30'],
		});
		const discovered = await run(vdirsyncer!, ['-c', join(folder, 'vdirsyncer.conf'), 'discover'], 'y\n'.repeat(20));
		expect([discovered.code, discovered.said]).toEqual([0, expect.stringContaining(`${space}-calendar`)]);
		await sync();
		expect(await files()).toEqual([`${own}.ics`]);
		const fixtures = ['google', 'apple', 'outlook', 'thunderbird'];
		const sent = new Map<string, string>();
		for (const name of fixtures) {
			const text = await readFile(join(import.meta.dirname, '../ical/fixtures', `${name}.ics`), 'utf8');
			sent.set(name, text);
			await writeFile(path(`${name}.ics`), text);
		}
		await sync();
		const titles = new Set((await ada.rows(space, events)).map(({ title }) => title));
		for (const title of ['Stand-up', 'Stand-up (moved)', 'Flight 🛫 to Berlin', 'Budget', 'Holiday'])
			expect(titles).toContain(title);
		const before = await Promise.all((await files()).map((name) => readFile(path(name), 'utf8')));
		expect(await sync()).not.toMatch(/Copying|Deleting|Updating/i);
		expect(await Promise.all((await files()).map((name) => readFile(path(name), 'utf8')))).toEqual(before);
		expect(await readFile(path('google.ics'), 'utf8')).toBe(sent.get('google')!);

		const budget = (await ada.rows(space, events)).find(({ title }) => title === 'Budget')!;
		await ada.write(space, events, { title: 'Budget, again' }, budget.id);
		await rm(path(`${own}.ics`));
		await until(async () => {
			await sync();
			return (await readFile(path('outlook.ics'), 'utf8')).includes('Budget\\, again');
		});
		expect(await readFile(path('outlook.ics'), 'utf8')).toContain('X-MICROSOFT-CDO-BUSYSTATUS:BUSY');
		expect((await ada.rows(space, events)).find(({ id }) => id === own)!.deletedAt).toBeNumber();
	}, 60_000);

	test.skipIf(!khal)(
		'with khal: what somebody plans in a terminal is in browsers, and a series is where it takes place',
		async () => {
			await mkdir(join(folder, 'khal'), { recursive: true });
			const config = [
				'[calendars]', '[[mana]]', `path = ${join(folder, 'vdir', `${space}-calendar`)}`,
				'[locale]', 'timeformat = %H:%M', 'dateformat = %Y-%m-%d', 'longdateformat = %Y-%m-%d', 'datetimeformat = %Y-%m-%d %H:%M', 'longdatetimeformat = %Y-%m-%d %H:%M', 'local_timezone = Europe/Berlin', 'default_timezone = Europe/Berlin',
				'[sqlite]', `path = ${join(folder, 'khal', 'khal.db')}`, '[default]', 'default_calendar = mana',
			]; // prettier-ignore
			await writeFile(join(folder, 'khal', 'config'), config.join('\n'));
			const khalIn = (...args: readonly string[]) => run(khal!, ['-c', join(folder, 'khal', 'config'), ...args]);
			const listed = await khalIn('list', '--notstarted', '2026-01-12', '2d');
			expect([listed.code, listed.said]).toEqual([0, expect.stringMatching(/14:00-15:00 Stand-up \(moved\)/)]);
			expect(listed.said).not.toContain('10:00-11:00 Stand-up');
			const made = await khalIn('new', '2027-01-02 10:00', '2027-01-02 11:00', 'From a terminal', '--alarms', '15m');
			expect([made.code, made.said]).toEqual([0, '']);
			await sync();
			expect((await ada.rows(space, events)).find(({ title }) => title === 'From a terminal')).toMatchObject({
				start: '2027-01-02T10:00',
				zone: 'Europe/Berlin',
				length: 3_600,
				reminders: new Set(['15']),
			});
		},
		60_000,
	);
});

test.skipIf(!calcurse)(
	'calcurse-caldav carries events both ways: planned in a terminal, changed in a browser, removed in a terminal',
	async () => {
		const grace = await world.person('grace@mana.example');
		const [own, password] = [await grace.personal(), await grace.password()];
		const { host, pathname } = new URL(`${world.dav}/calendars/${own}-calendar/`);
		const headers = { authorization: password.authorization, depth: '0' };
		await until(async () => (await fetch(`http://${host}${pathname}`, { method: 'PROPFIND', headers })).status === 207);
		// Unpacked beside the packages, the two programs lie side by side.
		const beside = join(dirname(calcurse!), 'usr/bin/calcurse');
		const program = existsSync(beside) ? beside : 'calcurse';
		const [data, config] = [join(folder, 'calcurse'), join(folder, 'calcurse-caldav')];
		await mkdir(join(config, 'hooks'), { recursive: true });
		await mkdir(data, { recursive: true });
		await writeFile(join(data, 'apts'), '02/03/2029 @ 10:00 -> 02/03/2029 @ 11:00 |From calcurse\n');
		for (const name of ['todo', 'conf', 'keys']) await writeFile(join(data, name), '');
		const settings = [
			'[General]', `Binary = ${program}`, `Hostname = ${host}`, `Path = ${pathname}`, 'HTTPS = No', 'AuthMethod = basic', 'DryRun = No',
			'[Auth]', 'Username = grace@mana.example', `Password = ${password.secret}`,
		]; // prettier-ignore
		await writeFile(join(config, 'config'), settings.join('\n'));
		const places = ['--config', join(config, 'config'), '--datadir', data, '--lockfile', join(config, 'lock'), '--syncdb', join(config, 'sync.db'), '--hookdir', join(config, 'hooks')]; // prettier-ignore
		const sync = async (...args: readonly string[]) => {
			const { code, said } = await run(calcurse!, [...places, ...args]);
			expect([code, said]).toEqual([0, expect.not.stringMatching(/error|warning/)]);
		};
		const appointments = () => readFile(join(data, 'apts'), 'utf8');
		await grace.write(own, events, { title: 'For calcurse', start: '2029-02-04T12:00', zone: 'Europe/Berlin' });
		await sync('--init', 'two-way');
		expect(await appointments()).toMatch(/02\/04\/2029 @ 12:00 .*For calcurse/);
		const made = (await grace.rows(own, events)).find(({ title }) => title === 'From calcurse')!;
		expect(made).toMatchObject({ start: '2029-02-03T10:00', length: 3_600 });
		await grace.write(own, events, { title: 'Changed in a browser' }, made.id);
		await until(async () => {
			await sync();
			return (await appointments()).includes('Changed in a browser');
		}, 300);
		await writeFile(join(data, 'apts'), (await appointments()).replace(/^.*Changed in a browser.*\n/m, ''));
		await sync();
		expect((await grace.rows(own, events)).find(({ id }) => id === made.id)!.deletedAt).toBeNumber();
		expect(await appointments()).toContain('For calcurse');
	},
	60_000,
);

test('tsdav finds the calendars, reads, writes, hears of changes and removes', async () => {
	const client = await createDAVClient({
		serverUrl: `${world.dav}/`,
		credentials: { username: 'ada@mana.example', password: secret },
		authMethod: 'Basic',
		defaultAccountType: 'caldav',
	});
	const calendars = await client.fetchCalendars();
	const own = calendars.find(({ url }) => url.includes(`${space}-calendar`))!;
	expect([own.displayName, own.components]).toEqual(['Calendar', ['VEVENT']]);
	const text = event(
		'UID:tsdav',
		'DTSTAMP:20260101T000000Z',
		'DTSTART:20280101T100000Z',
		'DTEND:20280101T110000Z',
		'SUMMARY:From tsdav',
	);
	expect((await client.createCalendarObject({ calendar: own, filename: 'tsdav.ics', iCalString: text })).status).toBe(201);
	const range = { start: '2028-01-01T00:00:00Z', end: '2028-01-02T00:00:00Z' };
	const [found] = await client.fetchCalendarObjects({ calendar: own, timeRange: range });
	expect(found!.data).toBe(text.trimEnd());
	const [row] = (await ada.rows(space, events)).filter(({ title }) => title === 'From tsdav');
	await ada.write(space, events, { title: 'Changed in a browser' }, row!.id);
	const changed = await until(async () => {
		const [now] = await client.fetchCalendarObjects({ calendar: own, timeRange: range });
		return String(now!.data).includes('Changed in a browser') ? now! : null;
	});
	expect((await client.updateCalendarObject({ calendarObject: found! })).status).toBe(412);
	expect((await client.deleteCalendarObject({ calendarObject: changed })).status).toBe(204);
	expect(await client.fetchCalendarObjects({ calendar: own, timeRange: range })).toEqual([]);
}, 30_000);
