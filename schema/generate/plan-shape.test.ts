import { describe, expect, test } from 'bun:test';
import { checkPlan, hostPlans } from '../index.ts';
import { readPlan } from './plan-shape.ts';

const smallest = {
	name: 'mine',
	title: 'My machine',
	hosts: [{ name: 'nas', title: 'The box under the stairs', system: 'linux' }],
	placements: [{ service: 'mana-auth', host: 'nas' }],
};

/** What a changed plan is refused with. */
function refusal(change: object): string {
	try {
		readPlan(JSON.stringify({ ...smallest, ...change }));
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
	return 'taken';
}

describe('a host plan from a file', () => {
	test('is a plan like those of the house', () => {
		const plan = readPlan(JSON.stringify(smallest));
		expect(plan).toEqual({ ...smallest, publicNames: [], notDeployed: [] } as typeof plan);
		expect(checkPlan(plan)).toEqual([]);
	});

	test('may be any plan of the house that something is deployed by', () => {
		for (const plan of hostPlans.filter((plan) => !plan.record)) expect(readPlan(JSON.stringify(plan))).toEqual(plan);
	});

	test('says where it does not fit, and what belongs there', () => {
		expect(refusal({ placements: [{ service: 'mana-aut', host: 'nas' }] })).toBe(
			'The plan does not fit:\n  placements[0].service: There is no service "mana-aut" in the port schema. Did you mean mana-auth?',
		);
		expect(refusal({ placements: [{ service: 'mana-auth', host: 'nas', ports: { main: 70_000 } }] })).toContain(
			'placements[0].ports.main: Too big',
		);
		expect(refusal({ hosts: [{ ...smallest.hosts[0], system: 'beos' }] })).toContain('hosts[0].system: Invalid option');
		expect(refusal({ plcements: [] })).toContain('the file: Unrecognized key: "plcements"');
		expect(refusal({ name: 'My Plan' })).toContain('name: use small letters, digits and hyphens');
	});

	test('that is no JSON says so', () => {
		expect(() => readPlan('{ name: ')).toThrow('The plan is not valid JSON');
	});
});
