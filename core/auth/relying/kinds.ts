import * as oauth from 'oauth4webapi';
import type { Use } from '../connections/uses.ts';
import { appleSecret } from './apple.ts';

/** What a provider tells of who came. */
export interface Claims {
	/** Its own name for the account, which never changes and never goes to somebody else. */
	readonly subject: string;
	readonly name: string | null;
	/** As it is written there. */
	readonly email: string | null;
	/** Whether the provider itself says that the address is theirs. */
	readonly emailProven: boolean;
}

/** A way of asking a provider who somebody is. */
export interface Kind {
	readonly scope: string;
	/** Its issuer where all of its customers have the same one; `null`: the admin gives it. */
	readonly issuer: string | null;
	/** Whether it tells who came by an id token (OpenID Connect), and what it offers by discovery. */
	readonly openId: boolean;
	/** Where it answers, for a provider that cannot be asked. @param base the address that it is opened at */
	endpoints?(base: string): oauth.AuthorizationServer;
	/** Who came, for a provider that gives no id token. @param get asks an address with the access token */
	whois?(base: string, get: (url: string) => Promise<unknown>): Promise<Claims>;
	/** Whether its own page sends the answer as a form (OAuth 2.0 Form Post Response Mode), with the name in it; then it knows no PKCE. */
	readonly byForm?: true;
	/** What is asked of it so that a service here may work in an account there, also while its person is away; left out: it offers nothing of the kind. */
	readonly connects?: {
		/** One for each use, so that nobody allows more than they came for. */
		readonly scopes: Readonly<Record<Use, string>>;
		readonly parameters: Readonly<Record<string, string>>;
	};
	/** What stands in the place of a secret, made anew each time. @param key as it was sealed @param now milliseconds since 1970 */
	secretFrom?(key: string, clientId: string, issuer: string, now: number): Promise<string>;
}

/** Every way there is, by its name. */
export const kinds = {
	oidc: { scope: 'openid profile email', issuer: null, openId: true },
	google: {
		scope: 'openid profile email',
		issuer: 'https://accounts.google.com',
		openId: true,
		connects: {
			scopes: {
				calendar: 'https://www.googleapis.com/auth/calendar',
				contacts: 'https://www.googleapis.com/auth/carddav',
			},
			// Google tells a refresh token at the first consent only, unless it is asked for consent anew; whoever has several accounts chooses one.
			parameters: { access_type: 'offline', prompt: 'select_account consent' },
		},
	},
	// Each organisation has an issuer of its own, with its id in it; private accounts have one together.
	microsoft: { scope: 'openid profile email', issuer: null, openId: true },
	github: {
		scope: 'read:user user:email',
		issuer: 'https://github.com',
		openId: false,
		endpoints: githubEndpoints,
		whois: githubUser,
	},
	apple: {
		scope: 'openid name email',
		issuer: 'https://appleid.apple.com',
		openId: true,
		byForm: true,
		secretFrom: appleSecret,
	},
} as const satisfies Record<string, Kind>;

export type ProviderKind = keyof typeof kinds;
export const providerKinds = Object.keys(kinds) as [ProviderKind, ...ProviderKind[]];

export function kindOf(name: ProviderKind): Kind {
	return kinds[name];
}

/** What an id token, or the answer to "who is it?", says (OpenID Connect Core §5.1). */
export function claimsIn(claims: Readonly<Record<string, unknown>>): Claims {
	const subject = claims['sub'];
	if (typeof subject !== 'string') throw new TypeError('Claims without a subject: they were not checked.');
	return {
		subject,
		name: text(claims['name']) ?? text(claims['preferred_username']),
		email: text(claims['email']),
		emailProven: claims['email_verified'] === true || claims['email_verified'] === 'true',
	};
}

/** GitHub signs in by OAuth 2 alone: no discovery, no id token. */
function githubEndpoints(base: string): oauth.AuthorizationServer {
	return {
		issuer: base,
		authorization_endpoint: `${base}/login/oauth/authorize`,
		token_endpoint: `${base}/login/oauth/access_token`,
		token_endpoint_auth_methods_supported: ['client_secret_post'],
	};
}

/** The number of an account stays when it is renamed; its login may go to somebody else. */
async function githubUser(base: string, get: (url: string) => Promise<unknown>): Promise<Claims> {
	// One of one's own (GitHub Enterprise Server) has its API below its own address.
	const api = base === 'https://github.com' ? 'https://api.github.com' : `${base}/api/v3`;
	const user = record(await get(`${api}/user`));
	const id = user['id'];
	if (typeof id !== 'number') throw new TypeError('GitHub told no account.');
	const addresses = await get(`${api}/user/emails`);
	const primary = (Array.isArray(addresses) ? addresses : []).map(record).find((one) => one['primary'] === true);
	return {
		subject: String(id),
		name: text(user['name']) ?? text(user['login']),
		email: text(primary?.['email']),
		emailProven: primary?.['verified'] === true,
	};
}

/** @returns an object's members; of what is no object none */
export function record(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** @returns a text that says something; `null` for anything else */
export function text(value: unknown): string | null {
	return typeof value === 'string' && value.trim() !== '' ? value : null;
}
