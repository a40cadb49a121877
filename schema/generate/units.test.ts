import { describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { parse as parsePlist } from 'plist';
import { deploymentOf } from '../deployment.ts';
import type { Facts, Generator } from './generator.ts';
import { allBuilt, asItStands, bothDays, judge, livingPlans, textOf, written } from './judged.fixture.ts';
import { launchd } from './launchd.ts';
import { systemd } from './systemd.ts';
import { windowsTasks } from './windows-tasks.ts';

const systemdAnalyze = judge('systemd-analyze');

/** Every path and text that a generator makes on both days. */
function filesOf(generator: Generator): { readonly day: string; readonly path: string; readonly text: string }[] {
	return bothDays.flatMap(([day, facts]) => generator.files(facts).map((file) => ({ day, ...file })));
}

/** A plan of one Linux machine without containers, and a PostgreSQL beside Mana. */
const withEngines: Facts = {
	...allBuilt,
	plans: [
		planOf('default'),
		{
			...planOf('default'),
			name: 'beside',
			hosts: [{ name: 'here', title: 'A server, 100 % ours', system: 'linux' }],
			placements: [
				...planOf('default').placements.map((one) => (one.service === 'searxng' ? { ...one, engine: true as const } : one)),
				{ service: 'postgres', host: 'here' },
			],
		},
	],
};

/** A folder that looks like the root of a machine with Mana and Docker, as far as systemd looks. */
function machineIn(folder: string): void {
	const put = (path: string, text: string) => {
		mkdirSync(join(folder, dirname(path)), { recursive: true });
		writeFileSync(join(folder, path), text);
		chmodSync(join(folder, path), path.startsWith('lib/') ? 0o644 : 0o755);
	};
	for (const program of ['opt/mana/node_modules/bun/bin/bun.exe', 'usr/bin/docker', 'bin/sh', 'etc/mana/secrets.env'])
		put(program, '');
	for (const target of ['sysinit', 'basic', 'shutdown', 'network-online', 'multi-user'])
		put(`lib/systemd/system/${target}.target`, `[Unit]\nDescription=${target}\nDefaultDependencies=no\n`);
	put('lib/systemd/system/docker.service', '[Service]\nExecStart=/bin/sh\n');
}

describe('units of systemd', () => {
	for (const [day, facts] of [...bothDays, ['with engines beside Mana', withEngines] as const])
		test.skipIf(systemdAnalyze === null)(`are verified by systemd itself, ${day}`, () => {
			using files = written(systemd, facts);
			machineIn(files.folder);
			for (const { path } of systemd.files(facts)) {
				const unit = join(files.folder, path);
				const other = join(files.folder, 'lib/systemd/system', basename(path));
				writeFileSync(other, textOf(systemd, facts, path));
				expect(systemdAnalyze?.('verify', '--man=no', `--root=${files.folder}`, unit), path).toEqual({ ok: true, said: '' });
			}
		});

	test.skipIf(systemdAnalyze === null)('are refused with a setting that systemd does not know', () => {
		using files = written(systemd, asItStands);
		const unit = join(files.folder, 'broken.service');
		writeFileSync(unit, textOf(systemd, asItStands, 'deploy/default/here/systemd/mana.service').replace('Restart=', 'Restrat='));
		expect(systemdAnalyze?.('verify', '--man=no', unit).said).toContain('Restrat');
	});

	test.skipIf(systemdAnalyze === null)('leave Mana little of the system: "systemd-analyze security" calls it OK', () => {
		using files = written(systemd, asItStands);
		const unit = join(files.folder, 'deploy/default/here/systemd/mana.service');
		const judged = systemdAnalyze?.('security', '--offline=true', '--threshold=30', '--no-pager', unit);
		expect(judged?.said).toMatch(/Overall exposure level for mana\.service: [0-3]\.\d OK/);
		expect(judged?.ok).toBe(true);
	});

	test('are one for Mana, whose supervisor starts the services', () => {
		expect(systemd.files(asItStands).map(({ path }) => path)).toEqual([
			'deploy/default/here/systemd/mana.service',
			'deploy/containers/server/systemd/mana.service',
		]);
		const unit = textOf(systemd, asItStands, 'deploy/default/here/systemd/mana.service');
		expect(unit).toContain('\nExecStart=/opt/mana/node_modules/bun/bin/bun.exe cli/mana.ts up\n');
	});

	test('start the containers of a host by its Compose file', () => {
		const unit = textOf(systemd, asItStands, 'deploy/containers/server/systemd/mana.service');
		expect(unit).toContain(
			'ExecStart=/usr/bin/docker compose -f deploy/containers/server/compose.yaml up --detach --wait --build',
		);
		expect(unit).toContain('EnvironmentFile=/etc/mana/secrets.env');
	});

	test('start engines before a Mana that runs beside them, and give it the password of its database', () => {
		const mana = textOf(systemd, withEngines, 'deploy/beside/here/systemd/mana.service');
		expect(mana).toContain('After=network-online.target mana-engines.service');
		expect(mana).toContain('Environment=MANA_DATABASE_URL=postgres://mana@127.0.0.1:5432/mana');
		expect(mana).toContain('PGPASSWORD="$$MANA_POSTGRES_PASSWORD" exec');
		expect(mana).toContain('up --plan beside --host here');
		expect(mana).toContain('Description=Mana: A server, 100 %% ours');
		const engines = textOf(systemd, withEngines, 'deploy/beside/here/systemd/mana-engines.service');
		expect(engines).toContain('up --detach --wait --no-deps postgres searxng');
	});
});

describe('jobs of launchd', () => {
	for (const { day, path, text } of filesOf(launchd))
		test(`${path} is a property list, ${day}`, () => {
			expect(parsePlist(text)).toMatchObject({
				Label: 'mana',
				UserName: '_mana',
				RunAtLoad: true,
				KeepAlive: { SuccessfulExit: false },
				EnvironmentVariables: { MANA_HOME: '/usr/local/var/mana' },
			});
		});

	test('start what the plan puts on the Mac', () => {
		const job = parsePlist(textOf(launchd, asItStands, 'deploy/two-machines/mac-mini/launchd/mana.plist'));
		expect(job).toHaveProperty('ProgramArguments', [
			'/opt/mana/node_modules/bun/bin/bun.exe',
			'cli/mana.ts',
			'up',
			'--plan',
			'two-machines',
			'--host',
			'mac-mini',
		]);
	});

	test('are made for Macs, and for hosts of which nobody said what they are', () => {
		expect(launchd.files(asItStands).map(({ path }) => path)).toEqual([
			'deploy/default/here/launchd/mana.plist',
			'deploy/two-machines/mac-mini/launchd/mana.plist',
		]);
	});

	test('hold every title, whatever signs are in it', () => {
		const plan = planOf('default');
		const odd = { ...plan, title: 'A & B <-- "C" -->', hosts: [{ ...plan.hosts[0], title: '--' }] as typeof plan.hosts };
		const [file] = launchd.files({ ...asItStands, plans: [odd] });
		expect(parsePlist(file?.text ?? '')).toMatchObject({ Label: 'mana' });
	});
});

describe('tasks of Windows', () => {
	const gpu = 'deploy/two-machines/windows-gpu/windows';

	for (const { day, path, text } of filesOf(windowsTasks).filter(({ path }) => path.endsWith('.xml')))
		test(`${path} is a task, ${day}`, () => {
			const task = xmlOf(text);
			expect(task('URI')).toBe(`\\Mana\\${basename(path, '.xml')}`);
			expect(task('UserId')).toBe('S-1-5-19');
			expect(task('Command')).toBe('C:\\mana\\node_modules\\bun\\bin\\bun.exe');
			expect(task('WorkingDirectory')).toBe('C:\\mana');
		});

	test('have the names of the plan, one for each service', () => {
		const wanted = deploymentOf(planOf('two-machines'), allBuilt.services).flatMap(({ placement, row }) =>
			placement.scheduledTask ? [[placement.scheduledTask, row.name] as const] : [],
		);
		expect(wanted.length).toBe(6);
		for (const [name, service] of wanted)
			expect(xmlOf(textOf(windowsTasks, allBuilt, `${gpu}/${name}.xml`))('Arguments')).toBe(
				`--env-file=deploy/two-machines/windows-gpu/mana.env cli/host.ts ${service}`,
			);
		const script = textOf(windowsTasks, allBuilt, `${gpu}/register-tasks.ps1`);
		expect(script).toContain(`$tasks = @(${wanted.map(([name]) => `'${name}'`).join(', ')})`);
	});

	test('are one where the plan names none', () => {
		expect(xmlOf(textOf(windowsTasks, asItStands, 'deploy/default/here/windows/Mana.xml'))('Arguments')).toBe('cli/mana.ts up');
	});

	test('put what has no name of its own into one, beside those that have', () => {
		const plan = planOf('two-machines');
		const placements = plan.placements.map((one) => {
			const { scheduledTask: _, ...rest } = one;
			return one.service === 'mana-tts' || one.service === 'mana-stt' ? rest : one;
		});
		const facts = { ...allBuilt, plans: [{ ...plan, placements }] };
		expect(xmlOf(textOf(windowsTasks, facts, `${gpu}/Mana.xml`))('Arguments')).toEndWith('cli/host.ts mana-stt mana-tts');
	});

	test('are registered by a script that every PowerShell reads, and that says which engine is not there', () => {
		for (const { text } of filesOf(windowsTasks).filter(({ path }) => path.endsWith('.ps1'))) {
			// Windows PowerShell takes a file without a mark for one in the code page of the system.
			expect(text).toMatch(/^[\x20-\x7e\t\n]*$/);
			for (const [open, close] of ['{}', '()', '[]'])
				expect(text.split(open ?? '').length, open).toBe(text.split(close ?? '').length);
		}
		expect(textOf(windowsTasks, asItStands, `${gpu}/register-tasks.ps1`)).toContain('ollama does not listen on 11434');
	});
});

/** The one element of a name. @throws when the text is no well-formed XML */
function xmlOf(text: string): (name: string) => string {
	const document = new DOMParser({
		onError: (_, message) => {
			throw new Error(message);
		},
	}).parseFromString(text, 'text/xml');
	return (name) => document.getElementsByTagName(name)[0]?.textContent ?? '';
}

function planOf(name: string) {
	const plan = livingPlans.find((plan) => plan.name === name);
	if (!plan) throw new Error(`There is no plan ${name}.`);
	return plan;
}
