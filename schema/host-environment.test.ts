import { describe, expect, test } from 'bun:test';
import { openingsOf } from './generate/openings.ts';
import { deploymentOf, type Host, hostEnvironment, type HostPlan, planNamed, portOf } from './index.ts';

const near = { name: 'near', title: 'Near', system: 'any', address: '10.0.0.1' } as const satisfies Host;
const far = { name: 'far', title: 'Far', system: 'any', address: 'fd00::2' } as const satisfies Host;

const plan: HostPlan = {
	name: 'apart',
	title: 'Sync on a machine of its own',
	hosts: [near, far],
	placements: [
		{ service: 'mana-auth', host: 'near', exposure: 'lan' },
		{ service: 'mana-web', host: 'near' },
		{ service: 'todo-web', host: 'near', exposure: 'loopback' },
		{ service: 'mana-sync', host: 'far', exposure: 'lan', ports: { main: portOf('mana-sync') + 7 } },
	],
	publicNames: [],
	notDeployed: [],
};

describe('what a host is told of its plan', () => {
	test('is where the others are, at the numbers of the plan', () => {
		expect(hostEnvironment(plan, near)).toEqual({
			MANA_PUBLIC_URL: `http://localhost:${portOf('mana-web')}`,
			MANA_HOST: '127.0.0.1',
			MANA_AUTH_HOST: '0.0.0.0',
			MANA_SYNC_ADDRESS: `http://[fd00::2]:${portOf('mana-sync') + 7}`,
		});
		expect(hostEnvironment(plan, far, 100)).toEqual({
			MANA_PUBLIC_URL: `http://localhost:${portOf('mana-web') + 100}`,
			MANA_HOST: '127.0.0.1',
			MANA_SYNC_PORT: String(portOf('mana-sync') + 7),
			MANA_SYNC_HOST: '0.0.0.0',
			MANA_AUTH_ADDRESS: `http://10.0.0.1:${portOf('mana-auth') + 100}`,
		});
	});

	test('is where those are that it calls without waiting for them, and opens them to it', () => {
		const told: HostPlan = {
			...plan,
			placements: [...plan.placements, { service: 'mana-notify', host: 'near', exposure: 'proxy' }],
		};
		expect(hostEnvironment(told, near)['MANA_NOTIFY_HOST']).toBe('0.0.0.0');
		expect(hostEnvironment(told, far)['MANA_NOTIFY_ADDRESS']).toBe(`http://10.0.0.1:${portOf('mana-notify')}`);
		const facts = { plan: told, everywhere: deploymentOf(told), host: near };
		const openings = openingsOf({ ...facts, deployed: facts.everywhere.filter(({ host }) => host === near) });
		expect(openings.find(({ service }) => service === 'mana-notify')).toMatchObject({ lan: true });
		const named: HostPlan = { ...told, publicNames: [{ name: 'mana.example.org', service: 'mana-web' }] };
		const known = openingsOf({ ...facts, plan: named, deployed: facts.everywhere.filter(({ host }) => host === near) });
		expect(known.find(({ service }) => service === 'mana-notify')).toMatchObject({ hosts: [far.address], lan: false });
	});

	test('opens nothing to the network that no other machine has to reach', () => {
		const alone = hostEnvironment(planNamed('default'), planNamed('default').hosts[0]!);
		expect(Object.keys(alone).sort()).toEqual(['MANA_HOST', 'MANA_PUBLIC_URL']);
		expect(hostEnvironment(plan, near)['MANA_WEB_HOST']).toBeUndefined();
	});

	test('says that a proxy stands before the hub where it has a public name', () => {
		const named = { ...plan, publicNames: [{ name: 'mana.example.org', service: 'mana-web' }] } satisfies HostPlan;
		expect(hostEnvironment(named, near)).toMatchObject({
			MANA_PUBLIC_URL: 'https://mana.example.org',
			MANA_WEB_BEHIND_PROXY: 'true',
		});
		expect(hostEnvironment(named, far)['MANA_WEB_BEHIND_PROXY']).toBeUndefined();
	});
});
