// For tests: how Google lets programs in (developers.google.com, "Using OAuth 2.0 for Web Server Applications").
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';

/** What an account allowed the one client that there is. */
interface Grant {
	readonly email: string;
	readonly scopes: ReadonlySet<string>;
}

interface Asked extends Grant {
	readonly redirect: string;
	readonly challenge: string;
	readonly nonce: string;
	readonly offline: boolean;
	readonly consented: boolean;
}

/** How long an access token is good for, in seconds. */
export const ACCESS_SECONDS = 3_599;

export class GoogleAccounts {
	readonly clientId = 'mana.apps.googleusercontent.example';
	readonly secret = 'GOCSPX-told-once';
	/** Where it may send people back to; tests say so once they know it. */
	readonly returns = new Set<string>();
	/** How often each grant of a token was asked for. */
	readonly asked = { authorization_code: 0, refresh_token: 0, revoke: 0 };
	/** Whether a refresh brings another refresh token, and ends the one before. */
	rotates = false;
	/** What a refresh waits for. */
	waits: (() => Promise<unknown>) | null = null;
	readonly #url: string;
	readonly #people: readonly string[];
	readonly #clock: { now(): number };
	readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
	readonly #codes = new Map<string, Asked>();
	readonly #refresh = new Map<string, Grant>();
	readonly #access = new Map<string, Grant & { readonly until: number }>();
	/** Who has been asked for consent, and what they allowed all in all. */
	readonly #known = new Set<string>();

	constructor(url: string, people: readonly string[], clock: { now(): number }) {
		this.#url = url;
		this.#people = people;
		this.#clock = clock;
	}

	/** Lets somebody allow what is asked, as they would on Google's page. @param without scopes whose tick they take away @returns where the browser is sent */
	allow(to: string, email: string, without: readonly string[] = []): URL {
		const asked = new URL(to).searchParams;
		const mistake = this.#mistakeIn(asked);
		if (mistake !== null) throw new Error(`Google says: ${mistake}`);
		return this.#back(asked, this.#code(asked, email, without));
	}

	/** Somebody says no. */
	decline(to: string): URL {
		return this.#back(new URL(to).searchParams, { error: 'access_denied' });
	}

