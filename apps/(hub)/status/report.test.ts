import { describe, expect, test } from 'bun:test';
import { ranges, services } from '@mana/schema/registry/services';
import { mapOf, type ServiceReport, withoutDetails } from './report.ts';

const report = (name: string, range: string): ServiceReport => ({
	name,
	range,
	health: 'ready',
	version: '1.0.0',
	since: null,
	host: '10.0.0.1',
	port: 1,
	pid: 2,
	reason: 'why',
});

describe('the map of the house', () => {
	const map = mapOf(
		{ services: [report('mana-auth', 'core'), report('mana-web', 'web'), report('todo-web', 'web')] },
		ranges,
		services,
	);
	const of = (name: string) => map.find(({ range }) => range.name === name);

	test('has services, doors and planned rows in their ranges, in the order of the schema', () => {
		expect(map.map(({ range }) => range.name)).toEqual(ranges.filter(({ name }) => of(name)).map(({ name }) => name));
		expect(of('core')?.services.map(({ name }) => name)).toEqual(['mana-auth']);
		expect(of('core')?.planned.map(({ name }) => name)).toContain('mana-credits');
		expect(of('web')?.services.map(({ name }) => name)).toEqual(['mana-web']);
		expect(of('web')?.doors.map(({ name }) => name)).toEqual(['todo-web']);
	});

	test('does not call planned what runs, nor what only a host plan brings in', () => {
		const planned = map.flatMap((range) => range.planned.map(({ name }) => name));
		for (const name of ['mana-auth', 'todo-web', 'postgres', 'ollama']) expect(planned).not.toContain(name);
	});
});

test('what is kept on the device says nothing that is only for owner and admins', () => {
	const kept = withoutDetails({ at: '', version: '1.0.0', details: true, services: [report('mana-auth', 'core')] });
	expect(kept.details).toBe(false);
	expect(JSON.stringify(kept)).not.toMatch(/10\.0\.0\.1|why|"p/);
});
