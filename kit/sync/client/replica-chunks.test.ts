import { stillMemory } from './test-world.ts';
import { chunkShelf, ChunkShelf, shelfWith } from './conversation/chunk-shelf.ts';
import * as reading from './conversation/chunks.ts';
import { expect, test } from 'bun:test';
import { type AnyField, laws, type Value } from '@mana/model';
import fc, { type Arbitrary } from 'fast-check';
import type { Cell, Place } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { newerThings, records, things } from '../simulator/things.ts';
import { decodeChunk, encodeChunk } from '../snapshot/chunk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { JournalStore } from './journal-store.ts';
import type { Pending } from './pending.ts';
import { Replica } from './replica.ts';
import type { MakeShelf } from './shelf.ts';

const { fields } = newerThings;
const word = fc.constantFrom('x', 'y', 'z');
const bytes = fc.uint8Array({ minLength: 1, maxLength: 3 });
const small = fc.integer({ min: -3, max: 90 });

/** Fields of every law with what may stand in them; `hours` is what the lens reads `minutes` from. */
const contents: readonly (readonly [AnyField, Arbitrary<string>, Arbitrary<Value>])[] = [
	[fields.a, fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 4 })],
	[fields.best, fc.constant(''), small],
	[fields.tags, word, fc.constantFrom<Value>(true, null)],
	[fields.count, fc.constantFrom('+a', '-a', '+b'), fc.nat(9)],
	[fields.votes, word, fc.oneof(word, fc.constant(null))],
	[fields.text, fc.constantFrom('u1', 'u2', 'u3'), fc.oneof(bytes, fc.constant(null))],
	[fields.price, fc.constant(''), small],
	[fields.parent, fc.constant(''), fc.constantFrom<Value>(null, ...records.slice(0, 2))],
	[fields.name, fc.constant(''), fc.constantFrom<Value>('?unique Sun', '=unique Sun', null)],
	[things.fields.hours, fc.constant(''), fc.nat(9)],
	[fields.minutes, fc.constant(''), fc.nat(600)],
];

const anyCell: Arbitrary<Cell> = fc.constantFrom(...contents).chain(([{ number: field }, key, value]) =>
	fc.record({
		collection: fc.constant(newerThings.number),
		record: fc.constantFrom(...records.slice(0, 3)),
		field: fc.constant(field),
		key,
		value,
		stamp: fc.integer({ min: 1, max: 5 }),
		actor: fc.integer({ min: 1, max: 2 }),
	}),
);
/** Each place once, as in the state of a server. */
const anyPart = fc
	.array(anyCell, { maxLength: 25 })
	.map((cells) => [...new Map(cells.map((cell) => [placeKey(cell), cell])).values()]);

const packed = (cells: readonly Cell[]) => decodeChunk(encodeChunk(newerThings.number, cells));
const byPlace = (cells: Iterable<Cell>) => new Map([...cells].map((cell) => [placeKey(cell), cell]));
const own = (ops: readonly Cell[]): Pending => ({
	n: null,
	stamp: 4,
	ops,
	preconditions: [],
	label: 'Edit',
	at: 0,
	ackedSeq: null,
	refused: null,
});

test('the contents are of every law (min is the mirror of max)', () => {
	expect(new Set(contents.map(([field]) => field.law))).toEqual(new Set(laws.filter((law) => law.name !== 'min')));
});

