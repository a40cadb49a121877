import type { Exposure } from '../row.ts';
import type { Span } from '../ranges.ts';
import type { ServiceName } from '../services.ts';
import type { Occupant, SystemName } from '../systems.ts';

/** A machine of a plan. */
export interface Host {
	readonly name: string;
	readonly title: string;
	readonly system: SystemName;
	/** How the other machines of the plan reach it: an address or a name. Needed as soon as one of them does. */
	readonly address?: string;
	/** Each service runs in a container of its own there; in their network they find each other by name. */
	readonly containers?: true;
	/** What listens there besides Mana and the system's own. */
	readonly occupants?: readonly Occupant[];
	/** Ranges that its system keeps from everyone, as `netsh int ipv4 show excludedportrange tcp` lists them. */
	readonly excluded?: readonly Span[];
}

/** One service on one machine. */
export interface Placement {
	readonly service: ServiceName;
	readonly host: string;
	/** Ports by their names in the row, where this plan differs from the schema. */
	readonly ports?: Readonly<Record<string, number>>;
	/** Who reaches it, where this plan differs from the row. */
	readonly exposure?: Exposure;
	/** What starts it on Windows. */
	readonly scheduledTask?: string;
	/** The row's real engine instead of the room of ours that speaks its protocol. External rows are always that. */
	readonly engine?: true;
}

/** A host name of the internet, and where it leads. */
export interface PublicName {
	readonly name: string;
	readonly service: ServiceName;
	/** The port by its name in the row; left out, the main one. */
	readonly port?: string;
}

/** Which service runs on which machine. */
export interface HostPlan {
	readonly name: string;
	readonly title: string;
	readonly hosts: readonly Host[];
	readonly placements: readonly Placement[];
	readonly publicNames: readonly PublicName[];
	/** Services that the plan names as not running anywhere. */
	readonly notDeployed: readonly ServiceName[];
	/** A picture of what once was: it is compared with, and nothing is generated from it. */
	readonly record?: true;
	/** What a reader has to know to trust it. */
	readonly note?: string;
}
