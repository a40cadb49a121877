import type { RangeName } from './ranges.ts';

/** What is spoken on a port. `http+ws` answers HTTP and upgrades to WebSocket; all but `udp` run over TCP. */
export type Protocol = 'http' | 'http+ws' | 'tcp' | 'udp';

/** What a number is taken on: TCP and UDP count their ports apart. */
export type Transport = 'tcp' | 'udp';

export type Family = 'ipv4' | 'ipv6';

export function transportOf(protocol: Protocol): Transport {
	return protocol === 'udp' ? 'udp' : 'tcp';
}

export function speaksHttp({ protocol }: Port): boolean {
	return protocol === 'http' || protocol === 'http+ws';
}

/** One port of a service. */
export interface Port {
	/** `main` for the only or most important one. */
	readonly name: string;
	readonly port: number;
	readonly protocol: Protocol;
	readonly purpose: string;
	/** The address family it is bound to; left out, both. */
	readonly family?: Family;
}

/**
 * - `own`: code of ours.
 * - `embedded`: a third-party engine's row on which a room of ours listens and speaks that engine's protocol.
 * - `external`: the real engine, only in host plans that choose it; nothing of ours listens there.
 */
export type Kind = 'own' | 'embedded' | 'external';

/**
 * - `running`: built, and started by `mana up`. A front end counts as running as soon as its door is open (see {@link Door}).
 * - `planned`: the number is kept; nothing listens yet.
 * - `external`: not ours to start.
 */
export type Status = 'running' | 'planned' | 'external';

/** Who can reach the port: this machine, the local network, or everyone through the proxy. */
export type Exposure = 'loopback' | 'lan' | 'proxy';

/**
 * What makes a row a web front end. The room `web/` opens the door on the row's port and sends documents on to the hub's origin;
 * the app behind it is shown once its folder (the row's `owner`) holds one.
 */
export interface Door {
	/** The app's id: its folder in `apps/` and its name in links. */
	readonly app: string;
	/** Where the app lives on the hub's origin, as `/todo`. */
	readonly path: string;
	/** The compute server that belongs to it; `null` for an app that lives from records alone. */
	readonly server: string | null;
	/** Why the last digits of front end and server differ. Stated only where they do. */
	readonly digits?: string;
}

/** The real engine of a row, for host plans that choose it: as a container, or installed on the host. */
export interface Engine {
	/** Container image with its tag. */
	readonly image: string;
	/** The port that the image itself listens on, by the name of the row's port. */
	readonly inside: Readonly<Record<string, number>>;
	readonly command?: readonly string[];
	/** Settings that the image needs; a value `${NAME}` must come from the operator and has no default. */
	readonly environment?: Readonly<Record<string, string>>;
	/** Where the image keeps what must outlive it. */
	readonly keeps?: string;
	/** Generated files of the plan that it reads, by the path at which it expects them. */
	readonly reads?: Readonly<Record<string, string>>;
	/** Folders of the host that it measures, by the path at which the image expects them. It only reads them. */
	readonly watches?: Readonly<Record<string, string>>;
	/** A command inside the image that succeeds while the engine is well. */
	readonly probe: readonly string[];
}

/** One row of the port schema. */
export interface ServiceRow {
	readonly name: string;
	readonly range: RangeName;
	readonly ports: readonly [Port, ...Port[]];
	readonly kind: Kind;
	readonly status: Status;
	/** The folder whose code listens; `null` for an external row. */
	readonly owner: string | null;
	/** As the origin document states it; what is ours runs on Bun. `null` where it states none. */
	readonly runtime: string | null;
	readonly description: string;
	/** Services that must be up first. */
	readonly needs: readonly string[];
	/** Services besides `needs` that it calls while it runs, and that may be away when it starts: no order follows, so two may call each other. */
	readonly calls: readonly string[];
	/** Path that answers while the process lives; `null` where HTTP is not spoken. */
	readonly health: string | null;
	/** Path of the Prometheus text; `null` where there is none. */
	readonly metrics: string | null;
	readonly exposure: Exposure;
	/** Collections it may read through mana-sync, as `todo/tasks`, or `todo/*` for all of an app. */
	readonly reads: readonly string[];
	/** Collections that it may write through mana-sync, in the same form. A space's admin can refuse it either. */
	readonly writes: readonly string[];
	/**
	 * Paths to which a page of any origin may post a form, as `/answers/:id`. Their routes read no cookie, change nothing, and answer the
	 * same to everybody.
	 */
	readonly formsFromElsewhere?: readonly string[];
	readonly door?: Door;
	/** The real engine that a plan may choose for this row. Every external row has one. */
	readonly engine?: Engine;
	/** Why the row stands at a number that an operating system uses for itself. Stated only where it does. */
	readonly shadows?: string;
	/** Where the origin document left two readings: the one that holds, and why. */
	readonly decision?: string;
}

