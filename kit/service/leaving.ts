import { Hono } from 'hono';
import { forgetJobs } from '@mana/store';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { problem } from './problem.ts';
import type { ServiceEnv } from './request.ts';
import { answers, body, params } from './routes.ts';
import { guardService, type ServiceIdentity } from './service-token.ts';

/** Whom it is about. */
export interface Leaver {
	/** The person's id. */
	readonly person: string;
	/** Their e-mail address, since some of what is kept names only that; `null`: they have none. */
	readonly address: string | null;
}

/** What a table holds of a person, and which rows these are. */
export interface Held {
	/** In a sentence, for whoever reads the archive. */
	readonly holds: string;
	/** Which rows are a person's, as a condition in SQL. */
	readonly where: (who: Leaver) => RawBuilder<unknown>;
	/** Columns that stay out of the archive: secrets, and what only this service understands. */
	readonly without?: readonly string[];
	/** Columns that are set to these values when the person goes; left out: the rows go. */
	readonly blank?: Readonly<Record<string, string | number | null>>;
	/** Set where the archive has it apart from other rows, in a form that says more: records of spaces. */
	readonly apart?: true;
	/** What becomes of the rows where neither is right, in the caller's transaction. @returns how many there were */
	readonly erase?: (db: Kysely<never>, who: Leaver) => Promise<number>;
}

/** A table that holds nothing of a person, and why. */
export interface NothingHeld {
	readonly nothing: string;
}

/** Every table of a store with what becomes of a person's part in it, in the order in which they are emptied. */
export type Leaving<Tables> = { readonly [Table in keyof Tables & string]: Held | NothingHeld };

/** What was taken out of a table, and the proof: how many rows of the person are left. */
export interface Erased {
	readonly table: string;
	readonly erased: number;
	readonly left: number;
}

/** A line of an export. */
export interface ExportLine {
	readonly table: string;
	readonly row: Readonly<Record<string, unknown>>;
}

/** Everything that a store holds of a person, row by row. */
export async function* exported<Tables, Entered = Tables>(
	db: Kysely<Tables>,
	entries: Leaving<Entered>,
	who: Leaver,
): AsyncGenerator<ExportLine> {
	for (const [table, entry] of heldIn(entries)) {
		if (entry.apart) continue;
		const from = sql`from ${sql.table(table)} where ${entry.where(who)}`;
		const { rows: first } = await sql<Record<string, unknown>>`select * ${from} limit 1`.execute(db);
		if (!first[0]) continue;
		// What stays out is not even read: it may be large.
		const columns = Object.keys(first[0]).filter((name) => !entry.without?.includes(name));
		const { rows } = await sql<Record<string, unknown>>`select ${sql.join(columns.map((name) => sql.ref(name)))} ${from}`.execute(
			db,
		);
		for (const row of rows) yield { table, row: plain(row) };
	}
}

/** Takes a person out of every table, in the caller's transaction, and counts what is left. */
export async function erased<Tables, Entered = Tables>(
	db: Kysely<Tables>,
	entries: Leaving<Entered>,
	who: Leaver,
): Promise<Erased[]> {
	const report: { readonly table: string; readonly entry: Held; readonly erased: number }[] = [];
	for (const [table, entry] of heldIn(entries)) report.push({ table, entry, erased: await eraseFrom(db, table, entry, who) });
	// What one table lets go another may have held on to: all are counted when all are done.
	const counted: Erased[] = [];
	for (const { table, entry, erased } of report)
		counted.push({ table, erased, left: await countIn(db, table, entry.where(who)) });
	return counted;
}

/** The name of the service that asks the others for what they hold of a person, and to let it go. */
const asker = 'mana-auth';

interface ServiceVariables {
	Variables: { service: string };
}

const id = params(z.object({ id: z.string().min(1).max(64) }));
const address = z.string().max(254).nullable();

/** By which mana-auth asks a service for everything that it holds of a person: the same route on every service that keeps any. */
export function exportRoute<Tables, Entered = Tables>(
	store: { readonly db: Kysely<Tables> },
	identity: ServiceIdentity,
	entries: Leaving<Entered>,
) {
	return new Hono<ServiceEnv & ServiceVariables>().post(
		'/v1/persons/:id/export',
		guardService(identity),
		answers('For mana-auth: everything that is held of a person, line by line (NDJSON)', z.string()),
		id,
		body(z.object({ address })),
		(c) => {
			onlyAsker(c.get('service'));
			const who = { person: c.req.valid('param').id, address: c.req.valid('json').address };
			return c.body(jsonLines(exported(store.db, entries, who)), 200, {
				'content-type': 'application/x-ndjson',
			});
		},
	);
}

/** What a service does about a person beside emptying its tables. */
export interface BesideTables {
	/** Other things than rows that went: files. */
	readonly erased: readonly Erased[];
	/** Ids of spaces that are no more. Services that hold copies have to have let go of them, too. */
	readonly ended: readonly string[];
}

