import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { exportJWK, jwtVerify, SignJWT } from 'jose';

/** Sign in with Apple as a test runs it, after Apple's own words on it: a form as the answer, and a secret that the client signs. */
export interface TestApple extends AsyncDisposable {
	readonly issuer: string;
	readonly clientId: string;
	/** What the admin gets from Apple. */
	readonly key: { readonly team: string; readonly id: string; readonly pem: string };
	/** The keys that its id tokens are signed with. */
	readonly keys: Keys;
	/** Has it sign with other keys than it tells: those of somebody else. */
	signWith(keys: Keys): void;
	/** Has it say something wrong in its id tokens; a claim that is `undefined` is left out. */
	spoil(claims: Readonly<Record<string, unknown>>): void;
	/** Signs somebody in there, or lets them cancel. @returns the form that Apple's page sends then */
	answer(to: string, account: string | null): Promise<URLSearchParams>;
	close(): Promise<void>;
}

interface Keys {
	readonly publicKey: KeyObject;
	readonly privateKey: KeyObject;
}

export interface AppleAccount {
	readonly sub: string;
	readonly email: string;
	readonly firstName: string;
	readonly lastName: string;
}

/** Half a year: longer lets Apple no secret be (developer.apple.com, "Creating a client secret"). */
const longestSeconds = 15_777_000;

/**
 * Starts it on a port of its own. Its page at `/auth/authorize` asks nothing: a button for each account, and one to cancel.
 *
 * @param returnTo the address that was registered; @param now milliseconds since 1970
 */
