import type { Op, Precondition, Transaction } from '../cell.ts';
import { limits } from '../limits.ts';
import { BadFrame } from './bad-frame.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readPlaces, readStamps, writePlaces, writeStamps } from './columns.ts';
import { readFlags, writeFlags } from './flags.ts';

/** Transactions with contiguous `n`, column by column. Used by PUSH and by the client's journal. */
export function writeTransactions(out: ByteWriter, transactions: readonly Transaction[]): void {
	const ops = transactions.flatMap((transaction) => transaction.ops);
	writeFlags(out);
	out.varint(transactions.length);
	if (transactions.length === 0) return;
	out.varint(transactions[0]!.n);
	out.varint(ops.length);
	writeStamps(
		out,
		transactions.map(({ stamp, ops }) => [stamp, ops.length] as const),
	);
	writeConditions(out, transactions);
	writePlaces(out, ops);
}

export function readTransactions(from: ByteReader): Transaction[] {
	readFlags(from);
	const count = from.varint();
	if (count > limits.pushTransactions) throw new BadFrame('too-many', `${count} transactions`);
	if (count === 0) return [];
	const first = from.varint(Number.MAX_SAFE_INTEGER - count);
	if (first === 0) throw new BadFrame('bad-number', 'n starts at 1');
	const total = from.varint();
	if (total > limits.pushOps) throw new BadFrame('too-many', `${total} ops`);
	const stamps = readStamps(from, count, total);
	const conditions = readConditions(from, stamps);
	const ops = readPlaces(from, total);
	let at = 0;
	return stamps.map(([stamp, length], i) => {
		const found = conditions.get(i);
		const own = ops.slice(at, (at += length)).map((op, j): Op => {
			const seen = found?.seen.get(j);
			return seen === undefined ? op : { ...op, seen };
		});
		return { n: first + i, stamp, ops: own, ...(found?.preconditions.length && { preconditions: found.preconditions }) };
	});
}

/** What transactions depend on: how many have conditions; for each the distance from the one before, its preconditions, its guarded ops. */
function writeConditions(out: ByteWriter, transactions: readonly Transaction[]): void {
	const having = transactions.flatMap(({ preconditions = [], ops }, i) => {
		const guarded = ops.flatMap(({ seen }, j) => (seen === undefined ? [] : [[j, seen] as const]));
		return preconditions.length + guarded.length > 0 ? [{ i, preconditions, guarded }] : [];
	});
	out.varint(having.length);
	let last = 0;
	for (const { i, preconditions, guarded } of having) {
		out.varint(i - last);
		out.varint(preconditions.length);
		for (const { record, seq, own } of preconditions) {
			out.id(record);
			out.varint(seq);
			out.byte(own ? 1 : 0);
		}
		out.varint(guarded.length);
		let before = 0;
		for (const [j, seen] of guarded) {
			out.varint(j - before);
			out.varint(seen);
			before = j;
		}
		last = i;
	}
}

interface Conditions {
	readonly preconditions: readonly Precondition[];
	/** By the place of an op in its transaction. */
	readonly seen: ReadonlyMap<number, number>;
}

/** @param runs of each transaction its stamp and how many ops it has */
function readConditions(from: ByteReader, runs: readonly (readonly [number, number])[]): ReadonlyMap<number, Conditions> {
	const found = new Map<number, Conditions>();
	let at = 0;
	for (let left = from.varint(runs.length); left > 0; left--) {
		at += from.varint(runs.length);
		if (at >= runs.length || found.has(at)) throw new BadFrame('bad-run', 'conditions of no transaction');
		found.set(at, { preconditions: readPreconditions(from), seen: readSeen(from, runs[at]![1]) });
	}
	return found;
}

function readPreconditions(from: ByteReader): Precondition[] {
	const count = from.varint();
	if (count > limits.preconditions) throw new BadFrame('too-many', `${count} preconditions`);
	const preconditions: Precondition[] = [];
	for (let i = 0; i < count; i++) preconditions.push({ record: from.id(), seq: from.varint(), own: from.varint(1) === 1 });
	return preconditions;
}

function readSeen(from: ByteReader, ops: number): ReadonlyMap<number, number> {
	const seen = new Map<number, number>();
	let at = 0;
	for (let left = from.varint(ops); left > 0; left--) {
		at += from.varint(ops);
		if (at >= ops || seen.has(at)) throw new BadFrame('bad-run', 'a guard of no op');
		seen.set(at, from.varint());
	}
	return seen;
}