/** What a service answers when it has let a person go. */
export const erasure = z.object({
	tables: z.array(z.object({ table: z.string(), erased: z.number(), left: z.number() })),
	ended: z.array(z.string()),
	/** Of the spaces that ended, how many it still holds a copy of: it has not heard of that yet, and is to be asked again. */
	behind: z.number(),
});
export type Erasure = z.infer<typeof erasure>;

/**
 * By which mana-auth has a person taken out of every table, with the proof. It can be asked as often as one likes. Whatever went is
 * afterwards also gone from the bytes of the file (`scrub`).
 *
 * @param beside done first, for what does not stand in tables, or takes more than emptying them
 */
export function eraseRoute<Tables, Entered = Tables>(
	store: { readonly db: Kysely<Tables>; scrub(): Promise<void> },
	identity: ServiceIdentity,
	entries: Leaving<Entered>,
	beside: (who: Leaver) => Promise<BesideTables> = async () => ({ erased: [], ended: [] }),
) {
	return new Hono<ServiceEnv & ServiceVariables>().post(
		'/v1/persons/:id/erase',
		guardService(identity),
		answers('For mana-auth: takes a person out of every table', erasure),
		id,
		body(z.object({ address, ended: z.array(z.string().max(64)).max(1_000) })),
		async (c) => {
			onlyAsker(c.get('service'));
			const { address, ended } = c.req.valid('json');
			const who = { person: c.req.valid('param').id, address };
			const first = await beside(who);
			const jobs = await forgetJobs(store.db, [who.person, ...(address === null ? [] : [address])]);
			const tables = await store.db.transaction().execute((within) => erased(within, entries, who));
			const behind = await dropCopies(store.db, ended);
			const rest = jobs === 0 ? [] : [{ table: 'mana_jobs', erased: jobs, left: 0 }];
			// While there is a copy, it would be for nothing.
			if (behind === 0) await store.scrub();
			return c.json({ tables: together([...first.erased, ...tables, ...rest]), ended: [...first.ended], behind });
		},
	);
}

/** What became of each table, where several steps emptied it. */
function together(steps: readonly Erased[]): Erased[] {
	const sums = new Map<string, Erased>();
	for (const { table, erased, left } of steps) {
		const before = sums.get(table);
		sums.set(table, { table, erased: erased + (before?.erased ?? 0), left });
	}
	return [...sums.values()];
}

/** By which mana-auth hears that a service has let go of spaces that ended, where all that it keeps are copies of spaces. */
export function eraseCopiesRoute<Tables>(
	store: { readonly db: Kysely<Tables>; scrub(): Promise<void> },
	identity: ServiceIdentity,
) {
	return eraseRoute<Tables, object>(store, identity, {});
}

/** What the kit keeps of spaces beside a service's own tables (`projection/tables.ts`). */
const ofSpaces = ['mana_writer', 'mana_outgoing', 'mana_member'] as const;

/** Drops what the kit keeps of spaces that ended. @returns of how many of them there is still a copy */
async function dropCopies<Tables>(db: Kysely<Tables>, ended: readonly string[]): Promise<number> {
	if (ended.length === 0) return 0;
	const there = new Set((await db.introspection.getTables()).map(({ name }) => name));
	const where = sql`space in (${sql.join(ended)})`;
	for (const table of ofSpaces) if (there.has(table)) await sql`delete from ${sql.table(table)} where ${where}`.execute(db);
	return there.has('mana_projection') ? countIn(db, 'mana_projection', where) : 0;
}

function onlyAsker(service: string): void {
	if (service !== asker) throw problem(403, 'service-not-allowed', `Only ${asker} asks for what is held of a person.`);
}

function heldIn<Tables>(entries: Leaving<Tables>): [string, Held][] {
	return Object.entries<Held | NothingHeld>(entries).flatMap(([table, entry]): [string, Held][] =>
		'holds' in entry ? [[table, entry]] : [],
	);
}

async function eraseFrom<Tables>(db: Kysely<Tables>, table: string, entry: Held, who: Leaver): Promise<number> {
	if (entry.erase) return entry.erase(db as unknown as Kysely<never>, who);
	const where = entry.where(who);
	const erased = await countIn(db, table, where);
	if (entry.blank) {
		const values = Object.entries(entry.blank).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
		await sql`update ${sql.table(table)} set ${sql.join(values)} where ${where}`.execute(db);
	} else await sql`delete from ${sql.table(table)} where ${where}`.execute(db);
	return erased;
}

async function countIn<Tables>(db: Kysely<Tables>, table: string, where: RawBuilder<unknown>): Promise<number> {
	const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)} where ${where}`.execute(db);
	return Number(rows[0]?.n ?? 0);
}

/** Bytes as base64url. */
function plain(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(row).map(([column, value]) => [
			column,
			value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value,
		]),
	);
}

/** Values as lines of JSON (NDJSON), each made when the one before was taken. */
export function jsonLines(values: AsyncIterable<object>): ReadableStream<Uint8Array> {
	const each = values[Symbol.asyncIterator]();
	const encoder = new TextEncoder();
	return new ReadableStream<Uint8Array>({
		async pull(controller) {
			const { done, value } = await each.next();
			if (done) controller.close();
			else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
		},
		async cancel() {
			await each.return?.();
		},
	});
}
