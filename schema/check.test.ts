import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { roomsIn } from './house/rooms.ts';
import { checkPlan, type HostPlan, planNamed, portOf, type ServiceRow, serviceNamed, services } from './index.ts';
import type { Port } from './row.ts';

const root = join(import.meta.dirname, '..');
const plan = planNamed('default');
const folderExists = (folder: string) => existsSync(join(root, folder));

/** The schema with one row changed. */
function withRow(name: string, change: Partial<ServiceRow> | { readonly port: number }): readonly ServiceRow[] {
	return services.map((row) => {
		if (row.name !== name) return row;
		const [main, ...rest] = row.ports;
		return 'port' in change ? { ...row, ports: [{ ...main, port: change.port }, ...rest] as const } : { ...row, ...change };
	});
}

/** What one change of one row is answered with, in short. */
function codes(name: string, change: Parameters<typeof withRow>[1]): string[] {
	return checkPlan(plan, { services: withRow(name, change), folderExists }).map(
		({ code, rows }) => `${code}: ${rows.join(', ')}`,
	);
}

describe('the plan in use', () => {
	test('has no finding, with the folders as they are', () => {
		expect(roomsIn(root)).toContain('core/auth');
		expect(checkPlan(plan, { folderExists, rooms: roomsIn(root) })).toEqual([]);
	});
});

test('the plan of 2026-04-08 shows what has to move before it is the one in use', () => {
	const found = checkPlan(planNamed('2026-04-08')).map(({ code, rows }) => `${code}: ${rows.join(', ')}`);
	expect(found).toEqual([
		'outside-range: mana-search, infra',
		'outside-range: mana-crawler, infra',
		'outside-range: mana-notify, infra',
		'outside-range: mana-sync, infra',
		'outside-range: mana-credits, core',
		'outside-range: mana-user, core',
		'outside-range: mana-subscriptions, core',
		'outside-range: mana-analytics, core',
		'outside-range: mana-events, core',
		'reserved: mana-llm, ai 3025',
		'reserved: mana-sync, app-servers 3041-3059',
		'need-not-placed: mana-search, searxng',
		'need-unreachable: mana-llm, mana-auth',
		'need-unreachable: mana-stt, mana-auth',
		'need-unreachable: mana-tts, mana-auth',
		'need-unreachable: mana-image-gen, mana-auth',
		'need-unreachable: mana-video-gen, mana-auth',
	]);
});

