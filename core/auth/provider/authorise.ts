import { z } from 'zod';
import { digest } from '../instance-keys.ts';
import { refuse } from '../problems.ts';
import { type Client, look, newId, type Realm, transact } from '../realm.ts';
import { note } from '../security-events.ts';
import type { Presence } from '../sessions.ts';
import type { Db, Tables } from '../store.ts';
import { issuerOf } from './metadata.ts';
import { addressesIn, softwareById } from './software.ts';

/** What software may learn, and in which order it is shown. */
export const scopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;
const codeMs = 60_000;
/** With `prompt=login` a proof that is older than this is none. */
const freshMs = 2 * 60_000;

/** The parameters of an authorization request (OpenID Connect Core §3.1.2.1), as they stand in the address. */
export const requestInput = z.record(z.string().max(40), z.string().max(2000));
export type RequestInput = z.output<typeof requestInput>;

/** What is to be done about a request. */
export type Outcome =
	| { readonly kind: 'return'; readonly to: string }
	/** Nobody is signed in. */
	| { readonly kind: 'sign-in' }
	/** The software wants to be sure that it is them, now. */
	| { readonly kind: 'prove' }
	| { readonly kind: 'ask'; readonly software: string; readonly host: string; readonly scope: readonly string[] };

/** A request that may be answered at its own address. */
interface Request {
	readonly software: Tables['software'];
	readonly redirectUri: string;
	readonly state: string | undefined;
	readonly scope: readonly string[];
	readonly nonce: string | null;
	readonly challenge: string;
	readonly prompt: readonly string[];
	/** Milliseconds. */
	readonly maxAge: number | null;
}

/**
 * Finds out what a request for a sign-in needs: somebody signed in, a fresh proof, their word, or nothing, and then what to return.
 *
 * @param presence who is signed in; `null`: nobody
 * @throws Problem `software-unknown`, `return-address-unknown`: then nothing may be sent back to where it came from
 */
export async function authorise(realm: Realm, presence: Presence | null, input: RequestInput, client: Client): Promise<Outcome> {
	const request = await read(realm, input);
	if ('kind' in request) return request;
	const silent = request.prompt.includes('none');
	const fail = (error: string): Outcome => answer(realm, request, { error });
	if (presence === null) return silent ? fail('login_required') : { kind: 'sign-in' };
	if (presence.session.impersonator !== null) return fail('access_denied');
	const authTime = await provenAt(realm, presence);
	if (needsProof(realm, request, authTime)) return silent ? fail('login_required') : { kind: 'prove' };
	const allowed = await look(realm, (db) => isAllowed(db, presence.person.id, request));
	if (allowed && !request.prompt.includes('consent')) return grant(realm, presence, request, authTime, client);
	if (silent) return fail('consent_required');
	return {
		kind: 'ask',
		software: request.software.name,
		host: new URL(request.redirectUri).host || new URL(request.redirectUri).protocol,
		scope: request.scope,
	};
}

/** The person's word on a request that was asked about. @returns where the browser goes, or what is still needed */
export async function decide(
	realm: Realm,
	presence: Presence,
	input: RequestInput,
	allow: boolean,
	client: Client,
): Promise<Outcome> {
	const request = await read(realm, input);
	if ('kind' in request) return request;
	if (!allow) return answer(realm, request, { error: 'access_denied' });
	const authTime = await provenAt(realm, presence);
	if (needsProof(realm, request, authTime)) return { kind: 'prove' };
	return grant(realm, presence, request, authTime, client);
}

async function read(realm: Realm, input: RequestInput): Promise<Request | Outcome> {
	const software = await look(realm, (db) => softwareById(db, input['client_id'] ?? ''));
	if (software === undefined) throw refuse('software-unknown');
	const redirectUri = input['redirect_uri'] ?? '';
	if (!addressesIn(software.redirect_uris).includes(redirectUri)) throw refuse('return-address-unknown');
	const prompt = words(input['prompt']);
	const scope = scopes.filter((one) => words(input['scope']).includes(one));
	const maxAge = input['max_age'] === undefined ? null : Number(input['max_age']) * 1000;
	const request: Request = {
		software,
		redirectUri,
		state: input['state'],
		scope,
		nonce: input['nonce'] ?? null,
		challenge: input['code_challenge'] ?? '',
		prompt,
		maxAge,
	};
	const error = mistakeIn(input, request);
	return error === null ? request : answer(realm, request, error);
}

