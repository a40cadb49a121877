import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isRecordId, namedRecordId, newRecordId, recordIdFromBytes, recordIdToBytes } from './record-id.ts';

const anyBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('an id comes back from its text', () => {
	fc.assert(
		fc.property(anyBytes, (bytes) => {
			const id = recordIdFromBytes(bytes);
			expect(isRecordId(id)).toBe(true);
			expect(recordIdToBytes(id)).toEqual(bytes);
		}),
	);
});

test('text sorts as bytes do', () => {
	fc.assert(
		fc.property(anyBytes, anyBytes, (a, b) => {
			const [left, right] = [recordIdFromBytes(a), recordIdFromBytes(b)];
			expect(Math.sign(Buffer.compare(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0);
		}),
	);
});

test('later ids sort after earlier ones', () => {
	const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes);
	const now = Date.UTC(2026, 10, 23);
	const ids = [0, 1, 1000, 86_400_000, 10 ** 12].map((later) => newRecordId(now + later, random));
	expect(ids.toSorted()).toEqual(ids);
});

test('what is not an id is told from one', () => {
	const id = recordIdFromBytes(new Uint8Array(16).fill(255));
	for (const wrong of ['', id.slice(1), `${id}0`, id.toUpperCase(), id.replace('z', 'u'), `8${id.slice(1)}`, 7, null])
		expect(isRecordId(wrong)).toBe(false);
});

test('a named id is the same everywhere and differs for other names', () => {
	expect(namedRecordId('todo/inbox')).toBe(namedRecordId('todo/inbox'));
	const ids = new Set(Array.from({ length: 10_000 }, (_, i) => namedRecordId(`tag ${i}`)));
	expect(ids.size).toBe(10_000);
	for (const id of ids) expect(isRecordId(id)).toBe(true);
});
