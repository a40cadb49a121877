import { describe, expect, test } from 'bun:test';
import {
	checkPlan,
	type Host,
	type HostPlan,
	type Placement,
	planNamed,
	portOf,
	type PublicName,
	ranges,
	type ServiceRow,
	services,
} from '../index.ts';

const two = planNamed('two-machines');
const one = planNamed('default');

/** What a plan is answered with, whole. */
function told(plan: HostPlan, facts: Parameters<typeof checkPlan>[1] = {}): string[] {
	return checkPlan(plan, facts).map(({ code, rows, message, fix }) => `${code}: ${rows.join(', ')}: ${message} ${fix}`);
}

function withHost(plan: HostPlan, name: string, change: Partial<Host>): HostPlan {
	return { ...plan, hosts: plan.hosts.map((host) => (host.name === name ? { ...host, ...change } : host)) };
}

function withPlacement(plan: HostPlan, service: string, change: Partial<Placement>): HostPlan {
	const placements = plan.placements.map((placement) =>
		placement.service === service ? { ...placement, ...change } : placement,
	);
	return { ...plan, placements };
}

function withNames(...publicNames: PublicName[]): HostPlan {
	return { ...two, publicNames };
}

function withRow(name: string, change: Partial<ServiceRow>): readonly ServiceRow[] {
	return services.map((row) => (row.name === name ? { ...row, ...change } : row));
}

test('every plan of the house that something is deployed by has no finding', () => {
	for (const name of ['default', 'containers', 'two-machines']) expect(told(planNamed(name)), name).toEqual([]);
});

describe('a number is taken once for each transport and address family', () => {
	const web = services.find((row) => row.name === 'umami')!;
	const on = (change: object) =>
		services.map((row) =>
			row.name === 'glitchtip'
				? { ...row, health: null, ports: [{ ...row.ports[0], port: web.ports[0].port, ...change }] as const }
				: row,
		);
	const clash = (change: object, own: object = {}) =>
		told(one, {
			services: on(change).map((row) =>
				row.name === 'umami' ? { ...row, health: null, ports: [{ ...row.ports[0], ...own }] as const } : row,
			),
		});

	test('TCP and UDP count apart', () => {
		expect(clash({})).toHaveLength(1);
		expect(clash({ protocol: 'udp' })).toEqual([]);
		expect(clash({ protocol: 'udp' }, { protocol: 'udp' })[0]).toContain(
			`umami and glitchtip both listen on ${portOf('umami')} of here (UDP)`,
		);
	});

	test('IPv4 and IPv6 count apart, and whoever names neither takes both', () => {
		expect(clash({ family: 'ipv6' }, { family: 'ipv4' })).toEqual([]);
		expect(clash({ family: 'ipv6' }, { family: 'ipv6' })[0]).toContain('(IPv6)');
		expect(clash({ family: 'ipv6' })).toHaveLength(1);
	});
});

describe('the system of a machine', () => {
	test('hands out ports by itself, each system its own', () => {
		const moved = (system: Host['system']) =>
			checkPlan(withPlacement(withHost(one, 'here', { system }), 'umami', { ports: { main: 40_000 } })).map(({ code }) => code);
		expect(moved('linux')).toEqual(['outside-range', 'ephemeral']);
		expect(moved('macos')).toEqual(['outside-range']);
		expect(moved('any')).toEqual(['outside-range', 'ephemeral']);
	});

	test('keeps ranges from everyone', () => {
		expect(told(withHost(two, 'windows-gpu', { excluded: [[3022, 3022]] }))).toEqual([
			'excluded: mana-tts, windows-gpu: mana-tts is on 3022, which the system of windows-gpu keeps from everyone (3022). ' +
				'Move mana-tts, or place it on another host.',
		]);
	});

	test('has services of its own at numbers of its own', () => {
		const { shadows: _, ...hub } = services.find((row) => row.name === 'mana-web')!;
		const bare = services.map((row) => (row.name === 'mana-web' ? hub : row));
		expect(told(two, { services: bare })).toEqual([
			'shadows: mana-web, AirPlay Receiver: mana-web is on 5000, where macos has AirPlay Receiver. ' +
				'Move mana-web, or state in its row why it stands there (shadows).',
		]);
		expect(told(withHost(two, 'mac-mini', { system: 'linux' }), { services: bare })).toEqual([]);
	});

	test('may carry something else that is no part of Mana', () => {
		const occupants = [{ port: portOf('mana-stt'), protocol: 'tcp', name: 'a game server' }] as const;
		expect(told(withHost(two, 'windows-gpu', { occupants }))).toEqual([
			'occupied: mana-stt, a game server: mana-stt is on 3021, where a game server listens on windows-gpu. ' +
				'Move mana-stt or a game server, or place mana-stt on another host.',
		]);
		const udp = occupants.map((occupant) => ({ ...occupant, protocol: 'udp' as const }));
		expect(told(withHost(two, 'windows-gpu', { occupants: udp }))).toEqual([]);
	});

	test('leaves the well-known number of an engine to it, also where it does not run', () => {
		expect(told(withPlacement(two, 'ollama', { ports: { main: 5432 } }))).toEqual([
			'shadows: ollama, postgres: ollama is on 5432, the well-known number of postgres, which everyone expects there. ' +
				'Move ollama back to its own number.',
		]);
	});
});

