import { browserRefusedPorts, type HostPlan, type Range, type ServiceRow, within } from '../index.ts';
import { systemsOf } from '../systems.ts';

/** Everything that one edit may touch. */
export interface Subject {
	readonly plan: HostPlan;
	readonly services: readonly ServiceRow[];
	readonly ranges: readonly Range[];
}

/** One fault, or a change that is none. */
export interface Edit {
	readonly subject: Subject;
	/** Names of which the finding must give at least one. */
	readonly about: readonly string[];
	/** Proven another way than by the check: nothing is wrong with it. */
	readonly harmless: boolean;
}

export type Pick = <Value>(values: readonly Value[]) => Value;
export type PickNumber = (from: number, to: number) => number;
type Maker = (subject: Subject, pick: Pick, number: PickNumber) => Edit | null;

/** Every kind of edit, by what it does. Each answers `null` where there is nothing to edit in that way. */
export const edits: Readonly<Record<string, Maker>> = {
	'moves a port of the schema to any number': (subject, pick, number) => {
		const row = pick(placedRows(subject));
		const [main, ...rest] = row.ports;
		const port = pick([number(1, 70_000), number(2990, 5200), pick(subject.services).ports[0].port]);
		return changeRow(subject, row, { ports: [{ ...main, port }, ...rest] }, (changed) => portsAreFine(changed, row.name));
	},
	'moves a port of the plan to any number': (subject, pick, number) => {
		const placement = pick(subject.plan.placements);
		const port = pick([number(1, 70_000), number(2990, 5200), pick(subject.services).ports[0].port]);
		const plan = {
			...subject.plan,
			placements: subject.plan.placements.map((other) => (other === placement ? { ...other, ports: { main: port } } : other)),
		};
		const changed = { ...subject, plan };
		return { subject: changed, about: [placement.service], harmless: portsAreFine(changed, placement.service) };
	},
	'deletes a row': (subject, pick) => {
		const row = pick(placedRows(subject));
		return edit(subject, { services: subject.services.filter((other) => other !== row) }, [row.name]);
	},
	'writes a row twice': (subject, pick) => {
		const row = pick(subject.services);
		return edit(subject, { services: [...subject.services, row] }, [row.name]);
	},
	'misspells the name of a row': (subject, pick) => {
		const row = pick(placedRows(subject));
		return changeRow(subject, row, { name: `${row.name}x` });
	},
	'misspells a need': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ needs }) => needs.length > 0));
		return changeRow(subject, row, { needs: row.needs.map((need) => `${need}-`) });
	},
	'misspells a call': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ calls }) => calls.length > 0));
		return changeRow(subject, row, { calls: row.calls.map((called) => `${called}-`) });
	},
	'says of a need that it is also called': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ needs }) => needs.length > 0));
		return changeRow(subject, row, { calls: [...row.calls, pick(row.needs)] });
	},
	'makes a service wait for one that waits for it': (subject, pick) => {
		const waiting = pick(placedRows(subject).filter(({ needs }) => needs.length > 0));
		const needed = pick(waiting.needs);
		const row = subject.services.find(({ name }) => name === needed)!;
		return changeRow(subject, row, { needs: [...row.needs, waiting.name] });
	},
	'runs a service nowhere': (subject, pick) => {
		const gone = pick(subject.plan.placements);
		const plan = { ...subject.plan, placements: subject.plan.placements.filter((placement) => placement !== gone) };
		const missed =
			placedRows({ ...subject, plan }).some(({ needs }) => needs.includes(gone.service)) ||
			plan.publicNames.some(({ service }) => service === gone.service);
		return { subject: { ...subject, plan }, about: [gone.service], harmless: !missed };
	},
	'runs a service on a machine that is not there': (subject, pick) => changePlacement(subject, pick, () => ({ host: 'moon' })),
	'runs a service twice on a machine': (subject, pick) => {
		const placement = pick(subject.plan.placements);
		return editPlan(subject, { placements: [...subject.plan.placements, placement] }, [placement.service]);
	},
	'moves a port that a service has not': (subject, pick) => changePlacement(subject, pick, () => ({ ports: { mian: 1 } })),
	'names a machine twice': (subject, pick) => {
		const host = pick(subject.plan.hosts);
		return editPlan(subject, { hosts: [...subject.plan.hosts, host] }, [host.name]);
	},
	'forgets the address of a machine': (subject, pick) => {
		const host = pick(subject.plan.hosts);
		const { address: _, ...bare } = host;
		const needed = subject.plan.hosts.length > 1;
		const edited = editPlan(subject, { hosts: subject.plan.hosts.map((other) => (other === host ? bare : other)) }, [], !needed);
		return needed ? { ...edited, about: servicesOn(subject.plan, host.name) } : edited;
	},
	'keeps on loopback what another machine needs or calls': (subject, pick) => {
		const { plan } = subject;
		const placement = pick(plan.placements);
		const callers = plan.placements.filter(
			(other) =>
				other.host !== placement.host &&
				subject.services.some(
					({ name, needs, calls }) => name === other.service && [...needs, ...calls].includes(placement.service),
				),
		);
		const named = plan.publicNames.some(({ service }) => service === placement.service);
		return {
			subject: { ...subject, plan: placing(plan, placement, { exposure: 'loopback' }) },
			about: [placement.service],
			harmless: callers.length === 0 && !named,
		};
	},
	'opens a service that has no health path': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ health }) => health === null));
		if (!row) return null;
		return changeRow(subject, row, { exposure: 'lan' });
	},
	'forgets the health path': (subject, pick) => {
		const row = pick(placedRows(subject));
		return changeRow(subject, row, { health: null }, () =>
			exposuresOf(subject, row).every((exposure) => exposure === 'loopback'),
		);
	},
	'breaks a path': (subject, pick) => {
		const row = pick(subject.services.filter(({ health, metrics }) => health !== null && metrics !== null));
		return changeRow(subject, row, pick([{ health: 'health' }, { metrics: 'localhost/metrics' }, { health: '/live?x=1' }]));
	},
	'answers health on a port that does not speak HTTP': (subject, pick) => {
		const row = pick(subject.services.filter(({ health, ports }) => health !== null && ports.length === 1));
		return changeRow(subject, row, { ports: [{ ...row.ports[0], protocol: pick(['tcp', 'udp'] as const) }] });
	},
	'lets the digits of a pair differ without a reason': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ door }) => door?.digits !== undefined));
		const { digits: _, ...door } = row.door!;
		return changeRow(subject, row, { door });
	},
	'pairs a front end with a server that is not there': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ door }) => door));
		return changeRow(subject, row, { door: { ...row.door!, server: 'no-server' } });
	},
	'leads two front ends to one app': (subject, pick) => {
		const [row, other] = [pick(subject.services.filter(({ door }) => door)), pick(subject.services.filter(({ door }) => door))];
		const { server: _, ...there } = other.door!;
		return changeRow(subject, row, { door: { ...row.door!, ...there } }, () => row === other);
	},
	'forgets the owner': (subject, pick) => changeRow(subject, pick(placedRows(subject).filter(ours)), { owner: null }),
	'gives a row to a folder of another range': (subject, pick) => {
		const row = pick(placedRows(subject).filter(ours));
		return changeRow(subject, row, { owner: 'docs/x' });
	},
	'calls running what is not built': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ status }) => status === 'planned'));
		return changeRow(subject, row, { status: 'running' });
	},
	'calls planned what others lean on': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ status }) => status === 'running'));
		const leaned = placedRows(subject).some(({ needs, status }) => status === 'running' && needs.includes(row.name));
		return changeRow(subject, row, { status: 'planned' }, () => !leaned);
	},
	'mixes up kind and status': (subject, pick) => {
		const row = pick(subject.services);
		return changeRow(subject, row, { kind: row.kind === 'external' ? 'own' : 'external' });
	},
	'names a range that is not there': (subject, pick) =>
		changeRow(subject, pick(placedRows(subject)), { range: 'attic' as ServiceRow['range'] }),
	'ends a range before its last row': (subject, pick) => {
		const range = pick(subject.ranges.filter(({ spans }) => spans.length === 1));
		const last = Math.max(
			...placedPorts(subject)
				.filter(({ row }) => row.range === range.name)
				.map(({ port }) => port),
		);
		const from = range.spans[0]![0];
		if (last <= from) return null;
		return changeRange(subject, range, { spans: [[from, last - 1]], reserved: [] }, rowsAt(subject, last));
	},
	'reserves a number in use': (subject, pick) => {
		const { port, row } = pick(placedPorts(subject));
		const range = subject.ranges.find(({ name }) => name === row.range)!;
		return changeRange(subject, range, { reserved: [...range.reserved, [port, port]] }, [row.name]);
	},
	'reserves outside of a range': (subject, pick) => {
		const range = pick(subject.ranges);
		return changeRange(subject, range, { reserved: [[7001, 7002]] }, [range.name]);
	},
	'lets two ranges overlap': (subject, pick) => {
		const range = pick(subject.ranges.filter(({ spans }) => spans.length === 1));
		const [from, to] = range.spans[0]!;
		const next = Math.min(...subject.ranges.flatMap(({ spans }) => spans.map(([first]) => first)).filter((first) => first > to));
		if (!Number.isFinite(next)) return null;
		return changeRange(subject, range, { spans: [[from, next]] }, [range.name]);
	},
	'turns a span around': (subject, pick) => {
		const range = pick(subject.ranges.filter(({ spans: [first] }) => first![0] !== first![1]));
		return changeRange(subject, range, { spans: range.spans.map(([from, to]) => [to, from] as const) }, [range.name]);
	},
	'leads a public name to two': (subject, pick) => {
		const [route] = subject.plan.publicNames;
		if (!route) return null;
		return editPlan(
			subject,
			{ publicNames: [...subject.plan.publicNames, { ...route, service: pick(subject.services).name as never }] },
			[route.service],
		);
	},
	'leads a public name to nothing': (subject, pick) => {
		const service = pick(
			subject.services.filter(({ name }) => !subject.plan.placements.some((placement) => placement.service === name)),
		);
		if (!service) return null;
		return editPlan(subject, { publicNames: [{ name: 'x.example.org', service: service.name as never }] }, [service.name]);
	},
	'leads a public name to what is kept from the world': (subject, pick) => {
		const row = pick(placedRows(subject).filter((row) => exposuresOf(subject, row).every((exposure) => exposure !== 'proxy')));
		return editPlan(subject, { publicNames: [{ name: 'x.example.org', service: row.name as never }] }, [row.name]);
	},
	'misspells a public name': (subject, pick) =>
		editPlan(subject, { publicNames: [{ name: pick(['x', 'x..org', 'x.org:1', 'x y.org']), service: 'mana-web' }] }, [
			'mana-web',
		]),
	'starts two services by one task': (subject, pick) => {
		const [a, b] = subject.plan.placements.filter(({ scheduledTask }) => scheduledTask);
		if (!a || !b) return null;
		return editPlan(
			subject,
			{ placements: subject.plan.placements.map((other) => (other === b ? { ...b, scheduledTask: a.scheduledTask! } : other)) },
			[pick([a.service])],
		);
	},
	'starts a service by a task where there are none': (subject, pick) => {
		const placement = pick(subject.plan.placements.filter(({ host }) => host !== 'windows-gpu'));
		return {
			subject: { ...subject, plan: placing(subject.plan, placement, { scheduledTask: 'Task' }) },
			about: [placement.service],
			harmless: false,
		};
	},
	'chooses an engine that is not stated': (subject, pick) => {
		const placement = pick(
			subject.plan.placements.filter(({ service }) => !subject.services.find(({ name }) => name === service)?.engine),
		);
		return {
			subject: { ...subject, plan: placing(subject.plan, placement, { engine: true }) },
			about: [placement.service],
			harmless: false,
		};
	},
	'runs what it calls not deployed': (subject, pick) => {
		const { service } = pick(subject.plan.placements);
		return editPlan(subject, { notDeployed: [...subject.plan.notDeployed, service] }, [service]);
	},
	'puts a stranger where a service listens': (subject, pick) => {
		const { port, host, row } = pick(placedPorts(subject));
		const occupants = [{ port, protocol: 'tcp' as const, name: 'a stranger' }];
		return editPlan(
			subject,
			{ hosts: subject.plan.hosts.map((other) => (other.name === host ? { ...other, occupants } : other)) },
			[row.name],
		);
	},
	'lets the system keep a number in use': (subject, pick) => {
		const { port, host, row } = pick(placedPorts(subject));
		const excluded = [[port - 1, port + 1] as const];
		return editPlan(
			subject,
			{ hosts: subject.plan.hosts.map((other) => (other.name === host ? { ...other, excluded } : other)) },
			[row.name],
		);
	},
	'forgets why a row stands where a system does': (subject, pick) => {
		const row = pick(placedRows(subject).filter(({ shadows }) => shadows !== undefined));
		const { shadows: _, ...bare } = row;
		const machines = subject.plan.placements.filter(({ service }) => service === row.name).map(({ host }) => host);
		const meets = subject.plan.hosts
			.filter(({ name }) => machines.includes(name))
			.some(({ system }) => systemsOf(system).some(({ occupants }) => occupants.some(({ port }) => port === row.ports[0].port)));
		return edit(subject, { services: subject.services.map((other) => (other === row ? bare : other)) }, [row.name], !meets);
	},
	'reads records of nobody': (subject, pick) => changeRow(subject, pick(subject.services), { reads: ['nothing/*'] }),
	'names no port main': (subject, pick) => {
		const row = pick(subject.services);
		const [main, ...rest] = row.ports;
		return changeRow(subject, row, { ports: [{ ...main, name: 'first' }, ...rest] });
	},
	'says something else about a row': (subject, pick) =>
		changeRow(subject, pick(subject.services), { description: 'Something else' }, () => true),
	'binds a port to one family': (subject, pick) => {
		const row = pick(subject.services);
		const [main, ...rest] = row.ports;
		return changeRow(subject, row, { ports: [{ ...main, family: 'ipv4' }, ...rest] }, () => true);
	},
};