test('I12: by every law chunks, what came after them and local writes read the same as cell by cell', () => {
	fc.assert(
		fc.property(fc.array(anyPart, { maxLength: 3 }), anyPart, anyPart, fc.boolean(), (segments, tail, writes, refused) => {
			const [chunked, plain] = [new Replica(), new Replica()];
			chunked.mergeChunks(segments.map(packed));
			for (const replica of [chunked, plain]) replica.actor = 2;
			for (const cells of segments) plain.merge(cells);
			const pending = [own(writes), own(writes)] as const;
			const same = () => {
				for (const record of records.slice(0, 3)) {
					for (const collection of [things, newerThings])
						expect(chunked.row(collection, record)).toEqual(plain.row(collection, record));
					for (const { field, key } of [...segments.flat(), ...tail, ...writes]) {
						const place: Place = { collection: newerThings.number, record, field, key };
						const of = (replica: Replica) => [
							bare(replica.register(place)),
							bare(replica.confirmed(place)),
							bare(replica.seen(newerThings, place)),
							replica.isPending(place),
						];
						expect(of(chunked)).toEqual(of(plain));
					}
				}
				for (const replica of [chunked, plain]) {
					const gathered = replica.rows(things);
					const one = Array.from(replica.ids(things.number), (id) => replica.row(things, id));
					expect(gathered.length === one.length && gathered.every((row, at) => row === one[at])).toBe(true);
				}
			};
			same();
			chunked.add(pending[0]);
			plain.add(pending[1]);
			same();
			for (const replica of [chunked, plain]) replica.merge(tail);
			same();
			if (refused)
				[chunked, plain].forEach((replica, i) => replica.refuse(pending[i]!, { code: 'stale', detail: 'Somebody was faster.' }));
			same();
			[chunked, plain].forEach((replica, i) => replica.remove(pending[i]!));
			expect(byPlace(chunked.allCells())).toEqual(byPlace(plain.allCells()));
			expect(chunked.seenStamp).toBe(plain.seenStamp);
		}),
		{ numRuns: 300 },
	);
});

test('a shared space keeps its device, its chunks and its conflicts beside each other, and all go with it', async () => {
	const disk = new MemoryDisk();
	const store = () => new JournalStore(disk, (bytes) => bytes.map((_, i) => i), chunkShelf, 'a-space');
	const first = store();
	const { device } = await first.load();
	const cell: Cell = {
		collection: newerThings.number,
		record: records[0]!,
		field: fields.a.number,
		key: '',
		value: 'b',
		stamp: 2,
		actor: 1,
	};
	const bytes = encodeChunk(newerThings.number, [cell]);
	const hash = 'a'.repeat(64) as Parameters<JournalStore['keepChunk']>[0];
	await first.keepChunk(hash, bytes, 0);
	await first.applyRemote({ epoch: 1, to: 3, chunks: [{ hash, chunk: decodeChunk(bytes) }], cells: [], replace: true }, 0);
	const { collection, record, field, key } = cell;
	const side = { value: 'a', at: 0 };
	await first.settle(1, [], [{ collection, record, field, key, id: '1', label: 'Edit', mine: side, theirs: side }], 0);
	const found = await store().load();
	expect(found.device).toEqual(device);
	expect(found.conflicts.map(({ id }) => id)).toEqual(['1']);
	expect(found.chunks.map(({ size }) => size)).toEqual([1]);
	// Fewer apps may be read from now on: no chunk may stay, whatever it held.
	await first.applyRemote({ epoch: 1, to: 3, cells: [cell], replace: true, reach: [newerThings.number >> 8] }, 0);
	expect(await disk.run('read', ['chunks'], (tx) => tx.list('chunks', 'a-space'))).toEqual([]);
	expect((await store().load()).cells).toEqual([cell]);
	await first.keepChunk(hash, bytes, 0);
	await store().wipe({ space: null, name: '', at: 0 });
	const left = await disk.run('read', ['meta', 'chunks'], async (tx) => [
		...(await tx.list('meta', 'a-space')),
		...(await tx.list('chunks', 'a-space')),
	]);
	expect(left).toEqual([]);
});

