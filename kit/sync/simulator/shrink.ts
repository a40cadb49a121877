import { Violation } from './violation.ts';
import type { Plan } from './plan.ts';
import type { Sabotage } from './sabotage.ts';
import { simulate } from './simulation.ts';

/** What goes wrong with a plan: the name of the invariant, or of the error; `null` when nothing does. */
export function verdict(plan: Plan, sabotage?: () => Sabotage): string | null {
	try {
		simulate(plan, sabotage?.());
		return null;
	} catch (error) {
		return error instanceof Violation ? error.invariant : String(error);
	}
}

/** The smallest plan found that fails like `plan`, by leaving out steps: first many at a time, then one by one (Zeller's ddmin). */
export function shrink(plan: Plan, sabotage?: () => Sabotage): Plan {
	const wanted = verdict(plan, sabotage);
	let smallest = plan;
	for (let size = Math.ceil(plan.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
		for (let at = 0; at < smallest.steps.length;) {
			const steps = [...smallest.steps.slice(0, at), ...smallest.steps.slice(at + size)];
			if (verdict({ ...smallest, steps }, sabotage) === wanted) smallest = { ...smallest, steps };
			else at += size;
		}
	}
	return smallest;
}
