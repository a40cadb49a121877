/** A range of the port schema, as pages show it. */
export interface ListedRange {
	readonly name: string;
	readonly title: string;
	/** The numbers that belong to it, both ends included. */
	readonly spans: readonly (readonly [from: number, to: number])[];
}

/** A port of a service on a machine without an offset. */
export interface ListedPort {
	/** `main` for the only or most important one. */
	readonly name: string;
	readonly port: number;
	readonly protocol: 'http' | 'http+ws' | 'tcp' | 'udp';
}

/** A row of the port schema, as pages show it: what the status page and the launcher are made from. */
export interface ListedService {
	readonly name: string;
	/** The name of a range in `ranges`. */
	readonly range: string;
	/** The main one first. */
	readonly ports: readonly [ListedPort, ...ListedPort[]];
	/** `own`: code of ours. `embedded`: an engine's row that a room of ours fills. `external`: the real engine. */
	readonly kind: 'own' | 'embedded' | 'external';
	/** `running`: built, and started by `mana up`. `planned`: nothing listens yet. `external`: not ours to start. */
	readonly status: 'running' | 'planned' | 'external';
	/** English, as the schema states it. */
	readonly description: string;
	/** Services that must be up first. */
	readonly needs: readonly string[];
	/** For a web front end: the app's id, where it lives on the hub's origin, and the compute server that belongs to it. */
	readonly door: { readonly app: string; readonly path: string; readonly server: string | null } | null;
}
