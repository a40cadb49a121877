import { readFileSync } from 'node:fs';
import { checkPlan, deploymentOf, type Host, type HostPlan, planNamed, type Service, serviceNamed } from '@mana/schema';
import { readPlan } from '../schema/generate/plan-shape.ts';
import { UsageError } from './place.ts';

/**
 * The plan that `--plan` names: one of the house, or a file of one's own.
 *
 * @param named a plan's name, or the path of a JSON file; left out, the plan in use
 * @throws UsageError that names what does not fit
 */
export function planFrom(named: string | undefined): HostPlan {
	const isFile = named !== undefined && /[/\\.]/.test(named);
	try {
		return isFile ? readPlan(readFileSync(named, 'utf8')) : planNamed(named ?? 'default');
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new UsageError(isFile ? `${named}: ${message}` : message);
	}
}

/**
 * What `mana up --plan P --host H` starts.
 *
 * @param hostName may be left out where the plan has one host
 * @param names services of that host; empty: all that the plan puts there
 * @throws UsageError where the plan does not hold, is only a record, or has no such host or service there
 */
export function onHost(
	plan: HostPlan,
	hostName: string | undefined,
	names: readonly string[],
): { readonly host: Host; readonly rows: readonly Service[] } {
	if (plan.record) throw new UsageError(`The plan ${plan.name} is a picture of what once was. Nothing is started from it.`);
	const host = plan.hosts.find(({ name }) => name === (hostName ?? (plan.hosts.length === 1 ? name : undefined)));
	const hosts = plan.hosts.map(({ name }) => name).join(', ');
	if (!host)
		throw new UsageError(
			hostName === undefined
				? `The plan ${plan.name} has several hosts. Say which one this is: --host ${hosts.replaceAll(', ', ' | ')}`
				: `The plan ${plan.name} has no host "${hostName}". It has ${hosts}.`,
		);
	const findings = checkPlan(plan);
	if (findings.length > 0)
		throw new UsageError(
			[`The plan ${plan.name} does not hold:`, ...findings.map(({ message, fix }) => `  ${message} ${fix}`)].join('\n'),
		);
	const there = deploymentOf(plan)
		.filter((start) => start.host === host && start.as !== 'engine')
		.map(({ row }) => serviceNamed(row.name));
	const stray = names.find((name) => !there.some((row) => row.name === name));
	if (stray !== undefined) throw new UsageError(`The plan ${plan.name} does not start ${stray} on ${host.name}.`);
	if (there.length === 0) throw new UsageError(`The plan ${plan.name} starts nothing of ours on ${host.name} yet.`);
	return { host, rows: names.length === 0 ? there : there.filter((row) => names.includes(row.name)) };
}
