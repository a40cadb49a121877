import { type Finding, finding, type Placed, type Scene } from './scene.ts';

export function* needsResolve({ plan, services, active }: Scene): Generator<Finding> {
	for (const row of active)
		for (const name of row.needs) {
			const needed = services.find((other) => other.name === name);
			if (!needed)
				yield finding(
					'unknown-need',
					[row.name, name],
					`${row.name} needs ${name}, which has no row.`,
					`Add ${name}, or correct the name.`,
				);
			else if (!active.includes(needed))
				yield finding(
					'need-not-placed',
					[row.name, name],
					`${row.name} needs ${name}, which the plan ${plan.name} puts on no host.`,
					`Place ${name} on a host of the plan.`,
				);
			else if (row.status === 'running' && needed.status === 'planned')
				yield finding(
					'need-not-running',
					[row.name, name],
					`${row.name} is running and needs ${name}, which is only planned.`,
					`Build ${name}, or drop the need.`,
				);
		}
}

/** What is needed or called on another machine is reached only over the network: the other one has an address, and the service listens there. */
export function* needsReachable({ active, placed }: Scene): Generator<Finding> {
	const on = (name: string) => placed.filter((entry) => entry.row.name === name && entry.port.name === 'main');
	for (const row of active)
		for (const name of [...row.needs, ...row.calls]) {
			const there = on(name);
			const verb = row.needs.includes(name) ? 'needs' : 'calls';
			for (const { host } of on(row.name))
				if (there.length > 0) yield* reachable(`${row.name} on ${host} ${verb} ${name}`, [row.name, name], host, there);
		}
}

function* reachable(said: string, rows: readonly [string, string], host: string, there: readonly Placed[]): Generator<Finding> {
	const [, name] = rows;
	if (there.some((entry) => entry.host === host)) return;
	const open = there.filter((entry) => entry.exposure !== 'loopback');
	const [first] = there;
	if (open.length === 0)
		yield finding(
			'need-unreachable',
			rows,
			`${said} on ${first?.host}, which listens there for its own machine only (loopback).`,
			`Set the exposure of ${name} to lan in this plan, or place both on one host.`,
		);
	else if (!open.some((entry) => entry.machine?.address !== undefined))
		yield finding(
			'need-without-address',
			rows,
			`${said} on ${open[0]?.host}, whose address the plan does not state.`,
			`State the address of the host ${open[0]?.host}.`,
		);
}
