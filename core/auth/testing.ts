import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@mana/service';
import { service } from './index.ts';
import { copies, keepers, openFormatServices } from './leaving/keepers.ts';
import { setupLinkFile } from './setup.ts';

export interface TestAuthOptions {
	/** Where it keeps its data; a new folder by default, deleted at the end. */
	readonly home?: string;
	readonly databaseUrl?: string | undefined;
	readonly publicUrl?: string;
	readonly registration?: 'closed' | 'invitation' | 'open';
	/** Where other services are. */
	readonly services?: Readonly<Record<string, string>>;
	readonly clock?: { now(): number };
	/** Further settings, by variable name. */
	readonly env?: Readonly<Record<string, string>>;
	/** Where letters are handed over. */
	readonly notify?: string;
}

/** mana-auth as a process would run it, on a port of its own. */
export interface TestAuth extends AsyncDisposable {
	readonly url: string;
	readonly publicUrl: string;
	readonly home: string;
	/** A browser that has never been here, at an address of the network. */
	browser(address?: string): TestBrowser;
	/** The secret of the link that the terminal shows. */
	setupToken(): Promise<string>;
	close(): Promise<void>;
}

export interface TestAnswer {
	readonly status: number;
	readonly headers: Headers;
	/** The parsed JSON; of an empty answer `{}`. */
	readonly body: Record<string, unknown>;
}

/**
 * Starts mana-auth for a test.
 *
 * @example
 * await using auth = await startAuth();
 * const owner = await signedInOwner(auth);
 * const token = await owner.token();
 */
export async function startAuth(options: TestAuthOptions = {}): Promise<TestAuth> {
	const home = options.home ?? (await mkdtemp(join(tmpdir(), 'mana-auth-')));
	const publicUrl = options.publicUrl ?? 'http://mana.localhost';
	const running = await service.start({
		port: 0,
		home,
		databaseUrl: options.databaseUrl,
		publicUrl,
		// Nobody listens there: a test never reaches what else runs on this machine.
		addresses: {
			...Object.fromEntries([...keepers, ...copies, ...openFormatServices].map((name) => [name, 'http://127.0.0.1:1'])),
			...(options.notify !== undefined && { 'mana-notify': options.notify }),
			...options.services,
		},
		env: { MANA_AUTH_REGISTRATION: options.registration ?? 'invitation', ...options.env },
		log: createLogger('mana-auth', 'silent'),
		...(options.clock ? { clock: options.clock } : {}),
	});
	const close = async (): Promise<void> => {
		await running.close();
		if (options.home === undefined) await rm(home, { recursive: true });
	};
	return {
		url: running.url,
		publicUrl,
		home,
		browser: (address = '192.0.2.1') => new TestBrowser(running.url, publicUrl, address),
		setupToken: async () => new URL((await readFile(setupLinkFile(home), 'utf8')).trim()).hash.replace('#token=', ''),
		close,
		[Symbol.asyncDispose]: close,
	};
}

export const testOwner = {
	name: 'Ada Lovelace',
	email: 'ada@mana.example',
	password: 'first program 1843',
	language: 'en',
} as const;

/** A clock that stands still until it is moved. */
export class TestClock {
	#ms = Date.UTC(2026, 0, 1, 12);

	now(): number {
		return this.#ms;
	}

	/** @param ms how far it moves on */
	advance(ms: number): void {
		this.#ms += ms;
	}
}

/** Makes the owner with the setup link; the browser is signed in. */
export async function signedInOwner(auth: TestAuth): Promise<TestBrowser> {
	const browser = auth.browser();
	const { status, body } = await browser.post('/setup', { token: await auth.setupToken(), ...testOwner });
	if (status !== 200) throw new Error(`The owner could not be made: ${JSON.stringify(body)}`);
	return browser;
}

/** Invites somebody and lets them join; the browser is signed in. */
export async function signedInMember(auth: TestAuth, owner: TestBrowser, email: string, role = 'member'): Promise<TestBrowser> {
	const invited = await owner.post('/invitations', { role });
	const invitation = new URL(String(invited.body['link'])).hash.replace('#token=', '');
	const browser = auth.browser();
	const { status, body } = await browser.post('/sign-up', {
		name: 'Grace Hopper',
		email,
		password: 'compiles in english',
		invitation,
	});
	if (status !== 200) throw new Error(`${email} could not join: ${JSON.stringify(body)}`);
	return browser;
}

/** Keeps cookies and says its origin, as a browser does. */
export class TestBrowser {
	readonly cookies = new Map<string, string>();
	readonly #url: string;
	readonly #origin: string;
	/** The address that the hub reports. */
	address: string;

	constructor(url: string, origin: string, address: string) {
		this.#url = url;
		this.#origin = origin;
		this.address = address;
	}

	get(path: string): Promise<TestAnswer> {
		return this.send('GET', path);
	}

	post(path: string, body?: unknown): Promise<TestAnswer> {
		return this.send('POST', path, body);
	}

	/** @param headers further ones; an empty value leaves a header out */
	async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> {
		const all = new Headers({ 'x-forwarded-for': this.address, 'user-agent': 'Test browser' });
		if (method !== 'GET') all.set('origin', this.#origin);
		if (body !== undefined) all.set('content-type', 'application/json');
		if (this.cookies.size > 0) all.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
		for (const [name, value] of Object.entries(headers)) {
			if (value === '') all.delete(name);
			else all.set(name, value);
		}
		const response = await fetch(`${this.#url}${path}`, {
			method,
			redirect: 'manual',
			headers: all,
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		for (const line of response.headers.getSetCookie()) this.#keep(line);
		const text = await response.text();
		return {
			status: response.status,
			headers: response.headers,
			body: text === '' ? {} : bodyOf(response, text),
		};
	}

	/** A token for the services, as pages get one. */
	async token(): Promise<string> {
		const { status, body } = await this.post('/token');
		if (status !== 200) throw new Error(`No token: ${JSON.stringify(body)}`);
		return String(body['token']);
	}

	/** The same browser data in another place: a copy of its cookies. */
	copy(): TestBrowser {
		const copy = new TestBrowser(this.#url, this.#origin, this.address);
		for (const [name, value] of this.cookies) copy.cookies.set(name, value);
		return copy;
	}

	#keep(line: string): void {
		const [pair = '', ...attributes] = line.split(';');
		const at = pair.indexOf('=');
		const name = pair.slice(0, at).trim();
		if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) this.cookies.delete(name);
		else this.cookies.set(name, pair.slice(at + 1));
	}
}

/** The parsed JSON; of lines of JSON `{ lines }`. */
function bodyOf(response: Response, text: string): Record<string, unknown> {
	if (response.headers.get('content-type') !== 'application/x-ndjson') return JSON.parse(text) as Record<string, unknown>;
	return {
		lines: text
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line) as unknown),
	};
}
