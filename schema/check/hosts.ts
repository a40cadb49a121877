import { type Finding, finding, type Scene } from './scene.ts';

/** What the machines of a plan must say about themselves. */
export function* soundHosts({ plan }: Scene): Generator<Finding> {
	const names = new Set<string>();
	for (const { name, address } of plan.hosts) {
		if (names.has(name)) yield finding('duplicate-host', [name], `Two hosts are named ${name}.`, 'Rename one of them.');
		names.add(name);
		if (address !== undefined && !/^[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$/i.test(address))
			yield finding(
				'bad-address',
				[name],
				`The host ${name} has the address "${address}", which is none.`,
				'Use an IP address or a name without scheme, port and path.',
			);
	}
	const owner = new Map<string, string>();
	for (const { address, name } of plan.hosts) {
		const other = address === undefined ? undefined : owner.get(address);
		if (other !== undefined)
			yield finding(
				'shared-address',
				[other, name],
				`${other} and ${name} have one address, ${address}.`,
				'Give each host its own.',
			);
		if (address !== undefined) owner.set(address, name);
	}
}

/** What a placement says beyond service and host. */
export function* soundPlacements({ plan, services }: Scene): Generator<Finding> {
	const tasks = new Map<string, string>();
	for (const { service, host, ports = {}, scheduledTask, engine } of plan.placements) {
		const row = services.find((candidate) => candidate.name === service);
		if (!row) continue;
		for (const name of Object.keys(ports))
			if (!row.ports.some((port) => port.name === name))
				yield finding(
					'unknown-port',
					[service],
					`The plan moves the port "${name}" of ${service}, which has ${row.ports.map((port) => `"${port.name}"`).join(' and ')}.`,
					'Correct the name.',
				);
		if (engine && !row.engine)
			yield finding(
				'no-engine',
				[service],
				`The plan chooses the real engine of ${service}, whose row states none.`,
				`State the engine in the row of ${service}, or let the room of ours listen.`,
			);
		if (scheduledTask === undefined) continue;
		const machine = plan.hosts.find((candidate) => candidate.name === host);
		if (machine && machine.system !== 'windows')
			yield finding(
				'task-not-windows',
				[service, host],
				`${service} is started by the scheduled task ${scheduledTask}, but ${host} does not run Windows.`,
				'Drop the task: on other systems units are made from the names of the services.',
			);
		const other = tasks.get(`${host} ${scheduledTask}`);
		if (other !== undefined)
			yield finding(
				'duplicate-task',
				[other, service],
				`${other} and ${service} are both started by the task ${scheduledTask} of ${host}.`,
				'Give each its own task.',
			);
		tasks.set(`${host} ${scheduledTask}`, service);
	}
}
