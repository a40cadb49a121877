import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePorts, rangeNamed } from '@mana/schema';
import { type HeldOffset, freeOffset } from '@mana/schema/offsets';
import { portIn } from '@mana/service';
import type { Diagnosis } from './doctor/diagnose.ts';

setDefaultTimeout(120_000);

const root = join(import.meta.dirname, '../..');
let copy: string;
let held: HeldOffset;

/** A copy of this checkout with the same packages: what is added there must not be seen here. */
beforeAll(async () => {
	copy = mkdtempSync(join(tmpdir(), 'mana-add-'));
	held = await freeOffset();
	const files = run(['git', 'ls-files', '-co', '--exclude-standard', '-z'], root).out.split('\0').filter(Boolean);
	for (const file of files) {
		if (!existsSync(join(root, file))) continue;
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		cpSync(join(root, file), join(copy, file));
	}
	const packages = join(copy, 'node_modules');
	mkdirSync(join(packages, '@mana'), { recursive: true });
	for (const name of readdirSync(join(root, 'node_modules')))
		if (name !== '@mana') symlinkSync(join(root, 'node_modules', name), join(packages, name));
	for (const name of ['schema', 'web']) symlinkSync(join(copy, name), join(packages, '@mana', name));
	for (const name of readdirSync(join(copy, 'kit'))) symlinkSync(join(copy, 'kit', name), join(packages, '@mana', name));
	run(['git', 'init', '-q'], copy);
	run(['git', 'add', '-A'], copy);
	run(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@mana.test', 'commit', '-qm', 'As it was'], copy);
});
afterAll(() => {
	held.close();
	rmSync(copy, { recursive: true, force: true });
});

function run(cmd: readonly string[], cwd = copy, env: Record<string, string> = {}) {
	const ran = Bun.spawnSync({ cmd: [...cmd], cwd, env: { ...process.env, ...env }, stdout: 'pipe', stderr: 'pipe' });
	return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

const bun = (...args: string[]) => run([process.execPath, ...args]);
const ports = (...args: string[]) => bun('cli/mana.ts', 'ports', ...args);
const changed = () => run(['git', 'status', '--porcelain']).out;

/** What the static checks of the house say of the copy. */
function checked(): string[] {
	const files = changed()
		.trim()
		.split('\n')
		.map((line) => line.slice(3))
		.filter((path) => !path.startsWith('deploy/') && !path.startsWith('schema/registry/'));
	const found = [
		run([join(root, 'node_modules/.bin/oxfmt'), '--check', ...files]),
		run([join(root, 'node_modules/.bin/oxlint'), ...files]),
		ports('check', '--all'),
		ports('generate', '--check'),
	];
	return found.filter(({ code }) => code !== 0).map(({ out, err }) => out + err);
}

/** Types of a new room, and of what it uses. An app's words are compiled when the pages are built, so what says them is left out. */
function typeErrors(room: string): string {
	const project = join(copy, 'tsconfig.room.json');
	const config = { extends: './tsconfig.bun.json', include: [`${room}/**/*.ts`], exclude: ['**/app.ts'] };
	writeFileSync(project, JSON.stringify(config));
	const { out } = run([join(root, 'node_modules/typescript-native/bin/tsc'), '--noEmit', '-p', project]);
	rmSync(project);
	return out;
}

describe('mana ports add', () => {
	test('makes a room that starts, is healthy, scraped, documented and tested; remove leaves no trace', async () => {
		const [port] = freePorts(rangeNamed('infra')).reserved;
		const name = 'mana-recipes';
		const added = ports('add', name, '--range', 'infra', '--port', String(port), '--description', "What Ada's family cooks");
		expect([added.code, added.err]).toEqual([0, '']);
		expect(added.out).toContain(`${name} has ${port}, a reserved slot that is released, and lives in infra/recipes:`);
		expect(checked()).toEqual([]);
		expect(typeErrors('infra/recipes')).toBe('');
		expect(readFileSync(join(copy, 'deploy/default/prometheus.yaml'), 'utf8')).toContain(`${port}`);
		expect(readFileSync(join(copy, 'infra/recipes/README.md'), 'utf8')).toContain("What Ada's family cooks");

		const tested = bun('test', 'infra/recipes');
		expect(tested.err).toContain('mana-recipes on postgres');
		expect([tested.code, /(\d+) fail/.exec(tested.err)?.[1]]).toEqual([0, '0']);

		const home = mkdtempSync(join(tmpdir(), 'mana-add-home-'));
		const place = ['--home', home, '--port-offset', String(held.offset)];
		const mana = Bun.spawn({
			cmd: [process.execPath, 'cli/mana.ts', 'up', name, ...place],
			cwd: copy,
			stdout: 'ignore',
			stderr: 'ignore',
		});
		const at = `http://127.0.0.1:${(port ?? 0) + held.offset}`;
		while (!(await fetch(`${at}/health/ready`).catch(() => null))?.ok) {
			expect(mana.exitCode).toBeNull();
			await Bun.sleep(10);
		}
		const { services } = JSON.parse(ports('doctor', '--json', ...place).out) as Diagnosis;
		expect(services.find(({ service }) => service === name)).toMatchObject({ health: 'ready', name });
		expect(await (await fetch(`${at}/metrics`)).text()).toContain('recipes_entries_kept_total');
		mana.kill('SIGTERM');
		expect(await mana.exited).toBe(0);
		rmSync(home, { recursive: true });

		expect(ports('remove', name)).toEqual({ code: 0, err: '', out: `${name} is gone, and ${port} is reserved again.\n` });
		expect(changed()).toBe('');
	});

	test('makes an app with a page, records and words in both languages, and its server; remove leaves no trace', () => {
		const [serverPort] = freePorts(rangeNamed('app-servers')).reserved;
		const words = ['--description', 'What one cooks', '--german', 'Was man kocht'];
		expect(ports('add', 'recipes-web', '--app', ...words).err).toBe('');
		expect(ports('add', 'recipes-server', '--range', 'app-servers', '--port', String(serverPort), ...words.slice(0, 2)).err).toBe(
			'',
		);
		expect(checked()).toEqual([]);
		expect(typeErrors('apps/recipes')).toBe('');
		expect(readFileSync(join(copy, 'schema/registry/apps.ts'), 'utf8')).toContain("from '../../apps/recipes/app.ts'");
		// The server's room is the one above, which was tested on both engines; here its place and the words are new.
		const tested = bun('test', '-t', 'sqlite|messages', 'apps/recipes', 'kit/ui/i18n/messages.test.ts');
		expect([tested.code, /(\d+) fail/.exec(tested.err)?.[1]]).toEqual([0, '0']);

		expect(ports('remove', 'recipes-web').err).toContain('not as `mana ports add` wrote it');
		expect(ports('remove', 'recipes-server').code).toBe(0);
		expect(ports('remove', 'recipes-web').code).toBe(0);
		expect(changed()).toBe('');
	});

	test('changes nothing when the schema would not hold with it', () => {
		writeFileSync(join(copy, 'schema/rows/stray.ts'), 'this is no TypeScript');
		const breaking = join(copy, 'schema/generate/env.ts');
		const text = readFileSync(breaking, 'utf8');
		writeFileSync(breaking, `throw new Error('broken by hand');\n${text}`);
		const before = changed();
		const { code, err } = ports('add', 'mana-recipes', '--range', 'exporters', '--description', 'What one cooks');
		expect(code).toBe(1);
		expect(err).toContain('broken by hand');
		expect(changed()).toBe(before);
		run(['git', 'checkout', '-q', '.']);
		rmSync(join(copy, 'schema/rows/stray.ts'));
	});

	test('refuses what does not fit before anything is changed', () => {
		const cases: readonly [args: readonly string[], complaint: string][] = [
			[['add'], 'Name one service.'],
			[['add', 'mana-x', '--description', 'Some words'], 'Say in which range'],
			[['add', 'mana-x', '--range', 'core'], 'Say with --description'],
			[['add', 'Mana X', '--range', 'core', '--description', 'Some words'], 'is no name for a service'],
			[['add', 'mana-auth', '--range', 'core', '--description', 'Some words'], 'mana-auth has a row already: '],
			[['add', 'mana-crawler', '--range', 'infra', '--description', 'Some words'], 'Build its room in infra/crawler'],
			[['add', 'mana-x', '--range', 'infra', '--description', 'Some words'], 'Only reserved slots are left in the range infra'],
			[
				['add', 'mana-x', '--range', 'core', '--port', String(portIn('mana-auth', 0)), '--description', 'Some words'],
				'is not free in core',
			],
			[['add', 'mana-x', '--range', 'web', '--description', 'Some words'], 'In web live front ends: say --app.'],
			[['add', 'mana-x', '--range', 'engines', '--description', 'Some words'], 'The range engines is full.'],
			[
				['add', 'x-web', '--app', '--range', 'core', '--description', 'Some words', '--german', 'Worte'],
				'An app has its door in',
			],
			[['add', 'x-web', '--app', '--description', 'Some words'], 'Say with --german'],
			[
				[
					'add',
					'x-server',
					'--range',
					'app-servers',
					'--port',
					String(freePorts(rangeNamed('app-servers')).reserved[0]),
					'--description',
					'Some words',
				],
				'There is no app x that x-server could serve.',
			],
			[['remove'], 'Name one service.'],
			[['remove', 'mana-aut'], 'Did you mean mana-auth?'],
			[['remove', 'mana-auth'], 'would lose mana-auth'],
			[['remove', 'redis'], 'redis stands for an engine'],
			[['remove', 'todo-web'], 'more files are not as `mana ports add` wrote it'],
		];
		// All in one process: each start of the command costs as much as the whole list.
		const script = `
			import { portsCommand } from './cli/ports.ts';
			const answers = [];
			for (const args of JSON.parse(process.argv.at(-1))) {
				const err = [];
				const code = await portsCommand.run(args, { out() {}, err: (line) => err.push(line) });
				answers.push({ code, err: err.join('\\n') });
			}
			console.log(JSON.stringify(answers));`;
		writeFileSync(join(copy, 'refusals.ts'), script);
		const ran = bun('refusals.ts', JSON.stringify(cases.map(([args]) => args)));
		rmSync(join(copy, 'refusals.ts'));
		const answers = JSON.parse(ran.out) as { code: number; err: string }[];
		for (const [index, [args, complaint]] of cases.entries())
			expect([args, answers[index]]).toEqual([args, { code: 2, err: expect.stringContaining(complaint) }]);
		expect(changed()).toBe('');
	});
});
