import { sql } from 'kysely';
import { canonical, type Content, contentHash, type Detail, linkHash } from './audit/chain.ts';
import type { Client, Realm } from './realm.ts';
import type { AuditHead, Db } from './store.ts';

/** Everything that the audit log can say. */
export const securityEventKinds = [
	'owner-created',
	'person-joined',
	'signed-in',
	'new-device',
	'sign-in-failed',
	'signed-out',
	'session-revoked',
	'sessions-revoked',
	'session-reused',
	'password-changed',
	'password-change-failed',
	'password-reset',
	'profile-changed',
	'invitation-created',
	'reset-link-created',
	'second-factor-on',
	'second-factor-off',
	'second-step-removal-planned',
	'second-step-removal-stopped',
	'recovery-codes-made',
	'recovery-code-used',
	'wrong-code',
	'email-verified',
	'email-change-asked',
	'email-changed',
	'email-taken-back',
	'passkey-added',
	'passkey-removed',
	'passkey-refused',
	'app-password-made',
	'app-password-removed',
	'app-password-refused',
	'proven',
	'proof-failed',
	'invitation-ended',
	'role-changed',
	'tier-changed',
	'person-suspended',
	'person-readmitted',
	'impersonation-allowed',
	'impersonation-withdrawn',
	'impersonation-began',
	'impersonation-ended',
	'software-registered',
	'software-changed',
	'software-secret-made',
	'software-removed',
	'software-allowed',
	'software-disallowed',
	'software-token-reused',
	'provider-added',
	'provider-changed',
	'provider-removed',
	'identity-linked',
	'identity-unlinked',
	'identity-refused',
	'connection-made',
	'archive-begun',
	'archive-taken',
	'archive-removed',
	'archive-brought',
	'erasure-planned',
	'erasure-taken-back',
	'erasure-began',
	'account-erased',
	'log-sealed',
	'log-trimmed',
	'entries-emptied',
] as const;
export type SecurityEventKind = (typeof securityEventKinds)[number];

/** Whom an event concerns: a person; or, where nobody is proven to be one, the pseudonym of the address that was given. */
export type About = ({ readonly person: string } | { readonly account: string } | { readonly nobody: true }) & {
	/** Who did it, when that is not the person themselves. */
	readonly by?: string;
	readonly detail?: Detail;
};

type Writer = Pick<Realm, 'clock' | 'random' | 'keys'>;

/**
 * Writes what happened at the end of the audit log, in the caller's transaction: either both are kept or neither is. Call it last in the
 * transaction, since until that ends everybody else who has something to write waits.
 */
export async function note(realm: Writer, db: Db, kind: SecurityEventKind, about: About, client: Client): Promise<void> {
	const head = await db
		.updateTable('audit_head')
		.set({ seq: sql<number>`seq` })
		.where('one', '=', 1)
		.returningAll()
		.executeTakeFirstOrThrow();
	let end: AuditHead = head;
	// The end of the log was put there by somebody who does not know the secret of this Mana: that stays to be seen.
	if (head.seal !== sealOf(realm, head)) end = await append(realm, db, end, 'log-sealed', { nobody: true }, nobody);
	end = await append(realm, db, end, kind, about, client);
	await db.updateTable('audit_head').set(end).where('one', '=', 1).execute();
}

/** The mark on the end of the log, so that nobody without the secret of this Mana can cut entries off or write the chain anew. */
export function sealOf({ keys }: Pick<Realm, 'keys'>, { seq, hash }: Pick<AuditHead, 'seq' | 'hash'>): string {
	return keys.mark(`${seq} ${hash}`);
}

const nobody: Client = { address: '', agent: '' };

async function append(
	realm: Writer,
	db: Db,
	end: AuditHead,
	kind: SecurityEventKind,
	about: About,
	client: Client,
): Promise<AuditHead> {
	const content: Content = {
		person: 'person' in about ? about.person : null,
		actor: about.by ?? client.actor ?? null,
		account: 'account' in about ? about.account : null,
		address: client.address,
		agent: client.agent,
		detail: about.detail ?? {},
		salt: Buffer.from(realm.random(new Uint8Array(16))).toString('base64url'),
	};
	const link = { seq: end.seq + 1, at: realm.clock.now(), kind, content: contentHash(content), previous: end.hash };
	const hash = linkHash(link);
	const { person, actor, detail, ...rest } = content;
	await db
		.insertInto('audit_entry')
		.values({ ...link, ...rest, hash, person_id: person, actor_id: actor, detail: canonical(detail) })
		.execute();
	return { seq: link.seq, hash, seal: sealOf(realm, { seq: link.seq, hash }) };
}
