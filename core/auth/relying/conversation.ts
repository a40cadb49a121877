import { type Egress, Problem } from '@mana/service';
import type { Clock } from '@mana/store';
import * as oauth from 'oauth4webapi';
import { refuse } from '../problems.ts';
import { type Claims, claimsIn, type Kind } from './kinds.ts';

/** How long what a provider says of itself is believed. */
const discoveryMs = 60 * 60_000;

/** A provider, as one talks to it. */
export interface Partner {
	readonly kind: Kind;
	readonly name: string;
	readonly issuer: string;
	readonly clientId: string;
	readonly secret: string | null;
	/** Where the browser comes back to: one address for each provider, so that an answer of one is none of another (RFC 9700 §4.4). */
	readonly returnTo: string;
}

/** What a provider gives so that something may be done in an account there. */
export interface Tokens {
	readonly access: string;
	/** When the access token ends, milliseconds since 1970. */
	readonly until: number;
	/** `null`: none, or the one that is known stays. */
	readonly refresh: string | null;
	/** What was allowed; `null`: just what was asked for (RFC 6749 §5.1). */
	readonly scope: string | null;
}

/** What is remembered of a question until the browser comes back with the answer. */
export interface Question {
	readonly state: string;
	readonly nonce: string;
	/** PKCE (RFC 7636). */
	readonly verifier: string;
}

/** Talks to providers: code with PKCE, state, nonce, and the issuer in the answer (RFC 9207), as `oauth4webapi` checks them. */
export class Conversation {
	readonly #reach: Egress;
	readonly #allowHttp: boolean;
	readonly #clock: Clock;
	readonly #known = new Map<string, { readonly as: oauth.AuthorizationServer; readonly at: number }>();
	/** Of each issuer its own: with those of another one a provider could speak for it. */
	readonly #keys = new Map<string, oauth.JWKSCacheInput>();

	/** @param allowHttp whether a provider may be asked without encryption: one on this machine or in its own network */
	constructor({ reach, allowHttp, clock }: { reach: Egress; allowHttp: boolean; clock: Clock }) {
		this.#reach = reach;
		this.#allowHttp = allowHttp;
		this.#clock = clock;
	}

