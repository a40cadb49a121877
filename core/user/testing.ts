// What tests of this service need: a real mana-sync, tokens as mana-auth issues them, and people who write their records.
import { type Collection, type Draft, newRecordId, type RecordId, systemFields, writeDraft } from '@mana/model';
import { createLogger, type Service, serviceIdentity, type ServiceIdentity } from '@mana/service';
import { decodeFrame, type DeviceId, encodeFrame, type Frame, newDeviceId, type SpaceId, stampAt } from '@mana/sync';
import { chunkRanges, manifestHash } from '@mana/sync/manifest';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { service } from './index.ts';

const TEST_ORIGIN = 'https://mana.example';
const SECRET = 'a secret that only tests of this room know';
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
const sha256 = (part: Uint8Array<ArrayBuffer>) => crypto.subtle.digest('SHA-256', part);

export interface Place {
	readonly home: string;
	readonly databaseUrl: string | undefined;
}

/** mana-user beside a mana-sync, and whoever asks them. */
export interface TestWorld extends AsyncDisposable {
	readonly url: string;
	readonly syncUrl: string;
	/** Moves the clocks of mana-user ahead, in ms. */
	readonly ahead: { ms: number };
	token(person: string, claims?: { readonly role?: string; readonly seconds?: number }): Promise<string>;
	identity(service: string): ServiceIdentity;
	/** Asks mana-user. @param headers with `authorization` for somebody else than nobody */
	get(path: string, headers?: Record<string, string>): Promise<Response>;
	getAs(person: string, path: string, headers?: Record<string, string>): Promise<Response>;
	/** Asks mana-sync as a person. @throws when it refuses */
	sync(person: string, method: string, path: string, body?: object): Promise<Record<string, unknown>>;
	/** Writes a record of one's own space. */
	write<C extends Collection>(person: string, collection: C, id: RecordId, draft: Draft<C>): Promise<void>;
	/** Sends a file into one's own space. @returns its hash */
	upload(person: string, bytes: Uint8Array<ArrayBuffer>): Promise<string>;
	/** Ends mana-sync alone. */
	stopSync(): Promise<void>;
}