/** Whether names as `todo/tasks` and `todo/*` (a row's `reads` or `writes`) stand for a collection, or for all of its app. */
export function declares(names: readonly string[], collection: string): boolean {
	return names.includes(collection) || names.includes(`${collection.split('/')[0]}/*`);
}

/** The paths that `kit/service` answers on every service of ours. */
export const kitPaths = { health: '/health/live', metrics: '/metrics' } as const;

/** Where `kit/service` says whether a service of ours can do its work, so that others may start which need it. */
export const readyPath = '/health/ready';

/** The part of a row that an author has to state; the rest is the same for every service of ours. */
type Own<Name extends string> = { readonly name: Name; readonly port: number; readonly range: RangeName } & Pick<
	ServiceRow,
	'owner' | 'runtime' | 'description'
> &
	Partial<
		Pick<
			ServiceRow,
			'needs' | 'calls' | 'reads' | 'writes' | 'exposure' | 'status' | 'shadows' | 'decision' | 'formsFromElsewhere'
		>
	> & {
		readonly protocol?: Protocol;
		readonly purpose?: string;
	};

/** A service of ours: one port, planned and on loopback unless stated. */
export function own<const Name extends string>({ name, port, protocol = 'http', purpose = 'API', ...rest }: Own<Name>) {
	return {
		kind: 'own',
		status: 'planned',
		needs: ['mana-auth'],
		calls: [],
		reads: [],
		writes: [],
		exposure: 'loopback',
		...kitPaths,
		...rest,
		name,
		ports: [{ name: 'main', port, protocol, purpose }],
	} as const satisfies ServiceRow;
}

type FrontEnd<Name extends string> = Pick<Own<Name>, 'name' | 'port' | 'description' | 'decision'> &
	Pick<Door, 'app' | 'digits'> & { readonly server?: string; readonly range?: RangeName };

/** A web front end: a door on the local network, open from the first version on. */
export function frontEnd<const Name extends string>({ app, server, digits, range = 'web', ...rest }: FrontEnd<Name>) {
	return {
		...own({ ...rest, range, owner: `apps/${app}`, runtime: 'SvelteKit', purpose: 'Door', status: 'running', exposure: 'lan' }),
		needs: ['mana-web'],
		// A door only leads to the hub: it has nothing to measure.
		metrics: null,
		door: { app, path: `/${app}`, server: server ?? null, ...(digits ? { digits } : {}) },
	} as const satisfies ServiceRow;
}

type Foreign<Name extends string> = { readonly name: Name } & Pick<ServiceRow, 'range' | 'ports' | 'owner' | 'description'> &
	Partial<
		Pick<
			ServiceRow,
			'runtime' | 'needs' | 'health' | 'metrics' | 'exposure' | 'reads' | 'writes' | 'engine' | 'shadows' | 'decision'
		>
	>;

/** A third-party engine's row that a room of ours fills. */
export function embedded<const Name extends string>(row: Foreign<Name>) {
	return {
		kind: 'embedded',
		status: 'planned',
		runtime: null,
		needs: [],
		calls: [],
		health: null,
		metrics: null,
		exposure: 'loopback',
		reads: [],
		writes: [],
		...row,
	} as const satisfies ServiceRow;
}

/** An engine that only a host plan brings in. */
export function external<const Name extends string>(row: Omit<Foreign<Name>, 'owner'> & { readonly engine: Engine }) {
	return { ...embedded({ ...row, owner: null }), kind: 'external', status: 'external' } as const satisfies ServiceRow;
}
