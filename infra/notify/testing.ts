// What tests of this service need: a mana-auth that says where people are written to, a mana-sync in which nobody has a space, and a real SMTP
// server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type ServiceIdentity, serviceIdentity } from '@mana/service';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Contact } from './contacts.ts';
import { service } from './index.ts';

export const TEST_ORIGIN = 'https://mana.example';
const realTime = { now: () => Date.now() };
const SECRET = 'a secret that only tests of this room know';

/** Issues people's tokens, and knows their addresses, as mana-auth does. */
export interface TestAuth {
	readonly url: string;
	readonly contacts: Map<string, Contact>;
	/** While it is on, every question is answered with 503. */
	away: boolean;
	token(person: string, role?: string, claims?: { readonly seconds?: number }): Promise<string>;
	close(): Promise<void>;
}

export async function startTestAuth(clock = realTime): Promise<TestAuth> {
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
	const identity = identityOf('mana-auth', clock);
	const auth: TestAuth = {
		url: '',
		contacts: new Map([
			['ada', { address: 'ada@mana.example', verified: true, name: 'Ada', language: 'en' }],
			['jürgen', { address: 'jürgen@mana.example', verified: true, name: 'Jürgen', language: 'de-AT' }],
		]),
		away: false,
		token: (person, role = 'member', { seconds = 600 } = {}) =>
			new SignJWT({ sid: `session of ${person}`, name: person, email: `${person}@mana.example`, role })
				.setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'JWT' })
				.setSubject(person)
				.setIssuer(TEST_ORIGIN)
				.setAudience('mana')
				.setIssuedAt()
				.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
				.sign(privateKey),
		close: () => server.stop(true),
	};
	const problem = (status: number, code: string) =>
		Response.json({ status, code, detail: code }, { status, headers: { 'content-type': 'application/problem+json' } });
	const server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			const { pathname } = new URL(request.url);
			if (pathname === '/jwks') return Response.json(keys);
			if (pathname === '/membership-changes')
				return new Response(nobodysSpaces(), { headers: { 'content-type': 'application/x-ndjson' } });
			if (pathname === '/projection-changes') return problem(503, 'away');
			await identity.verify(request.headers.get('authorization')?.replace('Bearer ', ''));
			if (auth.away) return problem(503, 'away');
			const contact = auth.contacts.get(decodeURIComponent(pathname.replace('/contacts/', '')));
			return contact ? Response.json(contact) : problem(404, 'person-unknown');
		},
	});
	return Object.assign(auth, { url: `http://127.0.0.1:${server.port}` });
}

/** What a mana-sync says in which nobody has a space yet. */
function nobodysSpaces(): ReadableStream<Uint8Array> {
	const line = (value: object) => new TextEncoder().encode(`${JSON.stringify(value)}\n`);
	const position = line({ what: 'position', history: 1, position: 0 });
	let beat: ReturnType<typeof setInterval>;
	return new ReadableStream({
		start(controller) {
			controller.enqueue(line({ what: 'snapshot' }));
			controller.enqueue(position);
			beat = setInterval(() => controller.enqueue(position), 1_000);
		},
		cancel: () => clearInterval(beat),
	});
}

/** What another service proves itself with. */
export function identityOf(name: string, clock = realTime): ServiceIdentity {
	return serviceIdentity(() => SECRET, name, clock);
}

/** A mail as it arrived: who it went to by the envelope, and what it says. */
export interface ReceivedMail {
	readonly to: readonly string[];
	readonly mail: ParsedMail;
	readonly raw: string;
}

/** A real SMTP server that keeps what it gets. */
export interface Mailbox {
	/** For `MANA_NOTIFY_SMTP`. */
	readonly url: string;
	readonly received: ReceivedMail[];
	close(): Promise<void>;
}

/** @param options how it behaves: what it refuses, what it asks for */
export async function startMailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
	const received: ReceivedMail[] = [];
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		disableReverseLookup: true,
		onData(stream, session, done) {
			const keep = async (): Promise<void> => {
				const parts: Buffer[] = [];
				try {
					for await (const part of stream) parts.push(part);
				} catch (error) {
					// Whoever sent it is gone, and half a mail is none.
					done(error instanceof Error ? error : new Error(String(error)));
					return;
				}
				const raw = Buffer.concat(parts);
				const to = session.envelope.rcptTo.map(({ address }) => address);
				received.push({ to, mail: await simpleParser(raw), raw: raw.toString() });
				done();
			};
			void keep();
		},
		...options,
	});
	server.on('error', (error: Error) => {
		// A sender that was killed hangs up like this.
		if (!('code' in error) || error.code !== 'ECONNRESET') throw error;
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
	const address = server.server.address();
	if (address === null || typeof address === 'string') throw new TypeError('The SMTP server has no port.');
	return {
		url: `smtp://127.0.0.1:${address.port}?tls=off`,
		received,
		close: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

export interface TestNotifyOptions {
	readonly auth: TestAuth;
	readonly home?: string;
	readonly databaseUrl?: string | undefined;
	readonly smtp?: string;
	readonly clock?: { now(): number };
	/** Where a real mana-sync is; without one nobody has a space. */
	readonly sync?: string;
	/** Whether messages may go to receivers on this machine. */
	readonly privateTargets?: boolean;
	/** Where mail comes in. */
	readonly mailbox?: string;
	/** Addresses of the services that take mail, by name. */
	readonly takers?: Readonly<Record<string, string>>;
}

/** In what form a Mana with a mailbox has addresses, in tests. */
export const TEST_MAIL_TO = 'mana+*@post.example';

/** What a process of mana-notify is told by its environment. */
export function environmentOf({
	smtp,
	mailbox,
	privateTargets,
}: {
	readonly smtp?: string;
	readonly mailbox?: string;
	readonly privateTargets: boolean;
}) {
	return {
		MANA_AUTH_SECRET: SECRET,
		MANA_NOTIFY_PRIVATE_TARGETS: String(privateTargets),
		...(smtp === undefined ? {} : { MANA_NOTIFY_SMTP: smtp }),
		...(mailbox === undefined ? {} : { MANA_NOTIFY_MAILBOX: mailbox, MANA_NOTIFY_MAIL_TO: TEST_MAIL_TO }),
	};
}

/** mana-notify as a process would run it, on a port of its own. */
export interface TestNotify extends AsyncDisposable {
	readonly url: string;
	readonly home: string;
	close(): Promise<void>;
}

export async function startNotify({
	auth,
	smtp,
	clock,
	databaseUrl,
	privateTargets = false,
	sync,
	mailbox,
	takers = {},
	...options
}: TestNotifyOptions): Promise<TestNotify> {
	const home = options.home ?? (await mkdtemp(join(tmpdir(), 'mana-notify-')));
	const running = await service.start({
		port: 0,
		home,
		databaseUrl,
		publicUrl: TEST_ORIGIN,
		addresses: { 'mana-auth': auth.url, 'mana-sync': sync ?? auth.url, ...takers },
		env: environmentOf({
			privateTargets,
			...(smtp === undefined ? {} : { smtp }),
			...(mailbox === undefined ? {} : { mailbox }),
		}),
		log: createLogger('mana-notify', 'silent'),
		...(clock ? { clock } : {}),
	});
	const close = async (): Promise<void> => {
		await running.close();
		if (options.home === undefined) await rm(home, { recursive: true });
	};
	return { url: running.url, home, close, [Symbol.asyncDispose]: close };
}

/** Resolves when `holds` does. @throws Error when it does not in time */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
	const end = Date.now() + withinMs;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error('It did not come about.');
		await Bun.sleep(5);
	}
}