describe('one fault is one finding', () => {
	test('outside its range, with the next free number as the fix', () => {
		const found = checkPlan(plan, { services: withRow('mana-tts', { port: 3100 }) });
		expect(found).toEqual([
			{
				code: 'outside-range',
				rows: ['mana-tts', 'ai'],
				message: 'mana-tts is on 3100, outside its range ai (3020-3029).',
				fix: 'Move mana-tts to 3022.',
			},
		]);
	});

	test('outside its range by the plan, with the planned number as the fix', () => {
		const [found] = checkPlan(moved('mana-tts', 3100));
		expect(found).toMatchObject({ code: 'outside-range', fix: 'Move mana-tts to 3022.' });
	});

	test('the number of another row', () => {
		expect(codes('mana-tts', { port: 3021 })).toEqual(['duplicate: mana-stt, mana-tts']);
	});

	test('one number for both ports of a service', () => {
		const placements = plan.placements.map((placement) =>
			placement.service === 'minio' ? { ...placement, ports: { console: 9000 } } : placement,
		);
		expect(checkPlan({ ...plan, placements })).toMatchObject([{ code: 'duplicate', rows: ['minio', 'minio'] }]);
	});

	test('one number on two hosts is none', () => {
		const hosts = [...plan.hosts, { name: 'other', title: 'Another', system: 'linux' as const }];
		const placements = plan.placements.map((placement) =>
			placement.service === 'glitchtip' ? { ...placement, host: 'other', ports: { main: portOf('umami') } } : placement,
		);
		expect(checkPlan({ ...plan, hosts, placements })).toEqual([]);
	});

	test('a reserved slot', () => {
		expect(codes('mana-tts', { port: 3028 })).toEqual(['reserved: mana-tts, ai 3027-3029']);
	});

	test('a number that browsers refuse', () => {
		expect(codes('element-web', { port: 4045 })).toEqual(['browser-refused: element-web']);
	});

	test('a number of the ephemeral range, which is outside every range too', () => {
		expect(codes('mana-tts', { port: 40_000 })).toEqual(['outside-range: mana-tts, ai', 'ephemeral: mana-tts']);
	});

	test('a need without a row', () => {
		expect(codes('mana-tts', { needs: ['mana-oath'] })).toEqual(['unknown-need: mana-tts, mana-oath']);
	});

	test('a need that the plan places nowhere', () => {
		expect(codes('mana-llm', { needs: ['ollama'] })).toEqual(['need-not-placed: mana-llm, ollama']);
	});

	test('a need that would keep what is built from starting', () => {
		expect(codes('mana-sync', { needs: ['mana-crawler'] })).toEqual(['need-not-running: mana-sync, mana-crawler']);
	});

	test('a call without a row, of itself, or of what is needed anyway', () => {
		expect(codes('mana-tts', { calls: ['mana-oath'] })).toEqual(['unknown-call: mana-tts, mana-oath']);
		expect(codes('mana-tts', { calls: ['mana-tts'] })).toEqual(['needless-call: mana-tts, mana-tts']);
		expect(codes('mana-tts', { calls: ['mana-auth'] })).toEqual(['needless-call: mana-tts, mana-auth']);
	});

	test('two that call each other, of which one waits for the other, are none', () => {
		expect(codes('mana-tts', { calls: ['mana-voice-bot'] })).toEqual([]);
	});

	test('a call of what listens on another machine for that alone', () => {
		const here = { name: 'here', title: 'Here', system: 'any', address: '10.0.0.1' } as const;
		const there = { name: 'there', title: 'There', system: 'any', address: '10.0.0.2' } as const;
		const apart = (exposure: 'loopback' | 'proxy'): HostPlan => ({
			...plan,
			hosts: [here, there],
			placements: plan.placements.map(({ service }) =>
				service === 'mana-notify' ? { service, host: 'there', exposure } : { service, host: 'here', exposure: 'proxy' },
			),
		});
		const found = checkPlan(apart('loopback')).map(({ message }) => message);
		expect(found).toContain(
			'mana-sync on here calls mana-notify on there, which listens there for its own machine only (loopback).',
		);
		expect(found).toContain(
			'todo-server on here needs mana-notify on there, which listens there for its own machine only (loopback).',
		);
		expect(checkPlan(apart('proxy')).filter(({ rows }) => rows.includes('mana-notify'))).toEqual([]);
	});

	test('a circle at start, through others', () => {
		const circled = withRow('mana-stt', { needs: ['mana-voice-bot'] });
		const [found, ...rest] = checkPlan(plan, { services: circled });
		expect(rest).toEqual([]);
		expect(found).toMatchObject({
			code: 'start-circle',
			message: 'These services wait for each other at start: mana-stt → mana-voice-bot → mana-stt.',
		});
	});

	test('a service that waits for itself', () => {
		expect(codes('mana-tts', { needs: ['mana-tts'] })).toEqual(['start-circle: mana-tts']);
	});

	test('reachable from outside without a health path', () => {
		expect(codes('synapse', { health: null })).toEqual(['no-health: synapse']);
	});

	test('on loopback without a health path is none', () => {
		expect(codes('umami', { health: null })).toEqual([]);
	});

	test('a pair with different last digits and no reason', () => {
		const { digits: _, ...door } = serviceNamed('contacts-web').door!;
		expect(codes('contacts-web', { door })).toEqual(['digits: contacts-web, contacts-server']);
		expect(codes('todo-server', { port: 3033 })).toEqual([
			'duplicate: todo-server, contacts-server',
			'digits: todo-web, todo-server',
		]);
	});

	test('a pair with a server that does not exist', () => {
		const door = { ...serviceNamed('todo-web').door!, server: 'toodo-server' };
		expect(codes('todo-web', { door })).toEqual(['unknown-server: todo-web, toodo-server']);
	});

	test('ours without an owner folder', () => {
		expect(codes('mana-tts', { owner: null })).toEqual(['no-owner: mana-tts']);
	});

	test('an owner folder of another range', () => {
		expect(codes('mana-tts', { owner: 'core/tts' })).toEqual(['wrong-folder: mana-tts, ai']);
	});

	test('running from a folder that does not exist', () => {
		expect(codes('mana-auth', { owner: 'core/nowhere' })).toEqual(['missing-folder: mana-auth']);
		expect(codes('mana-tts', { owner: 'ai/nowhere' })).toEqual([]);
	});

	test('two rows of one name', () => {
		const twice = [...services, { ...serviceNamed('mana-tts'), ports: [port(3000)] as const }];
		expect(checkPlan(plan, { services: twice }).map(({ code }) => code)).toContain('duplicate-name');
	});

	test('a placement on a host that the plan does not have', () => {
		const placements = plan.placements.map((placement) =>
			placement.service === 'umami' ? { ...placement, host: 'moon' } : placement,
		);
		expect(checkPlan({ ...plan, placements })).toMatchObject([{ code: 'unknown-host', rows: ['umami'] }]);
	});

	test('one service placed twice, or placed and not deployed', () => {
		const placements = [...plan.placements, { service: 'umami' as const, host: 'here' }];
		expect(checkPlan({ ...plan, placements })).toMatchObject([{ code: 'placed-twice' }]);
		expect(checkPlan({ ...plan, notDeployed: ['umami'] })).toMatchObject([{ code: 'not-deployed', rows: ['umami'] }]);
	});

	test('a placement without a row', () => {
		const without = services.filter((row) => row.name !== 'umami');
		expect(checkPlan(plan, { services: without })).toMatchObject([{ code: 'unknown-service', rows: ['umami'] }]);
	});
});

function moved(service: string, number: number): HostPlan {
	const placements = plan.placements.map((placement) =>
		placement.service === service ? { ...placement, ports: { main: number } } : placement,
	);
	return { ...plan, placements };
}

function port(number: number): Port {
	return { name: 'main', port: number, protocol: 'http', purpose: 'API' };
}
