import {
	type Entry,
	newRecordId,
	readRow,
	type RecordId,
	type Row,
	systemFields,
	writeDraft,
	type Collection,
	type Draft,
} from '@mana/model';
import { createLogger, type RunningService, type Service, type ServiceIdentity, serviceIdentity } from '@mana/service';
import { decodeFrame, type DeviceId, encodeFrame, type Frame, newDeviceId, nextStamp, type SpaceId } from '@mana/sync';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where people open a Mana of tests. */
export const PUBLIC_URL = 'http://mana.test';
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);

/** The services that a record passes through, as processes run them, and people who use them. */
export interface World {
	readonly served: RunningService;
	/** The root of the server's tree. */
	readonly dav: string;
	/** The folder in which the services keep everything. */
	readonly home: string;
	/** A person who is signed in, made at the first call as the owner, later by invitation. */
	person(email: string): Promise<TestPerson>;
	/** Where another service of this Mana answers. */
	urlOf(name: string): string;
	/** What another service of this Mana proves itself with. */
	identityOf(name: string): Promise<ServiceIdentity>;
	close(): Promise<void>;
}

export interface WorldOptions {
	/** mana-auth, mana-sync, mana-user and mana-notify, each after those that it needs: the kit knows no room. */
	readonly below: readonly Service[];
	/** The server that is looked at. */
	readonly served: Service;
	readonly env: Readonly<Record<string, string>>;
	/** What its app passwords open. */
	readonly app: string;
	/** The clock of the server that is looked at. */
	readonly clock?: { now(): number };
}

/** Starts what a server of an app stands on, and the server itself, on ports of their own. */
export async function startWorld({ below, served, env, app, clock }: WorldOptions): Promise<World> {
	const home = await mkdtemp(join(tmpdir(), `mana-${app}-`));
	const shared = { port: 0, home, publicUrl: PUBLIC_URL, databaseUrl: undefined };
	const running: RunningService[] = [];
	// Those that start later are known then, too.
	const addresses: Record<string, string> = {};
	for (const service of [...below, served]) {
		// Each reads the variables that bear its name.
		const own = { MANA_SYNC_CONNECTS_PER_MINUTE: '100000', ...env };
		const log = createLogger(service.name, 'silent');
		const time = service === served && clock ? { clock } : {};
		const runs = await service.start({ ...shared, ...time, env: own, addresses, log });
		running.push(runs);
		addresses[service.name] = runs.url;
	}
	const [authUrl, syncUrl] = ['mana-auth', 'mana-sync'].map((name) => addresses[name]!) as [string, string];
	let owner: TestPerson | null = null;
	return {
		served: running.at(-1)!,
		dav: `${running.at(-1)!.url}/dav`,
		home,
		async person(email) {
			const joining = new TestPerson(authUrl, syncUrl, email, app);
			if (owner) await joining.join(await owner.invitation());
			else {
				const link = await readFile(join(home, 'run', 'setup-link'), 'utf8');
				await joining.setUp(new URL(link.trim()).hash.replace('#token=', ''));
				owner = joining;
			}
			return joining;
		},
		urlOf: (name) => addresses[name]!,
		async identityOf(name) {
			const secret = (await readFile(join(home, 'secrets', 'instance'), 'utf8')).trim();
			return serviceIdentity(() => secret, name, { now: () => Date.now() });
		},
		async close() {
			for (const service of running.toReversed()) await service.close();
			await rm(home, { recursive: true });
		},
	};
}

/** Somebody with a browser: signs in, makes app passwords, and reads and writes records by the sync engine as pages do. */
export class TestPerson {
	readonly email: string;
	readonly #auth: string;
	readonly #sync: string;
	readonly #app: string;
	readonly #device: DeviceId = newDeviceId(random);
	readonly #cookies = new Map<string, string>();
	#n = new Map<SpaceId, number>();
	#stamp = 0;

	constructor(auth: string, sync: string, email: string, app: string) {
		this.#auth = auth;
		this.#sync = sync;
		this.#app = app;
		this.email = email;
	}

	setUp(token: string): Promise<unknown> {
		return this.#post('/setup', { token, name: 'Ada', email: this.email, password: 'first program 1843', language: 'en' });
	}

	join(invitation: string): Promise<unknown> {
		return this.#post('/sign-up', { invitation, name: 'Grace', email: this.email, password: 'compiles in english' });
	}

