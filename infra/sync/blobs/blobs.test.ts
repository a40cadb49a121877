import { expect, test } from 'bun:test';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { todo } from '@mana/schema/registry/models';
import { serviceIdentity } from '@mana/service';
import { generateSecret } from '@mana/service/secrets';
import { eachEngine } from '@mana/store/testing';
import type { SpaceId } from '@mana/sync';
import { CHUNK_BYTES } from '@mana/sync/manifest';
import { APP, COLLECTION, newRecord, RawClient, startSync, TITLE } from '../testing.ts';
import { insertSpace, openBeside, type TestMember } from '../testing-spaces.ts';
import { FileCaller, fileOf, referenceTo } from './testing.ts';

/** What todo-server declares that it reads. */
const TASKS = todo.tasks.number;

const family: Record<string, TestMember> = {
	ana: { role: 'owner' },
	ben: { role: 'editor' },
	vic: { role: 'viewer' },
	lim: { role: 'editor', apps: [APP] },
};

/** Bytes that are no text and differ from file to file. */
function noise(length: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, length)));
	return bytes;
}

eachEngine('files of a space', (engine) => {
	async function home(env: Record<string, string> = {}) {
		const place = await engine.place();
		const server = await startSync(place, { env });
		const store = await openBeside(place.home, place.databaseUrl);
		const space = await insertSpace(store, family);
		const other = await insertSpace(store, { oli: { role: 'owner' }, ben: { role: 'editor' } });
		const as = async (person: string, where: SpaceId = space) =>
			new FileCaller(`${server.url}/spaces/${where}`, await server.issuer.token(person));
		/** Writes a cell that names a file, as somebody. */
		const name = async (person: string, text: string | null, collection = COLLECTION, record = newRecord()) => {
			const client = await RawClient.open(server.url);
			await client.hello(await server.issuer.token(person));
			await client.sub(space);
			client.write({ collection, record, field: TITLE, key: '', value: text });
			await client.acked(client.nextN - 1);
			expect(client.heard.flatMap((frame) => (frame.type === 'ack' ? frame.refused : []))).toEqual([]);
			client.close();
			return record;
		};
		const asService = async (service: string, path: string, init: RequestInit = {}) => {
			const identity = serviceIdentity(() => generateSecret(place.home, 'instance'), service, { now: () => Date.now() });
			return fetch(`${server.url}${path}`, {
				...init,
				headers: { authorization: `Bearer ${await identity.token('mana-sync')}` },
			});
		};
		const files = async () =>
			(await readdir(join(place.home, 'mana-sync/blobs'), { recursive: true })).filter((path) => /[0-9a-f]{64}$/.test(path));
		return {
			as,
			asService,
			name,
			files,
			space,
			other,
			store,
			folder: join(place.home, 'mana-sync/blobs'),
			async [Symbol.asyncDispose]() {
				await store.close();
				await server[Symbol.asyncDispose]();
			},
		};
	}

	test('a file sent in chunks comes back byte for byte, to everybody who may read the space', async () => {
		await using at = await home();
		const file = await fileOf(noise(2 * CHUNK_BYTES + 12_345));
		const ana = await at.as('ana');
		expect(await ana.missing(file)).toEqual(file.chunks.map(({ hash }) => hash));
		expect((await ana.get(file)).status).toBe(404);
		expect(await Promise.all(file.chunks.map(async (chunk) => (await ana.put(chunk)).status))).toEqual([204, 204, 204]);
		expect(await (await ana.complete(file)).json()).toEqual({ bytes: file.bytes.length });
		for (const person of ['ana', 'ben', 'vic']) {
			const response = await (await at.as(person)).get(file);
			expect([person, response.status]).toEqual([person, 200]);
			expect(new Uint8Array(await response.arrayBuffer())).toEqual(file.bytes);
		}
	});

	test('an upload that broke off goes on with what is missing', async () => {
		await using at = await home();
		const file = await fileOf(noise(3 * CHUNK_BYTES));
		const ana = await at.as('ana');
		await ana.put(file.chunks[1]!);
		expect((await ana.complete(file)).status).toBe(409);
		expect(await ana.missing(file)).toEqual([file.chunks[0]!.hash, file.chunks[2]!.hash]);
		await ana.put(file.chunks[0]!);
		await ana.put(file.chunks[2]!);
		await ana.put(file.chunks[2]!);
		expect((await ana.complete(file)).status).toBe(200);
		expect((await ana.complete(file)).status).toBe(200);
	});

	test('an empty file is a file', async () => {
		await using at = await home();
		const file = await fileOf(new Uint8Array(0));
		const ana = await at.as('ana');
		expect(await ana.upload(file)).toBe(200);
		const response = await ana.get(file);
		expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0]);
	});

	test('a chunk that is not what its name says, or too long, is refused and leaves nothing', async () => {
		await using at = await home();
		const ana = await at.as('ana');
		const [chunk] = (await fileOf(noise(1000))).chunks;
		const wrong = await ana.put({ hash: chunk!.hash, bytes: noise(1000) });
		expect([wrong.status, ((await wrong.json()) as { code: string }).code]).toEqual([422, 'chunk-invalid']);
		const bytes = noise(CHUNK_BYTES + 1);
		const hash = new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
		expect((await ana.put({ hash, bytes })).status).toBe(422);
		expect((await ana.fetch('/chunks/..%2F..%2Fx', { method: 'PUT', body: bytes })).status).toBe(400);
		expect(await at.files()).toEqual([]);
		expect(await readdir(join(at.folder, 'incoming'))).toEqual([]);
	});

	test('a manifest whose name is not its hash, or with a short chunk in its middle, is refused', async () => {
		await using at = await home();
		const ana = await at.as('ana');
		const [a, b] = [await fileOf(noise(10)), await fileOf(noise(20))];
		await ana.put(a.chunks[0]!);
		await ana.put(b.chunks[0]!);
		const chunks = [...a.chunks, ...b.chunks];
		const hash = new Bun.CryptoHasher('sha256').update(Buffer.from(chunks.map(({ hash }) => hash).join(''), 'hex')).digest('hex');
		const answers = [await ana.complete({ ...a, hash: b.hash }), await ana.complete({ hash, bytes: a.bytes, chunks })];
		for (const answer of answers)
			expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([422, 'manifest-invalid']);
	});

	test('ranges are answered as HTTP asks, over the borders of chunks too', async () => {
		await using at = await home();
		const file = await fileOf(noise(2 * CHUNK_BYTES + 100));
		const ana = await at.as('ana');
		await ana.upload(file);
		const size = file.bytes.length;
		for (const [range, first, last] of [
			['bytes=0-0', 0, 0],
			[`bytes=${CHUNK_BYTES - 3}-${CHUNK_BYTES + 4}`, CHUNK_BYTES - 3, CHUNK_BYTES + 4],
			[`bytes=${2 * CHUNK_BYTES}-`, 2 * CHUNK_BYTES, size - 1],
			['bytes=-5', size - 5, size - 1],
			['bytes=10-999999999', 10, size - 1],
		] as const) {
			const response = await ana.get(file, { range });
			expect([range, response.status, response.headers.get('content-range')]).toEqual([
				range,
				206,
				`bytes ${first}-${last}/${size}`,
			]);
			expect(new Uint8Array(await response.arrayBuffer())).toEqual(file.bytes.slice(first, last + 1));
		}
		expect((await ana.get(file, { range: `bytes=${size}-` })).status).toBe(416);
		expect((await ana.get(file, { range: 'bytes=0-1,5-6' })).status).toBe(200);
		expect((await ana.get(file, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
		expect((await ana.get(file, { 'if-none-match': `"${file.hash}"` })).status).toBe(304);
	});

	test('what is answered can never run under the hub’s name', async () => {
		await using at = await home();
		const file = await fileOf(new TextEncoder().encode('<script>alert(1)</script>'));
		const ana = await at.as('ana');
		await ana.upload(file);
		const { headers } = await ana.get(file);
		expect(headers.get('content-type')).toBe('application/octet-stream');
		expect(headers.get('content-disposition')).toBe('attachment');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
		expect(headers.get('content-security-policy')).toContain('sandbox');
		expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
	});

	test('the hash of another space’s file opens nothing, and tells nothing', async () => {
		await using at = await home();
		const file = await fileOf(noise(6_500));
		await (await at.as('ana')).upload(file);
		// Ben is in both spaces; in the other one there is no such file.
		const ben = await at.as('ben', at.other);
		expect((await ben.get(file)).status).toBe(404);
		expect(await ben.missing(file)).toEqual([file.chunks[0]!.hash]);
		expect((await ben.complete(file)).status).toBe(409);
		expect((await (await at.as('oli')).get(file)).status).toBe(404);
		// Once he sent it there himself it is there, and lies on the disk once.
		expect(await ben.upload(file)).toBe(200);
		expect((await (await at.as('oli', at.other)).get(file)).status).toBe(200);
		expect(await at.files()).toHaveLength(1);
	});

	test('who is limited to apps reads the files of these apps, and gains nothing by naming one', async () => {
		await using at = await home();
		const [open, closed] = [await fileOf(noise(100)), await fileOf(noise(200))];
		const ana = await at.as('ana');
		for (const file of [open, closed]) await ana.upload(file);
		await at.name('ana', referenceTo(closed), 2 * 256 + 1);
		const lim = await at.as('lim');
		expect((await lim.get(open)).status).toBe(404);
		await at.name('ana', referenceTo(open), COLLECTION);
		expect((await lim.get(open)).status).toBe(200);
		expect((await lim.get(closed)).status).toBe(404);
		await at.name('lim', referenceTo(closed), COLLECTION);
		expect((await lim.get(closed)).status).toBe(404);
		expect((await lim.complete(closed)).status).toBe(409);
		await lim.upload(closed);
		expect((await lim.get(closed)).status).toBe(200);
	});

	test('who is removed gets no further byte', async () => {
		await using at = await home();
		const file = await fileOf(noise(40 * CHUNK_BYTES));
		await (await at.as('ana')).upload(file);
		const reader = (await (await at.as('ben')).get(file)).body!.getReader();
		let bytes = (await reader.read()).value!.length;
		await at.store.db.updateTable('member').set({ role: 'gone' }).where('person', '=', 'ben').execute();
		const rest = async () => {
			for (;;) {
				const { value, done } = await reader.read();
				if (done) return;
				bytes += value.length;
			}
		};
		await rest().catch(() => undefined);
		expect(bytes).toBeLessThan(file.bytes.length);
		expect((await (await at.as('ben')).get(file)).status).toBe(404);
	});

	test('a space and a person have so much room; what is beyond is refused and leaves nothing', async () => {
		await using at = await home({ MANA_SYNC_BLOB_SPACE_BYTES: '3000', MANA_SYNC_BLOB_PERSON_BYTES: '2000' });
		const [ana, ben] = [await at.as('ana'), await at.as('ben')];
		expect(await ana.upload(await fileOf(noise(1500)))).toBe(200);
		const second = await ana.put((await fileOf(noise(600))).chunks[0]!);
		expect([second.status, ((await second.json()) as { code: string }).code]).toEqual([507, 'person-full']);
		const third = await ben.put((await fileOf(noise(1600))).chunks[0]!);
		expect([third.status, ((await third.json()) as { code: string }).code]).toEqual([507, 'space-full']);
		expect(await ben.upload(await fileOf(noise(1000)))).toBe(200);
		expect(await at.files()).toHaveLength(2);
	});

	test('many at once with the same chunk: it lies there once and whole', async () => {
		await using at = await home();
		const file = await fileOf(noise(100_000));
		const callers = await Promise.all(['ana', 'ben', 'ana', 'ben', 'ana'].map((person) => at.as(person)));
		expect(await Promise.all(callers.map((caller) => caller.upload(file)))).toEqual([200, 200, 200, 200, 200]);
		const [path] = await at.files();
		expect(new Uint8Array(await readFile(join(at.folder, path!)))).toEqual(file.bytes);
	});

	test('an archived space takes no more files and still gives them', async () => {
		await using at = await home();
		const file = await fileOf(noise(100));
		const ana = await at.as('ana');
		await ana.upload(file);
		await at.store.db.updateTable('space').set({ archived_at: 1 }).where('id', '=', at.space).execute();
		expect((await ana.put(file.chunks[0]!)).status).toBe(409);
		expect((await ana.get(file)).status).toBe(200);
	});

	test('a service reads what a record of its declared collections names, as long as the space lets it in, and nothing else', async () => {
		await using at = await home();
		const [named, other] = [await fileOf(noise(70_000)), await fileOf(noise(100))];
		const ana = await at.as('ana');
		for (const file of [named, other]) expect(await ana.upload(file)).toBe(200);
		await at.name('ana', referenceTo(named), TASKS);
		await at.name('ana', referenceTo(other));
		const get = (file: { readonly hash: string }, service = 'todo-server') =>
			at.asService(service, `/service-blobs/${at.space}/${file.hash}`);
		const read = await get(named);
		expect([read.status, read.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
		expect(new Uint8Array(await read.arrayBuffer())).toEqual(named.bytes);
		expect((await get(other)).status).toBe(404);
		// A service that declares other records, one that declares none, and a space that there is not.
		expect((await get(named, 'mana-user')).status).toBe(404);
		expect((await get(named, 'mana-search')).status).toBe(404);
		expect((await at.asService('todo-server', `/service-blobs/${newRecord()}/${named.hash}`)).status).toBe(404);
		expect((await ana.json('PUT', '/services/todo-server', { allowed: false })).status).toBe(200);
		expect((await get(named)).status).toBe(404);
	});

	test('a service that writes in a space keeps files there for whose space it is, as long as it is let in', async () => {
		await using at = await home({ MANA_SYNC_BLOB_PERSON_BYTES: '2000' });
		const [file, large] = [await fileOf(noise(1500)), await fileOf(noise(600))];
		const put = (one: typeof file, service = 'todo-server') =>
			at.asService(service, `/service-blobs/${at.space}/${one.hash}`, { method: 'PUT', body: one.bytes });
		expect((await put(file)).status).toBe(204);
		expect(await at.store.db.selectFrom('blob').select(['hash', 'person']).execute()).toEqual([
			{ hash: file.hash, person: (await at.store.db.selectFrom('space').select('owner').executeTakeFirstOrThrow()).owner },
		]);
		expect((await put(large)).status).toBe(507);
		// One that only reads, and a space that does not let it in any more.
		expect((await put(file, 'mana-user')).status).toBe(403);
		const ana = await at.as('ana');
		expect((await ana.json('PUT', '/services/todo-server', { allowed: false })).status).toBe(200);
		expect((await put(file)).status).toBe(403);
	});
});
