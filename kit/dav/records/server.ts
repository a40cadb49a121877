import type { Collection } from '@mana/model';
import { callerAddress, isForwarded, Memberships, Problem, type ServiceContext, type ServiceEnv } from '@mana/service';
import { type AppGrant, AppPasswords } from '@mana/service/app-passwords';
import { eraseCopiesRoute, eraseRoute, exportRoute, type Leaving } from '@mana/service/leaving';
import {
	follow,
	type MemberWriter,
	openMemberWriter,
	type Projection,
	type ProjectionChange,
} from '@mana/service/projection/index';
import { projectionMigrations } from '@mana/service/projection/tables';
import type { Store } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import type { Context, Hono } from 'hono';
import type { Transaction } from 'kysely';
import { addDav } from '../dav.ts';
import { type DavPath, hrefOf } from '../path.ts';
import type { DavTree } from '../tree.ts';
import { dropSpace, keepChange } from './keep-change.ts';
import type { ObjectKind } from './kind.ts';
import type { RecordDb } from './objects.ts';
import { openFormatsRoute } from './open-formats.ts';
import type { OpenPart } from './open-forms.ts';
import type { RecordTreeParts } from './record-tree.ts';
import { SpaceCards } from './spaces.ts';
import { Texts } from './texts.ts';
import { recordMigrations, type RecordTables } from './tables.ts';

/** How long an answer waits until what was written can be read here, in milliseconds. */
const READABLE_MS = 2_000;

/** A store in which the tables of records are, beside its service's own. */
export type RecordStore = Pick<Store<RecordTables>, 'db' | 'migrate' | 'scrub' | 'service'>;

export interface RecordServerOptions {
	readonly context: ServiceContext;
	readonly store: RecordStore;
	/** Name of the service. */
	readonly service: string;
	/** Which of them are files. */
	readonly kinds: readonly ObjectKind[];
	/** Everything that is read; the service's row in the schema has to declare it. */
	readonly collections: readonly Collection[];
	/**
	 * Servers of other apps to which programs are led that begin here with a password that opens only theirs, by the app: all calendars
	 * begin at one address (RFC 6764 §6).
	 */
	readonly elsewhere?: Readonly<Record<string, string>>;
	/** Told of every change, in the transaction that keeps it. */
	heed(within: Transaction<RecordTables>, change: ProjectionChange): Promise<void>;
	/** What was told is kept, and can be read. */
	kept?(): void;
	/** A space is not known any more, or comes anew, in the transaction that drops it. */
	forget(space: SpaceId, within: Transaction<RecordTables>): void | Promise<void>;
	/** What the service keeps of people besides, table by table; left out: all that it keeps are copies of spaces. */
	readonly leaving?: Leaving<object>;
}

/** A tree that can be written as files of others, too. */
export interface OpenTree extends DavTree {
	openFiles(): AsyncGenerator<OpenPart>;
}

/** What a server of an app stands on that shows people's records by DAV: who is where, what they have, and how it is written. */
export interface RecordServer {
	readonly db: RecordDb;
	readonly memberships: Memberships;
	readonly projection: Projection<RecordTables>;
	readonly writer: MemberWriter<RecordTables>;
	/** Serves `/dav`, and answers mana-auth about who has left. @param treeOf what somebody sees */
	addRoutes(
		app: Hono<ServiceEnv>,
		features: readonly string[],
		treeOf: (parts: RecordTreeParts, c: Pick<Context, 'req'>) => OpenTree,
	): void;
	close(): Promise<void>;
}

const PATH = '/dav';

/**
 * Opens all that a server of an app needs to show people's records by DAV.
 *
 * @example
 * const records = await openRecordServer({ context, store, service: 'todo-server', kinds: [taskKind], collections: [tasks, projects, tags], heed, forget });
 * return { routes: (app) => records.addRoutes(app, ['calendar-access'], (parts) => new RecordTree(parts, todoApp(parts))) };
 */