	async invitation(): Promise<string> {
		const { link } = (await this.#post('/invitations', {})) as { link: string };
		return new URL(link).hash.replace('#token=', '');
	}

	/** Makes an app password. @returns what a program sends with every request */
	async password(
		access: 'read' | 'write' = 'write',
		name = 'Phone',
		apps: readonly string[] = [this.#app],
	): Promise<{ id: string; secret: string; authorization: string }> {
		const made = (await this.#post('/app-passwords', { name, apps, access })) as { id: string; secret: string };
		return { ...made, authorization: `Basic ${Buffer.from(`${this.email}:${made.secret}`).toString('base64')}` };
	}

	/** Asks mana-sync for something by HTTP. */
	async space<T>(method: string, path: string, body?: object): Promise<T> {
		const response = await fetch(this.#sync + path, {
			method,
			headers: { authorization: `Bearer ${await this.token()}`, 'content-type': 'application/json' },
			...(body ? { body: JSON.stringify(body) } : {}),
		});
		if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
		return (response.status === 204 ? undefined : await response.json()) as T;
	}

	async personal(): Promise<SpaceId> {
		const { spaces } = await this.space<{ spaces: { id: SpaceId; kind: string }[] }>('GET', '/spaces');
		return spaces.find(({ kind }) => kind === 'personal')!.id;
	}

	async token(): Promise<string> {
		return ((await this.#post('/token', undefined)) as { token: string }).token;
	}

	/** What a browser shows of a collection, by id. */
	async rows<C extends Collection>(space: SpaceId, collection: C): Promise<Row<C>[]> {
		const heard = await this.#exchange(space, []);
		const records = new Map<RecordId, Entry[]>();
		for (const frame of heard)
			if (frame.type === 'delta')
				for (const cell of frame.cells)
					if (cell.collection === collection.number) records.set(cell.record, [...(records.get(cell.record) ?? []), cell]);
		return [...records].flatMap(([id, entries]) => readRow(collection, id, entries) ?? []);
	}

	/** Writes as a page does. @param current what it was, for what a set takes away. @returns the record's id */
	async write<C extends Collection>(
		space: SpaceId,
		collection: C,
		draft: Draft<C>,
		id?: RecordId,
		current?: Row<C>,
	): Promise<RecordId> {
		const record = id ?? newRecordId(Date.now(), random);
		const created: Entry[] = id ? [] : [{ field: systemFields.createdAt.number, key: '', value: Date.now() }];
		const ops = [...created, ...writeDraft(collection, draft, () => current)].map((entry) => ({
			collection: collection.number,
			record,
			...entry,
		}));
		await this.#push(space, ops);
		return record;
	}

	/** Puts a record in the trash as a page does. @param at when, ms since 1970; `null` takes it out again */
	trash(space: SpaceId, { number }: Collection, record: RecordId, at: number | null = Date.now()): Promise<void> {
		return this.#push(space, [{ collection: number, record, field: systemFields.deletedAt.number, key: '', value: at }]);
	}

	async #push(space: SpaceId, ops: readonly Parameters<typeof encodeOps>[0][number][]): Promise<void> {
		const n = (this.#n.get(space) ?? 0) + 1;
		this.#n.set(space, n);
		this.#stamp = nextStamp(this.#stamp, Date.now());
		const heard = await this.#exchange(space, [
			{ type: 'push', space, known: n - 1, transactions: [{ n, stamp: this.#stamp, ops: encodeOps(ops) }] },
		]);
		const ack = heard.find(({ type }) => type === 'ack');
		if (ack?.type !== 'ack' || ack.refused.length > 0) throw new Error(`The write was refused: ${JSON.stringify(ack)}`);
	}

	async #exchange(space: SpaceId, more: readonly Frame[]): Promise<Frame[]> {
		const frames: Frame[] = [
			{ type: 'hello', token: await this.token(), device: this.#device, clockMs: Date.now(), schema: [] },
			{ type: 'sub', space, epoch: 0, seq: 0 },
			...more,
		];
		const parts = frames.map(encodeFrame).flatMap((bytes) => {
			const length = new Uint8Array(4);
			new DataView(length.buffer).setUint32(0, bytes.length);
			return [length, bytes];
		});
		const response = await fetch(`${this.#sync}/exchange`, { method: 'POST', body: Buffer.concat(parts) });
		const answer = new Uint8Array(await response.arrayBuffer());
		const heard: Frame[] = [];
		for (let at = 0; at < answer.length;) {
			const length = new DataView(answer.buffer).getUint32(at);
			heard.push(decodeFrame(answer.slice(at + 4, at + 4 + length)));
			at += 4 + length;
		}
		return heard;
	}

	/** Asks mana-auth for something as a browser does, and goes nowhere that it is sent. */
	async visit(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
		const response = await fetch(this.#auth + path, {
			method,
			redirect: 'manual',
			headers: {
				origin: PUBLIC_URL,
				cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '),
				...(body ? { 'content-type': 'application/json' } : {}),
			},
			...(body ? { body: JSON.stringify(body) } : {}),
		});
		for (const line of response.headers.getSetCookie()) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			this.#cookies.set(name, value);
		}
		return response;
	}

	async #post(path: string, body: object | undefined): Promise<unknown> {
		const response = await this.visit('POST', path, body);
		if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
		return response.status === 204 ? undefined : response.json();
	}
}

function encodeOps<T extends Entry & { readonly collection: number; readonly record: RecordId }>(ops: readonly T[]): T[] {
	return [...ops];
}

/**
 * Asks again until there is an answer, since what one service was told reaches the next in its own time.
 *
 * @param pauseMs between two tries: longer where only so many may be made
 * @throws after five seconds
 */
export async function until<T>(look: () => Promise<T>, pauseMs = 10): Promise<NonNullable<T>> {
	const end = performance.now() + 5_000;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (performance.now() > end) throw new Error('This never came about.');
		await Bun.sleep(pauseMs);
	}
}