	/**
	 * Where the browser is sent, with a new question.
	 *
	 * @param scope what is asked for, where that is not who comes @param parameters what else the provider wants to be told
	 * @throws Problem `provider-unreachable`
	 */
	async ask(
		partner: Partner,
		{ scope = partner.kind.scope, parameters = {} }: { scope?: string; parameters?: Readonly<Record<string, string>> } = {},
	): Promise<{ to: string; question: Question }> {
		const as = await this.describe(partner);
		const question = {
			state: oauth.generateRandomState(),
			nonce: oauth.generateRandomNonce(),
			verifier: oauth.generateRandomCodeVerifier(),
		};
		const url = URL.parse(as.authorization_endpoint ?? '');
		// The browser is sent there: nothing but a page.
		if (url === null || !(url.protocol === 'https:' || (this.#allowHttp && url.protocol === 'http:')))
			throw unreachable(partner, 'It tells no address to sign in at.');
		const asked = {
			client_id: partner.clientId,
			redirect_uri: partner.returnTo,
			response_type: 'code',
			scope,
			state: question.state,
			...(partner.kind.byForm
				? { response_mode: 'form_post' }
				: { code_challenge: await oauth.calculatePKCECodeChallenge(question.verifier), code_challenge_method: 'S256' }),
			...(partner.kind.openId && { nonce: question.nonce }),
			...parameters,
		};
		for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
		return { to: url.href, question };
	}

	/**
	 * Who came back with an answer.
	 *
	 * @throws Problem `identity-declined` (the person said no), `identity-invalid` (no answer to this question), `provider-unreachable`
	 */
	async hear(partner: Partner, question: Question, answer: URLSearchParams): Promise<Claims> {
		const as = await this.describe(partner);
		const client = this.#client(partner);
		return this.#judged(partner, async () => {
			const said = oauth.validateAuthResponse(as, client, answer, question.state);
			const options = this.#options();
			const { returnTo, kind } = partner;
			const proof = await proofOf(as, partner, this.#clock.now());
			const verifier = kind.byForm ? oauth.nopkce : question.verifier;
			const given = await oauth.authorizationCodeGrantRequest(as, client, proof, said, returnTo, verifier, options);
			if (kind.whois) {
				const { access_token } = await oauth.processAuthorizationCodeResponse(as, client, given);
				return kind.whois(partner.issuer, (url) => this.#get(url, access_token));
			}
			const { tokens, claims } = await this.#identified(as, client, given, question);
			if (kind.byForm) return claimsIn({ ...claims, name: answer.get('name') });
			if (claims['email'] !== undefined || as.userinfo_endpoint === undefined) return claimsIn(claims);
			const asked = await oauth.userInfoRequest(as, client, tokens.access_token, options);
			return claimsIn({ ...claims, ...(await oauth.processUserInfoResponse(as, client, claims.sub, asked)) });
		});
	}

	/**
	 * Who came back with an answer, and what they allow.
	 *
	 * @throws Problem `identity-declined`, `identity-invalid`, `provider-unreachable`
	 */
	async obtain(
		partner: Partner,
		question: Question,
		answer: URLSearchParams,
	): Promise<{ readonly claims: Claims; readonly tokens: Tokens }> {
		const as = await this.describe(partner);
		const client = this.#client(partner);
		return this.#judged(partner, async () => {
			const said = oauth.validateAuthResponse(as, client, answer, question.state);
			const { returnTo } = partner;
			const proof = await proofOf(as, partner, this.#clock.now());
			const given = await oauth.authorizationCodeGrantRequest(
				as,
				client,
				proof,
				said,
				returnTo,
				question.verifier,
				this.#options(),
			);
			const { tokens, claims } = await this.#identified(as, client, given, question);
			return { claims: claimsIn(claims), tokens: this.#tokensIn(tokens) };
		});
	}

	/** Another access token. @throws Problem `connection-ended` (the person or the provider took it back), `provider-unreachable` */
	async refresh(partner: Partner, token: string): Promise<Tokens> {
		const as = await this.describe(partner);
		const client = this.#client(partner);
		try {
			const proof = await proofOf(as, partner, this.#clock.now());
			const given = await oauth.refreshTokenGrantRequest(as, client, proof, token, this.#options());
			return this.#tokensIn(await oauth.processRefreshTokenResponse(as, client, given));
		} catch (error) {
			if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant')
				throw refuse('connection-ended', { cause: error });
			throw unreachable(partner, told(error), error);
		}
	}

	/** Has a token taken back, and all that came with it (RFC 7009). One that is none any more is taken back. @throws Problem `provider-unreachable` */
	async revoke(partner: Pick<Partner, 'kind' | 'name' | 'issuer' | 'clientId'>, token: string): Promise<void> {
		const as = await this.describe(partner);
		if (as.revocation_endpoint === undefined) return;
		try {
			// Whoever has the token may end it: Google asks for nothing else.
			const given = await oauth.revocationRequest(as, this.#client(partner), oauth.None(), token, this.#options());
			await oauth.processRevocationResponse(given);
		} catch (error) {
			// Google's word for a token that is none (any more); RFC 7009 §2.2 has 200 for it.
			if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_token') return;
			throw unreachable(partner, told(error), error);
		}
	}

	/** The tokens of an answer, and who an id token that is proven to be this provider's says that came. */
	async #identified(as: oauth.AuthorizationServer, client: oauth.Client, given: Response, { nonce }: Question) {
		const tokens = await oauth.processAuthorizationCodeResponse(as, client, given, {
			expectedNonce: nonce,
			requireIdToken: true,
		});
		await oauth.validateApplicationLevelSignature(as, given, {
			...this.#options(),
			[oauth.jwksCache]: this.#keysOf(as.issuer),
		});
		const claims = oauth.getValidatedIdTokenClaims(tokens);
		if (claims === undefined) throw new TypeError('An id token was required.');
		return { tokens, claims };
	}

	#tokensIn({ access_token, expires_in, refresh_token, scope }: oauth.TokenEndpointResponse): Tokens {
		return {
			access: access_token,
			until: this.#clock.now() + (expires_in ?? 0) * 1_000,
			refresh: refresh_token ?? null,
			scope: scope ?? null,
		};
	}

	/** What a provider says of itself; kept for an hour. @throws Problem `provider-unreachable` */
	async describe(partner: Pick<Partner, 'kind' | 'name' | 'issuer'>): Promise<oauth.AuthorizationServer> {
		const { kind, issuer } = partner;
		if (kind.endpoints) return kind.endpoints(issuer);
		const known = this.#known.get(issuer);
		if (known && known.at + discoveryMs > this.#clock.now()) return known.as;
		try {
			const url = new URL(issuer);
			const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, this.#options()));
			this.#known.set(issuer, { as, at: this.#clock.now() });
			return as;
		} catch (error) {
			throw unreachable(partner, told(error), error);
		}
	}

	#keysOf(issuer: string): oauth.JWKSCacheInput {
		const kept = this.#keys.get(issuer) ?? {};
		this.#keys.set(issuer, kept);
		return kept;
	}

	async #get(url: string, token: string): Promise<unknown> {
		const answer = await oauth.protectedResourceRequest(
			token,
			'GET',
			new URL(url),
			new Headers({ accept: 'application/json' }),
			null,
			this.#options(),
		);
		if (!answer.ok) throw new TypeError(`${url} answered ${answer.status}.`);
		return answer.json();
	}

	async #judged<T>(partner: Partner, work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (error instanceof oauth.AuthorizationResponseError && declined.has(error.error))
				throw refuse('identity-declined', { cause: error });
			// What the provider itself does not take is nobody's attempt here: a wrong secret, an outage.
			if (error instanceof oauth.ResponseBodyError && error.error !== 'invalid_grant')
				throw unreachable(partner, told(error), error);
			const isTheirs =
				error instanceof oauth.AuthorizationResponseError ||
				error instanceof oauth.WWWAuthenticateChallengeError ||
				error instanceof Problem ||
				error instanceof TypeError;
			if (isTheirs) throw unreachable(partner, told(error), error);
			throw refuse('identity-invalid', { cause: error });
		}
	}

	#client({ clientId }: Pick<Partner, 'clientId'>): oauth.Client {
		const skew = Math.round((this.#clock.now() - Date.now()) / 1000);
		return { client_id: clientId, [oauth.clockSkew]: skew };
	}

	#options() {
		return { [oauth.customFetch]: through(this.#reach), [oauth.allowInsecureRequests]: this.#allowHttp };
	}
}

/** How a provider says that the person said no (RFC 6749 §4.1.2.1); Apple has a word of its own. */
const declined: ReadonlySet<string> = new Set(['access_denied', 'user_cancelled_authorize']);

/** How the client shows that it is itself: as a provider expects by default, or as it says (OpenID Connect Core §9). */
async function proofOf(
	as: oauth.AuthorizationServer,
	{ kind, secret, clientId, issuer }: Partner,
	now: number,
): Promise<oauth.ClientAuth> {
	if (secret === null) return oauth.None();
	if (kind.secretFrom) return oauth.ClientSecretPost(await kind.secretFrom(secret, clientId, issuer, now));
	const basic = as.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true;
	return basic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

/** The library's `fetch`, by the one way out of this house. */
function through(reach: Egress) {
	return async (url: string, { method, headers, body }: oauth.CustomFetchOptions<string, unknown>): Promise<Response> => {
		const sent = body instanceof URLSearchParams ? body.toString() : typeof body === 'string' ? body : undefined;
		const answer = await reach(url, { method, headers, ...(sent !== undefined && { body: sent }) });
		return new Response([204, 205, 304].includes(answer.status) ? null : answer.body, {
			status: answer.status,
			headers: answer.headers,
		});
	};
}

function unreachable({ name }: Pick<Partner, 'name'>, why: string, cause?: unknown): Problem {
	return refuse('provider-unreachable', { cause, extra: { provider: name, why } });
}

function told(error: unknown): string {
	if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError)
		return `${error.error}${error.error_description ? `: ${error.error_description}` : ''}`;
	return error instanceof Error ? error.message : String(error);
}
