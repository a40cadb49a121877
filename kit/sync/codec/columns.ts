import { type RecordId, recordIdFromBytes, recordIdToBytes } from '@mana/model';
import type { Op, Place } from '../cell.ts';
import { limits } from '../limits.ts';
import { BadFrame } from './bad-frame.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readValue, writeValue } from './value.ts';

/** Every op costs at least this many bytes (its field and the head of its value): what bounds a claimed number of ops. */
const LEAST_BYTES = 2;
const MAX_COLLECTION = 0xffff;
const MAX_FIELD = 0xffffff;

/**
 * The columns that ops and cells share: collections, records, fields, keys, values (sync.md §6.5). The number of rows is
 * known to the reader before.
 */
export function writePlaces(out: ByteWriter, rows: readonly Op[]): void {
	writeRuns(out, rows, (row) => row.collection);
	writeRecords(out, rows);
	let last = 0;
	for (const { field } of rows) {
		out.varint(zigzag(field - last));
		last = field;
	}
	writeKeys(out, rows);
	for (const { value } of rows) writeValue(out, value);
}

export function readPlaces(from: ByteReader, count: number): Op[] {
	if (count * LEAST_BYTES > from.remaining) throw new BadFrame('truncated', `${count} ops in ${from.remaining} bytes`);
	const collections = readRuns(from, count, MAX_COLLECTION);
	const records = readRecords(from, count);
	const fields: number[] = [];
	for (let last = 0; fields.length < count; fields.push(last)) {
		last += unzigzag(from.varint());
		if (last < 0 || last > MAX_FIELD) throw new BadFrame('bad-number', `field number ${last}`);
	}
	const keys = readKeys(from, count);
	return fields.map((field, i) => ({
		collection: collections[i]!,
		record: records[i]!,
		field,
		key: keys.get(i) ?? '',
		value: readValue(from),
	}));
}

/** Value and length of each run of equal numbers. */
export function writeRuns<T>(out: ByteWriter, rows: readonly T[], of: (row: T) => number): void {
	forRuns(rows, of, (value, length) => {
		out.varint(value);
		out.varint(length);
	});
}

export function readRuns(from: ByteReader, count: number, most: number): number[] {
	const values: number[] = [];
	while (values.length < count) {
		const value = from.varint(most);
		for (let left = readRun(from, count - values.length); left > 0; left--) values.push(value);
	}
	return values;
}

/**
 * Stamps in runs, as second differences: a clock that ticks evenly costs one byte a run. A difference of whole milliseconds is
 * written in milliseconds. Heads: 4·|d| + 2·(d < 0) + (d in stamps, not ms); the otherwise unused 2 announces a plain stamp.
 */
export function writeStamps(out: ByteWriter, runs: Iterable<readonly [stamp: number, length: number]>): void {
	let last = 0;
	let step = 0;
	for (const [stamp, length] of runs) {
		const difference = stamp - predict(last, step);
		const whole = difference % PER_MS === 0;
		const size = Math.abs(whole ? difference / PER_MS : difference);
		if (size < PLAIN_ABOVE) out.varint(size * 4 + (difference < 0 ? 2 : 0) + (whole ? 0 : 1));
		else {
			out.varint(PLAIN);
			out.varint(stamp);
		}
		out.varint(length);
		step = stamp - last;
		last = stamp;
	}
}

/** @param total what the lengths must add up to */
export function readStamps(from: ByteReader, count: number, total: number): [stamp: number, length: number][] {
	const runs: [number, number][] = [];
	let last = 0;
	let step = 0;
	let left = total;
	while (count === EVERY ? left > 0 : runs.length < count) {
		const head = from.varint();
		const size = Math.floor(head / 4) * (head & 1 ? 1 : PER_MS) * (head & 2 ? -1 : 1);
		const stamp = head === PLAIN ? from.varint() : predict(last, step) + size;
		if (!Number.isSafeInteger(stamp) || stamp < 0) throw new BadFrame('bad-number', `stamp ${stamp}`);
		const length = from.varint();
		if (length > left || (count === EVERY && length === 0))
			throw new BadFrame('bad-run', `a run of ${length} where ${left} are left`);
		runs.push([stamp, length]);
		left -= length;
		step = stamp - last;
		last = stamp;
	}
	if (left > 0) throw new BadFrame('bad-run', `${left} ops without a stamp`);
	return runs;
}

