import { type Deployed, deploymentOf, type Host, type HostPlan, ranges, services, spanText } from '@mana/schema';
import { UsageError } from '../../place.ts';
import { hostOf } from '../list.ts';

/** A service that a plan has running on this machine, with the numbers it has under an offset. */
export interface Expected {
	readonly service: string;
	readonly as: Deployed['as'];
	readonly ports: readonly ExpectedPort[];
	/** The path that answers while an engine lives; services of ours have the kit's. */
	readonly health: string | null;
}

export interface ExpectedPort {
	readonly name: string;
	readonly port: number;
}

/** The host of a plan that this machine is: the one that `--host` names, or the only one. @throws UsageError */
export function thisHost(plan: HostPlan, named: string | undefined): Host {
	if (named !== undefined) return hostOf(plan, named);
	const [only, ...others] = plan.hosts;
	if (only && others.length === 0) return only;
	throw new UsageError(
		`The plan ${plan.name} has several hosts. Say which one this machine is: ${plan.hosts.map(({ name }) => `--host ${name}`).join(', ')}.`,
	);
}

/** What must listen here. An engine does not follow an offset: it is the same one for every copy. */
export function expectedOn(plan: HostPlan, host: Host, offset: number): Expected[] {
	return deploymentOf(plan)
		.filter((deployed) => deployed.host === host)
		.map(({ row, as, ports }) => ({
			service: row.name,
			as,
			ports: ports.map(({ name, port }) => ({ name, port: port + (row.kind === 'external' ? 0 : offset) })),
			health: row.health,
		}));
}

/**
 * The numbers that a stranger must keep off, each with what it is kept for: those of every row, whether built or not, and reserved
 * slots. Engines at their well-known numbers are left out: who has one there has it for a reason.
 */
export function keptNumbers(offset: number): Map<number, string> {
	const kept = new Map<number, string>();
	for (const range of ranges)
		for (const [from, to] of range.reserved)
			for (let port = from; port <= to; port++)
				kept.set(port + offset, `a reserved slot of ${range.name} (${spanText([from + offset, to + offset])})`);
	for (const row of services)
		if (row.kind !== 'external') for (const { port } of row.ports) kept.set(port + offset, `the number of ${row.name}`);
	return kept;
}
