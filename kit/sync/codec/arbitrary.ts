import { type RecordId, recordIdFromBytes, routeKey, type Value } from '@mana/model';
import fc, { type Arbitrary } from 'fast-check';
import type { Cell, Op, SpaceId, Transaction } from '../cell.ts';
import type { Frame } from '../frames.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';

/** Generators of everything that travels, for property tests. */
export const anyId = fc
	.oneof(
		fc.uint8Array({ minLength: 16, maxLength: 16 }),
		fc.nat(3).map((last) => new Uint8Array(16).fill(7, 0, 15).fill(last, 15)),
	)
	.map((bytes) => recordIdFromBytes(bytes));
export const aSpace = recordIdFromBytes(new Uint8Array(16).fill(9)) as string as SpaceId;
const space = anyId as unknown as Arbitrary<SpaceId>;
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 40 });
export const anyStamp = fc.oneof(
	fc.nat(20),
	fc.integer({ min: 240_000_000_000_000, max: 240_000_000_100_000 }),
	fc.nat(1_000_000).map((ms) => (59_000_000_000 + ms) * 4096),
	fc.maxSafeNat(),
);

export const anyValue: Arbitrary<Value> = fc.oneof(
	fc.constantFrom(null, true, false, '', 0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
	fc.maxSafeInteger(),
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
	wellFormed,
	anyId,
	fc.uint8Array({ maxLength: 40 }),
);

export const anyOp: Arbitrary<Op> = fc.record({
	collection: fc.oneof(fc.constantFrom(769, 770), fc.nat(0xffff)),
	record: anyId as Arbitrary<RecordId>,
	field: fc.oneof(fc.constantFrom(8, 16, 28), fc.nat(0xffffff)),
	key: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 })),
	value: anyValue,
});

const anyGuardedOp: Arbitrary<Op> = fc
	.tuple(anyOp, fc.option(anyStamp))
	.map(([op, seen]) => (seen === null ? op : { ...op, seen }));

export const anyCells: Arbitrary<Cell[]> = fc.array(
	fc.tuple(anyOp, anyStamp, fc.oneof(fc.nat(3), fc.nat(0x7fffffff))).map(([op, stamp, actor]) => ({ ...op, stamp, actor })),
	{ maxLength: 30 },
);

const conditions = fc.array(fc.record({ record: anyId as Arbitrary<RecordId>, seq: fc.maxSafeNat(), own: fc.boolean() }), {
	minLength: 1,
	maxLength: 3,
});

export const anyTransactions: Arbitrary<Transaction[]> = fc
	.tuple(
		fc.integer({ min: 1, max: 2 ** 40 }),
		fc.array(fc.tuple(anyStamp, fc.array(anyGuardedOp, { maxLength: 6 }), fc.option(conditions)), { maxLength: 12 }),
	)
	.map(([first, list]) =>
		list.map(([stamp, ops, preconditions], i) => ({ n: first + i, stamp, ops, ...(preconditions && { preconditions }) })),
	);

const word = fc.string({ maxLength: 30 });
const nat = fc.maxSafeNat();

const anyHash = fc
	.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
	.map((digits) => digits.join('') as ChunkHash);

const anyName = fc.record({ collection: fc.nat(0xffff), record: anyId as Arbitrary<RecordId> });
const anyKey = anyValue.map(routeKey);
const anyLack = fc.record({
	windows: fc.array(fc.record({ collection: fc.nat(0xffff), field: nat, from: anyKey, to: anyKey }), { maxLength: 4 }),
	records: fc.array(anyName, { maxLength: 3 }),
});
const anyPart = fc.record({
	scope: fc
		.tuple(fc.option(fc.array(fc.nat(255), { maxLength: 4 })), fc.array(fc.nat(0xffff), { maxLength: 3 }), anyLack)
		.map(([apps, collections, lack]) => ({ apps, collections, ...lack })),
	lack: fc.option(anyLack),
});

export const anyFrame: Arbitrary<Frame> = fc.oneof(
	fc.record({
		type: fc.constant('hello'),
		token: word,
		device: anyId,
		clockMs: nat,
		schema: fc.array(fc.record({ collection: fc.nat(0xffff), version: fc.nat() }), { maxLength: 4 }),
	}),
	fc.record({
		type: fc.constant('welcome'),
		clockMs: nat,
		serverMs: nat,
		person: word,
		personal: space,
		outdated: fc.array(fc.nat(0xffff), { maxLength: 3 }),
		limits: fc.record({ frameBytes: fc.nat(), pushOps: fc.nat() }),
	}),
	fc.record({ type: fc.constant('auth'), token: word }),
	fc.record({ type: fc.constant('sub'), space, epoch: nat, seq: nat }),
	fc.record({ type: fc.constant('sub'), space, epoch: nat, seq: nat, part: anyPart }),
	fc.record({ type: fc.constant('move'), space, from: nat, records: fc.array(anyName, { maxLength: 5 }) }),
	fc.record({
		type: fc.constant('snapshot'),
		space,
		epoch: nat,
		from: nat,
		seq: nat,
		chunks: fc.array(fc.record({ collection: fc.nat(0xffff), hash: anyHash, records: nat, bytes: nat }), { maxLength: 5 }),
	}),
	fc.record({
		type: fc.constant('subbed'),
		space,
		epoch: nat,
		seq: nat,
		actor: nat,
		nextN: nat,
		role: fc.constantFrom('owner', 'admin', 'editor', 'commenter', 'viewer'),
	}),
	fc.record({ type: fc.constant('push'), space, known: nat, transactions: anyTransactions }),
	fc.record({
		type: fc.constant('ack'),
		space,
		n: nat,
		seq: nat,
		restamped: fc.array(fc.record({ n: nat, stamp: nat }), { maxLength: 4 }),
		refused: fc.array(fc.record({ n: nat, code: word, detail: word }), { maxLength: 4 }),
	}),
	fc
		.record({ type: fc.constant('delta'), space, from: nat, to: nat, more: fc.boolean(), cells: anyCells })
		.map((delta) => ({ ...delta, from: Math.min(delta.from, delta.to), to: Math.max(delta.from, delta.to) })),
	fc.record({
		type: fc.constant('bye'),
		code: fc.constantFrom('gap', 'fork', 'restart'),
		detail: word,
		retryAfterMs: fc.option(fc.nat()),
	}),
	fc.record({
		type: fc.constant('presence'),
		space,
		app: fc.nat(255),
		channel: word,
		entries: fc.array(fc.record({ number: nat, person: word, value: fc.option(word) }), { maxLength: 4 }),
	}),
	fc.record({ type: fc.constant('credit'), space, bytes: nat }),
	fc.record({
		type: fc.constant('digest'),
		space,
		epoch: nat,
		seq: nat,
		collection: fc.nat(0xffff),
		buckets: fc.array(fc.nat(255), { maxLength: 4 }),
		more: fc.boolean(),
		sums: fc.array(fc.record({ of: fc.nat(0xffff), low: fc.nat(0xffffffff), high: fc.nat(0xffffffff) }), { maxLength: 4 }),
		cells: anyCells,
	}),
	fc.record({ type: fc.constant('revoked'), space }),
	fc.record({ type: fc.constant('renew'), space }),
	fc.record({ type: fc.constant('reach'), space, apps: fc.option(fc.array(fc.nat(255), { maxLength: 4 })) }),
	fc.record({ type: fc.constant('ping'), clockMs: nat }),
	fc.record({ type: fc.constant('pong'), clockMs: nat, serverMs: nat }),
) as Arbitrary<Frame>;
