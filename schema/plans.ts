import { asOf20260408 } from './plans/as-of-2026-04-08.ts';
import { inContainers } from './plans/containers.ts';
import { onThisMachine } from './plans/default.ts';
import type { HostPlan } from './plans/host-plan.ts';
import { onTwoMachines } from './plans/two-machines.ts';

export type { Host, HostPlan, Placement, PublicName } from './plans/host-plan.ts';

/** Every plan of the house; the first is the one in use. A plan of your own is a file: `--plan ./my-plan.json`. */
export const hostPlans: readonly [HostPlan, ...HostPlan[]] = [onThisMachine, inContainers, onTwoMachines, asOf20260408];

/** @throws when no plan has this name */
export function planNamed(name: string): HostPlan {
	const plan = hostPlans.find((plan) => plan.name === name);
	if (!plan) throw new Error(`There is no host plan "${name}". The plans are ${hostPlans.map((plan) => plan.name).join(', ')}.`);
	return plan;
}
