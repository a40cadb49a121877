import { callsOf, type ServiceName, serviceNamed } from '@mana/schema';
import type { Hono } from 'hono';
import type { Registry } from 'prom-client';
import { addressFor, addressOn, type Instance, listensAt } from './addresses.ts';
import { createApp } from './app.ts';
import { listen, type Listener, type SocketHandlers, type Tls } from './bun.ts';
import { call } from './client.ts';
import { type ConfigLine, type ConfigOf, type ConfigTable, describeConfig, type Environment, readConfig } from './config.ts';
import { readInstance } from './instance.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { createLogger, type Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { followNeeds } from './needs.ts';
import { addOperations } from './operations.ts';
import { describeTakenPort, isTakenPort } from './port-holder.ts';
import { problem } from './problem.ts';
import { type RandomBytes, systemRandom } from './random.ts';
import { runServices } from './run.ts';
import type { ServiceEnv } from './request.ts';
import { type Sealing, serviceSealing } from './sealing.ts';
import { generateSecret } from './secrets.ts';
import { type ServiceIdentity, serviceIdentity } from './service-token.ts';
import { type VerifyToken, verifier } from './token.ts';
import { version } from './version.ts';
import { knowHub } from './via-hub.ts';
import { sharedKeys } from './whereabouts.ts';

/** The audience of every token of mana-auth. */
const audience = 'mana';

/** What a service gets to work with: everything outside of it is a parameter. */
export interface ServiceContext<T extends ConfigTable = ConfigTable> {
	readonly name: string;
	readonly config: ConfigOf<T>;
	readonly home: string;
	readonly databaseUrl: string | undefined;
	readonly publicUrl: string;
	readonly host: string;
	/** The port of the schema, or of the host plan, plus the offset; 0 when a test asked for any. */
	readonly port: number;
	readonly clock: { now(): number };
	readonly random: RandomBytes;
	readonly log: Logger;
	/** Where the service's own metrics go. */
	readonly registry: Registry;
	/**
	 * Where another service of this instance is called, whatever machine it runs on.
	 *
	 * @throws when the row of this one does not say that it calls it, since no policy of a network would let it through
	 */
	readonly addressOf: (service: string) => string;
	/** `fetch` for calls to other services: request id, time limit, failures as `Problem`. For typed calls: `client`. */
	readonly fetch: typeof fetch;
	/** Checks a token of mana-auth; `guard(context.verifyToken)` protects routes. */
	readonly verifyToken: VerifyToken;
	/** Shows other services who this one is, and checks who asks; `guardService(context.identity)` protects routes. */
	readonly identity: ServiceIdentity;
	/** Encrypts what the service has to keep and read again: passwords and tokens for other places. */
	readonly sealing: Sealing;
	/** Sends a message to every socket that subscribed to the topic (`socket.subscribe`); answers the bytes sent. */
	readonly publish: (topic: string, message: string | Uint8Array<ArrayBuffer>) => number;
}

/** What a service is once it is open. */
export interface OpenService {
	/** Adds the service's routes; return the chained app, so that its type serves typed clients. */
	readonly routes: (app: Hono<ServiceEnv>) => unknown;
	/** Throws when the service cannot do its work. It reads the service's own tables: a green light that looks at nothing lies. */
	readonly ready: () => Promise<unknown>;
	// oxlint-disable-next-line typescript/no-explicit-any -- each service has its own socket data, checked where it is defined
	readonly websocket?: SocketHandlers<any>;
	readonly tls?: Tls | undefined;
	/** Runs after the last request was answered: say goodbye to sockets, close the store. */
	readonly close: () => Promise<unknown>;
}

export interface ServiceDefinition<T extends ConfigTable> {
	/** A row of the schema. */
	readonly name: ServiceName;
	readonly config?: T;
	readonly limits?: Partial<Limits>;
	readonly open: (context: ServiceContext<T>) => OpenService | Promise<OpenService>;
}

/** What differs from the environment: tests pass a port of 0 and a folder of their own. */
export interface StartOptions extends Partial<Omit<Instance, 'databaseUrl'>> {
	readonly port?: number;
	readonly databaseUrl?: string | undefined;
	/** Settings of the service, by variable name. Nothing else is read from the process's environment when given. */
	readonly env?: Environment;
	/** Addresses of other services that are not where the schema says. */
	readonly addresses?: Readonly<Record<string, string>>;
	readonly clock?: { now(): number };
	readonly random?: RandomBytes;
	readonly log?: Logger;
}

export interface RunningService {
	readonly name: string;
	readonly port: number;
	/** How this machine reaches it: `http://127.0.0.1:PORT`. */
	readonly url: string;
	/** Stops accepting, lets open requests finish, then closes the service. */
	close(): Promise<void>;
}

export interface Service {
	readonly name: string;
	/** @throws ConfigError, PortTakenError, or what the service's `open` throws */
	start(options?: StartOptions): Promise<RunningService>;
	/** Starts from the environment and stops on SIGTERM or SIGINT. */
	run(): Promise<void>;
	describeConfig(env: Environment): ConfigLine[];
}

/**
 * Defines a service of the schema.
 *
 * @example
 * export const service = defineService({
 *   name: 'mana-auth',
 *   config: { registration: z.enum(['closed', 'open']).default('closed') },
 *   async open({ config, home, databaseUrl }) {
 *     const store = await openStore({ service: 'mana-auth', home, databaseUrl, migrations });
 *     return {
 *       routes: (app) => app.get('/status', (c) => c.json({ registration: config.registration })),
 *       ready: () => store.db.selectFrom('people').select('id').limit(1).execute(),
 *       close: () => store.close(),
 *     };
 *   },
 * });
 * if (import.meta.main) await service.run();
 */
