import { describe, expect, test } from 'bun:test';
import { portOf, rangeNamed, services, spanText } from '@mana/schema';
import { type ListedPort, portsCommand } from './ports.ts';

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
		expect(JSON.parse(out.join('\n'))).toHaveLength(17);
	});
});

test.each([
	[[], 'Say what to do.'],
	[['lits'], 'There is no `mana ports lits`.'],
	[['list', '--range', 'cor'], 'There is no range "cor".'],
	[['list', '--host', 'moon'], 'The plan default has no host "moon". It has here.'],
	[['check', '--plan', 'x'], 'There is no host plan "x".'],
	[['list', '--colour'], "Unknown option '--colour'"],
])('mana ports %p is answered with the complaint and how to call it', async (args, complaint) => {
	const { code, err, out } = await run(...args);
	expect(code).toBe(2);
	expect(out).toEqual([]);
	expect(err[0]).toStartWith(complaint);
	expect(err.slice(1)).toEqual(portsCommand.usage.map((line) => `  ${line}`));
});
