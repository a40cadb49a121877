import { describe, expect, test } from 'bun:test';
import { BlockList, isIP } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Deployed, deploymentOf } from '../deployment.ts';
import type { Host, HostPlan, Placement, PublicName } from '../plans.ts';
import { type Exposure, transportOf } from '../row.ts';
import { services } from '../services.ts';
import type { Facts, Generator } from './generator.ts';
import { allBuilt, bothDays, judge, livingPlans, textOf, written } from './judged.fixture.ts';
import { nftables } from './nftables.ts';
import { localNetworks } from './openings.ts';
import { pf } from './pf.ts';
import { windowsFirewall } from './windows-firewall.ts';

/** Whether a rule set lets a new connection in. `here`: from the machine itself. */
type Verdict = (from: string, port: number, transport: 'tcp' | 'udp') => boolean;

interface Firewall {
	readonly system: Host['system'];
	readonly generator: Generator;
	readonly file: string;
	/** Reads the rule set back, by the rules of its system. */
	readonly read: (text: string) => Verdict;
}

const here = '127.0.0.1';

const firewalls: readonly Firewall[] = [
	{ system: 'linux', generator: nftables, file: 'firewall.nft', read: readNftables },
	{ system: 'macos', generator: pf, file: 'firewall.pf', read: readPf },
	{ system: 'windows', generator: windowsFirewall, file: 'firewall.ps1', read: readWindows },
];

/** Every rule is tried from the top; the first that fits decides, and what none fits passes. */
function readNftables(text: string): Verdict {
	const sets = Object.fromEntries(
		[...text.matchAll(/set (\w+) \{[^}]*elements = \{ ([^}]*) \}/g)].map(([, name = '', all = '']) => [name, all.split(', ')]),
	);
	const rules = lines(text.slice(text.indexOf('policy accept;'))).flatMap((line) => {
		const rule = /^(?:ip6? saddr (@?)(\S+) )?(tcp|udp) dport (?:\{ ([\d, ]+) \}|(\d+)) (accept|drop)/.exec(line);
		if (!rule) return [];
		const [, set, source, transport, many, one, verdict] = rule;
		const from = source === undefined ? null : set ? (sets[source] ?? []) : [source];
		return [{ from, transport, ports: (many ?? one ?? '').split(', ').map(Number), accepts: verdict === 'accept' }];
	});
	return (from, port, transport) => {
		if (from === here && text.includes('iif "lo" accept')) return true;
		const rule = rules.find(
			(rule) => rule.transport === transport && rule.ports.includes(port) && (rule.from === null || isAmong(from, rule.from)),
		);
		return rule?.accepts ?? true;
	};
}

/** All of ours are `quick`: the first that fits decides. */
function readPf(text: string): Verdict {
	const lan = /table <mana_lan> const \{ ([^}]*) \}/.exec(text)?.[1]?.split(', ') ?? [];
	const rules = lines(text).flatMap((line) => {
		const rule = /^(pass|block drop) in quick (on lo0 )?proto (tcp|udp) from (\S+) to any port (?:\{ ([\d, ]+) \}|(\d+))/.exec(
			line,
		);
		if (!rule) return [];
		const [, verdict, loopback, transport, source = '', many, one] = rule;
		const from = loopback ? [here] : source === 'any' ? null : source === '<mana_lan>' ? lan : [source];
		return [{ from, transport, ports: (many ?? one ?? '').split(', ').map(Number), accepts: verdict === 'pass' }];
	});
	return (from, port, transport) =>
		rules.find(
			(rule) => rule.transport === transport && rule.ports.includes(port) && (rule.from === null || isAmong(from, rule.from)),
		)?.accepts ?? true;
}

/** Loopback is not filtered; a block wins over every allowance; what nothing allows is blocked. */
function readWindows(text: string): Verdict {
	const rules = lines(text).flatMap((line) => {
		const rule = /-Action (Allow|Block) -Protocol (TCP|UDP) -LocalPort ([\d,]+) -RemoteAddress (\S+)/.exec(line);
		if (!rule) return [];
		const [, action, transport = '', ports = '', source = ''] = rule;
		const from = source
			.split(',')
			.flatMap((one) => (one === 'LocalSubnet' ? [...localNetworks.ipv4, ...localNetworks.ipv6] : [one]));
		return [{ from, any: source === 'Any', transport: transport.toLowerCase(), ports: ports.split(',').map(Number), action }];
	});
	return (from, port, transport) => {
		if (from === here) return true;
		const fitting = rules.filter(
			(rule) => rule.transport === transport && rule.ports.includes(port) && (rule.any || isAmong(from, rule.from)),
		);
		return fitting.some(({ action }) => action === 'Allow') && !fitting.some(({ action }) => action === 'Block');
	};
}