export function defineService<const T extends ConfigTable = Record<never, never>>(definition: ServiceDefinition<T>): Service {
	const taken = Object.keys(definition.config ?? {}).find((key) => sharedKeys.some((shared) => shared === key));
	if (taken !== undefined) throw new Error(`${definition.name} cannot have a setting "${taken}": every service has it already.`);
	const service: Service = {
		name: definition.name,
		start: (options = {}) => start(definition, options),
		run: () => runServices([service]),
		describeConfig: (env) => describeConfig(definition.name, definition.config ?? {}, env),
	};
	return service;
}

async function start<T extends ConfigTable>(definition: ServiceDefinition<T>, options: StartOptions): Promise<RunningService> {
	const { name } = definition;
	const env = options.env ?? process.env;
	const settings: Instance = { ...readInstance(env), ...defined(options) };
	const place = listensAt(name, settings);
	const instance: Instance = { ...settings, host: place.host };
	const log = options.log ?? createLogger(name, instance.logLevel);
	const metrics = createMetrics(name);
	const limits = { ...defaultLimits, ...definition.limits };
	const random = options.random ?? systemRandom;
	const clock = options.clock ?? { now: () => Date.now() };
	const port = options.port ?? place.port;
	const called = new Set([name, ...callsOf(serviceNamed(name))]);
	const addressOf = (service: string): string => {
		if (!called.has(service)) throw new Error(`${name} may not call ${service}: state it in its row, under "needs" or "calls".`);
		return options.addresses?.[service] ?? addressFor(service, settings);
	};
	const secret = () => env['MANA_AUTH_SECRET'] ?? generateSecret(instance.home, 'instance');
	const identity = serviceIdentity(secret, name, clock);
	let listener: Listener | null = null;
	const opened = await definition.open({
		...instance,
		name,
		config: readConfig(name, definition.config ?? ({} as T), env, instance.home),
		port,
		clock,
		random,
		log,
		registry: metrics.registry,
		addressOf,
		fetch: call(),
		verifyToken: verifier({ keys: `${addressOf('mana-auth')}/jwks`, issuer: instance.publicUrl, audience, clock }),
		identity,
		sealing: serviceSealing(secret, name),
		publish: (topic, message) => listener?.publish(topic, message) ?? 0,
	});
	const gate = new Gate();
	const app = createApp({
		log,
		metrics,
		limits,
		publicUrl: instance.publicUrl,
		name,
		random,
	});
	addOperations(app, {
		name,
		version,
		home: instance.home,
		metrics,
		ready: () => gate.ready(opened.ready),
		needs: () => followNeeds(name, addressOf),
		startedAt: clock.now(),
	});
	opened.routes(app);
	try {
		listener = listen({
			host: instance.host,
			port,
			fetch: (request, connection) =>
				gate.pass(async () => app.fetch(request, await knowHub(request.headers, connection, identity))),
			websocket: opened.websocket,
			tls: opened.tls,
		});
	} catch (error) {
		await opened.close();
		throw isTakenPort(error) ? await describeTakenPort(name, port, instance) : error;
	}
	const listening = listener;
	log.info({ port: listening.port, version }, 'ready');
	let closing: Promise<void> | undefined;
	return {
		name,
		port: listening.port,
		url: addressOn(instance.host, listening.port).replace(/^http:/, opened.tls ? 'https:' : 'http:'),
		close: () => (closing ??= stop(listening, gate, opened, limits.shutdownMs, log)),
	};
}

async function stop(listener: Listener, gate: Gate, opened: OpenService, shutdownMs: number, log: Logger): Promise<void> {
	listener.refuse();
	const unfinished = await gate.close(shutdownMs);
	if (unfinished > 0) log.warn({ unfinished }, 'stopped before every request was answered');
	await opened.close();
	await listener.end();
	log.info('stopped');
}

/** Counts the requests under way, so that a stop can wait for them. */
class Gate {
	#open = true;
	#underWay = 0;
	#idle: (() => void) | null = null;

	async ready(check: () => Promise<unknown>): Promise<void> {
		if (!this.#open) throw problem(503, 'stopping', 'The service is stopping.');
		await check();
	}

	async pass(answer: () => Response | Promise<Response>): Promise<Response> {
		this.#underWay++;
		try {
			const response = await answer();
			// A connection that is kept alive would hold up the stop; this asks the peer to take a new one next time.
			if (!this.#open) response.headers.set('connection', 'close');
			return response;
		} finally {
			this.#underWay--;
			if (this.#underWay === 0) this.#idle?.();
		}
	}

	/** Resolves when nothing is under way or `limitMs` is over, with the number of requests left. */
	async close(limitMs: number): Promise<number> {
		this.#open = false;
		if (this.#underWay === 0) return 0;
		let timer: ReturnType<typeof setTimeout> | undefined;
		await new Promise<void>((resolve) => {
			this.#idle = resolve;
			timer = setTimeout(resolve, limitMs);
		});
		clearTimeout(timer);
		return this.#underWay;
	}
}

function defined(options: StartOptions): Partial<Instance> {
	const keys = ['home', 'portOffset', 'host', 'publicUrl', 'databaseUrl', 'logLevel', 'whereabouts'] as const;
	return Object.fromEntries(keys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]));
}