/** @param syncService mana-sync, of which only tests know more than its routes */
export async function startWorld(place: Place, syncService: Service): Promise<TestWorld> {
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
	const auth = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(keys) });
	const authUrl = `http://127.0.0.1:${auth.port}`;
	const ahead = { ms: 0 };
	const common = { ...place, port: 0, publicUrl: TEST_ORIGIN, env: { MANA_AUTH_SECRET: SECRET } };
	const sync = await syncService.start({
		...common,
		addresses: { 'mana-auth': authUrl },
		log: createLogger('mana-sync', 'silent'),
	});
	const user = await service.start({
		...common,
		addresses: { 'mana-auth': authUrl, 'mana-sync': sync.url },
		clock: { now: () => Date.now() + ahead.ms },
		log: createLogger('mana-user', 'silent'),
	});
	const devices = new Map<string, { device: DeviceId; n: number }>();
	let syncRuns = true;

	const token: TestWorld['token'] = (person, { role = 'member', seconds = 600 } = {}) =>
		new SignJWT({ sid: `session of ${person}`, name: person, email: `${person}@mana.example`, role })
			.setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'JWT' })
			.setSubject(person)
			.setIssuer(TEST_ORIGIN)
			.setAudience('mana')
			.setIssuedAt()
			.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
			.sign(privateKey);
	const get: TestWorld['get'] = (path, headers = {}) => fetch(`${user.url}${path}`, { headers });
	const bearer = async (person: string) => ({ authorization: `Bearer ${await token(person)}` });

	async function exchange(frames: readonly Frame[]): Promise<Frame[]> {
		for (;;) {
			const response = await fetch(`${sync.url}/exchange?wait=0`, { method: 'POST', body: joined(frames.map(encodeFrame)) });
			const heard = parted(new Uint8Array(await response.arrayBuffer())).map(decodeFrame);
			// Whoever is asked to come back in a moment does, as every client.
			if (!heard.some((frame) => frame.type === 'bye' && frame.code === 'busy')) return heard;
			await Bun.sleep(20);
		}
	}

	async function ownSpace(person: string): Promise<SpaceId> {
		const { spaces } = (await world.sync(person, 'GET', '/spaces')) as { spaces: { id: SpaceId; kind: string }[] };
		return spaces.find(({ kind }) => kind === 'personal')!.id;
	}

	const world: TestWorld = {
		url: user.url,
		syncUrl: sync.url,
		ahead,
		token,
		identity: (name) => serviceIdentity(() => SECRET, name, { now: () => Date.now() }),
		get,
		getAs: async (person, path, headers = {}) => get(path, { ...headers, ...(await bearer(person)) }),
		async sync(person, method, path, body) {
			const response = await fetch(`${sync.url}${path}`, {
				method,
				headers: { ...(await bearer(person)), ...(body && { 'content-type': 'application/json' }) },
				...(body && { body: JSON.stringify(body) }),
			});
			const text = await response.text();
			if (!response.ok) throw new Error(`mana-sync answered ${method} ${path} with ${response.status}: ${text}`);
			return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
		},
		async write(person, collection, id, draft) {
			const at = devices.get(person) ?? { device: newDeviceId(random), n: 0 };
			devices.set(person, { ...at, n: at.n + 1 });
			const space = await ownSpace(person);
			const ops = [
				...writeDraft(collection, draft),
				{ field: systemFields.createdAt.number, key: '', value: Date.now() },
			].flatMap(({ value, ...entry }) =>
				typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
					? []
					: [{ collection: collection.number, record: id, ...entry, value }],
			);
			const frames = await exchange([
				{ type: 'hello', token: await token(person), device: at.device, clockMs: Date.now(), schema: [] },
				{ type: 'sub', space, epoch: 0, seq: 0 },
				{ type: 'push', space, known: 0, transactions: [{ n: at.n + 1, stamp: stampAt(Date.now() + at.n), ops }] },
			]);
			const ack = frames.find((frame) => frame.type === 'ack');
			if (ack?.type !== 'ack' || ack.refused.length > 0) throw new Error(`Not accepted: ${JSON.stringify(frames)}`);
		},
		async upload(person, bytes) {
			const space = await ownSpace(person);
			const chunks = await Promise.all(
				chunkRanges(bytes.length).map(async ({ from, to }) => {
					const part = bytes.slice(from, to);
					const hash = Buffer.from(await sha256(part)).toString('hex');
					await fetch(`${sync.url}/spaces/${space}/chunks/${hash}`, { method: 'PUT', body: part, headers: await bearer(person) });
					return hash;
				}),
			);
			const hash = await manifestHash(chunks, sha256);
			await world.sync(person, 'PUT', `/spaces/${space}/blobs/${hash}`, { chunks });
			return hash;
		},
		async stopSync() {
			if (syncRuns) await sync.close();
			syncRuns = false;
		},
		async [Symbol.asyncDispose]() {
			await user.close();
			await world.stopSync();
			await auth.stop(true);
		},
	};
	return world;
}

/** A record id that nobody has. */
export const newRecord = (): RecordId => newRecordId(Date.now(), random);

/** Looks again and again until something holds. @throws Error after ten seconds */
export async function until(holds: () => Promise<boolean>): Promise<void> {
	const end = Date.now() + 10_000;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error('It did not come about.');
		await Bun.sleep(5);
	}
}

/** Frames one after another, each behind its length (4 bytes, big-endian). */
function joined(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	return new Uint8Array(
		Buffer.concat(
			frames.flatMap((frame) => {
				const length = Buffer.alloc(4);
				length.writeUInt32BE(frame.length);
				return [length, frame];
			}),
		),
	);
}

function parted(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
	const frames: Uint8Array<ArrayBuffer>[] = [];
	const view = new DataView(bytes.buffer);
	for (let at = 0; at < bytes.length;) {
		const length = view.getUint32(at);
		frames.push(bytes.slice(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return frames;
}
