import { digest } from './instance-keys.ts';
import type { Role } from './person.ts';
import { refuse } from './problems.ts';
import type { Realm } from './realm.ts';
import type { Db, Tables } from './store.ts';

type LinkRow = Tables['one_time_link'];
export type LinkKind = LinkRow['kind'];

/** Where a link leads in the browser; the secret stands behind `#`, which browsers send to no server. */
const pages = { setup: '/setup', invitation: '/join', reset: '/reset' } as const satisfies Record<LinkKind, string>;
const invalid = { setup: 'setup-token-invalid', invitation: 'invitation-invalid', reset: 'reset-token-invalid' } as const;

export interface NewLink {
	readonly kind: LinkKind;
	readonly person?: string;
	readonly role?: Role;
	/** Milliseconds it lives; without it, until it is used. */
	readonly lifeMs?: number;
}

/** Makes a link that works once. Only the hash of its secret is kept. */
export async function createLink(
	realm: Pick<Realm, 'clock' | 'random' | 'publicUrl'>,
	db: Db,
	{ kind, person, role, lifeMs }: NewLink,
): Promise<{ link: string; expiresAt: string | null }> {
	const secret = Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
	const now = realm.clock.now();
	const expires = lifeMs === undefined ? null : now + lifeMs;
	await db
		.insertInto('one_time_link')
		.values({ hash: digest(secret), kind, person_id: person ?? null, role: role ?? null, created_at: now, expires_at: expires })
		.execute();
	return {
		link: `${realm.publicUrl}${pages[kind]}#token=${secret}`,
		expiresAt: expires === null ? null : new Date(expires).toISOString(),
	};
}

/**
 * Uses a link up, in the caller's transaction: if what it was for fails, it stays.
 *
 * @throws Problem `setup-token-invalid`, `invitation-invalid`, `reset-token-invalid`
 */
export async function consumeLink(realm: Pick<Realm, 'clock'>, db: Db, kind: LinkKind, secret: string): Promise<LinkRow> {
	const row = await db
		.deleteFrom('one_time_link')
		.where('hash', '=', digest(secret))
		.where('kind', '=', kind)
		.returningAll()
		.executeTakeFirst();
	if (row === undefined || (row.expires_at !== null && row.expires_at <= realm.clock.now())) throw refuse(invalid[kind]);
	return row;
}

/** Whether the link would work now. */
export async function linkWorks(realm: Pick<Realm, 'clock'>, db: Db, kind: LinkKind, secret: string): Promise<boolean> {
	const row = await db
		.selectFrom('one_time_link')
		.select('expires_at')
		.where('hash', '=', digest(secret))
		.where('kind', '=', kind)
		.executeTakeFirst();
	return row !== undefined && (row.expires_at === null || row.expires_at > realm.clock.now());
}
