import type { Deployed } from '../deployment.ts';
import type { HostPlan } from '../plans.ts';
import { type Port, readyPath } from '../row.ts';
import { addressVariable, publicOrigin } from './addresses.ts';

/** Where a container of ours finds its data folder. */
export const dataFolder = '/data';

/** One container of a plan: a service of ours with the doors that it opens, or a real engine. */
export interface Container {
	readonly name: string;
	/** The service, and after it the doors that it opens. */
	readonly serves: readonly [Deployed, ...Deployed[]];
	/** `null`: the image of this repository. */
	readonly image: string | null;
	/** `null`: as the image does by itself. */
	readonly command: readonly string[] | null;
	/** A value may hold `${NAME}`: a secret that the operator gives, without a default. */
	readonly environment: Readonly<Record<string, string>>;
	/** A folder that outlives it. */
	readonly keeps: string | null;
	/** Generated files of the plan, by their path inside. */
	readonly reads: Readonly<Record<string, string>>;
	/** Folders of the host that it measures, by their path inside. */
	readonly watches: Readonly<Record<string, string>>;
	/** How it tells that it can do its work: a command inside, or a path of its main port. */
	readonly ready: { readonly command: readonly string[] } | { readonly path: string };
	/** Path that answers while it lives; `null` where only `ready` is known. */
	readonly live: string | null;
	/** Other containers that must be ready before it starts. */
	readonly after: readonly string[];
}

/** One port of a container. */
export interface ContainerPort {
	readonly deployed: Deployed;
	/** With the number that the plan gives it. */
	readonly port: Port;
	/** What is listened on inside: a container has all numbers to itself, so a plan's own number is not its concern. */
	readonly inside: number;
}

/** The database that every service of ours uses as soon as a plan runs it. */
const database = 'postgres';
const hub = 'mana-web';

/**
 * The containers of a plan, in the order of the rows.
 *
 * @param reach how a container calls another, as `http://mana-auth:80`; `null` when it cannot
 */
export function containersOf(
	plan: HostPlan,
	deployed: readonly Deployed[],
	reach: (from: Deployed, to: Deployed) => string | null,
): Container[] {
	return deployed.flatMap((service) => {
		if (service.as === 'door') return [];
		return [service.as === 'engine' ? engineContainer(service) : ownContainer(plan, service, deployed, reach)];
	});
}

export function portsOf({ serves }: Container): ContainerPort[] {
	return serves.flatMap((deployed) =>
		deployed.ports.map((port) => ({
			deployed,
			port,
			inside:
				(deployed.as === 'engine' ? deployed.row.engine?.inside[port.name] : undefined) ??
				deployed.row.ports.find(({ name }) => name === port.name)?.port ??
				port.port,
		})),
	);
}

/** Whom a service of ours calls. */
export function calleesOf(service: Deployed, deployed: readonly Deployed[]): Deployed[] {
	return deployed.filter((other) => service.calls.includes(other.row.name));
}

/** The secrets named in a value, as `${NAME}`. */
export function secretsIn(value: string): string[] {
	return [...value.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name);
}

function ownContainer(
	plan: HostPlan,
	service: Deployed,
	deployed: readonly Deployed[],
	reach: (from: Deployed, to: Deployed) => string | null,
): Container {
	const { row } = service;
	const doors = row.name === hub ? deployed.filter(({ as, host }) => as === 'door' && host === service.host) : [];
	const called = calleesOf(service, deployed).flatMap((other) => {
		const address = reach(service, other);
		return address === null ? [] : [[addressVariable(other.row.name), address] as const];
	});
	const store = deployed.find((other) => other.row.name === database);
	return {
		name: row.name,
		serves: [service, ...doors],
		image: null,
		command: ['bun', 'cli/host.ts', row.name, ...doors.map((door) => door.row.name)],
		environment: {
			MANA_HOME: dataFolder,
			MANA_HOST: '0.0.0.0',
			MANA_PUBLIC_URL: publicOrigin(plan),
			...(row.name === hub && plan.publicNames.some((name) => name.service === hub) ? { MANA_WEB_BEHIND_PROXY: 'true' } : {}),
			...(store ? databaseSettings(store, reach(service, store)) : {}),
			...Object.fromEntries(called),
		},
		keeps: dataFolder,
		reads: {},
		watches: {},
		ready: { path: row.kind === 'own' ? readyPath : (row.health ?? '/') },
		live: row.health,
		after: [...new Set([...(store ? [database] : []), ...service.needs])],
	};
}

/** The password stands apart from the address, where no sign of it can be taken for a part of one. */
function databaseSettings({ row }: Deployed, address: string | null): Record<string, string> {
	const { POSTGRES_USER: user, POSTGRES_DB: name, POSTGRES_PASSWORD: password } = row.engine?.environment ?? {};
	if (address === null || user === undefined || name === undefined || password === undefined) return {};
	const { host } = new URL(address);
	return { MANA_DATABASE_URL: `postgres://${user}@${host}/${name}`, PGPASSWORD: password };
}

function engineContainer(service: Deployed): Container {
	const { engine, name, health } = service.row;
	if (!engine) throw new Error(`${name} is deployed as its real engine, but its row states none.`);
	return {
		name,
		serves: [service],
		image: engine.image,
		command: engine.command ?? null,
		environment: engine.environment ?? {},
		keeps: engine.keeps ?? null,
		reads: engine.reads ?? {},
		watches: engine.watches ?? {},
		ready: { command: engine.probe },
		live: health,
		after: service.needs,
	};
}
