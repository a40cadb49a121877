import { Hono } from 'hono';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { problem } from './problem.ts';
import type { ServiceEnv } from './request.ts';
import { answers, params } from './routes.ts';
import { guardService, type ServiceIdentity } from './service-token.ts';

/** What a table holds of a person, and which rows these are. */
export interface Held {
	/** In a sentence, for whoever reads the archive. */
	readonly holds: string;
	/** Which rows are a person's, as a condition in SQL. */
	readonly where: (person: string) => RawBuilder<unknown>;
	/** Columns that stay out of the archive: secrets, and what only this service understands. */
	readonly without?: readonly string[];
	/** Columns that are set to these values when the person goes; left out: the rows go. */
	readonly blank?: Readonly<Record<string, string | number | null>>;
	/** A row as the archive has it, where the columns themselves say nothing to people. */
	readonly shown?: (row: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
	/** What becomes of the rows where neither is right, in the caller's transaction. @returns how many there were */
	readonly erase?: (db: Kysely<never>, person: string) => Promise<number>;
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
export async function* exported<Tables>(
	db: Kysely<Tables>,
	entries: Leaving<Tables>,
	person: string,
): AsyncGenerator<ExportLine> {
	for (const [table, entry] of heldIn(entries)) {
		const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)} where ${entry.where(person)}`.execute(
			db,
		);
		for (const row of rows) yield { table, row: plain(entry.shown?.(row) ?? row, entry.without ?? []) };
	}
}

/** Takes a person out of every table, in the caller's transaction, and counts what is left. */
export async function erased<Tables>(db: Kysely<Tables>, entries: Leaving<Tables>, person: string): Promise<Erased[]> {
	const report: Erased[] = [];
	for (const [table, entry] of heldIn(entries))
		report.push({ table, erased: await eraseFrom(db, table, entry, person), left: 0 });
	// What one table lets go another may have held on to: all are counted when all are done.
	const counted: Erased[] = [];
	for (const one of report) {
		const entry = entries[one.table as keyof Tables & string];
		const left = 'holds' in entry ? await countIn(db, one.table, entry.where(person)) : 0;
		counted.push({ ...one, left });
	}
	return counted;
}

/** The name of the service that asks the others for what they hold of a person, and to let it go. */
const asker = 'mana-auth';

interface ServiceVariables {
	Variables: { service: string };
}

const id = params(z.object({ id: z.string().min(1).max(64) }));

/** By which mana-auth asks a service for everything that it holds of a person: the same route on every service that keeps any. */
export function exportRoute<Tables>(store: { readonly db: Kysely<Tables> }, identity: ServiceIdentity, entries: Leaving<Tables>) {
	return new Hono<ServiceEnv & ServiceVariables>().get(
		'/v1/persons/:id/export',
		guardService(identity),
		answers('For mana-auth: everything that is held of a person, line by line (NDJSON)', z.string()),
		id,
		(c) => {
			onlyAsker(c.get('service'));
			return c.body(jsonLines(exported(store.db, entries, c.req.valid('param').id)), 200, {
				'content-type': 'application/x-ndjson',
			});
		},
	);
}

/** By which mana-auth has a person taken out of every table, with the proof. */
export function eraseRoute<Tables>(store: { readonly db: Kysely<Tables> }, identity: ServiceIdentity, entries: Leaving<Tables>) {
	return new Hono<ServiceEnv & ServiceVariables>().post(
		'/v1/persons/:id/erase',
		guardService(identity),
		answers(
			'For mana-auth: takes a person out of every table',
			z.object({ tables: z.array(z.object({ table: z.string(), erased: z.number(), left: z.number() })) }),
		),
		id,
		async (c) => {
			onlyAsker(c.get('service'));
			const person = c.req.valid('param').id;
			const tables = await store.db.transaction().execute((within) => erased(within, entries, person));
			return c.json({ tables: tables.map((one) => ({ ...one })) });
		},
	);
}

function onlyAsker(service: string): void {
	if (service !== asker) throw problem(403, 'service-not-allowed', `Only ${asker} asks for what is held of a person.`);
}

function heldIn<Tables>(entries: Leaving<Tables>): [string, Held][] {
	return Object.entries<Held | NothingHeld>(entries).flatMap(([table, entry]): [string, Held][] =>
		'holds' in entry ? [[table, entry]] : [],
	);
}

async function eraseFrom<Tables>(db: Kysely<Tables>, table: string, entry: Held, person: string): Promise<number> {
	if (entry.erase) return entry.erase(db as unknown as Kysely<never>, person);
	const where = entry.where(person);
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

/** Bytes as base64url; what stays out is left out. */
function plain(row: Readonly<Record<string, unknown>>, without: readonly string[]): Record<string, unknown> {
	const kept = Object.entries(row).filter(([column]) => !without.includes(column));
	return Object.fromEntries(
		kept.map(([column, value]) => [column, value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value]),
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
