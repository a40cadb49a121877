import { describe, expect, test } from 'bun:test';
import { type ServiceRow, services } from '@mana/schema';
import { planProcesses, processOf, rowsToRun } from './plan.ts';

function row(name: string, needs: readonly string[], range: ServiceRow['range'] = 'core'): ServiceRow {
	const [first] = services;
	if (!first) throw new Error('The schema is empty.');
	return { ...first, name, needs, range };
}

describe('the plan of processes', () => {
	const plans = planProcesses(rowsToRun(services, []));

	test('runs every running row once', () => {
		const running = services.filter((service) => service.status === 'running').map((service) => service.name as string);
		expect(plans.flatMap((plan) => plan.services).sort()).toEqual(running.sort());
	});

	test('gives mana-sync a process of its own and all doors that of the hub', () => {
		expect(plans.find((plan) => plan.name === 'sync')?.services).toEqual(['mana-sync']);
		const web = plans.find((plan) => plan.name === 'web')?.services ?? [];
		expect(web[0]).toBe('mana-web');
		expect(web).toContain('todo-web');
		expect(services.filter((service) => service.door).map((service) => processOf(service))).toEqual(web.map(() => 'web'));
	});

	test('puts every process after those that it needs', () => {
		for (const [index, plan] of plans.entries())
			for (const need of plan.needs) expect(plans.findIndex((other) => other.name === need)).toBeLessThan(index);
		expect(plans.map((plan) => plan.name)).toEqual(['core', 'sync', 'apps', 'web']);
	});

	test('has what stands on mana-sync, through whatever others, come up after it', () => {
		const rows = [
			row('mana-auth', []),
			row('mana-sync', ['mana-auth'], 'infra'),
			row('b', ['a'], 'infra'),
			row('a', ['mana-sync']),
		];
		expect(planProcesses(rows).map(({ name, services }) => [name, services])).toEqual([
			['core', ['mana-auth']],
			['sync', ['mana-sync']],
			['apps', ['a', 'b']],
		]);
	});

	test('orders the services of a process by need', () => {
		const rows = [row('c', ['b']), row('b', ['a']), row('a', [])];
		expect(planProcesses(rows)).toEqual([{ name: 'core', services: ['a', 'b', 'c'], needs: [] }]);
	});

	test('refuses a circle', () => {
		expect(() => planProcesses([row('a', ['b']), row('b', ['a'])])).toThrow('a circle cannot start');
		expect(() => planProcesses([row('a', ['b']), row('b', ['a'], 'ai')])).toThrow('a circle cannot start');
	});

	test('runs what is named and says what is not there', () => {
		expect(rowsToRun(services, ['mana-sync', 'mana-auth']).map((service) => service.name)).toEqual(['mana-sync', 'mana-auth']);
		expect(() => rowsToRun(services, ['mana-nothing'])).toThrow('There is no service "mana-nothing"');
		expect(() => rowsToRun(services, ['mana-credits'])).toThrow('not part of this Mana yet');
	});
});
