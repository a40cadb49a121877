import { digest } from './instance-keys.ts';
import type { Role, Tier } from './person.ts';
import { refuse } from './problems.ts';
import type { Realm } from './realm.ts';
import type { Db, Tables } from './store.ts';

type LinkRow = Tables['one_time_link'];
export type LinkKind = LinkRow['kind'];

/** Where a link leads in the browser; the secret stands behind `#`, which browsers send to no server. */
const pages = {
	setup: '/setup',
	invitation: '/join',
	reset: '/reset',
	verification: '/confirm',
	'email-change': '/confirm',
	'email-undo': '/confirm',
	stay: '/confirm',
	'second-step-stay': '/confirm',
} as const satisfies Record<LinkKind, string>;
const invalid = {
	setup: 'setup-token-invalid',
	invitation: 'invitation-invalid',
	reset: 'reset-token-invalid',
	verification: 'link-invalid',
	'email-change': 'link-invalid',
	'email-undo': 'link-invalid',
	stay: 'link-invalid',
	'second-step-stay': 'link-invalid',
} as const satisfies Record<LinkKind, string>;

/** Links that go by mail. */
export type MailedKind = Exclude<LinkKind, 'setup'>;

export interface NewLink {
	readonly kind: LinkKind;
	readonly person?: string;
	/** What an invited person becomes. */
	readonly role?: Role;
	readonly tier?: Tier;
	/** What it is written in, where the reader has no account yet. */
	readonly language?: string;
	/** The address that it was sent to. */
	readonly email?: string;
	/** Without it, a random one. */
	readonly secret?: string;
	/** Milliseconds it lives; without it, until it is used. */
	readonly lifeMs?: number;
}

/** Makes a link that works once. Only the hash of its secret is kept. */
export async function createLink(
	realm: Pick<Realm, 'clock' | 'random' | 'publicUrl'>,
	db: Db,
	{ kind, person, role, tier, language, email, lifeMs, secret = randomSecret(realm) }: NewLink,
): Promise<{ link: string; expiresAt: string | null }> {
	const now = realm.clock.now();
	const expires = lifeMs === undefined ? null : now + lifeMs;
	await db
		.insertInto('one_time_link')
		.values({
			hash: digest(secret),
			kind,
			person_id: person ?? null,
			role: role ?? null,
			tier: tier ?? null,
			language: language ?? null,
			email: email ?? null,
			created_at: now,
			expires_at: expires,
		})
		.execute();
	return {
		link: linkTo(realm, kind, secret),
		expiresAt: expires === null ? null : new Date(expires).toISOString(),
	};
}

/** Where the browser is sent with a link's secret. */
export function linkTo({ publicUrl }: Pick<Realm, 'publicUrl'>, kind: LinkKind, secret: string): string {
	return `${publicUrl}${pages[kind]}#token=${secret}`;
}

/**
 * Uses a link up, in the caller's transaction: if what it was for fails, it stays.
 *
 * @throws Problem `setup-token-invalid`, `invitation-invalid`, `reset-token-invalid`, `link-invalid`
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

function randomSecret({ random }: Pick<Realm, 'random'>): string {
	return Buffer.from(random(new Uint8Array(32))).toString('base64url');
}