	/** Somebody takes everything back on the page of their Google account. */
	takeBack(email: string): void {
		for (const held of [this.#refresh, this.#access])
			for (const [token, grant] of held) if (grant.email === email) held.delete(token);
		this.#known.delete(email);
	}

	/** Ends access tokens before their time; refresh tokens stay good. */
	endAccess(): void {
		this.#access.clear();
	}

	/** Whether anything is still allowed. */
	isAllowed(email: string): boolean {
		return [...this.#refresh.values()].some((grant) => grant.email === email);
	}

	/** Whose token it is, and what for; `null`: it is none (any more). */
	grantOf(token: string): Grant | null {
		const grant = this.#access.get(token);
		return grant && grant.until > this.#clock.now() ? grant : null;
	}

	/** Answers what is asked of it; `null`: that is none of it. */
	async answer(request: Request): Promise<Response | null> {
		const url = new URL(request.url);
		switch (url.pathname) {
			case '/.well-known/openid-configuration':
				return Response.json(this.#metadata());
			case '/oauth2/v3/certs':
				return Response.json({
					keys: [{ ...(await exportJWK(this.#keys.publicKey)), kid: 'google-1', use: 'sig', alg: 'RS256' }],
				});
			case '/o/oauth2/v2/auth':
				return this.#page(url.searchParams);
			case '/token':
				return this.#token(request.headers, new URLSearchParams(await request.text()));
			case '/revoke':
				return this.#revoke(new URLSearchParams(await request.text()));
			default:
				return null;
		}
	}

	#metadata() {
		return {
			issuer: this.#url,
			authorization_endpoint: `${this.#url}/o/oauth2/v2/auth`,
			token_endpoint: `${this.#url}/token`,
			revocation_endpoint: `${this.#url}/revoke`,
			jwks_uri: `${this.#url}/oauth2/v3/certs`,
			response_types_supported: ['code'],
			subject_types_supported: ['public'],
			id_token_signing_alg_values_supported: ['RS256'],
			token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
			code_challenge_methods_supported: ['plain', 'S256'],
		};
	}

	#mistakeIn(asked: URLSearchParams): string | null {
		if (asked.get('client_id') !== this.clientId) return 'invalid_client';
		if (!this.returns.has(asked.get('redirect_uri') ?? '')) return 'redirect_uri_mismatch';
		if (asked.get('response_type') !== 'code' || !asked.get('scope')) return 'invalid_request';
		return null;
	}

	#page(asked: URLSearchParams): Response {
		const mistake = this.#mistakeIn(asked);
		if (mistake !== null) return new Response(`Error 400: ${mistake}`, { status: 400 });
		const link = (said: string, to: URL) => `<p><a href="${Bun.escapeHTML(to.href)}">${Bun.escapeHTML(said)}</a></p>`;
		const choices = this.#people.flatMap((email) => [
			link(`Continue as ${email}`, this.#back(asked, this.#code(asked, email, []))),
			link(`Nothing but the name of ${email}`, this.#back(asked, this.#code(asked, email, scopesIn(asked).filter((one) => one.includes('/auth/'))))),
		]); // prettier-ignore
		const cancel = link('Cancel', this.#back(asked, { error: 'access_denied' }));
		return new Response(`<!doctype html><title>Google</title>${choices.join('')}${cancel}`, {
			headers: { 'content-type': 'text/html; charset=utf-8' },
		});
	}

	#code(asked: URLSearchParams, email: string, without: readonly string[]): { code: string; scope: string } {
		if (!this.#people.includes(email)) throw new Error(`There is no account ${email}.`);
		const code = `4/${randomBytes(16).toString('base64url')}`;
		const scopes = new Set(scopesIn(asked).filter((one) => !without.includes(one)));
		this.#codes.set(code, {
			email,
			scopes,
			redirect: asked.get('redirect_uri') ?? '',
			challenge: asked.get('code_challenge') ?? '',
			nonce: asked.get('nonce') ?? '',
			offline: asked.get('access_type') === 'offline',
			consented: (asked.get('prompt') ?? '').split(' ').includes('consent') || !this.#known.has(email),
		});
		return { code, scope: [...scopes].join(' ') };
	}

	#back(asked: URLSearchParams, said: Readonly<Record<string, string>>): URL {
		const to = new URL(asked.get('redirect_uri') ?? '');
		to.search = String(new URLSearchParams({ state: asked.get('state') ?? '', iss: this.#url, ...said }));
		return to;
	}

	async #token(headers: Headers, form: URLSearchParams): Promise<Response> {
		if (!this.#isOurClient(headers, form)) return refused('invalid_client', 401);
		const kind = form.get('grant_type');
		if (kind === 'authorization_code') return this.#first(form);
		if (kind === 'refresh_token') return this.#again(form);
		return refused('unsupported_grant_type');
	}

	async #first(form: URLSearchParams): Promise<Response> {
		this.asked.authorization_code++;
		const code = form.get('code') ?? '';
		const asked = this.#codes.get(code);
		this.#codes.delete(code);
		const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url'); // prettier-ignore
		if (!asked || asked.redirect !== form.get('redirect_uri') || (asked.challenge !== '' && asked.challenge !== proof))
			return refused('invalid_grant');
		this.#known.add(asked.email);
		const refresh = asked.offline && asked.consented ? { refresh_token: this.#refreshToken(asked) } : {};
		return Response.json({ ...this.#accessToken(asked), ...refresh, id_token: await this.#idToken(asked) });
	}

	async #again(form: URLSearchParams): Promise<Response> {
		this.asked.refresh_token++;
		await this.waits?.();
		const token = form.get('refresh_token') ?? '';
		const grant = this.#refresh.get(token);
		if (!grant) return refused('invalid_grant', 400, 'Token has been expired or revoked.');
		const refresh = this.rotates ? { refresh_token: this.#refreshToken(grant) } : {};
		if (this.rotates) this.#refresh.delete(token);
		return Response.json({ ...this.#accessToken(grant), ...refresh });
	}

	/** Takes back everything that the account allowed, whichever of its tokens is given. */
	#revoke(form: URLSearchParams): Response {
		this.asked.revoke++;
		const token = form.get('token') ?? '';
		const grant = this.#refresh.get(token) ?? this.#access.get(token);
		if (!grant) return refused('invalid_token');
		this.takeBack(grant.email);
		return Response.json({});
	}

	#accessToken(grant: Grant) {
		const token = `ya29.${randomBytes(24).toString('base64url')}`;
		const { email, scopes } = grant;
		this.#access.set(token, { email, scopes, until: this.#clock.now() + ACCESS_SECONDS * 1_000 });
		return { access_token: token, expires_in: ACCESS_SECONDS, scope: [...scopes].join(' '), token_type: 'Bearer' };
	}

	#refreshToken({ email, scopes }: Grant): string {
		const token = `1//${randomBytes(24).toString('base64url')}`;
		this.#refresh.set(token, { email, scopes });
		return token;
	}

	#idToken({ email, nonce }: Asked): Promise<string> {
		const seconds = Math.floor(this.#clock.now() / 1_000);
		const sub = String(100_000_000_000 + this.#people.indexOf(email));
		return new SignJWT({ email, email_verified: true, name: email.split('@')[0], ...(nonce !== '' && { nonce }) })
			.setProtectedHeader({ alg: 'RS256', kid: 'google-1' })
			.setIssuer(this.#url)
			.setAudience(this.clientId)
			.setSubject(sub)
			.setIssuedAt(seconds)
			.setExpirationTime(seconds + 3_600)
			.sign(this.#keys.privateKey);
	}

	#isOurClient(headers: Headers, form: URLSearchParams): boolean {
		const basic = /^Basic (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
		const said = basic === undefined ? null : atob(basic).split(':').map(decodeURIComponent);
		const [id, secret] = said ?? [form.get('client_id'), form.get('client_secret')];
		return id === this.clientId && secret === this.secret;
	}
}

function scopesIn(asked: URLSearchParams): string[] {
	return (asked.get('scope') ?? '').split(' ').filter((one) => one !== '');
}

function refused(error: string, status = 400, description?: string): Response {
	return Response.json({ error, ...(description && { error_description: description }) }, { status });
}