/** The naive answer for numbers: walks every pair, knows nothing of the check. */
function portsAreFine({ plan, services, ranges }: Subject, about: string): boolean {
	const all = plan.placements.flatMap((placement) => {
		const row = services.find(({ name }) => name === placement.service)!;
		return row.ports.map((port) => ({
			row,
			host: placement.host,
			name: port.name,
			number: placement.ports?.[port.name] ?? port.port,
		}));
	});
	const mine = all.filter(({ row }) => row.name === about);
	const wellKnown = services.filter(({ range }) => range === 'engines');
	return mine.every(({ row, host, name, number }) => {
		const range = ranges.find((range) => range.name === row.range)!;
		const machine = plan.hosts.find((candidate) => candidate.name === host)!;
		const system = systemsOf(machine.system);
		return (
			within(number, range.spans) &&
			!within(
				number,
				ranges.flatMap(({ reserved }) => reserved),
			) &&
			number <= 65_535 &&
			!browserRefusedPorts.has(number) &&
			!system.some(({ ephemeral }) => within(number, [ephemeral])) &&
			!all.some((other) => other.host === host && other.number === number && (other.row !== row || other.name !== name)) &&
			!wellKnown.some((engine) => engine.name !== row.name && engine.ports.some(({ port }) => port === number)) &&
			(row.shadows !== undefined ||
				!system.some(({ occupants }) => occupants.some(({ port, protocol }) => port === number && protocol !== 'udp'))) &&
			pairsAreFine(all, services)
		);
	});
}

