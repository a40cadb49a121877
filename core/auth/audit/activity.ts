import { z } from 'zod';
import type { Detail } from './chain.ts';
import type { Person } from '../person.ts';
import { look, type Realm } from '../realm.ts';
import type { SecurityEventKind } from '../security-events.ts';
import type { Db } from '../store.ts';

/** Who is named in an entry; `name` is `null` when they have left. */
export interface Named {
	readonly id: string;
	readonly name: string | null;
}

/** An entry of the audit log as people see it. */
export interface Activity {
	readonly seq: number;
	/** ISO 8601, UTC. */
	readonly at: string;
	readonly kind: string;
	/** Whom it concerns; `null` for an address that nobody is proven to have, and for an entry that was emptied. */
	readonly person: Named | null;
	/** Who did it, when that is somebody else. */
	readonly by: Named | null;
	readonly address: string;
	readonly agent: string;
	readonly detail: Detail;
}

export interface ActivityFilter {
	/** Entries that concern this person. */
	readonly person?: string | undefined;
	readonly kind?: SecurityEventKind | undefined;
	/** From this instant on, and before that one: milliseconds since 1970. */
	readonly from?: number | undefined;
	readonly until?: number | undefined;
	/** Only entries with a smaller number: the next page. */
	readonly before?: number | undefined;
}

export const pageSize = 50;
export const activitySchema = z.object({
	seq: z.number(),
	at: z.string(),
	kind: z.string(),
	person: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
	by: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
	address: z.string(),
	agent: z.string(),
	detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/**
 * What happened around a person, newest first: what they did, what was done to them, and tries to come in with their address. Where
 * somebody else sat is not theirs to see.
 */
export async function activityOf(realm: Realm, person: Person, before?: number): Promise<Activity[]> {
	const account = realm.keys.pseudonym(person.email);
	const entries = await look(realm, (db) =>
		page(db, before)
			.where((is) => is.or([is('entry.person_id', '=', person.id), is('entry.account', '=', account)]))
			.execute(),
	);
	return entries
		.map(toActivity)
		.map((entry) => (entry.by === null || entry.by.id === person.id ? entry : { ...entry, address: '', agent: '' }));
}

/** The whole log through a filter, newest first: for the owner and admins. */
export async function allActivity(realm: Realm, { person, kind, from, until, before }: ActivityFilter): Promise<Activity[]> {
	const entries = await look(realm, (db) => {
		let query = page(db, before);
		if (person !== undefined)
			query = query.where((is) => is.or([is('entry.person_id', '=', person), is('entry.actor_id', '=', person)]));
		if (kind !== undefined) query = query.where('entry.kind', '=', kind);
		if (from !== undefined) query = query.where('entry.at', '>=', from);
		if (until !== undefined) query = query.where('entry.at', '<', until);
		return query.execute();
	});
	return entries.map(toActivity);
}

function page(db: Db, before = Number.MAX_SAFE_INTEGER) {
	return db
		.selectFrom('audit_entry as entry')
		.leftJoin('person', 'person.id', 'entry.person_id')
		.leftJoin('person as actor', 'actor.id', 'entry.actor_id')
		.selectAll('entry')
		.select(['person.name as person_name', 'actor.name as actor_name'])
		.where('entry.seq', '<', before)
		.orderBy('entry.seq', 'desc')
		.limit(pageSize);
}

function toActivity(row: Awaited<ReturnType<ReturnType<typeof page>['execute']>>[number]): Activity {
	return {
		seq: row.seq,
		at: new Date(row.at).toISOString(),
		kind: row.kind,
		person: row.person_id === null ? null : { id: row.person_id, name: row.person_name },
		by: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name },
		address: row.address ?? '',
		agent: row.agent ?? '',
		detail: JSON.parse(row.detail ?? '{}') as Detail,
	};
}
