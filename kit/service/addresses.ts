import { portOf, serviceNamed } from '@mana/schema';
import type { Whereabouts } from './whereabouts.ts';

/** Where this process runs and how it is reached: the instance's settings that every service shares. */
export interface Instance {
	/** The data folder, `MANA_HOME`. */
	readonly home: string;
	/** Added to every port of the schema, `MANA_PORT_OFFSET`. */
	readonly portOffset: number;
	/** The address to listen on, `MANA_HOST`. */
	readonly host: string;
	/** The one origin that people see, `MANA_PUBLIC_URL`. */
	readonly publicUrl: string;
	/** `postgres://…` when the stores are there, `MANA_DATABASE_URL`. */
	readonly databaseUrl: string | undefined;
	/** The least level that is logged, `MANA_LOG`. */
	readonly logLevel: string;
	/** Services that are not where the schema and the settings above put them, `MANA_<SERVICE>_ADDRESS`, `…_PORT`, `…_HOST`. */
	readonly whereabouts: Whereabouts;
}

/** Where a service of this instance listens on this machine. */
export function listensAt(
	service: string,
	{ portOffset, host, whereabouts }: Pick<Instance, 'portOffset' | 'host' | 'whereabouts'>,
): { readonly host: string; readonly port: number } {
	const said = whereabouts[service];
	return { host: said?.host ?? host, port: said?.port === undefined ? portIn(service, portOffset) : said.port + portOffset };
}

/** Where a service of this instance is called: on the machine that `MANA_<SERVICE>_ADDRESS` names, otherwise on this one. */
export function addressFor(service: string, instance: Pick<Instance, 'portOffset' | 'host' | 'whereabouts'>): string {
	const { name } = serviceNamed(service);
	const { host, port } = listensAt(name, instance);
	return instance.whereabouts[name]?.address ?? addressOn(host, port);
}

/** The port that a service has by the schema. @throws when the schema has no such service; the message names similar ones */
export function portIn(service: string, portOffset: number): number {
	const { name, kind } = serviceNamed(service);
	// An engine of its own is shared by all copies, at the number that the whole world knows.
	return portOf(name) + (kind === 'external' ? 0 : portOffset);
}

/** Where a service listens on this machine when no host plan says otherwise. */
export function addressIn(service: string, portOffset: number, host = '127.0.0.1'): string {
	return addressOn(host, portIn(service, portOffset));
}

/** How this machine reaches a port that was opened on `host`. */
export function addressOn(host: string, port: number): string {
	if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
	return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
