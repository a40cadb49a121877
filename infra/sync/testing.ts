// What tests and benches of this service need: a stand-in for mana-auth's keys, and a client that says exactly the frames it is told.
import { fieldNumber, lww, newRecordId, type RecordId, type Value } from '@mana/model';
import {
	type ByeCode,
	type Cell,
	decodeFrame,
	type DeviceId,
	encodeFrame,
	type Frame,
	type FrameOf,
	newDeviceId,
	type Op,
	type Part,
	placeKey,
	type SpaceId,
	stampAt,
	type Transaction,
} from '@mana/sync';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { joinFrames } from './spaces/bytes.ts';
import { split } from './exchange.ts';
import { service } from './index.ts';

export const TEST_ORIGIN = 'http://mana.test';

/** Issues tokens as mana-auth does, and serves its keys over HTTP. */
export interface Issuer {
	/** Where the service finds `/jwks`: pass it as `addresses: { 'mana-auth': url }`. */
	readonly url: string;
	/** @param claims what differs from a good token; `seconds` until it ends */
	token(
		person: string,
		claims?: { seconds?: number; issuer?: string; audience?: string; actor?: string; actorName?: string },
	): Promise<string>;
	close(): Promise<void>;
}

/** @returns an issuer with a key of its own: a token of one is foreign to whoever trusts another */
export async function startIssuer(): Promise<Issuer> {
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
	const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(keys) });
	return {
		url: `http://127.0.0.1:${server.port}`,
		token: (person, { seconds = 600, issuer = TEST_ORIGIN, audience = 'mana', actor, actorName } = {}) =>
			new SignJWT({
				sid: `session of ${person}`,
				name: person,
				email: `${person}@mana.test`,
				role: 'member',
				...(actor !== undefined && { act: { sub: actor, name: actorName } }),
			})
				.setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'JWT' })
				.setSubject(person)
				.setIssuer(issuer)
				.setAudience(audience)
				.setIssuedAt()
				.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
				.sign(privateKey),
		close: () => server.stop(true),
	};
}

const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);

export const newDevice = (): DeviceId => newDeviceId(random);
export const newRecord = (): RecordId => newRecordId(Date.now(), random);

/** An app that no model has, so that the server knows nothing of its collections. */
export const APP = 251;
/** A collection of it. */
export const COLLECTION = APP * 256 + 1;

/** An ordinary text field, for ops that mean nothing. */
export const TITLE = fieldNumber(1, lww);

/** One op on a record of some collection. */
export function op(record: RecordId, value: Value, field: number = TITLE): Op {
	return { collection: COLLECTION, record, field, key: '', value };
}

/** A raw connection: sends what it is told, keeps everything it hears, merges nothing but DELTAs into `cells`. */
export class RawClient {
	readonly heard: Frame[] = [];
	readonly cells = new Map<string, Cell>();
	/** Checkpoint of the last complete DELTA. */
	seq = 0;
	nextN = 1;
	epoch = 0;
	space: SpaceId | null = null;
	closed: { readonly code: number; readonly reason: string } | null = null;
	/** Told of every frame as it comes. */
	hears: (frame: Frame) => void = () => undefined;
	readonly device: DeviceId;
	readonly #socket: WebSocket;
	readonly #waiting = new Set<() => void>();
	#looked = 0;
	#stamp = 0;