describe('a need on another machine', () => {
	test('is met only by a service that listens for others', () => {
		const [first] = told(withPlacement(two, 'mana-auth', { exposure: 'loopback' }));
		expect(first).toBe(
			'need-unreachable: mana-llm, mana-auth: mana-llm on windows-gpu needs mana-auth on mac-mini, which listens there for its own ' +
				'machine only (loopback). Set the exposure of mana-auth to lan in this plan, or place both on one host.',
		);
	});

	test('is met only where the machine can be addressed', () => {
		const { address: _, ...mini } = two.hosts[1]!;
		const [first] = told({ ...two, hosts: [two.hosts[0]!, mini] });
		expect(first).toStartWith('need-without-address: mana-llm, mana-auth: mana-llm on windows-gpu needs mana-auth on mac-mini');
	});
});

describe('a public name', () => {
	const hub = { name: 'mana.how', service: 'mana-web' } as const;

	test('leads to one service', () => {
		expect(told(withNames(hub, { name: 'mana.how', service: 'synapse' }))).toEqual([
			'public-name-twice: mana-web, synapse: The public name mana.how leads to mana-web and to synapse. Keep one of the two routes.',
		]);
	});

	test('leads to something that runs, has that port and speaks HTTP', () => {
		expect(told(withNames(hub, { name: 'db.mana.how', service: 'postgres' }))).toEqual([
			'public-name-to-nothing: db.mana.how, postgres: The public name db.mana.how leads to postgres, which no host of the plan runs. ' +
				'Place postgres on a host, or drop the name.',
		]);
		expect(told(withNames({ ...hub, port: 'admin' }))[0]).toContain('leads to the port "admin" of mana-web');
		const containers = planNamed('containers');
		const publicNames = [...containers.publicNames, { name: 'db.example.org', service: 'postgres' as const }];
		expect(told({ ...containers, publicNames })[0]).toContain('leads to postgres, which does not speak HTTP');
	});

	test('leads to nothing that is kept from the world', () => {
		expect(told(withNames(hub, { name: 'auth.mana.how', service: 'mana-auth' }))[0]).toStartWith(
			'public-name-not-exposed: auth.mana.how, mana-auth: The public name auth.mana.how leads to mana-auth, which this plan keeps from ' +
				'the world (lan).',
		);
	});

	test('is a host name of the internet', () => {
		for (const name of ['mana', 'mana.how:443', 'https://mana.how', '-x.how', 'ma na.how', '10.0.0.1'])
			expect(told(withNames({ name, service: 'mana-web' }))[0], name).toStartWith(`bad-public-name: ${name}, mana-web`);
	});
});

describe('a placement', () => {
	test('moves ports that the row has', () => {
		expect(told(withPlacement(one, 'minio', { ports: { consle: 9002 } }))).toEqual([
			'unknown-port: minio: The plan moves the port "consle" of minio, which has "main" and "console". Correct the name.',
		]);
	});

	test('is started by a task only on Windows, and each by its own', () => {
		expect(told(withPlacement(two, 'umami', { scheduledTask: 'Umami' }))[0]).toStartWith('task-not-windows: umami, mac-mini');
		expect(told(withPlacement(two, 'mana-tts', { scheduledTask: 'ManaSTT' }))[0]).toStartWith(
			'duplicate-task: mana-stt, mana-tts',
		);
	});

	test('chooses an engine that the row states', () => {
		expect(told(withPlacement(one, 'umami', { engine: true }))[0]).toStartWith('no-engine: umami');
	});

	test('gives a service a number that is a port', () => {
		for (const port of [0, -1, 65_536, 3001.5])
			expect(told(withPlacement(one, 'umami', { ports: { main: port } }))[0], String(port)).toStartWith('no-port: umami');
	});
});