function lines(text: string): string[] {
	return text.split('\n').map((line) => line.trim());
}

function isAmong(address: string, networks: readonly string[]): boolean {
	const list = new BlockList();
	for (const network of networks) {
		const [base = '', bits] = network.split('/');
		const family = isIP(base) === 6 ? 'ipv6' : 'ipv4';
		if (bits === undefined) list.addAddress(base, family);
		else list.addSubnet(base, Number(bits), family);
	}
	return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const onTheLan = ['192.168.77.77', 'fd00::77'];
const onTheInternet = ['198.51.100.7', '2001:db8::7'];

/** What the exposure of a port says of a caller, in words of the schema; `null` where it leaves it open. */
function expected(called: Deployed, from: string, plan: HostPlan, everywhere: readonly Deployed[]): boolean | null {
	if (from === here) return true;
	if (called.exposure === 'loopback') return false;
	const machine = plan.hosts.find(({ address }) => address === from);
	const needed = everywhere.some(({ host, needs }) => host === machine && needs.includes(called.row.name));
	const named = plan.publicNames.some(({ service }) => service === called.row.name);
	const proxied = named && machine !== undefined && machine === everywhere.find(({ row }) => row.name === 'mana-web')?.host;
	if (machine && machine !== called.host && (needed || proxied)) return true;
	if (onTheInternet.includes(from)) return false;
	// A machine that the plan knows by a name only cannot be told apart from the rest of the local network.
	const nameless = plan.hosts.filter((host) => host !== called.host && isIP(host.address ?? '') === 0);
	if (everywhere.some(({ host, needs }) => nameless.includes(host) && needs.includes(called.row.name)) && onTheLan.includes(from))
		return true;
	if (called.exposure === 'lan' || plan.publicNames.length === 0)
		return isAmong(from, [...localNetworks.ipv4, ...localNetworks.ipv6]) || null;
	return nameless.length === 0 && onTheLan.includes(from) ? false : null;
}

function judgePlan(plan: HostPlan, facts: Facts): { readonly judged: number; readonly wrong: readonly string[] } {
	const everywhere = deploymentOf(plan, facts.services);
	const wrong: string[] = [];
	let judged = 0;
	for (const { system, generator, file, read } of firewalls)
		for (const host of plan.hosts) {
			if ((host.system !== system && host.system !== 'any') || !everywhere.some((deployed) => deployed.host === host)) continue;
			const lets = read(textOf(generator, { ...facts, plans: [plan] }, `deploy/${plan.name}/${host.name}/${file}`));
			const others = plan.hosts.flatMap(({ address }) =>
				address !== undefined && address !== host.address && isIP(address) ? [address] : [],
			);
			for (const called of everywhere.filter((deployed) => deployed.host === host))
				for (const { port, protocol } of called.ports)
					for (const from of [here, ...onTheLan, ...onTheInternet, ...others]) {
						const should = expected(called, from, plan, everywhere);
						if (should === null) continue;
						judged++;
						if (lets(from, port, transportOf(protocol)) !== should)
							wrong.push(
								`${file} of ${host.name}: ${called.row.name} (${called.exposure}) from ${from} should ${should ? 'pass' : 'be dropped'}`,
							);
					}
		}
	return { judged, wrong };
}

describe.each(bothDays)('the firewalls %s', (_, facts) => {
	test.each(livingPlans.map((plan) => [plan.name, plan] as const))(
		'of %s open each port to whom its exposure says',
		(_, plan) => {
			const { judged, wrong } = judgePlan(plan, facts);
			expect(wrong).toEqual([]);
			expect(judged).toBeGreaterThan(50);
		},
	);
});

const anyHost = (name: string, address: fc.Arbitrary<string | undefined>): fc.Arbitrary<Host> =>
	fc.record({ system: fc.constantFrom('any', 'linux', 'macos', 'windows'), address }).map(({ system, address }) => ({
		name,
		title: name,
		system,
		...(address === undefined ? {} : { address }),
	}));

/** Plans on three machines, at home and elsewhere, known by address or by name, with any exposure of any service. */
const anyPlan: fc.Arbitrary<HostPlan> = fc
	.record({
		hosts: fc.tuple(
			anyHost('one', fc.constantFrom(undefined, '192.168.1.11')),
			anyHost('two', fc.constantFrom('192.168.1.12', '203.0.113.12', 'two.local')),
			anyHost('three', fc.constantFrom('203.0.113.13', '2001:db8::13', 'fd00::13')),
		),
		placements: fc.subarray([...services]).chain((some) =>
			fc.tuple(
				...some.map(({ name: service }) =>
					fc.record({
						service: fc.constant(service),
						host: fc.constantFrom('one', 'two', 'three'),
						exposure: fc.constantFrom<Exposure>('loopback', 'lan', 'proxy'),
					}),
				),
			),
		) as fc.Arbitrary<Placement[]>,
		publicNames: fc.subarray<PublicName>([
			{ name: 'mana.example.org', service: 'mana-web' },
			{ name: 'llm.example.org', service: 'mana-llm' },
			{ name: 'buckets.example.org', service: 'minio' },
		]),
	})
	.map((parts) => ({ name: 'any', title: 'Any', notDeployed: [], ...parts }));

test('in any plan, each port is open to whom its exposure says, and to nobody else', () => {
	fc.assert(
		fc.property(anyPlan, (plan) => {
			expect(judgePlan(plan, allBuilt).wrong).toEqual([]);
		}),
		{ numRuns: 60 },
	);
});

test('a service with a public name on another machine than the proxy is open to that machine alone', () => {
	const plan: HostPlan = {
		name: 'pair',
		title: 'Pair',
		hosts: [
			{ name: 'front', title: 'Front', system: 'linux', address: '192.168.1.11' },
			{ name: 'gpu', title: 'GPU', system: 'any', address: '192.168.1.12' },
		],
		placements: [
			{ service: 'mana-web', host: 'front' },
			{ service: 'ollama', host: 'gpu', exposure: 'proxy' },
		],
		publicNames: [{ name: 'ollama.example.org', service: 'ollama' }],
		notDeployed: [],
	};
	const port = services.find(({ name }) => name === 'ollama')?.ports[0].port ?? 0;
	for (const { generator, file, read } of firewalls) {
		const lets = read(textOf(generator, { ...allBuilt, plans: [plan] }, `deploy/pair/gpu/${file}`));
		const from = [here, '192.168.1.11', '192.168.1.13', ...onTheLan, ...onTheInternet].filter((from) => lets(from, port, 'tcp'));
		expect([file, from]).toEqual([file, [here, '192.168.1.11']]);
	}
});

test('ports that are not of the plan are left to others: SSH passes, from wherever', () => {
	const ssh = 22;
	for (const { generator, file, read } of firewalls.slice(0, 2)) {
		const lets = read(textOf(generator, allBuilt, `deploy/default/here/${file}`));
		for (const from of [here, ...onTheLan, ...onTheInternet])
			expect([file, from, lets(from, ssh, 'tcp')]).toEqual([file, from, true]);
	}
	const windows = textOf(windowsFirewall, allBuilt, 'deploy/default/here/firewall.ps1');
	expect(windows).not.toMatch(/-LocalPort (?:[\d,]+,)?(?:22|3389)[, ]/);
});

test('the script for Windows is plain ASCII, which every version of PowerShell reads alike', () => {
	for (const { path, text } of windowsFirewall.files(allBuilt))
		expect([path, /^[\n\t\x20-\x7e]*$/.test(text)]).toEqual([path, true]);
});

/** nft asks the kernel even when it only checks. Where that is refused to whoever runs this (no root), it does not judge. */
const nft = judge('nft');
const checks = (file: string) => nft?.('-c', '-f', file);
const folder = mkdtempSync(join(tmpdir(), 'mana-nft-'));
writeFileSync(join(folder, 'empty.nft'), 'table inet mana\n');
const nftJudges = checks(join(folder, 'empty.nft'))?.ok === true;
rmSync(folder, { recursive: true });

describe.each(bothDays)('judged by its reader, %s', (_, facts) => {
	test.skipIf(!nftJudges)('nft accepts the rules of every host', () => {
		using files = written(nftables, facts);
		for (const { path } of nftables.files(facts))
			expect([path, checks(join(files.folder, path))]).toEqual([path, { ok: true, said: '' }]);
		expect(nftables.files(facts).length).toBe(2);
	});
});
