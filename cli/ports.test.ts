import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostPlans, portOf, rangeNamed, rangeOf, services, spanText } from '@mana/schema';
import type { ListedPort } from './ports/list.ts';
import { portsCommand } from './ports.ts';

async function run(...args: string[]) {
	const out: string[] = [];
	const err: string[] = [];
	const code = await portsCommand.run(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
	return { code, out, err };
}

async function listed(...args: string[]): Promise<ListedPort[]> {
	return JSON.parse((await run('list', '--json', ...args)).out.join('\n')) as ListedPort[];
}

describe('mana ports list', () => {
	test('shows every port of every row once, ascending', async () => {
		const rows = await listed();
		const ports = services.flatMap((row) => row.ports.map(({ port }) => port));
		expect(rows.map(({ port }) => port)).toEqual(ports.sort((a, b) => a - b));
	});

	test('puts each row under its range, in columns that stand under each other', async () => {
		const { code, out } = await run('list');
		expect(code).toBe(0);
		const heading = out.findIndex((line) => line.startsWith('infra: Core Infrastructure Services ('));
		const [sync = '', media = ''] = out.slice(heading + 1);
		expect(sync).toStartWith(`  ${portOf('mana-sync')}`);
		expect(sync.indexOf('own, running')).toBe(media.indexOf('own, planned'));
		expect(out.every((line) => line === line.trimEnd())).toBe(true);
	});

	test('narrows to a range and to a host of a plan', async () => {
		expect((await listed('--range', 'games')).map(({ service }) => service)).toEqual(['whopixels']);
		const gpu = await listed('--plan', '2026-04-08', '--host', 'windows-gpu');
		expect(gpu.map(({ service }) => service)).toEqual([
			'mana-stt',
			'mana-tts',
			'mana-image-gen',
			'mana-llm',
			'mana-video-gen',
			'ollama',
		]);
	});

	test('narrows to a state and to a kind', async () => {
		const doors = await listed('--state', 'door');
		expect(doors.map(({ service }) => service)).toEqual(
			services.filter((row) => row.door && row.door.path !== '/').map(({ name }) => name),
		);
		expect(new Set((await listed('--kind', 'embedded')).map(({ kind }) => kind))).toEqual(new Set(['embedded']));
		expect((await run('list', '--kind', 'external', '--range', 'games')).out).toEqual(['No port fits.']);
	});

	test('says where a plan differs from the schema', async () => {
		const [stt] = await listed('--plan', '2026-04-08', '--host', 'windows-gpu');
		expect(stt).toMatchObject({ port: portOf('mana-llm'), planned: portOf('mana-stt'), publicName: 'gpu-stt.mana.how' });
		const { out } = await run('list', '--plan', '2026-04-08', '--range', 'ai');
		expect(out.join('\n')).toContain(`${portOf('mana-llm')} (planned ${portOf('mana-stt')})`);
	});
});

describe('mana ports check', () => {
	test('passes on the plan in use', async () => {
		expect(await run('check')).toMatchObject({ code: 0, err: [], out: [expect.stringContaining('The plan default holds')] });
	});

	test('passes on every plan that something is deployed by', async () => {
		const { code, out } = await run('check', '--all', '--json');
		expect(code).toBe(0);
		const plans = hostPlans.filter((plan) => !plan.record).map(({ name }) => ({ plan: name, findings: [] }));
		expect(JSON.parse(out.join('\n'))).toEqual(plans);
	});

	test('fails on a plan with findings and prints each with its fix', async () => {
		const { code, err, out } = await run('check', '--plan', '2026-04-08');
		expect(code).toBe(1);
		expect(out).toEqual([]);
		const infra = rangeNamed('infra').spans.map(spanText).join(', ');
		expect(err).toContain(
			`outside-range: mana-notify is on ${portOf('presi-server')}, outside its range infra (${infra}). ` +
				`Move mana-notify to ${portOf('mana-notify')}.`,
		);
		expect(err.at(-1)).toBe('The plan 2026-04-08 has 17 findings.');
	});

	test('gives the findings as JSON', async () => {
		const { code, out } = await run('check', '--plan', '2026-04-08', '--json');
		expect(code).toBe(1);
		const [checked] = JSON.parse(out.join('\n')) as { plan: string; findings: unknown[] }[];
		expect([checked?.plan, checked?.findings.length]).toEqual(['2026-04-08', 17]);
	});
});

describe('mana ports next', () => {
	test('names the first number of a range that nobody has and nobody keeps', async () => {
		const { code, out } = await run('next', 'exporters');
		const next = Number(out[0]);
		expect([code, out.length]).toEqual([0, 1]);
		expect(rangeOf(next)?.name).toBe('exporters');
		expect(services.filter((row) => row.ports.some(({ port }) => port === next))).toEqual([]);
		expect(next).toBeGreaterThan(portOf('minio', 'console'));
	});

	test('says when only reserved slots are left, and how to release one', async () => {
		const { code, err, out } = await run('next', 'infra');
		const first = rangeNamed('infra').reserved[0]?.[0];
		expect([code, out]).toEqual([1, []]);
		expect(err).toEqual([expect.stringContaining(`Only reserved slots are left in the range infra: ${first}, `)]);
		expect(err[0]).toContain(`mana ports add NAME --range infra --port ${first}`);
	});

	test('says when nothing is left at all', async () => {
		const { code, err } = await run('next', 'engines');
		expect([code, err]).toEqual([1, [expect.stringContaining('The range engines is full.')]]);
	});

	test('gives all that is free as JSON', async () => {
		const next = JSON.parse((await run('next', 'web', '--json')).out.join('\n')) as Record<string, unknown>;
		expect(next).toMatchObject({ range: 'web', next: (next['free'] as number[])[0] });
		expect(next['reserved']).toContain(rangeNamed('web').reserved[0]?.[0]);
	});
});

test('mana ports generate --check finds nothing stale', async () => {
	expect(await run('generate', '--check')).toEqual({ code: 0, err: [], out: ['Every generated file is what the schema says.'] });
	expect(await run('generate', '--check', '--json')).toEqual({ code: 0, err: [], out: ['[]'] });
});

test.each(['help', '--help', '-h'])('mana ports %s shows how each of its words is called', async (word) => {
	const { code, out, err } = await run(word);
	expect([code, err]).toEqual([0, []]);
	expect(out.join('\n')).toContain('mana ports import FILE');
});

describe('mana ports import', () => {
	const folder = mkdtempSync(join(tmpdir(), 'mana-import-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	const imported = (name: string, bytes: string | Uint8Array) => {
		const path = join(folder, name);
		writeFileSync(path, bytes);
		return run('import', path);
	};

	test('names what it cannot read, and why', async () => {
		expect((await run('import', folder)).err[0]).toBe(`${folder} is a folder. Name the files in it.`);
		expect((await run('import', join(folder, 'none.yml'))).err[0]).toBe(`There is no file ${join(folder, 'none.yml')}.`);
		expect((await imported('binary.env', 'A=1\0')).err[0]).toEndWith('binary.env is no text.');
		expect((await run('import', folder)).code).toBe(2);
	});

	test('reads what PowerShell writes', async () => {
		const text = `MANA_AUTH_PORT=${portOf('mana-auth') + 1}`;
		const { code, out } = await imported('windows.env', Buffer.from(`\ufeff${text}`, 'utf16le'));
		expect(code).toBe(1);
		expect(out[0]).toMatch(/windows\.env:1: wrong-port: /);
		expect((await imported('one.env', 'A=1')).out).toEqual([
			'1 statement in 1 file agrees with the plan default and with each other.',
		]);
	});
});

describe('mana ports drift', () => {
	test.each([
		[['2026-04-08'], 'default'],
		[['2026-04-08', 'two-machines'], 'two-machines'],
	])('%p prints what changes and the order of moves, as the generated file of the plan has it', async (plans, plan) => {
		const { code, out } = await run('drift', ...plans);
		expect(code).toBe(1);
		const file = join(import.meta.dirname, '../deploy', plan, 'from-2026-04-08.txt');
		const [note = '', ...rest] = readFileSync(file, 'utf8').split('\n\n');
		expect(note).toStartWith('# Generated from schema/');
		expect(`${out.join('\n')}\n`).toBe(rest.join('\n\n'));
		expect(out[0]).toMatch(/^From 2026-04-08 to \S+: \d+ changes\.$/);
	});

	test('to a plan that has two services on one port says so, and no more', async () => {
		const [service, other] = ['mana-auth', 'mana-sync'] as const;
		const folder = mkdtempSync(join(tmpdir(), 'mana-drift-'));
		try {
			const path = join(folder, 'plan.json');
			const placements = [
				{ service, host: 'here', ports: { main: portOf(other) } },
				{ service: other, host: 'here' },
			];
			const hosts = [{ name: 'here', title: 'Here', system: 'linux' }];
			writeFileSync(path, JSON.stringify({ name: 'mine', title: 'Mine', hosts, placements }));
			const { code, err } = await run('drift', 'default', path);
			expect(code).toBe(2);
			expect(err[0]).toStartWith(`${service} and ${other} both hold ${portOf(other)} of here`);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});

	test('of a plan against itself is nothing', async () => {
		expect(await run('drift', 'default', 'default')).toEqual({ code: 0, err: [], out: ['default and default say the same.'] });
	});

	test('gives changes and moves as JSON', async () => {
		const drift = JSON.parse((await run('drift', '2026-04-08', 'two-machines', '--json')).out.join('\n')) as {
			changes: object[];
			moves: object[];
		};
		expect(drift).toMatchObject({ from: '2026-04-08', to: 'two-machines' });
		const host = 'windows-gpu';
		expect(drift.changes).toContainEqual({
			kind: 'moved',
			service: 'mana-llm',
			portName: 'main',
			host,
			from: rangeNamed('ai').reserved[0]?.[0],
			to: portOf('mana-llm'),
		});
		const order = drift.moves.map((move) => ('service' in move ? move.service : ''));
		expect(order.indexOf('mana-stt')).toBeLessThan(order.indexOf('mana-llm'));
	});
});

test.each([
	[[], 'Say what to do.', ''],
	[['lits'], 'There is no `mana ports lits`.', ''],
	[['list', '--range', 'cor'], 'There is no range "cor".', 'list'],
	[['list', '--state', 'asleep'], 'There is no state "asleep". There are running, planned, external, door.', 'list'],
	[['list', '--host', 'moon'], 'The plan default has no host "moon". It has here.', 'list'],
	[['check', '--plan', 'x'], 'There is no host plan "x".', 'check'],
	[['check', '--all', '--plan', 'default'], '--all and --plan exclude each other.', 'check'],
	[['list', '--colour'], "Unknown option '--colour'", 'list'],
	[['list', 'core'], '"core" is not understood here.', 'list'],
	[['next'], 'Name one range.', 'next'],
	[['drift'], 'Name one plan, or "running"', 'drift'],
	[['drift', '2026-04-08', '--host', 'here'], '--host belongs to "running"', 'drift'],
	[['doctor', '--plan', 'two-machines'], 'The plan two-machines has several hosts. Say which one this machine is', 'doctor'],
])('mana ports %p is answered with the complaint and how to call it', async (args, complaint, word) => {
	const { code, err, out } = await run(...args);
	expect(code).toBe(2);
	expect(out).toEqual([]);
	expect(err[0]).toStartWith(complaint);
	expect(err[1]).toStartWith(`  mana ports ${word}`);
});
