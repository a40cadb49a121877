import type { Store } from '@mana/store';
import type { Kysely, Selectable, Transaction as KyselyTransaction } from 'kysely';
import type { AdministrationTables } from './administration/tables.ts';
import type { ConnectionTables } from './connections/tables.ts';
import type { ProviderTables } from './provider/tables.ts';
import type { RelyingTables } from './relying/tables.ts';
import type { CredentialTables } from './credential-tables.ts';
import type { ArchiveTables } from './archive/tables.ts';
import type { LeavingTables } from './leaving/tables.ts';
import type { Role, Tier } from './person.ts';

/** What the tables hold; see `migrations.ts` for how instants are written. */
export interface Tables
	extends AdministrationTables, ConnectionTables, CredentialTables, ProviderTables, RelyingTables, LeavingTables, ArchiveTables {
	person: {
		id: string;
		name: string;
		email: string;
		email_verified: number;
		image: string | null;
		role: Role;
		tier: Tier;
		suspended_at: number | null;
		language: string;
		created_at: string;
		updated_at: string;
	};
	session: {
		id: string;
		token: string;
		person_id: string;
		created_at: string;
		updated_at: string;
		expires_at: string;
		address: string | null;
		agent: string | null;
		/** When the token became the session's current one. */
		rotated_at: number;
		/** 0 until the current token was seen in a request: its answer may have been lost on the way. */
		confirmed: number;
		/** When the person last proved who they are in it; see `proofs.ts`. */
		proved_at: number;
		/** Who acts in the person's name by this session; `null`: the person. */
		impersonator_id: string | null;
	};
	credential: {
		id: string;
		account_id: string;
		provider_id: string;
		person_id: string;
		password: string | null;
		/** What an account elsewhere is called there. */
		label: string | null;
		created_at: string;
		updated_at: string;
	};
	retired_token: {
		/** SHA-256 of the token. */
		hash: string;
		session_id: string;
		retired_at: number;
		/** When its successor was first used; `null` while nobody has. */
		replaced_at: number | null;
	};
	/** The library wants it to be there. */
	verification: { id: string };
	instance: { one: 1; id: string; created_at: number };
	one_time_link: {
		/** SHA-256 of the secret in the link. */
		hash: string;
		kind: 'setup' | 'invitation' | 'reset' | 'verification' | 'email-change' | 'email-undo' | 'stay' | 'second-step-stay';
		/** Who invited, or whose password is reset. */
		person_id: string | null;
		/** The address that it was sent to, where it was sent. */
		email: string | null;
		/** What an invited person becomes. */
		role: Role | null;
		tier: Tier | null;
		/** What somebody is written to in who has no account yet. */
		language: string | null;
		created_at: number;
		expires_at: number | null;
	};
	attempt: { id: string; kind: string; account: string; address: string; state: 'open' | 'counted'; at: number };
	known_address: { account: string; address: string; at: number };
	/** The audit log; see `audit/chain.ts`. What is about people is `null` in an entry that was emptied. */
	audit_entry: {
		seq: number;
		at: number;
		kind: string;
		person_id: string | null;
		actor_id: string | null;
		account: string | null;
		address: string | null;
		agent: string | null;
		/** JSON. */
		detail: string | null;
		salt: string | null;
		content: string;
		previous: string;
		hash: string;
	};
	/** Where the audit log ends. */
	audit_head: { one: 1; seq: number; hash: string; seal: string | null };
	signing_key: {
		id: string;
		alg: 'EdDSA' | 'RS256';
		public_jwk: string;
		sealed: Uint8Array;
		active_from: number;
		active_until: number;
	};
}

export type AuthStore = Store<Tables>;
/** The store's own handle or a transaction's. */
export type Db = Kysely<Tables>;
export type Transaction = KyselyTransaction<Tables>;
export type SessionRow = Selectable<Tables['session']>;
export type PersonRow = Selectable<Tables['person']>;
export type AppPasswordRow = Selectable<Tables['app_password']>;
export type PasskeyRow = Selectable<Tables['passkey']>;
export type AuditRow = Selectable<Tables['audit_entry']>;
export type AuditHead = Pick<Tables['audit_head'], 'seq' | 'hash' | 'seal'>;

export function personById(db: Db, id: string): Promise<PersonRow | undefined> {
	return db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst();
}

export function personByEmail(db: Db, email: string): Promise<PersonRow | undefined> {
	return db.selectFrom('person').selectAll().where('email', '=', email).executeTakeFirst();
}

export async function ownerExists(db: Db): Promise<boolean> {
	return (await db.selectFrom('person').select('id').where('role', '=', 'owner').limit(1).executeTakeFirst()) !== undefined;
}

/** The Argon2id hash of a person's password; `null` when they have none. */
export async function passwordOf(db: Db, person: string): Promise<string | null> {
	const row = await db
		.selectFrom('credential')
		.select('password')
		.where('person_id', '=', person)
		.where('provider_id', '=', 'credential')
		.executeTakeFirst();
	return row?.password ?? null;
}

/** The Argon2id hash of a person's password, with the person; nothing when the address has no account. */
export function credentialByEmail(db: Db, email: string): Promise<{ id: string; password: string | null } | undefined> {
	return db
		.selectFrom('person')
		.innerJoin('credential', 'credential.person_id', 'person.id')
		.select(['person.id', 'credential.password'])
		.where('person.email', '=', email)
		.where('credential.provider_id', '=', 'credential')
		.executeTakeFirst();
}