/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6. */
function mistakeIn(input: RequestInput, { scope, prompt, maxAge, challenge }: Request): Record<string, string> | null {
	const invalid = (error_description: string) => ({ error: 'invalid_request', error_description });
	if (input['request'] !== undefined) return { error: 'request_not_supported' };
	if (input['request_uri'] !== undefined) return { error: 'request_uri_not_supported' };
	if (input['response_type'] !== 'code') return { error: 'unsupported_response_type' };
	if ((input['response_mode'] ?? 'query') !== 'query') return invalid('Only response_mode=query is answered.');
	if (!scope.includes('openid')) return { error: 'invalid_scope', error_description: 'Ask for openid.' };
	if (input['code_challenge_method'] !== 'S256' || !/^[\w-]{43}$/.test(challenge))
		return invalid('PKCE with code_challenge_method=S256 is needed.');
	if (maxAge !== null && !(maxAge >= 0)) return invalid('max_age is a number of seconds.');
	if (prompt.some((one) => !['none', 'login', 'consent', 'select_account'].includes(one)))
		return invalid('This prompt is unknown.');
	if (prompt.includes('none') && prompt.length > 1) return invalid('prompt=none stands alone.');
	return null;
}

function needsProof(realm: Realm, { prompt, maxAge }: Request, authTime: number): boolean {
	const limit = Math.min(maxAge ?? Infinity, prompt.includes('login') ? freshMs : Infinity);
	return realm.clock.now() - authTime > limit;
}

/** When the person last showed that it is them: ms since 1970. */
async function provenAt(realm: Realm, { session }: Presence): Promise<number> {
	const row = await look(realm, (db) =>
		db.selectFrom('session').select('proved_at').where('id', '=', session.id).executeTakeFirst(),
	);
	return Math.max(Date.parse(session.createdAt), row?.proved_at ?? 0);
}

async function isAllowed(db: Db, person: string, { software, scope }: Request): Promise<boolean> {
	const consent = await db
		.selectFrom('software_consent')
		.select('scope')
		.where('person_id', '=', person)
		.where('software_id', '=', software.id)
		.executeTakeFirst();
	const given = words(consent?.scope);
	return scope.every((one) => given.includes(one));
}

async function grant(
	realm: Realm,
	{ person, session }: Presence,
	{ software, redirectUri, scope, nonce, challenge, ...request }: Request,
	authTime: number,
	client: Client,
): Promise<Outcome> {
	const code = Buffer.from(realm.random(new Uint8Array(32))).toString('base64url');
	const now = realm.clock.now();
	await transact(realm, async (db) => {
		const before = await db
			.selectFrom('software_consent')
			.select('scope')
			.where('person_id', '=', person.id)
			.where('software_id', '=', software.id)
			.executeTakeFirst();
		const all = scopes.filter((one) => scope.includes(one) || words(before?.scope).includes(one)).join(' ');
		await db
			.insertInto('software_consent')
			.values({ person_id: person.id, software_id: software.id, scope: all, at: now })
			.onConflict((conflict) => conflict.columns(['person_id', 'software_id']).doUpdateSet({ scope: all }))
			.execute();
		await db
			.insertInto('software_code')
			.values({
				hash: digest(code),
				software_id: software.id,
				person_id: person.id,
				session_id: session.id,
				family: newId(realm),
				redirect_uri: redirectUri,
				scope: scope.join(' '),
				nonce,
				challenge,
				auth_time: authTime,
				expires_at: now + codeMs,
				used: 0,
			})
			.execute();
		if (before?.scope !== all)
			await note(realm, db, 'software-allowed', { person: person.id, detail: { name: software.name } }, client);
	});
	return answer(realm, { ...request, redirectUri }, { code });
}

/** The address with the answer in it, and who gives it (RFC 9207). */
function answer(
	realm: Realm,
	{ redirectUri, state }: Pick<Request, 'redirectUri' | 'state'>,
	values: Readonly<Record<string, string>>,
): Outcome {
	const to = new URL(redirectUri);
	for (const [name, value] of Object.entries({ ...values, ...(state !== undefined && { state }), iss: issuerOf(realm) }))
		to.searchParams.set(name, value);
	return { kind: 'return', to: to.href };
}

function words(text: string | undefined): string[] {
	return (text ?? '').split(' ').filter(Boolean);
}
