import { type Finding, finding, type Scene } from './scene.ts';

export function* knownNames({ plan, services }: Scene): Generator<Finding> {
	const names = new Set<string>();
	for (const { name } of services) {
		if (names.has(name)) yield finding('duplicate-name', [name, name], `Two rows are named ${name}.`, 'Rename one of them.');
		names.add(name);
	}
	const seen = new Set<string>();
	for (const { service, host } of plan.placements) {
		if (!names.has(service))
			yield finding(
				'unknown-service',
				[service],
				`The plan places ${service}, which has no row.`,
				'Add its row or drop the placement.',
			);
		if (!plan.hosts.some((known) => known.name === host))
			yield finding(
				'unknown-host',
				[service],
				`${service} is placed on ${host}, which the plan does not have.`,
				`Add the host ${host}.`,
			);
		if (plan.notDeployed.some((name) => name === service))
			yield finding('not-deployed', [service], `${service} is placed and listed as not deployed.`, 'Keep one of the two.');
		if (seen.has(`${service} ${host}`))
			yield finding('placed-twice', [service, service], `${service} is placed twice on ${host}.`, 'Drop one placement.');
		seen.add(`${service} ${host}`);
	}
}
