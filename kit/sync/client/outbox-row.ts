import { ByteReader, ByteWriter, readTransactions, writeTransactions } from '../codec/index.ts';
import type { Ground } from './ground.ts';
import type { StoredTransaction } from './store.ts';

/** A transaction of the outbox as it stands on the disk, under its number. */
export interface OutboxRow {
	readonly bytes: Uint8Array;
	readonly label: string;
	readonly at: number;
	readonly ground?: Ground | undefined;
	readonly refused: StoredTransaction['refused'];
}

export function rowOf({ n, stamp, ops, preconditions, label, at, ground, refused }: StoredTransaction): OutboxRow {
	const out = new ByteWriter();
	writeTransactions(out, [{ n: Math.abs(n), stamp, ops, preconditions }]);
	return { bytes: out.finish(), label, at, ground, refused };
}

export function storedOf(n: number, { bytes, label, at, ground, refused }: OutboxRow): StoredTransaction {
	const { stamp, ops, preconditions = [] } = readTransactions(new ByteReader(bytes))[0]!;
	return { n, stamp, ops, preconditions, label, at, ground, refused };
}
