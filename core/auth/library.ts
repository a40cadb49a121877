import { APIError, betterAuth } from 'better-auth';
import { type Client, newId, type Realm } from './realm.ts';
import { refuse } from './problems.ts';
import { sessionMs } from './session-rules.ts';
import { type Db, personById } from './store.ts';

/** What is known before the library runs, so that no transaction waits for Argon2. */
export interface PasswordWork {
	hash(password: string): Promise<string>;
	verify(data: { hash: string; password: string }): Promise<boolean>;
}

/**
 * better-auth over one database handle, mostly a transaction: what it writes takes effect together with our own rows. An instance costs
 * a quarter of a millisecond. Its HTTP handler is mounted nowhere: `routes/` is the only way in.
 */
export function library(realm: Realm, db: Db, client: Client, passwords: PasswordWork) {
	return betterAuth({
		appName: 'Mana',
		baseURL: realm.publicUrl,
		secret: realm.keys.cookie,
		// One schema on both engines: instants as ISO 8601 text, flags as 0 and 1. What the library sends is plain SQL.
		database: { db, type: 'sqlite' },
		telemetry: { enabled: false },
		rateLimit: { enabled: false },
		logger: { level: 'error', log: (_level, message, ...details) => realm.log.error({ details }, message) },
		// Our own password rules have been applied, and an old password stays usable when they change.
		emailAndPassword: { enabled: true, minPasswordLength: 1, maxPasswordLength: 4096, password: passwords },
		user: {
			modelName: 'person',
			fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
			additionalFields: {
				role: { type: 'string', required: false, input: false, defaultValue: 'member' },
				language: { type: 'string', required: false, defaultValue: 'en' },
			},
		},
		session: {
			expiresIn: sessionMs / 1000,
			disableSessionRefresh: true,
			fields: {
				userId: 'person_id',
				createdAt: 'created_at',
				updatedAt: 'updated_at',
				expiresAt: 'expires_at',
				ipAddress: 'address',
				userAgent: 'agent',
			},
			additionalFields: {
				rotatedAt: { type: 'number', fieldName: 'rotated_at', required: false, input: false, returned: false },
				provedAt: { type: 'number', fieldName: 'proved_at', required: false, input: false, returned: false },
				confirmed: { type: 'number', required: false, input: false, returned: false },
			},
		},
		account: {
			modelName: 'credential',
			fields: {
				userId: 'person_id',
				accountId: 'account_id',
				providerId: 'provider_id',
				accessToken: 'access_token',
				refreshToken: 'refresh_token',
				idToken: 'id_token',
				accessTokenExpiresAt: 'access_token_expires_at',
				refreshTokenExpiresAt: 'refresh_token_expires_at',
				createdAt: 'created_at',
				updatedAt: 'updated_at',
			},
			additionalFields: { label: { type: 'string', required: false, input: false } },
		},
		verification: { fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' } },
		databaseHooks: {
			user: { create: { before: async (user) => ({ data: { ...user, ...written(realm) } }) } },
			account: { create: { before: async (account) => ({ data: { ...account, ...written(realm) } }) } },
			session: {
				create: {
					before: async (session) => {
						if ((await personById(db, session.userId))?.suspended_at !== null) throw refuse('suspended');
						return {
							data: {
								...session,
								...written(realm),
								expiresAt: new Date(realm.clock.now() + sessionMs),
								ipAddress: client.address,
								userAgent: client.agent,
								rotatedAt: realm.clock.now(),
								provedAt: realm.clock.now(),
								confirmed: 1,
							},
						};
					},
				},
			},
		},
		advanced: {
			// The cookie is set by `session-cookie.ts`; the library's own ones go nowhere.
			database: { generateId: () => newId(realm), validateSchema: false },
		},
	});
}

/** For calls that touch no password. */
export const noPasswords: PasswordWork = {
	hash: () => Promise.reject(new TypeError('This call was not to hash a password.')),
	verify: () => Promise.reject(new TypeError('This call was not to verify a password.')),
};

/**
 * What the library's refusal means in our terms.
 *
 * @returns the code of a person's mistake; `null` when it is none of theirs, as with a failing database
 */
export function libraryRefusal(error: unknown): 'wrong-credentials' | 'email-taken' | null {
	if (!(error instanceof APIError)) return null;
	const code = error.body?.code ?? '';
	if (code === 'INVALID_EMAIL_OR_PASSWORD') return 'wrong-credentials';
	return code.startsWith('USER_ALREADY_EXISTS') ? 'email-taken' : null;
}

/** Runs a call of the library. @throws Problem `wrong-credentials`, `email-taken`; anything else as it is */
export async function asking<T>(call: Promise<T>): Promise<T> {
	try {
		return await call;
	} catch (error) {
		const code = libraryRefusal(error);
		throw code === null ? error : refuse(code, { cause: error });
	}
}

function written(realm: Realm): { createdAt: Date; updatedAt: Date } {
	const now = new Date(realm.clock.now());
	return { createdAt: now, updatedAt: now };
}
