import { expect, test } from 'bun:test';
import { fieldNumber, lww, newRecordId, type Value } from '@mana/model';
import type { SpaceId, Transaction } from '../cell.ts';
import { stampAt } from '../clock.ts';
import { encodeFrame, packDeltas } from './index.ts';

const now = Date.UTC(2026, 10, 23);
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes);
const space = newRecordId(now, random) as string as SpaceId;
const title = 'Water the plants';

test('ten fields of one record cost at most 8 bytes of metadata each, the frame included', () => {
	const values: Value[] = [title, 'Ferns first', null, '2026-11-23', '14:30', 'high', now, 42, true, 'a1V'];
	const bytes = push([transaction(1, values)]);
	const metadata = (bytes - values.reduce<number>((sum, value) => sum + payload(value), 0)) / values.length;
	console.log(`form of ten fields: ${bytes} bytes, ${metadata.toFixed(1)} of metadata a field`);
	expect(metadata).toBeLessThanOrEqual(8);
});

test('small edits of different records cost at most 40 bytes each in a push', () => {
	const bytes = push(Array.from({ length: 100 }, (_, i) => transaction(i + 1, [title]))) / 100;
	console.log(
		`single edits: ${bytes.toFixed(1)} bytes each in a push of 100, ${push([transaction(1, [title])])} alone in a frame`,
	);
	expect(bytes).toBeLessThanOrEqual(40);
});

test('edits of one record cost a few bytes each', () => {
	const record = newRecordId(now, random);
	const bytes = push(Array.from({ length: 100 }, (_, i) => ({ ...transaction(i + 1, [i]), ops: [op(record, 1, i)] }))) / 100;
	console.log(`edits of one number: ${bytes.toFixed(1)} bytes each`);
	expect(bytes).toBeLessThanOrEqual(12);
});

test('a first download costs at most 12 bytes a field beside its content', () => {
	const cells = Array.from({ length: 1000 }, (_, i) => {
		const record = newRecordId(now + i * 60_000, random);
		const ops = [title, 'Ferns first', '2026-11-23', 'high', 7].map((value, at) => op(record, at + 1, value));
		return ops.map((one) => ({ ...one, stamp: stampAt(now + i * 60_000), actor: 1 }));
	}).flat();
	const bytes = packDeltas(space, 0, 1, false, cells)
		.map(encodeFrame)
		.reduce((sum, { length }) => sum + length, 0);
	const content = cells.reduce((sum, { value }) => sum + payload(value), 0);
	console.log(
		`first download: ${(bytes / cells.length).toFixed(1)} bytes a cell, ${((bytes - content) / cells.length).toFixed(1)} of metadata`,
	);
	expect((bytes - content) / cells.length).toBeLessThanOrEqual(12);
});

function transaction(n: number, values: readonly Value[]): Transaction {
	const record = newRecordId(now + n * 1000, random);
	return { n, stamp: stampAt(now + n * 1700), ops: values.map((value, i) => op(record, i + 1, value)) };
}

function op(record: Transaction['ops'][number]['record'], field: number, value: Value): Transaction['ops'][number] {
	return { collection: 513, record, field: fieldNumber(field, lww), key: '', value };
}

function push(transactions: readonly Transaction[]): number {
	return encodeFrame({ type: 'push', space, known: 0, transactions }).length;
}

/** Bytes that a value itself takes, without its head. */
function payload(value: Value): number {
	if (typeof value === 'string') return value.length;
	return typeof value === 'number' ? Math.ceil(Math.log2(value + 2) / 7) : 0;
}
