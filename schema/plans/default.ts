import { services } from '../services.ts';
import type { Host, HostPlan } from './host-plan.ts';

const thisMachine = { name: 'here', title: 'This machine', system: 'any' } as const satisfies Host;

/** The default: everything of ours on this machine, on the ports of the schema, nothing to install. */
export const onThisMachine = {
	name: 'default',
	title: 'Everything on this machine',
	hosts: [thisMachine],
	placements: services
		.filter((service) => service.kind !== 'external')
		.map((service) => ({ service: service.name, host: thisMachine.name })),
	publicNames: [],
	notDeployed: [],
} satisfies HostPlan;