describe('the hosts of a plan', () => {
	test('have names and addresses of their own', () => {
		const [gpu, mini] = two.hosts;
		expect(told({ ...two, hosts: [gpu!, mini!, mini!] })).toContainEqual(expect.stringContaining('duplicate-host: mac-mini'));
		expect(told(withHost(two, 'mac-mini', { address: gpu!.address! }))).toEqual([
			expect.stringContaining('shared-address: windows-gpu, mac-mini'),
		]);
		expect(told(withHost(two, 'mac-mini', { address: 'http://mini' }))).toEqual([
			expect.stringContaining('bad-address: mac-mini: The host mac-mini has the address "http://mini"'),
		]);
	});
});

describe('the ranges', () => {
	const withRange = (name: string, change: object) =>
		told(one, { ranges: ranges.map((range) => (range.name === name ? { ...range, ...change } : range)) });

	test('do not overlap', () => {
		expect(withRange('core', { spans: [[3000, 3010]] })).toEqual([
			'range-overlap: core, infra: core (3000-3010) and infra (3010-3019) overlap, so a number would have two ranges. ' +
				'End core at 3009, or begin infra at 3011.',
		]);
	});

	test('reserve numbers of their own, and spans hold something', () => {
		expect(withRange('games', { reserved: [[5200, 5201]] })[0]).toStartWith('reserved-outside: games');
		expect(withRange('games', { reserved: [[5151, 5150]] })[0]).toStartWith('empty-span: games');
		expect(withRange('games', { name: 'web' })[0]).toStartWith('duplicate-range: web');
	});
});

describe('a row', () => {
	const row = (name: string, change: Partial<ServiceRow>) => told(one, { services: withRow(name, change) });

	test('states paths as paths, and only where HTTP is spoken', () => {
		expect(row('umami', { health: 'api/heartbeat' })[0]).toStartWith('bad-path: umami');
		expect(row('grafana', { metrics: 'http://x/metrics' })[0]).toStartWith('bad-path: grafana');
		const { ports } = services.find(({ name }) => name === 'umami')!;
		expect(row('umami', { ports: [{ ...ports[0], protocol: 'tcp' }] })[0]).toStartWith('path-without-http: umami');
	});

	test('is external in kind and status or in neither, with an engine and without a folder', () => {
		expect(row('umami', { kind: 'external' })[0]).toStartWith('kind-status: umami');
		expect(told(planNamed('containers'), { services: withRow('redis', { owner: 'infra/redis' }) })[0]).toStartWith(
			'external-row: redis',
		);
	});

	test('names its ports apart, and the engine knows each of them', () => {
		const minio = services.find(({ name }) => name === 'minio')!;
		const [main, console] = minio.ports;
		expect(row('minio', { ports: [main, { ...console!, name: 'main' }] })[0]).toStartWith('port-names: minio');
		expect(row('minio', { engine: { image: 'minio/minio', inside: { main: 1 }, probe: ['true'] } })[0]).toBe(
			'engine-port: minio: The engine of minio does not say where it listens inside for console. State the number that the image ' +
				'itself listens on.',
		);
	});

	test('lives in a range that there is', () => {
		expect(row('umami', { range: 'attic' as ServiceRow['range'] })[0]).toBe(
			'unknown-range: umami: umami names the range attic, which does not exist. Name a range.',
		);
	});

	test('reads records of apps that there are', () => {
		for (const read of ['toodo/*', 'todo', 'todo/a/b!'])
			expect(row('todo-server', { reads: [read] })[0], read).toStartWith('unknown-read: todo-server');
	});

	test('writes records of apps that there are', () => {
		for (const write of ['toodo/*', 'todo', 'todo/a/b!'])
			expect(row('todo-server', { writes: [write] })[0], write).toStartWith('unknown-write: todo-server');
	});

	test('leads to an app of its own', () => {
		const { door } = services.find(({ name }) => name === 'todo-web')!;
		expect(row('clock-web', { door: { ...door!, server: null } })).toContainEqual(
			expect.stringContaining('duplicate-door: todo-web, clock-web'),
		);
	});
});

test('a folder with a room in it has a row', () => {
	expect(told(one, { rooms: ['core/auth', 'core/forgotten'] })).toEqual([
		'room-without-row: core/forgotten: The folder core/forgotten holds a room, but no row names it as its owner. ' +
			'Add a row with the owner core/forgotten (mana ports add), or delete the folder.',
	]);
});
