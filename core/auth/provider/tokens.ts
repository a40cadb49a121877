import { createHash, createPrivateKey, timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, errors, jwtVerify, SignJWT } from 'jose';
import { digest } from '../instance-keys.ts';
import { type Client, look, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import { publishedKeys, signingKey } from '../signing-keys.ts';
import { type Db, personById, type PersonRow, type Tables } from '../store.ts';
import { issuerOf } from './metadata.ts';
import { softwareById } from './software.ts';

const minuteMs = 60_000;
const accessMs = 10 * minuteMs;
const idTokenMs = 10 * minuteMs;
/** A refresh token that is not used for so long ends. */
const refreshMs = 30 * 24 * 60 * minuteMs;

/** A refusal in OAuth's own words (RFC 6749 §5.2, RFC 6750 §3.1). */
export class OAuthRefusal extends Error {
	override readonly name = 'OAuthRefusal';
	readonly error: string;
	readonly status: 400 | 401;

	constructor(error: string, detail: string, status: 400 | 401 = 400) {
		super(detail);
		this.error = error;
		this.status = status;
	}
}

type Software = Tables['software'];
type TokenRow = Tables['software_token'];
export type Form = Readonly<Record<string, string>>;

/** Which software asks: by Basic, by its form, or by its id alone when it has no secret. @throws OAuthRefusal `invalid_client` */
export async function softwareOf(realm: Realm, authorization: string | undefined, form: Form): Promise<Software> {
	const [id, secret] = credentialsIn(authorization, form);
	const software = await look(realm, (db) => softwareById(db, id));
	const right =
		software !== undefined &&
		(software.secret === null ? secret === null : secret !== null && same(software.secret, digest(secret)));
	if (!right) throw new OAuthRefusal('invalid_client', 'This software is unknown here, or its secret is another one.', 401);
	return software;
}

/** The token endpoint. @throws OAuthRefusal `unsupported_grant_type`, `invalid_grant`, `invalid_scope` */
export async function exchange(realm: Realm, software: Software, form: Form, client: Client): Promise<object> {
	if (form['grant_type'] === 'authorization_code') return useCode(realm, software, form, client);
	if (form['grant_type'] === 'refresh_token') return useRefreshToken(realm, software, form, client);
	throw new OAuthRefusal('unsupported_grant_type', 'Use authorization_code or refresh_token.');
}

async function useCode(realm: Realm, software: Software, form: Form, client: Client): Promise<object> {
	const hash = digest(form['code'] ?? '');
	const outcome = await transact(realm, async (db) => {
		const code = await db
			.updateTable('software_code')
			.set({ used: 1 })
			.where('hash', '=', hash)
			.where('software_id', '=', software.id)
			.where('used', '=', 0)
			.returningAll()
			.executeTakeFirst();
		if (code === undefined) {
			const spent = await db.selectFrom('software_code').selectAll().where('hash', '=', hash).executeTakeFirst();
			if (spent !== undefined && spent.software_id === software.id) await endFamily(realm, db, software, spent, client);
			return null;
		}
		const verifier = form['code_verifier'] ?? '';
		const fits =
			code.expires_at > realm.clock.now() &&
			code.redirect_uri === form['redirect_uri'] &&
			/^[\w.~-]{43,128}$/.test(verifier) &&
			same(code.challenge, createHash('sha256').update(verifier).digest('base64url'));
		const session = await db.selectFrom('session').select('id').where('id', '=', code.session_id).executeTakeFirst();
		const person = await standingPerson(db, code.person_id);
		if (!fits || session === undefined || person === null) return null;
		return issue(realm, db, software, person, code);
	});
	return outcome === null
		? refuseGrant('This code was used, has ended, or belongs to another request.')
		: told(realm, software, outcome);
}

async function useRefreshToken(realm: Realm, software: Software, form: Form, client: Client): Promise<object> {
	const hash = digest(form['refresh_token'] ?? '');
	const outcome = await transact(realm, async (db) => {
		const mine = db.selectFrom('software_token').selectAll().where('hash', '=', hash).where('kind', '=', 'refresh');
		const known = await mine.where('software_id', '=', software.id).executeTakeFirst();
		if (known === undefined) return null;
		const asked = (form['scope'] ?? known.scope).split(' ').filter(Boolean);
		if (!asked.every((one) => known.scope.split(' ').includes(one))) return 'scope';
		const token = await db
			.updateTable('software_token')
			.set({ used: 1 })
			.where('hash', '=', hash)
			.where('used', '=', 0)
			.where('expires_at', '>', realm.clock.now())
			.returningAll()
			.executeTakeFirst();
		if (token === undefined) {
			// Used a second time: one of two holds a copy, and nobody knows which (RFC 9700 §4.14).
			if (known.expires_at > realm.clock.now()) await endFamily(realm, db, software, known, client);
			return null;
		}
		const person = await standingPerson(db, token.person_id);
		return person === null ? null : issue(realm, db, software, person, { ...token, nonce: null }, asked.join(' '));
	});
	if (outcome === 'scope') throw new OAuthRefusal('invalid_scope', 'A refresh gives no more than was allowed.');
	return outcome === null
		? refuseGrant('This refresh token was used, has ended, or was taken back.')
		: told(realm, software, outcome);
}

function refuseGrant(detail: string): never {
	throw new OAuthRefusal('invalid_grant', detail);
}

/** Somebody who is still here and not shut out. */
async function standingPerson(db: Db, id: string): Promise<PersonRow | null> {
	const person = await personById(db, id);
	return person === undefined || person.suspended_at !== null ? null : person;
}

type Grant = Pick<TokenRow, 'session_id' | 'family' | 'scope' | 'auth_time'> & { readonly nonce: string | null };

/** What was just made for somebody, before it is told. */
interface Issued {
	readonly person: PersonRow;
	readonly grant: Grant;
	readonly scope: string;
	readonly access: string;
	readonly refresh: string | null;
}

async function issue(
	realm: Realm,
	db: Db,
	software: Software,
	person: PersonRow,
	grant: Grant,
	scope = grant.scope,
): Promise<Issued> {
	const access = await add(realm, db, software, person, grant, scope, 'access', accessMs);
	// What was allowed stays allowed: a narrower access token does not narrow the next refresh.
	const refresh = grant.scope.split(' ').includes('offline_access')
		? await add(realm, db, software, person, grant, grant.scope, 'refresh', refreshMs)
		: null;
	return { person, grant, scope, access, refresh };
}

/** The answer of the token endpoint. Signing waits for no transaction. */
async function told(realm: Realm, software: Software, { person, grant, scope, access, refresh }: Issued): Promise<object> {
	return {
		access_token: access,
		token_type: 'Bearer',
		expires_in: accessMs / 1000,
		scope,
		id_token: await idToken(realm, software, person, grant, access, scope),
		...(refresh !== null && { refresh_token: refresh }),
	};
}

async function add(
	realm: Realm,
	db: Db,
	software: Software,
	person: PersonRow,
	{ session_id, family, auth_time }: Grant,
	scope: string,
	kind: TokenRow['kind'],
	lifeMs: number,
): Promise<string> {
	const token = Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
	const now = realm.clock.now();
	const row = { kind, software_id: software.id, person_id: person.id, session_id, family, scope, auth_time };
	await db
		.insertInto('software_token')
		.values({ ...row, hash: digest(token), created_at: now, expires_at: now + lifeMs, used: 0 })
		.execute();
	return token;
}

/** OpenID Connect Core §2. Signed with RS256, the one way that every client must know (§15.1), by keys that sign nothing else. */
async function idToken(
	realm: Realm,
	software: Software,
	person: PersonRow,
	{ nonce, auth_time, session_id }: Grant,
	access: string,
	scope: string,
): Promise<string> {
	const key = await signingKey(realm, 'RS256');
	const now = Math.floor(realm.clock.now() / 1000);
	const half = createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url');
	return new SignJWT({
		...claimsOf(person, scope),
		...(nonce !== null && { nonce }),
		auth_time: Math.floor(auth_time / 1000),
		at_hash: half,
		sid: digest(session_id),
	})
		.setProtectedHeader({ alg: 'RS256', kid: key.id, typ: 'JWT' })
		.setSubject(person.id)
		.setIssuer(issuerOf(realm))
		.setAudience(software.id)
		.setIssuedAt(now)
		.setExpirationTime(now + idTokenMs / 1000)
		.sign(createPrivateKey({ key: Buffer.from(realm.keys.open(key.sealed, key.id)), format: 'der', type: 'pkcs8' }));
}

/** What a person let the software learn (§5.4). */
function claimsOf(person: PersonRow, scope: string): object {
	const given = scope.split(' ');
	return {
		...(given.includes('profile') && { name: person.name, locale: person.language }),
		...(given.includes('email') && { email: person.email, email_verified: person.email_verified === 1 }),
		...(given.includes('groups') && { groups: [person.role, person.tier] }),
	};
}

/** The userinfo endpoint. @throws OAuthRefusal `invalid_token` */
export async function userinfo(realm: Realm, access: string | undefined): Promise<object> {
	const found = await look(realm, async (db) => {
		const token = await standingToken(realm, db, access ?? '', 'access');
		const person = token === null ? null : await standingPerson(db, token.person_id);
		return token === null || person === null ? null : { sub: person.id, ...claimsOf(person, token.scope) };
	});
	if (found === null) throw new OAuthRefusal('invalid_token', 'This token has ended or was taken back.', 401);
	return found;
}

/** RFC 7662: how a token of this software stands. */
export async function introspect(realm: Realm, software: Software, token: string): Promise<object> {
	return look(realm, async (db) => {
		const row = (await standingToken(realm, db, token, 'access')) ?? (await standingToken(realm, db, token, 'refresh'));
		const person = row === null ? null : await standingPerson(db, row.person_id);
		if (row === null || person === null || row.software_id !== software.id) return { active: false };
		return {
			active: true,
			scope: row.scope,
			client_id: software.id,
			sub: person.id,
			iss: issuerOf(realm),
			iat: Math.floor(row.created_at / 1000),
			exp: Math.floor(row.expires_at / 1000),
			...(row.kind === 'access' && { token_type: 'Bearer' }),
		};
	});
}

/** RFC 7009: ends a token of this software; a refresh token with all that came of the same sign-in. */
export async function revoke(realm: Realm, software: Software, token: string): Promise<void> {
	await transact(realm, async (db) => {
		const row = await db
			.deleteFrom('software_token')
			.where('hash', '=', digest(token))
			.where('software_id', '=', software.id)
			.returning(['kind', 'family'])
			.executeTakeFirst();
		if (row?.kind === 'refresh') await db.deleteFrom('software_token').where('family', '=', row.family).execute();
	});
}

/** Whose id token that is and for which session, expired or not; `null` when it is none of ours. */
export async function hinted(realm: Realm, token: string): Promise<{ software: string; person: string; sid: unknown } | null> {
	try {
		const { payload } = await jwtVerify(token, createLocalJWKSet(await publishedKeys(realm, 'RS256')), {
			algorithms: ['RS256'],
			issuer: issuerOf(realm),
			// It names a session that may have begun long ago.
			currentDate: new Date(0),
		});
		if (typeof payload.aud !== 'string' || payload.sub === undefined) return null;
		return { software: payload.aud, person: payload.sub, sid: payload['sid'] };
	} catch (error) {
		if (error instanceof errors.JOSEError) return null;
		throw error;
	}
}

async function standingToken(realm: Realm, db: Db, token: string, kind: TokenRow['kind']): Promise<TokenRow | null> {
	const row = await db
		.selectFrom('software_token')
		.selectAll()
		.where('hash', '=', digest(token))
		.where('kind', '=', kind)
		.where('used', '=', 0)
		.where('expires_at', '>', realm.clock.now())
		.executeTakeFirst();
	return row ?? null;
}

async function endFamily(
	realm: Realm,
	db: Db,
	software: Software,
	{ family, person_id }: Pick<TokenRow, 'family' | 'person_id'>,
	client: Client,
): Promise<void> {
	const { numDeletedRows } = await db.deleteFrom('software_token').where('family', '=', family).executeTakeFirst();
	if (numDeletedRows === 0n) return;
	await note(realm, db, 'software-token-reused', { person: person_id, detail: { name: software.name } }, client);
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are put together. */
function credentialsIn(authorization: string | undefined, form: Form): [string, string | null] {
	const [scheme, value] = (authorization ?? '').split(' ');
	if (scheme?.toLowerCase() !== 'basic') return [form['client_id'] ?? '', form['client_secret'] ?? null];
	const text = Buffer.from(value ?? '', 'base64').toString();
	const at = text.indexOf(':');
	if (at < 0) throw new OAuthRefusal('invalid_client', 'This is no Basic authorization.', 401);
	return [decoded(text.slice(0, at)), decoded(text.slice(at + 1))];
}

function decoded(text: string): string {
	return new URLSearchParams(`x=${text.replaceAll('&', '%26')}`).get('x') ?? '';
}

/** Compares two SHA-256 texts without telling how far they agree. */
function same(a: string, b: string): boolean {
	return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Ends everything that software holds of a person. */
export async function endTokensOf(db: Db, person: string): Promise<void> {
	await db.deleteFrom('software_code').where('person_id', '=', person).execute();
	await db.deleteFrom('software_token').where('person_id', '=', person).execute();
}

/** Deletes what has ended. */
export async function tidySoftware(db: Db, now: number): Promise<void> {
	await db.deleteFrom('software_token').where('expires_at', '<=', now).execute();
	// A code that comes a second time ends what came of it, for as long as that can live.
	await db
		.deleteFrom('software_code')
		.where('expires_at', '<=', now - refreshMs)
		.execute();
}
