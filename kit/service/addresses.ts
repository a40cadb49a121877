import { portOf, serviceNamed } from '@mana/schema';

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
}

/** The port that a service has in this instance. @throws when the schema has no such service; the message names similar ones */
export function portIn(service: string, portOffset: number): number {
	return portOf(serviceNamed(service).name) + portOffset;
}

/** Where a service of this instance listens: on this machine, until a host plan says otherwise. */
export function addressIn(service: string, portOffset: number, host = '127.0.0.1'): string {
	return addressOn(host, portIn(service, portOffset));
}

/** How this machine reaches a port that was opened on `host`. */
export function addressOn(host: string, port: number): string {
	if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
	return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
