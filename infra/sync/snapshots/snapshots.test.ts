import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import type { Value } from '@mana/model';
import { type Cell, ENGINE, type FrameOf, type Op, placeKey, type SpaceId } from '@mana/sync';
import { cellsOfChunk, CHUNK_BYTES, decodeChunk } from '@mana/sync/snapshot/index';
import { APP, COLLECTION, newDevice, newRecord, op, RawClient, startSync } from '../testing.ts';
import { insertSpace, openBeside } from '../testing-spaces.ts';
import { CHUNK_GRACE_MS } from './chunk-keeper.ts';
import { chunkResponse } from './route.ts';

const SNAPSHOTS = [{ collection: ENGINE.collection, version: ENGINE.takesSnapshots }];

eachEngine('snapshots', (engine) => {
	async function start() {
		const server = await startSync(await engine.place());
		return { ...server, token: await server.issuer.token('ada') };
	}

	/** A client that takes snapshots, subscribed from the beginning. */
	async function download(url: string, token: string, space?: SpaceId): Promise<RawClient> {
		const client = await RawClient.open(url);
		const { personal } = await client.hello(token, SNAPSHOTS);
		await client.sub(space ?? personal);
		return client;
	}

	/** Subscribes from the beginning, again and again, until a snapshot with so many records was built in the background. */
	async function snapshotOf(
		url: string,
		token: string,
		records: number,
		space?: SpaceId,
	): Promise<{ client: RawClient; frame: FrameOf<'snapshot'> }> {
		const client = await download(url, token, space);
		for (let heard = 0; ;) {
			await client.until(
				() => client.heard.slice(heard).some((one) => one.type === 'snapshot' || one.type === 'delta'),
				'the state',
			);
			const frame = client.heard.slice(heard).find((one) => one.type === 'snapshot');
			if (frame && frame.chunks.reduce((sum, ref) => sum + ref.records, 0) >= records) return { client, frame };
			heard = client.heard.length;
			await client.sub(client.space!);
		}
	}

	function get(url: string, token: string, space: string, hash: string): Promise<Response> {
		return fetch(`${url}/chunks/${space}/${hash}`, { headers: { authorization: `Bearer ${token}` } });
	}

	/** What a client that fetches everything ends up with. */
	async function stateOf(url: string, token: string, client: RawClient, frame: FrameOf<'snapshot'>): Promise<Map<string, Value>> {
		const state = new Map<string, Value>();
		const put = ({ value, ...place }: Cell) => state.set(placeKey(place), value);
		for (const { hash, records } of frame.chunks) {
			const response = await get(url, token, frame.space, hash);
			expect(response.status).toBe(200);
			const chunk = decodeChunk(new Uint8Array(await response.arrayBuffer()));
			expect(chunk.count).toBe(records);
			for (const cell of cellsOfChunk(chunk)) put(cell);
		}
		for (const cell of client.cells.values()) put(cell);
		return state;
	}

	async function fill(client: RawClient, records: number, of: (i: number) => Op[]): Promise<Map<string, Value>> {
		const ops = Array.from({ length: records }, (_, i) => of(i)).flat();
		let last = 0;
		for (let at = 0; at < ops.length; at += 4_000) last = client.write(...ops.slice(at, at + 4_000)).n;
		await client.acked(last);
		return new Map(ops.map((one) => [placeKey(one), one.value]));
	}

	test('a new device is offered chunks in place of a long DELTA; chunks and tail together are the state', async () => {
		await using server = await start();
		const { url, token } = server;
		const author = await RawClient.join(url, token);
		const records = Array.from({ length: 3_000 }, newRecord);
		const expected = await fill(author, records.length, (i) => [
			op(records[i]!, `title ${i}`),
			op(records[i]!, i, 16),
			{ ...op(records[i]!, true, 28), key: `tag ${i % 7}` },
		]);
		const { frame } = await snapshotOf(url, token, 1300);
		for (const { bytes } of frame.chunks) expect(bytes).toBeLessThanOrEqual(CHUNK_BYTES);
		// Written after the snapshot: overrules it, and comes as the tail.
		const changed = op(records[5]!, 'changed later');
		await author.acked(author.write(changed).n);
		expected.set(placeKey(changed), changed.value);
		const late = await download(url, token);
		const again = await late.next('snapshot');
		await late.reached(author.seq);
		expect(again.chunks).toEqual(frame.chunks);
		expect(late.cells.size).toBeLessThan(expected.size);
		expect(await stateOf(url, token, late, again)).toEqual(expected);
		// A client that never said that it fetches chunks gets everything by DELTA.
		const old = await RawClient.join(url, token);
		await old.reached(author.seq);
		expect(old.heard.some(({ type }) => type === 'snapshot')).toBe(false);
		expect(new Map([...old.cells].map(([place, { value }]) => [place, value]))).toEqual(expected);
	});

	test('a member who is limited to apps is offered the chunks of these, and no word of others', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const { url, issuer } = server;
		const store = await openBeside(place.home, place.databaseUrl);
		const space = await insertSpace(store, { ada: { role: 'owner' }, ben: { role: 'editor', apps: [APP] } });
		await store.close();
		const author = await RawClient.open(url);
		await author.hello(await issuer.token('ada'));
		await author.sub(space);
		const elsewhere = (text: string) => ({ ...op(newRecord(), text), collection: COLLECTION + 256 });
		await fill(author, 2_500, (i) => [op(newRecord(), `mine ${i}`), elsewhere(`not mine ${i}`)]);
		const whole = await snapshotOf(url, await issuer.token('ada'), 5_000, space);
		const collections = (frame: FrameOf<'snapshot'>) => [...new Set(frame.chunks.map(({ collection }) => collection))].sort();
		expect(collections(whole.frame)).toEqual([COLLECTION, COLLECTION + 256]);
		const ben = await issuer.token('ben');
		const limited = await snapshotOf(url, ben, 2_500, space);
		expect(collections(limited.frame)).toEqual([COLLECTION]);
		const values = [...(await stateOf(url, ben, limited.client, limited.frame)).values()];
		expect(values.filter((value) => String(value).startsWith('mine'))).toHaveLength(2_500);
		const { hash } = whole.frame.chunks.find(({ collection }) => collection !== COLLECTION)!;
		expect((await get(url, ben, space, hash)).status).toBe(404);
	});

	test('a small space, and a device that lacks little, get a DELTA', async () => {
		await using server = await start();
		const { url, token } = server;
		const author = await RawClient.join(url, token);
		await fill(author, 100, () => [op(newRecord(), 'small')]);
		const small = await download(url, token);
		await small.reached(author.seq);
		expect(small.heard.some(({ type }) => type === 'snapshot')).toBe(false);
		await fill(author, 6_000, () => [op(newRecord(), 'many')]);
		await snapshotOf(url, token, 4_096);
		const back = await RawClient.open(url);
		const { personal } = await back.hello(token, SNAPSHOTS);
		await fill(author, 10, () => [op(newRecord(), 'few')]);
		await back.sub(personal, { epoch: author.epoch, seq: author.seq - 1 });
		await back.reached(author.seq);
		expect(back.heard.some(({ type }) => type === 'snapshot')).toBe(false);
	});

	test('chunks that no snapshot has named for an hour go by themselves, and no others', async () => {
		const place = await engine.place();
		const store = await openBeside(place.home, place.databaseUrl);
		const now = Date.now();
		for (const [hash, unnamed_at] of [
			['old', now - 2 * CHUNK_GRACE_MS],
			['lately', now - CHUNK_GRACE_MS / 2],
			['named', null],
		] as const)
			await store.db
				.insertInto('chunk')
				.values({ space: 1, hash, collection: 1, body: new Uint8Array(8), unnamed_at })
				.execute();
		await using _server = await startSync(place);
		const left = () => store.db.selectFrom('chunk').select('hash').orderBy('hash').execute();
		while ((await left()).length === 3) await new Promise((resolve) => setTimeout(resolve, 5));
		expect(await left()).toEqual([{ hash: 'lately' }, { hash: 'named' }]);
		await store.close();
	});

	test('a chunk is for members of its space only, and never stored by a shared cache', async () => {
		await using server = await start();
		const { url, token, issuer } = server;
		const author = await RawClient.join(url, token);
		await fill(author, 5_000, (i) => [op(newRecord(), `secret ${i}`)]);
		const { frame } = await snapshotOf(url, token, 4_096);
		const { hash } = frame.chunks[0]!;
		const good = await get(url, token, frame.space, hash);
		expect(good.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
		expect(good.headers.get('etag')).toBe(`"${hash}"`);
		const ben = await issuer.token('ben');
		const own = await RawClient.join(url, ben);
		const expired = await issuer.token('ada', { seconds: -10 });
		for (const [who, space, name, status] of [
			[ben, frame.space, hash, 404],
			[ben, own.space!, hash, 404],
			[token, frame.space, 'f'.repeat(64), 404],
			[token, frame.space, '../../secret', 404],
			[token, newDevice(), hash, 404],
			[expired, frame.space, hash, 401],
			['', frame.space, hash, 401],
		] as const) {
			const response = await get(url, who, space, name);
			expect(response.status).toBe(status);
			expect(await response.text()).not.toContain('secret 1');
		}
	});

	test.each([
		['the role may not read', { role: 'passer-by', apps: null }],
		['the app is not among those granted', { role: 'editor', apps: [7] }],
		['the person was removed', null],
	])('no chunk when %s', async (_why, access) => {
		const keeper = { chunk: async () => ({ body: new Uint8Array(1), collection: 513, access }) };
		const still = { rights: 0, mayTell: true };
		const asked = chunkResponse(keeper as never, still, 'ada', newRecord(), 'a'.repeat(64));
		await expect(asked).rejects.toMatchObject({ status: 404 });
		const granted = { chunk: async () => ({ body: new Uint8Array(1), collection: 513, access: { role: 'viewer', apps: [2] } }) };
		expect((await chunkResponse(granted as never, still, 'ada', newRecord(), 'a'.repeat(64))).status).toBe(200);
	});
});