test('a checkpoint drops a chunk whose records stand on pages, and none of a download that goes on, though it be the same', async () => {
	const disk = new MemoryDisk();
	const store = async () => {
		const made = new JournalStore(disk, (bytes) => bytes.map((_, i) => i), chunkShelf);
		const { chunks, fetched } = await made.load();
		return { made, counting: chunks.length, fetched: fetched.map(({ hash }) => hash) };
	};
	const cell = {
		collection: newerThings.number,
		record: records[0]!,
		field: fields.a.number,
		key: '',
		value: 'b',
		stamp: 2,
		actor: 1,
	};
	const bytes = encodeChunk(newerThings.number, [cell]);
	const [old, coming] = ['a', 'b'].map((letter) => letter.repeat(64) as Parameters<JournalStore['keepChunk']>[0]);
	const newer = { ...cell, value: 'c', stamp: 3 };
	const memory = stillMemory(() => [newer]);
	const { made: first } = await store();
	await first.keepChunk(old!, bytes, 0);
	await first.applyRemote({ epoch: 1, to: 3, chunks: [{ hash: old!, chunk: decodeChunk(bytes) }], cells: [], replace: true }, 0);
	await first.applyRemote({ epoch: 1, to: 4, cells: [newer], replace: false }, 0);
	expect(await first.checkpoint(memory, 0)).toBe(true);
	const { made: second, counting } = await store();
	expect(counting).toBe(1);
	await second.keepChunk(coming!, bytes, 0);
	expect(await second.checkpoint(memory, 0)).toBe(true);
	expect(await store()).toMatchObject({ counting: 0, fetched: [coming] });
	const again = async (made: JournalStore) => {
		await made.applyRemote(
			{ epoch: 1, to: 5, chunks: [{ hash: coming!, chunk: decodeChunk(bytes) }], cells: [], replace: false },
			0,
		);
	};
	await again((await store()).made);
	const { made: third } = await store();
	await third.keepChunk(coming!, bytes, 0);
	expect(await third.checkpoint(memory, 0)).toBe(true);
	await again(third);
	expect(await store()).toMatchObject({ counting: 1, fetched: [] });
	// In another history the same chunk tells of records that stand on no page any more.
	const { made: fourth } = await store();
	await fourth.keepChunk(coming!, bytes, 0);
	await fourth.applyRemote(
		{ epoch: 2, to: 1, chunks: [{ hash: coming!, chunk: decodeChunk(bytes) }], cells: [], replace: true },
		0,
	);
	expect(await fourth.checkpoint(memory, 0)).toBe(true);
	expect(await store()).toMatchObject({ counting: 1, fetched: [] });
});

test('a disk with chunks waits for what reads them, says when that cannot be loaded, and shows nothing that is old by then', async () => {
	const disk = new MemoryDisk();
	const cell = { collection: newerThings.number, record: records[0]!, field: fields.a.number, key: '', stamp: 2, actor: 1 };
	const bytes = encodeChunk(newerThings.number, [{ ...cell, value: 'b' }]);
	const hash = 'a'.repeat(64) as Parameters<JournalStore['keepChunk']>[0];
	const storeWith = (makeShelf: MakeShelf) => new JournalStore(disk, (bytes) => bytes.map((_, i) => i), makeShelf);
	const reader = storeWith(shelfWith(reading));
	await reader.load();
	await reader.keepChunk(hash, bytes, 0);
	await reader.applyRemote({ epoch: 1, to: 3, chunks: [{ hash, chunk: decodeChunk(bytes) }], cells: [], replace: true }, 0);
	let load = (): Promise<typeof reading> => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
	const late = storeWith((space) => new ChunkShelf(space, () => load()));
	expect(await late.load().catch((error: Error) => error.name)).toBe('TypeError');
	const slow = Promise.withResolvers<typeof reading>();
	load = () => slow.promise;
	const first = late.load();
	await disk.run('read', [], async () => undefined);
	slow.resolve(reading);
	expect((await first).chunks.map(({ size }) => size)).toEqual([1]);
	// Later there is somebody who writes while it is loaded.
	const again = storeWith((space) => new ChunkShelf(space, () => load()));
	await reader.applyRemote({ epoch: 1, to: 4, chunks: [], cells: [], replace: true }, 0);
	expect((await again.load()).chunks).toEqual([]);
	await reader.keepChunk(hash, bytes, 0);
	await reader.applyRemote({ epoch: 1, to: 5, chunks: [{ hash, chunk: decodeChunk(bytes) }], cells: [], replace: true }, 0);
	const waits = Promise.withResolvers<typeof reading>();
	load = () => waits.promise;
	const reloaded = again.load();
	await disk.run('read', [], async () => undefined);
	await reader.applyRemote({ epoch: 1, to: 6, cells: [{ ...cell, stamp: 3, value: 'c' }], replace: false }, 0);
	waits.resolve(reading);
	const { space, cells } = await reloaded;
	expect([space.seq, cells.map(({ value }) => value)]).toEqual([6, ['c']]);
});

/** A register without what names it. */
function bare(register: { value: Value; stamp: number; actor: number } | undefined) {
	return register && { value: register.value, stamp: register.stamp, actor: register.actor };
}
