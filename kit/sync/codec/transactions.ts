import type { Op, Transaction } from '../cell.ts';
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
	writePreconditions(out, transactions);
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
	const preconditions = readPreconditions(from, count);
	const ops = readPlaces(from, total);
	let at = 0;
	return stamps.map(([stamp, length], i) => {
		const own: readonly Op[] = ops.slice(at, (at += length));
		const conditions = preconditions.get(i);
		return { n: first + i, stamp, ops: own, ...(conditions && { preconditions: conditions }) };
	});
}

type Preconditions = NonNullable<Transaction['preconditions']>;

/** How many transactions have any; for each the distance from the one before, how many, and the records with their seq. */
function writePreconditions(out: ByteWriter, transactions: readonly Transaction[]): void {
	const having = transactions.flatMap(({ preconditions }, i) => (preconditions?.length ? [[i, preconditions] as const] : []));
	out.varint(having.length);
	let last = 0;
	for (const [i, preconditions] of having) {
		out.varint(i - last);
		out.varint(preconditions.length);
		for (const { record, seq } of preconditions) {
			out.id(record);
			out.varint(seq);
		}
		last = i;
	}
}

function readPreconditions(from: ByteReader, transactions: number): ReadonlyMap<number, Preconditions> {
	const found = new Map<number, Preconditions>();
	let at = 0;
	for (let left = from.varint(transactions); left > 0; left--) {
		at += from.varint(transactions);
		if (at >= transactions || found.has(at)) throw new BadFrame('bad-run', 'preconditions of no transaction');
		const count = from.varint();
		if (count > limits.preconditions) throw new BadFrame('too-many', `${count} preconditions`);
		const conditions = [];
		for (let i = 0; i < count; i++) conditions.push({ record: from.id(), seq: from.varint() });
		found.set(at, conditions);
	}
	return found;
}
