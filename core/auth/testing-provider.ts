import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** A provider of accounts as a test runs it: a real `oidc-provider` on a port of its own. */
export interface TestProvider extends AsyncDisposable {
	readonly issuer: string;
	readonly clientId: string;
	readonly secret: string;
	/** Signs an account in, as its owner would in a browser. @returns where the browser is sent with the answer */
	signIn(to: string, account: string): Promise<URL>;
	/** The person says no there. */
	decline(to: string): Promise<URL>;
	close(): Promise<void>;
}

/**
 * Starts a provider.
 *
 * @param returnTo the address that the client registered to return to
 * @param accounts what it tells of each account, by its subject
 */
export async function startProvider(
	returnTo: string,
	accounts: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<TestProvider> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const clientId = 'mana';
	const secret = 'a secret that the provider told once';
	const hour = 3_600;
	const provider = new Provider(issuer, {
		clients: [{ client_id: clientId, client_secret: secret, redirect_uris: [returnTo] }],
		claims: { profile: ['name'], email: ['email', 'email_verified'] },
		cookies: { keys: ['only a test'] },
		ttl: { Interaction: hour, Session: hour, Grant: hour, AccessToken: hour, AuthorizationCode: hour, IdToken: hour },
		findAccount: async (_context, id) => {
			const claims = accounts[id];
			return claims && { accountId: id, claims: async () => ({ sub: id, ...claims }) };
		},
	});
	server.on('request', provider.callback());
	const close = (): Promise<void> =>
		new Promise((resolve) => {
			server.close(() => resolve());
			server.closeAllConnections();
		});
	return {
		issuer,
		clientId,
		secret,
		async signIn(to, account) {
			const browser = new Hands(issuer);
			let at = await browser.follow(to);
			// First who it is, then what they allow.
			while (at.pathname.startsWith('/interaction/')) at = await browser.submit(at, account);
			return at;
		},
		async decline(to) {
			const browser = new Hands(issuer);
			return browser.follow(`${(await browser.follow(to)).href}/abort`);
		},
		close,
		[Symbol.asyncDispose]: close,
	};
}

/** Goes where the provider sends it, until that is a form or somewhere else. */
class Hands {
	readonly #issuer: string;
	readonly #cookies = new Map<string, string>();

	constructor(issuer: string) {
		this.#issuer = issuer;
	}

	async follow(to: string, init: RequestInit = {}): Promise<URL> {
		const answer = await fetch(to, {
			...init,
			redirect: 'manual',
			headers: { ...init.headers, cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			this.#cookies.set(name, value);
		}
		const location = answer.headers.get('location');
		if (answer.status >= 400) throw new Error(`The provider answered ${answer.status}: ${await answer.text()}`);
		if (location === null) return new URL(to);
		const next = new URL(location, this.#issuer);
		return next.origin === this.#issuer ? this.follow(next.href) : next;
	}

	async submit(at: URL, account: string): Promise<URL> {
		const asked = await (
			await fetch(at, { headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') } })
		).text();
		const prompt = /name="prompt" value="(\w+)"/.exec(asked)?.[1] ?? '';
		return this.follow(at.href, {
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: new URLSearchParams({ prompt, login: account, password: 'any' }).toString(),
		});
	}
}
