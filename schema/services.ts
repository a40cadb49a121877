import type { Door, ServiceRow } from './row.ts';
import { ai } from './rows/ai.ts';
import { appServers } from './rows/app-servers.ts';
import { core } from './rows/core.ts';
import { frontEnds as frontEndRows } from './rows/front-ends.ts';
import { infra } from './rows/infra.ts';
import { matrix } from './rows/matrix.ts';
import { ops } from './rows/ops.ts';

const rows = [
	...core,
	...infra,
	...ai,
	...appServers,
	...matrix,
	...frontEndRows,
	...ops,
] as const satisfies readonly ServiceRow[];

/** The name of a row, as a literal: a misspelt service does not compile. */
export type ServiceName = (typeof rows)[number]['name'];

/** A row of the schema under its known name. */
export interface Service extends ServiceRow {
	readonly name: ServiceName;
}

/** A row with a web door. */
export interface FrontEnd extends Service {
	readonly door: Door;
}

/** Every row, in the order of its first port. */
export const services: readonly Service[] = [...rows].sort((a: ServiceRow, b: ServiceRow) => a.ports[0].port - b.ports[0].port);

/** The rows with a web door, the hub first. */
export const frontEnds: readonly FrontEnd[] = services
	.filter((service): service is FrontEnd => service.door !== undefined)
	.sort((a, b) => Number(b.door.path === '/') - Number(a.door.path === '/'));

/**
 * Paths of a service to which a page of any origin may post a form; of the hub, those of every service that it passes on to.
 *
 * @throws when there is no such service
 */
export function formsFromElsewhere(name: string): readonly string[] {
	const row = serviceNamed(name);
	if (row.door?.path !== '/') return row.formsFromElsewhere ?? [];
	return services.flatMap(({ name: behind, formsFromElsewhere: paths = [] }) => paths.map((path) => `/api/${behind}${path}`));
}

const byName = new Map<string, Service>(services.map((service) => [service.name, service]));

/**
 * The row of a service.
 *
 * @throws when there is none; the message names the rows that are spelt nearly alike
 */
export function serviceNamed(name: string): Service {
	const service = byName.get(name);
	if (service) return service;
	const near = nearest(name);
	throw new Error(
		`There is no service "${name}" in the port schema. ` +
			(near.length > 0 ? `Did you mean ${near.join(' or ')}?` : '`mana ports list` shows all of them.'),
	);
}

/**
 * The port of a service on a machine without an offset.
 *
 * @param portName which of its ports; left out, its main one
 * @throws when the service has no port of that name
 */
export function portOf(name: ServiceName, portName = 'main'): number {
	const { ports } = serviceNamed(name);
	const port = ports.find((port) => port.name === portName);
	if (!port) throw new Error(`${name} has no port "${portName}". It has ${ports.map((port) => `"${port.name}"`).join(' and ')}.`);
	return port.port;
}

/** At most three names: those that contain the wrong one, or else differ from it by the fewest letters. */
function nearest(wrong: string): string[] {
	const tolerance = Math.max(2, Math.floor(wrong.length / 4));
	const candidates = services
		.map(({ name }) => ({ name, distance: wrong.length > 2 && name.includes(wrong) ? 0 : distance(wrong, name) }))
		.filter((candidate) => candidate.distance <= tolerance)
		.sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
	return candidates
		.filter((candidate) => candidate.distance === candidates[0]?.distance)
		.slice(0, 3)
		.map((candidate) => candidate.name);
}

/** Letters to insert, delete or replace to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
			current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replaced));
		}
		previous = current;
	}
	return previous[b.length] ?? 0;
}