function pairsAreFine(all: readonly { row: ServiceRow; number: number }[], services: readonly ServiceRow[]): boolean {
	return all.every(({ row, number }) => {
		if (!row.door?.server || row.door.digits) return true;
		const server =
			all.find((other) => other.row.name === row.door?.server)?.number ??
			services.find(({ name }) => name === row.door?.server)!.ports[0].port;
		return server % 10 === number % 10;
	});
}

function placedRows({ plan, services }: Subject): ServiceRow[] {
	return services.filter(({ name }) => plan.placements.some(({ service }) => service === name));
}

function placedPorts({ plan, services }: Subject): { row: ServiceRow; host: string; port: number }[] {
	return plan.placements.flatMap((placement) => {
		const row = services.find(({ name }) => name === placement.service)!;
		return row.ports.map(({ port }) => ({ row, host: placement.host, port }));
	});
}

function rowsAt(subject: Subject, port: number): string[] {
	return placedPorts(subject)
		.filter((placed) => placed.port === port)
		.map(({ row }) => row.name);
}

function servicesOn(plan: HostPlan, host: string): string[] {
	return plan.placements.filter((placement) => placement.host === host).map(({ service }) => service);
}

function exposuresOf({ plan }: Subject, row: ServiceRow) {
	return plan.placements.filter(({ service }) => service === row.name).map(({ exposure }) => exposure ?? row.exposure);
}