export async function startApple(
	returnTo: string,
	accounts: readonly AppleAccount[],
	{ hostname = '127.0.0.1', now = () => Date.now() } = {},
): Promise<TestApple> {
	const clientId = 'example.mana.signin';
	const developer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const key = {
		team: 'TEAM012345',
		id: 'KEY0123456',
		pem: developer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
	};
	const codes = new Map<string, { readonly account: AppleAccount; readonly nonce: string }>();
	const known = new Set<string>();
	let signing: Keys = own;
	let wrong: Readonly<Record<string, unknown>> = {};

	const server: Bun.Server<undefined> = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		async fetch(request): Promise<Response> {
			const url = new URL(request.url);
			switch (url.pathname) {
				case '/.well-known/openid-configuration':
					return Response.json(metadata());
				case '/auth/keys':
					return Response.json({ keys: [{ ...(await exportJWK(own.publicKey)), kid: 'apple-1', use: 'sig', alg: 'RS256' }] });
				case '/auth/authorize':
					return authorize(url.searchParams);
				case '/auth/token':
					return token(new URLSearchParams(await request.text()));
				default:
					return new Response(null, { status: 404 });
			}
		},
	});
	const issuer: string = `http://${hostname}:${server.port}`;

	function metadata() {
		return {
			issuer,
			authorization_endpoint: `${issuer}/auth/authorize`,
			token_endpoint: `${issuer}/auth/token`,
			revocation_endpoint: `${issuer}/auth/revoke`,
			jwks_uri: `${issuer}/auth/keys`,
			response_types_supported: ['code'],
			response_modes_supported: ['query', 'fragment', 'form_post'],
			subject_types_supported: ['pairwise'],
			id_token_signing_alg_values_supported: ['RS256'],
			scopes_supported: ['openid', 'email', 'name'],
			token_endpoint_auth_methods_supported: ['client_secret_post'],
		};
	}

	function authorize(asked: URLSearchParams): Response {
		const mistake = mistakeIn(asked);
		if (mistake !== null) return Response.json({ error: 'invalid_request', error_description: mistake }, { status: 400 });
		const form = (label: string, fields: URLSearchParams) =>
			`<form method="post" action="${returnTo}">${[...fields]
				.map(([name, value]) => `<input type="hidden" name="${name}" value="${Bun.escapeHTML(value)}">`)
				.join('')}<button>${label}</button></form>`;
		const choices = accounts.map((account) => form(`Continue as ${account.firstName}`, said(asked, account)));
		const page = `<!doctype html><title>Apple</title>${choices.join('')}${form('Cancel', said(asked, null))}`;
		return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } });
	}

	function mistakeIn(asked: URLSearchParams): string | null {
		const scopes = (asked.get('scope') ?? '').split(' ');
		if (asked.get('client_id') !== clientId) return 'Invalid client id.';
		if (asked.get('redirect_uri') !== returnTo) return 'Invalid web redirect url.';
		if (asked.get('response_type') !== 'code') return 'Invalid response type.';
		if (!scopes.every((scope) => ['openid', 'name', 'email'].includes(scope))) return 'Invalid scope.';
		if (asked.get('response_mode') !== 'form_post')
			return 'response_mode must be form_post when name or email scope is requested.';
		return null;
	}

	/** What the page sends: `user` the first time only. */
	function said(asked: URLSearchParams, account: AppleAccount | null): URLSearchParams {
		const state = asked.get('state') ?? '';
		if (account === null) return new URLSearchParams({ state, error: 'user_cancelled_authorize' });
		const code = `c${randomBytes(16).toString('hex')}.0.${randomBytes(4).toString('hex')}`;
		codes.set(code, { account, nonce: asked.get('nonce') ?? '' });
		const { firstName, lastName, email } = account;
		return new URLSearchParams({
			state,
			code,
			...(!known.has(account.sub) && { user: JSON.stringify({ name: { firstName, lastName }, email }) }),
		});
	}

	async function token(form: URLSearchParams): Promise<Response> {
		const refused = (error: string) => Response.json({ error }, { status: 400 });
		if (form.get('client_id') !== clientId || !(await isOurs(form.get('client_secret') ?? ''))) return refused('invalid_client');
		const code = form.get('code') ?? '';
		const given = codes.get(code);
		codes.delete(code);
		if (given === undefined || form.get('redirect_uri') !== returnTo || form.get('grant_type') !== 'authorization_code')
			return refused('invalid_grant');
		const { account, nonce } = given;
		known.add(account.sub);
		const access = randomBytes(16).toString('hex');
		const seconds = Math.floor(now() / 1000);
		const idToken = await new SignJWT({
			iss: issuer,
			aud: clientId,
			sub: account.sub,
			iat: seconds,
			exp: seconds + 86_400,
			nonce,
			nonce_supported: true,
			at_hash: createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url'),
			email: account.email,
			// A text or a truth value: Apple says to expect both.
			email_verified: 'true',
			is_private_email: account.email.endsWith('@privaterelay.appleid.com'),
			auth_time: seconds,
			...wrong,
		})
			.setProtectedHeader({ alg: 'RS256', kid: 'apple-1' })
			.sign(signing.privateKey);
		return Response.json({
			access_token: access,
			token_type: 'Bearer',
			expires_in: 3_600,
			refresh_token: randomBytes(16).toString('hex'),
			id_token: idToken,
		});
	}

	/** Whether a secret was signed by the developer, for this client and Apple, and does not last too long. */
	async function isOurs(secret: string): Promise<boolean> {
		const read = await jwtVerify(secret, developer.publicKey, {
			algorithms: ['ES256'],
			issuer: key.team,
			subject: clientId,
			audience: issuer,
			requiredClaims: ['iat', 'exp'],
			currentDate: new Date(now()),
		}).catch(() => null);
		if (read === null || read.protectedHeader.kid !== key.id) return false;
		return Number(read.payload.exp) - Math.floor(now() / 1000) <= longestSeconds;
	}

	const close = () => server.stop(true);
	return {
		issuer,
		clientId,
		key,
		keys: own,
		signWith: (keys) => void (signing = keys),
		spoil: (claims) => void (wrong = claims),
		async answer(to, account) {
			const asked = new URL(to).searchParams;
			const mistake = mistakeIn(asked);
			if (mistake !== null) throw new Error(`Apple says: ${mistake}`);
			const who = account === null ? null : accounts.find(({ sub }) => sub === account);
			if (who === undefined) throw new Error(`There is no account ${account}.`);
			return said(asked, who);
		},
		close,
		[Symbol.asyncDispose]: close,
	};
}
