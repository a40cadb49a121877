import { portOf } from '@mana/schema';

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

/** A service of the schema by name. */
export type ServiceName = Parameters<typeof portOf>[0];

/** The port that a service has in this instance. */
export function portIn(service: string, portOffset: number): number {
	return portOf(service as ServiceName) + portOffset;
}

/** Where a service of this instance listens. All of them are on this machine until a host plan says otherwise. */
export function addressIn(service: string, portOffset: number): string {
	return `http://127.0.0.1:${portIn(service, portOffset)}`;
}