	private constructor(socket: WebSocket, device: DeviceId) {
		this.#socket = socket;
		this.device = device;
		socket.binaryType = 'arraybuffer';
		socket.addEventListener('message', ({ data }) => this.#hear(decodeFrame(new Uint8Array(data as ArrayBuffer))));
		socket.addEventListener('close', ({ code, reason }) => {
			this.closed = { code, reason };
			this.#wake();
		});
	}

	/** Opens the socket and says nothing. @param url of the service, `http://…` */
	static async open(url: string, device = newDevice(), headers: Record<string, string> = {}): Promise<RawClient> {
		const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`, { headers } as unknown as string[]);
		const client = new RawClient(socket, device);
		await new Promise<void>((resolve, reject) => {
			socket.addEventListener('open', () => resolve());
			socket.addEventListener('close', ({ code }) => reject(new Error(`The handshake was refused (${code}).`)));
		});
		return client;
	}

	/** Opens, says HELLO and SUB, and waits for SUBBED. */
	static async join(url: string, token: string, device = newDevice(), cursor = { epoch: 0, seq: 0 }): Promise<RawClient> {
		const client = await RawClient.open(url, device);
		const { personal } = await client.hello(token);
		await client.sub(personal, cursor);
		return client;
	}

	/** @param schema with `ENGINE` in it for a client that takes snapshots */
	async hello(token: string, schema: FrameOf<'hello'>['schema'] = []): Promise<FrameOf<'welcome'>> {
		this.send({ type: 'hello', token, device: this.device, clockMs: Date.now(), schema });
		return this.next('welcome');
	}

	/** @param part what it keeps; left out: everything */
	async sub(space: SpaceId, cursor = { epoch: 0, seq: 0 }, part?: Part): Promise<FrameOf<'subbed'>> {
		this.send({ type: 'sub', space, ...cursor, ...(part && { part }) });
		const subbed = await this.next('subbed');
		this.space = space;
		this.nextN = subbed.nextN;
		this.epoch = subbed.epoch;
		return subbed;
	}

	/** Sends one transaction with the next `n` and a stamp of now. */
	write(...ops: Op[]): Transaction {
		this.#stamp = Math.max(this.#stamp + 1, stampAt(Date.now()));
		const transaction = { n: this.nextN++, stamp: this.#stamp, ops };
		this.push([transaction]);
		return transaction;
	}

	push(transactions: readonly Transaction[], space = this.space!, known = 0): void {
		this.send({ type: 'push', space, known, transactions });
	}

	send(frame: Frame): void {
		this.sendBytes(encodeFrame(frame));
	}

	sendBytes(bytes: Uint8Array | string): void {
		this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
	}

	/** The next frame of a type that was not looked at yet. Rejects when the connection ended without one. */
	async next<T extends Frame['type']>(type: T): Promise<FrameOf<T>> {
		let found: FrameOf<T> | undefined;
		await this.until(() => {
			while (!found && this.#looked < this.heard.length) {
				const frame = this.heard[this.#looked++]!;
				if (frame.type === type) found = frame as FrameOf<T>;
			}
			return found !== undefined;
		}, type);
		return found!;
	}

	/** The BYE, once the server has closed the connection. */
	async bye(): Promise<{ readonly code: ByeCode; readonly retryAfterMs: number | null; readonly closedWith: number }> {
		const { code, retryAfterMs } = await this.next('bye');
		await this.closing();
		return { code, retryAfterMs, closedWith: this.closed!.code };
	}

	async closing(): Promise<void> {
		while (!this.closed) await new Promise<void>((resolve) => this.#waiting.add(resolve));
	}

	/** Resolves when the push up to `n` is decided. */
	acked(n: number): Promise<void> {
		return this.until(() => this.heard.some((frame) => frame.type === 'ack' && frame.n >= n), `ack ${n}`);
	}

	/** Resolves when everything up to `seq` was heard. */
	reached(seq: number): Promise<void> {
		return this.until(() => this.seq >= seq, `seq ${seq}`);
	}

	/** @param what for the message when the connection ends before `condition` holds */
	async until(condition: () => boolean, what: string): Promise<void> {
		while (!condition()) {
			if (this.closed) throw new Error(`Closed (${this.closed.code} ${this.closed.reason}) while waiting for ${what}.`);
			await new Promise<void>((resolve) => this.#waiting.add(resolve));
		}
	}

	/** What the replica holds at a place. */
	value(at: Op): Value | undefined {
		return this.cells.get(placeKey(at))?.value;
	}

	close(): void {
		this.#socket.close();
	}

	#hear(frame: Frame): void {
		this.heard.push(frame);
		this.hears(frame);
		if (frame.type === 'delta') {
			for (const cell of frame.cells) this.cells.set(placeKey(cell), cell);
			this.seq = frame.to;
		}
		if (frame.type === 'move')
			for (const { record, collection } of frame.records)
				for (const [key, cell] of this.cells)
					if (cell.record === record && cell.collection === collection) this.cells.delete(key);
		this.#wake();
	}

	#wake(): void {
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const wake of waiting) wake();
	}
}

/** One HTTP exchange. @returns the frames of the answer */
export async function exchangeOnce(url: string, frames: readonly Frame[], waitMs = 0): Promise<Frame[]> {
	const response = await fetch(`${url}/exchange?wait=${waitMs}`, { method: 'POST', body: joinFrames(frames.map(encodeFrame)) });
	if (!response.ok) throw new Error(`The exchange was answered with ${response.status}: ${await response.text()}`);
	return [...split(new Uint8Array(await response.arrayBuffer()))].map(decodeFrame);
}

export interface TestSync extends AsyncDisposable {
	readonly url: string;
	readonly issuer: Issuer;
}

/** A stand-in for mana-notify: takes messages, or is away. */
export interface TestNotify extends AsyncDisposable {
	readonly url: string;
	readonly messages: unknown[];
	away: boolean;
}

export async function startNotify(): Promise<TestNotify> {
	const messages: unknown[] = [];
	const server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			if (notify.away) return new Response(null, { status: 503 });
			messages.push(await request.json());
			return Response.json({ id: String(messages.length) }, { status: 202 });
		},
	});
	const notify: TestNotify = {
		url: `http://127.0.0.1:${server.port}`,
		messages,
		away: false,
		[Symbol.asyncDispose]: () => server.stop(true),
	};
	return notify;
}

/** The service on a free port. @param env settings, by variable name; `issuer` of another one, else it gets one of its own */
export async function startSync(
	place: { readonly home: string; readonly databaseUrl: string | undefined },
	{
		env = {},
		clock,
		issuer: shared,
		addresses = {},
	}: { env?: Record<string, string>; clock?: { now(): number }; issuer?: Issuer; addresses?: Record<string, string> } = {},
): Promise<TestSync> {
	const issuer = shared ?? (await startIssuer());
	const running = await service.start({
		...place,
		port: 0,
		publicUrl: TEST_ORIGIN,
		addresses: { ...addresses, 'mana-auth': issuer.url },
		env,
		logLevel: 'silent',
		...(clock && { clock }),
	});
	return {
		url: running.url,
		issuer,
		async [Symbol.asyncDispose]() {
			await running.close();
			if (!shared) await issuer.close();
		},
	};
}

export interface TestProcess extends AsyncDisposable {
	readonly url: string;
	readonly pid: number;
	/** SIGKILL: no goodbye, nothing flushed. Resolves when the process is gone. */
	kill(): Promise<void>;
}

/** The service in a process of its own. @param publicUrl the origin that its tokens and sockets come from; `databaseUrl` of a PostgreSQL */
export async function startProcess(
	home: string,
	issuer: Issuer,
	publicUrl = TEST_ORIGIN,
	databaseUrl?: string,
): Promise<TestProcess> {
	const child = Bun.spawn(
		[
			process.execPath,
			new URL('./testing-process.ts', import.meta.url).pathname,
			home,
			issuer.url,
			publicUrl,
			...(databaseUrl ? [databaseUrl] : []),
		],
		{
			stdout: 'pipe',
			stderr: 'inherit',
		},
	);
	const { value } = await child.stdout.getReader().read();
	const kill = async () => {
		child.kill('SIGKILL');
		await child.exited;
	};
	return { url: new TextDecoder().decode(value).trim(), pid: child.pid, kill, [Symbol.asyncDispose]: kill };
}
