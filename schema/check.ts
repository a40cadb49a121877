import { browserRefusedPorts, ephemeralSpans } from './browser-refused.ts';
import type { HostPlan, Placement } from './hosts.ts';
import { ranges as allRanges, spanText, within, type Range } from './ranges.ts';
import type { Port, ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';

/** Something in a plan or in the schema that must not be, with what to do about it. */
export interface Finding {
	readonly code: string;
	/** The services (or the service and the slot) that it is about. */
	readonly rows: readonly string[];
	readonly message: string;
	readonly fix: string;
}

/** What a plan is checked against; left out, the schema as it stands. */
export interface PlanFacts {
	readonly services?: readonly ServiceRow[];
	readonly ranges?: readonly Range[];
	/** Whether a folder exists, as a path from the root of the repository. Left out, folders are not looked at. */
	readonly folderExists?: (folder: string) => boolean;
}

/** A port of a plan: the row's, with the plan's own number. */
interface Placed {
	readonly row: ServiceRow;
	readonly host: string;
	readonly port: Port;
}

interface Scene {
	readonly plan: HostPlan;
	readonly services: readonly ServiceRow[];
	readonly ranges: readonly Range[];
	readonly folderExists: ((folder: string) => boolean) | undefined;
	/** The rows that the plan puts on some host. */
	readonly active: readonly ServiceRow[];
	readonly placed: readonly Placed[];
}

/** The room that opens the doors of all front ends. */
const doorRoom = 'web';

const invariants = [
	knownNames,
	insideItsRange,
	oncePerHost,
	notReserved,
	notRefusedByBrowsers,
	notEphemeral,
	needsResolve,
	noCircleAtStart,
	exposedHasHealth,
	digitsMatch,
	ownerFolder,
] as const;

/** Proves a host plan, and the rows behind it, against every invariant of the port schema. An empty answer is a proof. */
export function checkPlan(plan: HostPlan, facts: PlanFacts = {}): Finding[] {
	const { services = allServices, ranges = allRanges, folderExists } = facts;
	const rowOf = new Map(services.map((row) => [row.name, row]));
	const placed = plan.placements.flatMap((placement) => {
		const row = rowOf.get(placement.service);
		return row ? row.ports.map((port) => ({ row, host: placement.host, port: portIn(placement, port) })) : [];
	});
	const active = services.filter((row) => placed.some((entry) => entry.row === row));
	const scene = { plan, services, ranges, folderExists, active, placed };
	return invariants.flatMap((invariant) => [...invariant(scene)]);
}

function portIn(placement: Placement, port: Port): Port {
	return { ...port, port: placement.ports?.[port.name] ?? port.port };
}

function* knownNames({ plan, services }: Scene): Generator<Finding> {
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

function* insideItsRange({ placed, ranges, services }: Scene): Generator<Finding> {
	for (const { row, port } of placed) {
		const range = ranges.find((range) => range.name === row.range);
		if (!range) {
			yield finding(
				'unknown-range',
				[row.name],
				`${row.name} names the range ${row.range}, which does not exist.`,
				'Name a range.',
			);
			continue;
		}
		if (within(port.port, range.spans)) continue;
		const planned = row.ports.find((own) => own.name === port.name)?.port;
		const target = planned !== port.port && planned !== undefined ? planned : nextFree(range, services);
		yield finding(
			'outside-range',
			[row.name, range.name],
			`${row.name} is on ${port.port}, outside its range ${range.name} (${range.spans.map(spanText).join(', ')}).`,
			target === undefined ? `The range ${range.name} is full: take a reserved slot.` : `Move ${row.name} to ${target}.`,
		);
	}
}

function nextFree(range: Range, services: readonly ServiceRow[]): number | undefined {
	const taken = new Set(services.flatMap((row) => row.ports.map((port) => port.port)));
	for (const [from, to] of range.spans)
		for (let port = from; port <= to; port++) if (!taken.has(port) && !within(port, range.reserved)) return port;
	return undefined;
}

function* oncePerHost({ placed }: Scene): Generator<Finding> {
	const holders = new Map<string, Placed>();
	for (const entry of placed) {
		// Every protocol of the schema runs over TCP, so the number alone decides.
		const key = `${entry.host}:${entry.port.port}`;
		const holder = holders.get(key);
		if (holder)
			yield finding(
				'duplicate',
				[holder.row.name, entry.row.name],
				`${holder.row.name} and ${entry.row.name} both listen on ${entry.port.port} of ${entry.host}.`,
				`Give ${entry.row.name} a free number of the range ${entry.row.range}, or another host.`,
			);
		else holders.set(key, entry);
	}
}

function* notReserved({ placed, ranges }: Scene): Generator<Finding> {
	for (const { row, port } of placed)
		for (const range of ranges)
			for (const slot of range.reserved)
				if (within(port.port, [slot]))
					yield finding(
						'reserved',
						[row.name, `${range.name} ${spanText(slot)}`],
						`${row.name} is on ${port.port}, which is a reserved slot of ${range.name} (${spanText(slot)}).`,
						`Move ${row.name}, or release the slot in ranges.ts.`,
					);
}

function* notRefusedByBrowsers({ placed }: Scene): Generator<Finding> {
	for (const { row, port } of placed)
		if (browserRefusedPorts.has(port.port))
			yield finding(
				'browser-refused',
				[row.name],
				`${row.name} is on ${port.port}, which browsers refuse to connect to.`,
				`Move ${row.name} to another number.`,
			);
}

function* notEphemeral({ placed }: Scene): Generator<Finding> {
	for (const { row, port } of placed) {
		const span = ephemeralSpans.find((span) => within(port.port, [span]));
		if (span)
			yield finding(
				'ephemeral',
				[row.name],
				`${row.name} is on ${port.port}, which the system may hand to any outgoing connection (${spanText(span)}).`,
				`Move ${row.name} below ${span[0]}.`,
			);
	}
}

function* needsResolve({ plan, services, active }: Scene): Generator<Finding> {
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

/** A service that waits, through any number of others, for itself never starts. One finding for each circle. */
function* noCircleAtStart({ services }: Scene): Generator<Finding> {
	const rowOf = new Map(services.map((row) => [row.name, row]));
	const done = new Set<string>();
	function* visit(name: string, path: readonly string[]): Generator<Finding> {
		if (path.includes(name)) {
			const circle = path.slice(path.indexOf(name));
			yield finding(
				'start-circle',
				circle,
				`These services wait for each other at start: ${[...circle, name].join(' → ')}.`,
				`Drop one of these needs, for instance ${circle.at(-1)} → ${name}.`,
			);
			return;
		}
		if (done.has(name)) return;
		for (const need of rowOf.get(name)?.needs ?? []) yield* visit(need, [...path, name]);
		done.add(name);
	}
	for (const row of services) yield* visit(row.name, []);
}

function* exposedHasHealth({ active }: Scene): Generator<Finding> {
	for (const row of active)
		if (row.exposure !== 'loopback' && row.health === null)
			yield finding(
				'no-health',
				[row.name],
				`${row.name} is reachable from outside (${row.exposure}) and has no health path.`,
				`State the path that answers while ${row.name} lives, or keep it on loopback.`,
			);
}

function* digitsMatch({ services, active, placed }: Scene): Generator<Finding> {
	for (const row of active) {
		if (!row.door?.server) continue;
		const server = services.find((other) => other.name === row.door?.server);
		if (!server) {
			yield finding(
				'unknown-server',
				[row.name, row.door.server],
				`${row.name} is paired with ${row.door.server}, which has no row.`,
				`Add ${row.door.server}, or correct the name.`,
			);
			continue;
		}
		const [front, back] = [row, server].map(
			(side) => placed.find((entry) => entry.row === side)?.port.port ?? side.ports[0].port,
		);
		if (front === undefined || back === undefined || front % 10 === back % 10 || row.door.digits) continue;
		yield finding(
			'digits',
			[row.name, server.name],
			`${row.name} (${front}) and ${server.name} (${back}) are a pair and end in different digits.`,
			"Match the last digits, or state the reason in the front end's row.",
		);
	}
}

/** A front end's own folder comes with its app; until then its port is only a door, which the room `web` opens. */
function* ownerFolder({ active, ranges, folderExists }: Scene): Generator<Finding> {
	for (const row of active) {
		if (row.kind === 'external') continue;
		const folders = ranges.find((range) => range.name === row.range)?.folders ?? [];
		const [top] = row.owner?.split('/') ?? [];
		if (!row.owner || !top)
			yield finding(
				'no-owner',
				[row.name],
				`${row.name} is ours and names no owner folder.`,
				`Name one in ${folders.join(' or ')}.`,
			);
		else if (!folders.includes(top))
			yield finding(
				'wrong-folder',
				[row.name, row.range],
				`${row.name} belongs to ${row.owner}, but the range ${row.range} lives in ${folders.join(' and ')}.`,
				`Move the folder, or give ${row.name} a number of the range that lives in ${top}.`,
			);
		const opener = row.door ? doorRoom : row.owner;
		if (folderExists && row.status === 'running' && opener && !folderExists(opener))
			yield finding(
				'missing-folder',
				[row.name],
				`${row.name} is running, but the folder ${opener} does not exist.`,
				`Add ${opener}, or set the row to planned.`,
			);
	}
}

function finding(code: string, rows: readonly string[], message: string, fix: string): Finding {
	return { code, rows, message, fix };
}
