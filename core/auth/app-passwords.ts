import { services } from '@mana/schema';
import { attempt } from './attempts.ts';
import { type Person, toPerson } from './person.ts';
import { refuse } from './problems.ts';
import { type Client, look, newId, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import type { Presence } from './sessions.ts';
import { actingToken } from './signing-keys.ts';
import { type AppPasswordRow, type Db, personByEmail } from './store.ts';

/** More than anybody has devices. */
const most = 50;
/** Without letters and digits that look like each other (Crockford's base 32). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** Letters of a password: 120 bits, so that a fingerprint needs no slow hash and guessing is no way in. */
const letters = 24;
/** How old the last use may be before it is written down anew, in milliseconds. */
const usedEveryMs = 60_000;

export const appAccess = ['read', 'write'] as const;
export type AppAccess = (typeof appAccess)[number];

/** The apps whose server lets other programs in: those with a server of their own that runs in this version. */
export const openApps: readonly string[] = services.flatMap(({ name, status }) => {
	const app = appOf(name);
	return app === null || status !== 'running' ? [] : [app];
});

/** A password for one program on one device, which opens some apps and nothing else. */
export interface AppPassword {
	readonly id: string;
	/** As the person calls the device or program. */
	readonly name: string;
	readonly apps: readonly string[];
	readonly access: AppAccess;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
	readonly usedAt: string | null;
}

/** What a service is told of who comes with an app password. */
export interface AppGrant {
	readonly password: Pick<AppPassword, 'id' | 'name' | 'access' | 'apps'>;
	readonly person: Person;
	/** A token of the person for this service to act with (RFC 8693: the person is the subject, the service stands beside). */
	readonly token: string;
	/** ISO 8601, UTC. */
	readonly expiresAt: string;
}

/** The app passwords of a person, oldest first. */
export async function listAppPasswords(realm: Realm, person: string): Promise<AppPassword[]> {
	return (await look(realm, (db) => passwordsOf(db, person))).map(toAppPassword);
}

/** Makes an app password. @returns it with the secret, which is told this once and kept nowhere. @throws Problem `app-passwords-full` */
export function makeAppPassword(
	realm: Realm,
	{ person }: Presence,
	wanted: Pick<AppPassword, 'name' | 'apps' | 'access'>,
	client: Client,
): Promise<AppPassword & { readonly secret: string }> {
	const secret = newSecret(realm);
	const row: AppPasswordRow = {
		id: newId(realm),
		hash: fingerprint(realm, secret),
		person_id: person.id,
		name: wanted.name,
		apps: [...new Set(wanted.apps)].toSorted().join(' '),
		access: wanted.access,
		created_at: realm.clock.now(),
		used_at: null,
	};
	return transact(realm, async (db) => {
		if ((await passwordsOf(db, person.id)).length >= most) throw refuse('app-passwords-full');
		await db.insertInto('app_password').values(row).execute();
		await note(realm, db, 'app-password-made', { person: person.id, detail: { name: row.name, apps: row.apps } }, client);
		return { ...toAppPassword(row), secret };
	});
}

/** Ends an app password. @throws Problem `app-password-unknown` when it is none of this person's */
export async function removeAppPassword(realm: Realm, { person }: Presence, id: string, client: Client): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db
			.deleteFrom('app_password')
			.where('id', '=', id)
			.where('person_id', '=', person.id)
			.returning('name')
			.executeTakeFirst();
		if (row === undefined) throw refuse('app-password-unknown');
		await note(realm, db, 'app-password-removed', { person: person.id, detail: { name: row.name } }, client);
	});
}

/** Ends all of a person's app passwords, part of the transaction that gives the account back to whom it belongs. */
export async function endAppPasswords(db: Db, person: string): Promise<void> {
	await db.deleteFrom('app_password').where('person_id', '=', person).execute();
}

/**
 * Judges an e-mail address and an app password for a service. A right one always passes: it cannot be guessed, and a device that still
 * has an old one must not lock the others out. Wrong ones are counted, so that nobody fills the log with them.
 *
 * @param service who asks; the password has to open its app
 * @param client who came to that service
 * @throws Problem `wrong-credentials`, `app-password-scope`, `suspended`, `locked`
 */
export async function judgeAppPassword(
	realm: Realm,
	service: string,
	who: { readonly email: string; readonly password: string },
	client: Client,
): Promise<AppGrant> {
	const app = appOf(service);
	if (app === null) throw refuse('not-an-app');
	const found = await look(realm, (db) => matching(realm, db, who));
	if (!found) {
		const account = realm.keys.pseudonym(who.email);
		const what = { kind: 'app-password', account, client, counts: ['wrong-credentials'], event: 'app-password-refused' } as const;
		return attempt(realm, what, () => Promise.reject(refuse('wrong-credentials')));
	}
	const { row, person, suspended } = found;
	if (suspended) throw refuse('suspended');
	if (!row.apps.split(' ').includes(app))
		throw refuse('app-password-scope', {
			detail: `This app password does not open ${app}. Make one that does.`,
			// The server of that app may know where what it opens is.
			extra: { apps: row.apps.split(' ') },
		});
	const now = realm.clock.now();
	if (row.used_at === null || now - row.used_at >= usedEveryMs)
		await look(realm, (db) => db.updateTable('app_password').set({ used_at: now }).where('id', '=', row.id).execute());
	const { id, name, access } = row;
	return {
		password: { id, name, access, apps: row.apps.split(' ') },
		person,
		...(await actingToken(realm, person, `app-password:${id}`, service)),
	};
}

/** The app that a service is the server of; `null` when it is none. */
function appOf(service: string): string | null {
	const row = services.find(({ name }) => name === service);
	return row?.range === 'app-servers' && row.owner !== null ? row.owner.replace(/^apps\//, '') : null;
}

async function matching(realm: Realm, db: Db, { email, password }: { readonly email: string; readonly password: string }) {
	const row = await db.selectFrom('app_password').selectAll().where('hash', '=', fingerprint(realm, password)).executeTakeFirst();
	const person = row && (await personByEmail(db, email));
	if (!row || person?.id !== row.person_id) return null;
	return { row, person: toPerson(person), suspended: person.suspended_at !== null };
}

function newSecret(realm: Realm): string {
	const text = [...realm.random(new Uint8Array(letters))].map((byte) => alphabet[byte % alphabet.length]).join('');
	return text.match(/.{6}/g)!.join('-');
}

/** Whatever somebody typed: capitals, spaces, missing dashes, and `o` for `0`, `i` or `l` for `1`. */
function fingerprint(realm: Realm, secret: string): string {
	const plain = secret.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
	return realm.keys.mark(`app password ${plain}`);
}

function passwordsOf(db: Db, person: string): Promise<AppPasswordRow[]> {
	return db.selectFrom('app_password').selectAll().where('person_id', '=', person).orderBy('created_at').orderBy('id').execute();
}

function toAppPassword({ id, name, apps, access, created_at, used_at }: AppPasswordRow): AppPassword {
	return {
		id,
		name,
		apps: apps.split(' '),
		access,
		createdAt: new Date(created_at).toISOString(),
		usedAt: used_at === null ? null : new Date(used_at).toISOString(),
	};
}
