import type { Host, HostPlan, Placement } from '../plans.ts';
import type { Range } from '../ranges.ts';
import type { Exposure, Port, ServiceRow } from '../row.ts';

/** Something in a plan or in the schema that must not be, with what to do about it. */
export interface Finding {
	readonly code: string;
	/** The services (or the service and the slot) that it is about. */
	readonly rows: readonly string[];
	readonly message: string;
	readonly fix: string;
}

/** A port of a plan: the row's, with the plan's own number. */
export interface Placed {
	readonly row: ServiceRow;
	readonly placement: Placement;
	readonly host: string;
	/** The host itself; `undefined` where the plan names one that it does not have. */
	readonly machine: Host | undefined;
	readonly port: Port;
	readonly exposure: Exposure;
}

/** A plan with everything that an invariant looks at. */
export interface Scene {
	readonly plan: HostPlan;
	readonly services: readonly ServiceRow[];
	readonly ranges: readonly Range[];
	readonly folderExists: ((folder: string) => boolean) | undefined;
	readonly rooms: readonly string[];
	/** The rows that the plan puts on some host. */
	readonly active: readonly ServiceRow[];
	readonly placed: readonly Placed[];
}

export function finding(code: string, rows: readonly string[], message: string, fix: string): Finding {
	return { code, rows, message, fix };
}