/** The next stamp of a clock that ticks evenly; the last one again where that would leave the safe integers. */
function predict(last: number, step: number): number {
	const next = last + step;
	return next >= 0 && Number.isSafeInteger(next) ? next : last;
}

/** As many runs as it takes to reach the total. */
export const EVERY = -1;
const PER_MS = 4096;
const PLAIN = 2;
const PLAIN_ABOVE = 2 ** 50;

/**
 * Each run of one record: 0 and (bytes shared with the record before, the other bytes) for a new one, k > 0 for the k-th last new
 * one; then the length of the run.
 */
function writeRecords(out: ByteWriter, rows: readonly Place[]): void {
	const order = new Map<RecordId, number>();
	let before: Uint8Array = new Uint8Array(16);
	forRuns(
		rows,
		(row) => row.record,
		(record, length) => {
			const known = order.get(record);
			out.varint(known === undefined ? 0 : order.size - known);
			if (known === undefined) {
				const bytes = recordIdToBytes(record);
				let shared = 0;
				while (shared < 15 && bytes[shared] === before[shared]) shared++;
				out.byte(shared);
				for (let i = shared; i < 16; i++) out.byte(bytes[i]!);
				before = bytes;
				order.set(record, order.size);
			}
			out.varint(length);
		},
	);
}

function readRecords(from: ByteReader, count: number): RecordId[] {
	const records: RecordId[] = [];
	const seen: RecordId[] = [];
	let before: Uint8Array = new Uint8Array(16);
	while (records.length < count) {
		const back = from.varint(seen.length);
		if (back === 0) {
			const shared = from.byte();
			if (shared > 15) throw new BadFrame('bad-number', `${shared} shared bytes`);
			const bytes = before.slice();
			bytes.set(from.raw(16 - shared), shared);
			seen.push(recordIdFromBytes(bytes));
			before = bytes;
		}
		const record = seen[seen.length - Math.max(back, 1)]!;
		for (let left = readRun(from, count - records.length); left > 0; left--) records.push(record);
	}
	return records;
}

/** How many rows have no key, then one key; and so on to the end. */
function writeKeys(out: ByteWriter, rows: readonly Place[]): void {
	let without = 0;
	for (const { key } of rows) {
		if (key === '') without++;
		else {
			out.varint(without);
			out.text(key);
			without = 0;
		}
	}
	out.varint(without);
}

function readKeys(from: ByteReader, count: number): ReadonlyMap<number, string> {
	const keys = new Map<number, string>();
	let at = 0;
	for (;;) {
		const without = from.varint();
		if (without > count - at) throw new BadFrame('bad-run', `${without} rows without a key where ${count - at} are left`);
		at += without;
		if (at === count) return keys;
		const key = from.text(limits.keyBytes);
		if (key === '') throw new BadFrame('bad-run', 'an empty key');
		keys.set(at++, key);
	}
}

function readRun(from: ByteReader, left: number): number {
	const length = from.varint();
	if (length === 0 || length > left) throw new BadFrame('bad-run', `a run of ${length} where ${left} are left`);
	return length;
}

function forRuns<T, V>(rows: readonly T[], of: (row: T) => V, each: (value: V, length: number) => void): void {
	for (let start = 0; start < rows.length;) {
		const value = of(rows[start]!);
		let end = start + 1;
		while (end < rows.length && of(rows[end]!) === value) end++;
		each(value, end - start);
		start = end;
	}
}

/** Small numbers of either sign as small numbers: 0, −1, 1, −2 … → 0, 1, 2, 3 … */
function zigzag(value: number): number {
	return value < 0 ? -value * 2 - 1 : value * 2;
}

function unzigzag(value: number): number {
	return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
