// For tests: spaces with people in them, made straight in the store, and HTTP with a person's token.
import { appsToText, newSpaceId, type Role, type SpaceId } from '@mana/sync';
import { openStore } from '@mana/store';
import { memberValues } from './spaces/member-rows.ts';
import { migrations, type SyncStore, type SyncTables } from './store.ts';
import type { TestSync } from './testing.ts';

export interface TestMember {
	readonly role: Role | 'gone';
	readonly apps?: readonly number[] | null;
}

/** A second connection to the service's own store. */
export function openBeside(home: string, databaseUrl?: string): Promise<SyncStore> {
	return openStore<SyncTables>({ service: 'mana-sync', home, databaseUrl, migrations });
}

/** A shared space with these people in it, by name. */
export async function insertSpace(store: SyncStore, people: Readonly<Record<string, TestMember>>): Promise<SpaceId> {
	const id = newSpaceId(Date.now(), (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
	const owner = Object.keys(people).find((person) => people[person]!.role === 'owner')!;
	const space = {
		id,
		epoch: 1,
		seq: 0,
		next_actor: 1,
		kind: 'family',
		name: 'Family',
		owner,
		log_hash: new Uint8Array(32),
	} as const;
	const { number } = await store.db
		.insertInto('space')
		.values({ ...space, personal_of: null, archived_at: null, created_at: 0 })
		.returning('number')
		.executeTakeFirstOrThrow();
	for (const [person, { role, apps = null }] of Object.entries(people)) {
		const access = role === 'gone' ? null : { role, apps };
		const [word, , name] = memberValues({ access, name: person, since: 0 });
		await store.db
			.insertInto('member')
			.values({ space: number, person, role: word, apps: appsToText(apps), name, since: 0 })
			.execute();
	}
	return id;
}

export interface TestAnswer {
	readonly status: number;
	readonly body: Record<string, unknown>;
}

/** One HTTP request. @param token of whom; none: nobody's */
export async function ask(
	server: Pick<TestSync, 'url'>,
	token: string | null,
	method: string,
	path: string,
	body?: unknown,
): Promise<TestAnswer> {
	const response = await fetch(`${server.url}${path}`, {
		method,
		headers: {
			...(token !== null && { authorization: `Bearer ${token}` }),
			...(body !== undefined && { 'content-type': 'application/json' }),
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	return {
		status: response.status,
		body: text === '' || !text.startsWith('{') ? {} : (JSON.parse(text) as Record<string, unknown>),
	};
}
