import { describe, expect, test } from 'bun:test';
import { planOf, removalPlan } from './plan.ts';
import { regressions } from './regressions/index.ts';
import { removalSabotages, sabotages } from './sabotage.ts';
import { shrink, verdict } from './shrink.ts';
import { simulate } from './simulation.ts';

const SCHEDULES = 2000;

test(
	`${SCHEDULES} histories keep I1 to I9, I11 and I15`,
	() => {
		const failures: string[] = [];
		for (let seed = 1; seed <= SCHEDULES; seed++) {
			try {
				simulate(planOf(seed));
			} catch (error) {
				failures.push(`${String(error)} · bun kit/sync/simulator/simulate.ts --seed ${seed} --replay`);
			}
		}
		expect(failures).toEqual([]);
	},
	{ timeout: 300_000 },
);

test('one seed is one history', () => {
	const states = [1, 2].map(() => {
		const world = simulate(planOf(42));
		return { at: world.timeline.now, cells: [...world.disk.file.cells], promised: [...world.promised] };
	});
	expect(states[0]).toEqual(states[1]!);
	expect(states[0]!.cells.length).toBeGreaterThan(5);
});

describe('histories that once failed', () => {
	for (const { why, plan } of regressions) test(why, () => void simulate(plan));
});

describe('a defect put in on purpose is found', () => {
	for (const [name, make] of Object.entries(sabotages)) {
		test(
			name,
			() => {
				let found: string | null = null;
				for (let seed = 1; seed < 400 && found === null; seed++) found = verdict(planOf(seed), make);
				expect(found).toMatch(/^I\d+$/);
			},
			120_000,
		);
	}
});

describe('a removal on one of two servers, at every wrong moment', () => {
	const seeds = Array.from({ length: 30 }, (_, i) => i + 1);

	test('is kept by the other one', () => {
		for (const seed of seeds) simulate(removalPlan(seed));
	});

	for (const [name, make] of Object.entries(removalSabotages))
		test(`is not when ${name}, and that is found`, () => {
			expect(seeds.map((seed) => verdict(removalPlan(seed), make))).toContain('I11');
		});
});

test('a failing plan shrinks to one that fails alike', () => {
	const make = sabotages['the last one to arrive wins']!;
	let seed = 1;
	while (verdict(planOf(seed), make) === null) seed++;
	const plan = planOf(seed);
	const small = shrink(plan, make);
	expect(small.steps.length).toBeLessThan(plan.steps.length);
	expect(verdict(small, make)).toBe(verdict(plan, make));
});