function ours({ kind }: ServiceRow): boolean {
	return kind !== 'external';
}

function edit(subject: Subject, change: Partial<Subject>, about: readonly string[], harmless = false): Edit {
	return { subject: { ...subject, ...change }, about, harmless };
}

function editPlan(subject: Subject, change: Partial<HostPlan>, about: readonly string[], harmless = false): Edit {
	return edit(subject, { plan: { ...subject.plan, ...change } }, about, harmless);
}

function changeRow(
	subject: Subject,
	row: ServiceRow,
	change: Partial<ServiceRow>,
	isHarmless?: (changed: Subject) => boolean,
): Edit {
	const changed = { ...subject, services: subject.services.map((other) => (other === row ? { ...row, ...change } : other)) };
	return { subject: changed, about: [row.name, row.range], harmless: isHarmless?.(changed) ?? false };
}

function changeRange(subject: Subject, range: Range, change: Partial<Range>, about: readonly string[]): Edit {
	return edit(subject, { ranges: subject.ranges.map((other) => (other === range ? { ...range, ...change } : other)) }, about);
}

function changePlacement(subject: Subject, pick: Pick, change: () => object): Edit {
	const placement = pick(subject.plan.placements);
	return {
		subject: { ...subject, plan: placing(subject.plan, placement, change()) },
		about: [placement.service],
		harmless: false,
	};
}

function placing(plan: HostPlan, placement: HostPlan['placements'][number], change: object): HostPlan {
	return { ...plan, placements: plan.placements.map((other) => (other === placement ? { ...other, ...change } : other)) };
}
