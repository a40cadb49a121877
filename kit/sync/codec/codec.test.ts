import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Frame, FrameOf } from '../frames.ts';
import { BadFrame, boundOf, decodeFrame, encodeFrame, fits, packDeltas, packPushes } from './index.ts';
import { anyCells, anyFrame, anyTransactions, aSpace } from './arbitrary.ts';

test('every frame comes back as it was', () => {
	fc.assert(
		fc.property(anyFrame, (frame) => {
			expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
		}),
		{ numRuns: 2000 },
	);
});

test('a truncated frame is refused at every length', () => {
	fc.assert(
		fc.property(anyFrame, fc.nat(), (frame, cut) => {
			const bytes = encodeFrame(frame);
			expect(refusal(bytes.subarray(0, cut % bytes.length))).toBeInstanceOf(BadFrame);
		}),
		{ numRuns: 2000 },
	);
});

test('a frame with a flipped bit is read or refused, never anything else', () => {
	fc.assert(
		fc.property(anyFrame, fc.nat(), (frame, bit) => {
			const bytes = encodeFrame(frame).slice();
			const at = bit % (bytes.length * 8);
			bytes[at >> 3]! ^= 1 << (at & 7);
			readsOrRefuses(bytes);
		}),
		{ numRuns: 5_000 },
	);
});

test('random bytes are read or refused, never anything else', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 20 }), (bytes, type) => {
			readsOrRefuses(bytes);
			readsOrRefuses(Uint8Array.from([1, type, ...bytes]));
		}),
		{ numRuns: 5_000 },
	);
});

test('what the decoder reads from damaged bytes can be written and read again', () => {
	fc.assert(
		fc.property(anyFrame, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (frame, damage) => {
			const bytes = encodeFrame(frame).slice();
			for (const [at, value] of damage) bytes[at % bytes.length] = value;
			const read = readsOrRefuses(bytes);
			if (read) expect(decodeFrame(encodeFrame(read))).toEqual(read);
		}),
		{ numRuns: 3000 },
	);
});

test('claimed lengths do not make the decoder allocate or loop', () => {
	const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]; // 2^49 − 1
	const space = Array.from<number>({ length: 16 }).fill(0);
	const attacks: Record<string, number[]> = {
		'delta cells': [1, 7, ...space, 0, 0, 0, 0, ...huge],
		'delta run of actors': [1, 7, ...space, 0, 0, 0, 0, 2, 1, ...huge, 0, 0, 0, 0],
		'push transactions': [1, 5, ...space, 0, 0, ...huge],
		'push ops': [1, 5, ...space, 0, 0, 1, 1, ...huge],
		'hello token': [1, 1, ...huge],
		'ack refusals': [1, 6, ...space, 0, 0, 0, ...huge],
	};
	for (const [name, bytes] of Object.entries(attacks)) {
		expect({ name, refused: refusal(Uint8Array.from(bytes)) instanceof BadFrame }).toEqual({ name, refused: true });
	}
});

test('codes tell what is wrong', () => {
	const push = encodeFrame({ type: 'push', space: aSpace, known: 0, transactions: [] });
	const sealed = push.slice();
	sealed[2 + 16 + 1] = 1;
	expect(refusal(sealed)?.code).toBe('sealed');
	expect(refusal(Uint8Array.from([2, 1]))?.code).toBe('version');
	expect(refusal(Uint8Array.from([1, 99]))?.code).toBe('unknown-type');
	expect(refusal(Uint8Array.from([...push, 0]))?.code).toBe('trailing');
	expect(refusal(push.subarray(0, 10))?.code).toBe('truncated');
	expect(refusal(new Uint8Array(1024 * 1024 + 1))?.code).toBe('too-large');
});

test('stamps at the ends of their range come back as they were', () => {
	const stamps = [
		0,
		Number.MAX_SAFE_INTEGER,
		0,
		4623599627370497,
		7881299347898370,
		240000000000001,
		Number.MAX_SAFE_INTEGER - 1,
		1,
	];
	const transactions = stamps.map((stamp, i) => ({ n: i + 1, stamp, ops: [] }));
	const frame = { type: 'push', space: aSpace, known: 0, transactions } as const;
	expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
});

test('packed pushes keep every limit and all transactions', () => {
	fc.assert(
		fc.property(anyTransactions, (transactions) => {
			const pushes = packPushes(aSpace, 3, transactions);
			expect(pushes.flatMap((push) => push.transactions)).toEqual(transactions);
		}),
	);
	const big = 'ü'.repeat(60_000 / 2);
	const heavy = Array.from({ length: 100 }, (_, i) => ({
		n: i + 1,
		stamp: i,
		ops: [{ collection: 1, record: aSpace as never, field: 8, key: '', value: big }],
	}));
	const pushes = packPushes(aSpace, 0, heavy);
	expect(pushes.length).toBeGreaterThan(5);
	for (const push of pushes) expect(encodeFrame(push).length).toBeLessThanOrEqual(1024 * 1024);
	expect(pushes.flatMap((push) => push.transactions)).toEqual(heavy);
});

test('packed deltas keep `from` until the last part', () => {
	fc.assert(
		fc.property(anyCells, (cells) => {
			const parts = packDeltas(aSpace, 5, 9, false, cells);
			expect(parts.flatMap((part) => part.cells)).toEqual(cells);
			expect(parts.at(-1)).toMatchObject({ from: 5, to: 9, more: false });
			for (const part of parts.slice(0, -1)) expect(part).toMatchObject({ from: 5, to: 5, more: true });
		}),
	);
});

test('the bound of a transaction is an upper bound', () => {
	fc.assert(
		fc.property(anyTransactions, (transactions) => {
			const empty = encodeFrame({ type: 'push', space: aSpace, known: 0, transactions: [] }).length;
			const bytes = encodeFrame({ type: 'push', space: aSpace, known: 0, transactions }).length;
			expect(bytes - empty).toBeLessThanOrEqual(16 + transactions.reduce((sum, one) => sum + boundOf(one), 0));
			for (const one of transactions) expect(fits(one)).toBe(true);
		}),
	);
});

function refusal(bytes: Uint8Array): BadFrame | null {
	try {
		decodeFrame(bytes);
		return null;
	} catch (error) {
		if (error instanceof BadFrame) return error;
		throw error;
	}
}

function readsOrRefuses(bytes: Uint8Array): Frame | null {
	try {
		return decodeFrame(bytes) satisfies FrameOf<Frame['type']>;
	} catch (error) {
		if (error instanceof BadFrame) return null;
		throw error;
	}
}