export async function openRecordServer(options: RecordServerOptions): Promise<RecordServer> {
	const { context, store, service, kinds, collections } = options;
	const { clock, random, log, addressOf, identity } = context;
	const address = addressOf('mana-sync');
	await store.migrate('projection', projectionMigrations);
	await store.migrate('records', recordMigrations);
	const memberships = new Memberships({
		address,
		identity,
		clock,
		lost: (error) => log.warn({ err: error }, 'who is where is not heard; it is tried again'),
	});
	const newName = () => Buffer.from(random(new Uint8Array(9))).toString('base64url');
	const begun = Promise.withResolvers<Projection<RecordTables>>();
	const projection = await follow<RecordTables>({
		store,
		address,
		identity,
		collections,
		async apply(within, change) {
			await keepChange(within, kinds, change, newName);
			await options.heed(within, change);
			if (options.kept)
				void begun.promise
					.then((projected) => projected.reached(change.space, change.seq, READABLE_MS))
					.then(() => options.kept?.())
					.catch((error: unknown) => log.error({ err: error }, 'what follows from a change was not begun'));
		},
		async forget(within, space) {
			await dropSpace(within, space);
			await options.forget(space, within);
		},
		lost: (error) => log.warn({ err: error }, 'mana-sync is not heard; it is tried again'),
	});
	begun.resolve(projection);
	const writer = await openMemberWriter({
		store,
		address,
		identity,
		clock,
		random: (bytes) => random(bytes as Uint8Array<ArrayBuffer>),
	});
	const passwords = new AppPasswords(context);
	const cards = new SpaceCards(address, clock);
	const texts = new Texts();
	const partsFor = (grant: AppGrant, forwarded: boolean, base: string): RecordTreeParts => ({
		db: store.db,
		memberships,
		cards,
		texts,
		grant,
		// Only collections are pointed to, and files that are in the way of others.
		hrefOf: (path: DavPath) => hrefOf(base, path, path.length < 3),
		// Behind the hub all servers are one site; by themselves each is one of its own.
		siblingHref: (other, path) => (forwarded ? hrefOf(`/api/${other}${PATH}`, path, true) : null),
		reached: (space, seq) => projection.reached(space, seq, READABLE_MS),
	});
	const { leaving } = options;
	const withLeaving = (app: Hono<ServiceEnv>, treeOf: Parameters<RecordServer['addRoutes']>[2]) => {
		const open = openFormatsRoute(identity, (grant, c) => treeOf(partsFor(grant, false, PATH), c));
		return leaving
			? app
					.route('/', open)
					.route('/', exportRoute<RecordTables, object>(store, identity, leaving))
					.route('/', eraseRoute<RecordTables, object>(store, identity, leaving))
			: app.route('/', open).route('/', eraseCopiesRoute(store, identity));
	};
	return {
		db: store.db,
		memberships,
		projection,
		writer,
		addRoutes: (app, features, treeOf) =>
			addDav(withLeaving(app, treeOf), {
				path: PATH,
				service,
				clock,
				random,
				features,
				async open(c) {
					const agent = c.req.header('user-agent') ?? '';
					const forwarded = isForwarded(c);
					const begins = forwarded && c.req.method === 'PROPFIND' && [PATH, `${PATH}/`].includes(c.req.path);
					const checked = await passwords
						.check(c.req.header('authorization'), { address: callerAddress(c), agent })
						.catch((error: unknown) => {
							const there = begins ? openElsewhere(error, options.elsewhere ?? {}) : null;
							if (there === null) throw error;
							return c.redirect(`/api/${there}${PATH}/`, 307);
						});
					if (checked instanceof Response) return checked;
					const grant = checked;
					const base = (forwarded ? `/api/${service}` : '') + PATH;
					return { person: grant.person.id, tree: treeOf(partsFor(grant, forwarded, base), c) };
				},
			}),
		async close() {
			await projection.close();
			await memberships.close();
		},
	};
}

/** The server of another app that a password opens which does not open this one; `null`: there is none here. */
function openElsewhere(error: unknown, elsewhere: Readonly<Record<string, string>>): string | null {
	if (!(error instanceof Problem) || error.code !== 'app-password-scope') return null;
	const { apps } = error.extra;
	const [there] = Object.entries(elsewhere).filter(([app]) => Array.isArray(apps) && apps.includes(app));
	return there?.[1] ?? null;
}
