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
import { createLogger, type RunningService } from '@mana/service';
import { decodeFrame, type DeviceId, encodeFrame, type Frame, newDeviceId, nextStamp, type SpaceId } from '@mana/sync';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service as auth } from '../../../core/auth/index.ts';
import { service as user } from '../../../core/user/index.ts';
import { service as notify } from '../../../infra/notify/index.ts';
import { service as sync } from '../../../infra/sync/index.ts';
import { service as todo } from '../todo.server.ts';

const PUBLIC_URL = 'http://mana.test';
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);

/** The services that a task passes through, as processes run them, and people who use them. */
export interface World {
	readonly todo: RunningService;
	/** The root of the calendars. */
	readonly dav: string;
	/** A person who is signed in, made at the first call as the owner, later by invitation. */
	person(email: string): Promise<TestPerson>;
	close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
	const home = await mkdtemp(join(tmpdir(), 'mana-todo-'));
	const shared = { port: 0, home, publicUrl: PUBLIC_URL, databaseUrl: undefined };
	const start = (service: typeof auth, env: Record<string, string>, addresses: Record<string, string>) =>
		service.start({ ...shared, env, addresses, log: createLogger(service.name, 'silent') });
	const running: RunningService[] = [];
	const authRuns = await start(auth, {}, {});
	running.push(authRuns);
	const syncRuns = await start(sync, { MANA_SYNC_CONNECTS_PER_MINUTE: '100000' }, { 'mana-auth': authRuns.url });
	running.push(syncRuns);
	const addresses: Record<string, string> = { 'mana-auth': authRuns.url, 'mana-sync': syncRuns.url };
	for (const service of [user, notify]) {
		const runs = await start(service, {}, addresses);
		running.push(runs);
		addresses[service.name] = runs.url;
	}
	const todoRuns = await start(todo, { MANA_TODO_SERVER_ZONE: 'Europe/Berlin' }, addresses);
	running.push(todoRuns);
	let owner: TestPerson | null = null;
	return {
		todo: todoRuns,
		dav: `${todoRuns.url}/dav`,
		async person(email) {
			const joining = new TestPerson(authRuns.url, syncRuns.url, email);
			if (owner) await joining.join(await owner.invitation());
			else {
				const link = await readFile(join(home, 'run', 'setup-link'), 'utf8');
				await joining.setUp(new URL(link.trim()).hash.replace('#token=', ''));
				owner = joining;
			}
			return joining;
		},
		async close() {
			for (const service of running.toReversed()) await service.close();
			await rm(home, { recursive: true });
		},
	};
}

/** Somebody with a browser: signs in, makes app passwords, and reads and writes tasks by the sync engine as pages do. */
export class TestPerson {
	readonly email: string;
	readonly #auth: string;
	readonly #sync: string;
	readonly #device: DeviceId = newDeviceId(random);
	#cookie = '';
	#n = new Map<SpaceId, number>();
	#stamp = 0;

	constructor(auth: string, sync: string, email: string) {
		this.#auth = auth;
		this.#sync = sync;
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
	): Promise<{ id: string; secret: string; authorization: string }> {
		const made = (await this.#post('/app-passwords', { name, apps: ['todo'], access })) as { id: string; secret: string };
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

	/** Writes as a page does. @returns the record's id */
	async write<C extends Collection>(space: SpaceId, collection: C, draft: Draft<C>, id?: RecordId): Promise<RecordId> {
		const record = id ?? newRecordId(Date.now(), random);
		const created: Entry[] = id ? [] : [{ field: systemFields.createdAt.number, key: '', value: Date.now() }];
		const ops = [...created, ...writeDraft(collection, draft)].map((entry) => ({
			collection: collection.number,
			record,
			...entry,
		}));
		await this.#push(space, ops);
		return record;
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

	async #post(path: string, body: object | undefined): Promise<unknown> {
		const response = await fetch(this.#auth + path, {
			method: 'POST',
			headers: { origin: PUBLIC_URL, cookie: this.#cookie, ...(body ? { 'content-type': 'application/json' } : {}) },
			...(body ? { body: JSON.stringify(body) } : {}),
		});
		const [cookie] = response.headers.getSetCookie();
		if (cookie) this.#cookie = cookie.split(';')[0]!;
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
 * @throws after five seconds
 */
export async function until<T>(look: () => Promise<T>): Promise<NonNullable<T>> {
	const end = performance.now() + 5_000;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (performance.now() > end) throw new Error('This never came about.');
		await Bun.sleep(10);
	}
}
