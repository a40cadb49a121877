import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRecordId, systemFields } from '@mana/model';
import { blobHash, type Blobs, openBlobs } from '@mana/store';
import { eachEngine } from '@mana/store/testing';
import type { SpaceId } from '@mana/sync';
import fc from 'fast-check';
import { valueToBytes } from '../spaces/bytes.ts';
import { migrations, type SyncTables } from '../store.ts';
import { COLLECTION, TITLE } from '../testing.ts';
import { insertSpace } from '../testing-spaces.ts';
import { BLOB_HORIZON_MS, collectBlobs } from './collection.ts';
import { examineBlobs } from './doctor.ts';
import { BlobKeeper } from './keeper.ts';
import { bytesOf } from './reading.ts';
import { Shelf } from './shelf.ts';
import { fileOf, referenceTo, type TestFile } from './testing.ts';

const DAY = 24 * 3600_000;
const ana = { person: 'ana', access: { role: 'owner', apps: null } } as const;
const records = Array.from({ length: 4 }, () =>
	newRecordId(0, (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)),
);

eachEngine('collection of files', (engine) => {
	async function home() {
		const store = await engine.open<SyncTables>({ migrations });
		const folder = await mkdtemp(join(tmpdir(), 'mana-blobs-'));
		const blobs = await openBlobs(folder);
		let failing = false;
		/** A folder on which a removal can fail, as when the process ends just before it. */
		const fragile: Blobs = {
			put: (content, options) => blobs.put(content, options),
			get: (hash, range) => blobs.get(hash, range),
			stat: (hash) => blobs.stat(hash),
			has: (hash) => blobs.has(hash),
			list: () => blobs.list(),
			delete: (hash) => (failing ? Promise.reject(new Error('killed')) : blobs.delete(hash)),
		};
		const shelf = new Shelf(fragile);
		let now = 1000 * DAY;
		const keeper = new BlobKeeper(store, shelf, { spaceBytes: 1e9, personBytes: 1e9 }, () => now);
		const id = await insertSpace(store, { ana: { role: 'owner' } });
		const { number } = await store.db.selectFrom('space').select('number').where('id', '=', id).executeTakeFirstOrThrow();
		/** One transaction of the committer: the head moves, the cell is written. */
		async function write(record: string, value: string | number | null, field = TITLE): Promise<void> {
			await store.db.transaction().execute(async (db) => {
				const { seq } = await db
					.updateTable('space')
					.set(({ eb }) => ({ seq: eb('seq', '+', 1) }))
					.where('number', '=', number)
					.returning('seq')
					.executeTakeFirstOrThrow();
				const cell = { value: valueToBytes(value), stamp: seq, actor: 1, seq };
				await db
					.insertInto('cell')
					.values({ space: number, record, collection: COLLECTION, field, key: '', ...cell })
					.onConflict((conflict) => conflict.columns(['space', 'record', 'collection', 'field', 'key']).doUpdateSet(cell))
					.execute();
			});
		}
		return {
			store,
			shelf,
			keeper,
			id,
			number,
			write,
			now: () => now,
			pass: (days: number) => (now += days * DAY),
			collect: () => collectBlobs(store, shelf, now),
			examine: () => examineBlobs(store, shelf),
			/** Another process on the same folder and store: what the two do is not ordered by any of them alone. */
			beside: (between: () => Promise<unknown>) => {
				const slow: Blobs = {
					...fragile,
					async put(content, options) {
						const info = await blobs.put(content, options);
						await between();
						return info;
					},
				};
				return new BlobKeeper(store, new Shelf(slow), { spaceBytes: 1e9, personBytes: 1e9 }, () => now);
			},
			files: async () => (await Array.fromAsync(blobs.list())).map(({ hash }) => String(hash)),
			forgetFile: (file: TestFile) => blobs.delete(blobHash(file.chunks[0]!.hash)),
			async upload(file: TestFile, where: SpaceId = id) {
				for (const { hash, bytes } of file.chunks) await keeper.put(where, ana, hash, parts(bytes));
				await keeper.complete(
					where,
					ana,
					file.hash,
					file.chunks.map(({ hash }) => hash),
				);
			},
			async read(file: TestFile) {
				const found = await keeper.find(id, ana, file.hash);
				if (!found) return null;
				const range = { first: 0, last: found.bytes - 1 };
				const got = await Array.fromAsync(bytesOf(shelf, found, range, () => Promise.resolve(true)));
				return new Uint8Array(Buffer.concat(got));
			},
			/** Removes a record for good, as compaction does behind the tombstone horizon: no seq tells of it. */
			purge: (record: string) => store.db.deleteFrom('cell').where('space', '=', number).where('record', '=', record).execute(),
			async killedWhileRemoving(work: () => Promise<unknown>) {
				failing = true;
				await work().catch((error: Error) => expect(error.message).toBe('killed'));
				failing = false;
			},
			[Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
		};
	}

	const small = (text: string) => fileOf(new TextEncoder().encode(text));

	test('a chunk that one process clears away in the moment in which another receives it has to be sent again', async () => {
		await using at = await home();
		const file = await small('twice');
		const [chunk] = file.chunks;
		await at.upload(file);
		await at.collect();
		at.pass(31);
		const receiver = at.beside(() => at.collect());
		await expect(receiver.put(at.id, ana, chunk!.hash, parts(chunk!.bytes))).rejects.toMatchObject({ code: 'chunk-collected' });
		expect(await at.files()).toEqual([]);
		expect(await receiver.missing(at.id, ana, [chunk!.hash])).toEqual([chunk!.hash]);
		await at.upload(file);
		expect(await at.read(file)).toEqual(file.bytes);
	});

	test('while a chunk is entered nobody else clears it away', async () => {
		await using at = await home();
		const file = await small('entered');
		for (let round = 0; round < 5; round++) {
			const kept = at.upload(file).then(
				() => true,
				() => false,
			);
			await at.collect();
			if (await kept) expect(await at.read(file)).toEqual(file.bytes);
		}
		expect(await at.files()).toHaveLength(1);
	});

	test('a file that no record names goes after 30 days, not before; one that is named stays', async () => {
		await using at = await home();
		const [kept, left] = [await small('kept'), await small('left')];
		for (const file of [kept, left]) await at.upload(file);
		await at.write(records[0]!, referenceTo(kept));
		await at.write(records[1]!, referenceTo(left));
		at.pass(100);
		expect(await at.collect()).toEqual({ blobs: 0, chunks: 0, files: 0 });
		await at.write(records[1]!, null);
		await at.collect();
		at.pass(29.9);
		expect((await at.collect()).blobs).toBe(0);
		at.pass(0.2);
		expect(await at.collect()).toEqual({ blobs: 1, chunks: 1, files: 1 });
		expect([await at.read(kept), await at.read(left)]).toEqual([kept.bytes, null]);
		expect(await at.files()).toEqual([kept.chunks[0]!.hash]);
	});

	test('a record in the trash keeps its file; when it is purged for good the file goes', async () => {
		await using at = await home();
		const file = await small('photo');
		await at.upload(file);
		await at.write(records[0]!, referenceTo(file));
		await at.write(records[0]!, at.now(), systemFields.deletedAt.number);
		at.pass(80);
		await at.collect();
		expect(await at.read(file)).toEqual(file.bytes);
		await at.purge(records[0]!);
		await at.collect();
		at.pass(31);
		await at.collect();
		expect(await at.files()).toEqual([]);
	});

	test('an upload that pauses keeps its chunks, one that is given up does not', async () => {
		await using at = await home();
		const [paused, given] = [await small('paused'), await small('given up')];
		for (const file of [paused, given]) await at.keeper.put(at.id, ana, file.chunks[0]!.hash, parts(file.bytes));
		at.pass(20);
		expect(await at.keeper.missing(at.id, ana, [paused.chunks[0]!.hash])).toEqual([]);
		at.pass(20);
		expect(await at.collect()).toEqual({ blobs: 0, chunks: 1, files: 1 });
		expect(await at.files()).toEqual([paused.chunks[0]!.hash]);
	});

	test('the same content in another space outlives this one', async () => {
		await using at = await home();
		const other = await insertSpace(at.store, { ana: { role: 'owner' } });
		const file = await small('shared');
		await at.upload(file);
		at.pass(20);
		await at.upload(file, other);
		at.pass(15);
		expect(await at.collect()).toEqual({ blobs: 1, chunks: 1, files: 0 });
		expect(await at.keeper.find(other, ana, file.hash)).not.toBeNull();
		expect(await at.files()).toHaveLength(1);
	});

	test('what a crash in the middle of a removal left is removed by the next collection', async () => {
		await using at = await home();
		const file = await small('half gone');
		await at.upload(file);
		at.pass(31);
		await at.killedWhileRemoving(at.collect);
		expect(await at.files()).toHaveLength(1);
		expect(await at.read(file)).toBeNull();
		expect(await at.collect()).toEqual({ blobs: 0, chunks: 0, files: 1 });
		expect(await at.files()).toEqual([]);
	});

	test('the doctor finds a reference that was lost and a file that is gone, and mends what can be mended', async () => {
		await using at = await home();
		const file = await small('seen');
		await at.upload(file);
		await at.write(records[0]!, referenceTo(file));
		await at.collect();
		expect(await at.examine()).toEqual({ references: 1, wrong: 0, lost: 0 });
		await at.store.db.deleteFrom('blob_reference').execute();
		expect(await at.examine()).toEqual({ references: 1, wrong: 1, lost: 0 });
		expect(await at.examine()).toEqual({ references: 1, wrong: 0, lost: 0 });
		await at.forgetFile(file);
		expect((await at.examine()).lost).toBe(1);
		expect(await at.keeper.missing(at.id, ana, [file.chunks[0]!.hash])).toHaveLength(1);
		await at.upload(file);
		expect(await at.examine()).toEqual({ references: 1, wrong: 0, lost: 0 });
	});

	test('I17: in any history a named file is there, and in the end an unnamed one is not', async () => {
		const files = await Promise.all(['a', 'b', 'c'].map(small));
		const which = fc.nat({ max: files.length - 1 });
		const where = fc.nat({ max: records.length - 1 });
		const step = fc.oneof(
			{ weight: 3, arbitrary: fc.record({ kind: fc.constant('name' as const), file: which, record: where }) },
			fc.record({ kind: fc.constant('clear' as const), record: where }),
			fc.record({ kind: fc.constant('trash' as const), record: where }),
			fc.record({ kind: fc.constant('restore' as const), record: where }),
			fc.record({ kind: fc.constant('purge' as const), record: where }),
			{ weight: 2, arbitrary: fc.record({ kind: fc.constant('upload' as const), file: which }) },
			{ weight: 2, arbitrary: fc.record({ kind: fc.constant('collect' as const), days: fc.nat({ max: 40 }) }) },
			fc.record({ kind: fc.constant('crash' as const), days: fc.nat({ max: 40 }) }),
			fc.record({ kind: fc.constant('race' as const), file: which, record: where }),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
				await using at = await home();
				/** What each record names, and until when each file that was sent is promised to stay. */
				const named = new Map<number, number>();
				const until = new Map<number, number>();
				const promise = (file: number) => until.has(file) && until.set(file, at.now() + BLOB_HORIZON_MS);
				const collected = () => [...named.values()].forEach(promise);
				async function name(record: number, file: number): Promise<void> {
					await at.write(records[record]!, referenceTo(files[file]!));
					named.set(record, file);
				}
				for (const one of steps) {
					if (one.kind === 'name') await name(one.record, one.file);
					if (one.kind === 'clear') {
						await at.write(records[one.record]!, null);
						named.delete(one.record);
					}
					if (one.kind === 'trash' || one.kind === 'restore')
						await at.write(records[one.record]!, one.kind === 'trash' ? 1 : null, systemFields.deletedAt.number);
					if (one.kind === 'purge') {
						await at.purge(records[one.record]!);
						named.delete(one.record);
					}
					if (one.kind === 'upload') {
						await at.upload(files[one.file]!);
						until.set(one.file, at.now() + BLOB_HORIZON_MS);
					}
					if (one.kind === 'collect' || one.kind === 'crash') {
						at.pass(one.days);
						if (one.kind === 'crash') await at.killedWhileRemoving(at.collect);
						else await at.collect();
						collected();
					}
					if (one.kind === 'race') {
						const sent = at.upload(files[one.file]!);
						await Promise.all([at.collect(), sent, name(one.record, one.file)]);
						until.set(one.file, at.now() + BLOB_HORIZON_MS);
					}
					for (const [file, end] of until) {
						const promised = [...named.values()].includes(file) || at.now() < end;
						if (promised) expect(await at.read(files[file]!)).toEqual(files[file]!.bytes);
						else if ((await at.read(files[file]!)) === null) until.delete(file);
					}
					const { wrong, lost } = await at.examine();
					expect({ wrong, lost }).toEqual({ wrong: 0, lost: 0 });
				}
				for (const record of records) await at.write(record, null);
				await at.collect();
				at.pass(31);
				await at.collect();
				expect(await at.files()).toEqual([]);
			}),
			{ numRuns: engine.name === 'sqlite' ? 60 : 10 },
		);
	});
});

async function* parts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}
