import { MAX_VALUE_BYTES } from '@mana/model';
import type { Cell, Op, SpaceId, Transaction } from '../cell.ts';
import type { FrameOf } from '../frames.ts';
import { limits } from '../limits.ts';

/** Cuts transactions into pushes that keep the limits; `known` as in PUSH. Every transaction must pass `fits`. */
export function packPushes(space: SpaceId, known: number, transactions: readonly Transaction[]): FrameOf<'push'>[] {
	const room = { bytes: limits.transactionBytes, ops: limits.pushOps, items: limits.pushTransactions };
	return cut(transactions, (one) => ({ bytes: boundOf(one), ops: one.ops.length, items: 1 }), room).map((part) => ({
		type: 'push',
		space,
		known,
		transactions: part,
	}));
}

/** Cuts the cells of (`from`, `to`] into frames that keep the limits. All but the last say `more` and keep `to` at `from`. */
export function packDeltas(space: SpaceId, from: number, to: number, more: boolean, cells: readonly Cell[]): FrameOf<'delta'>[] {
	const room = { bytes: limits.transactionBytes, ops: limits.frameBytes, items: limits.frameBytes };
	const parts = cut(cells, (cell) => ({ bytes: opBound(cell), ops: 1, items: 1 }), room);
	if (parts.length === 0) parts.push([]);
	return parts.map((part, i) => {
		const last = i === parts.length - 1;
		return { type: 'delta', space, from, to: last ? to : from, more: more || !last, cells: part };
	});
}

/** Whether a transaction can travel at all. A bigger one must be refused when it is written. */
export function fits(transaction: Transaction): boolean {
	const { ops, preconditions = [] } = transaction;
	return (
		ops.length <= limits.pushOps &&
		preconditions.length <= limits.preconditions &&
		boundOf(transaction) <= limits.transactionBytes
	);
}

/** Upper bound of the bytes that a transaction adds to a push. */
export function boundOf(transaction: Transaction): number {
	let bytes = 32 + (transaction.preconditions?.length ?? 0) * 32;
	for (const op of transaction.ops) bytes += opBound(op);
	return bytes;
}

/** Place, stamp, actor and what was seen take at most 64 bytes beside key and value; a UTF-16 unit takes at most 3 bytes of UTF-8. */
function opBound(op: Op): number {
	const { value } = op;
	const size =
		typeof value === 'string' ? Math.min(value.length * 3, MAX_VALUE_BYTES) : value instanceof Uint8Array ? value.length : 8;
	return 64 + size + op.key.length * 3;
}

interface Size {
	readonly bytes: number;
	readonly ops: number;
	readonly items: number;
}

function cut<T>(all: readonly T[], sizeOf: (one: T) => Size, room: Size): T[][] {
	const parts: T[][] = [];
	let left: Size = { bytes: 0, ops: 0, items: 0 };
	for (const one of all) {
		const size = sizeOf(one);
		if (size.bytes > left.bytes || size.ops > left.ops || size.items > left.items) {
			parts.push([]);
			left = room;
		}
		parts.at(-1)!.push(one);
		left = { bytes: left.bytes - size.bytes, ops: left.ops - size.ops, items: left.items - size.items };
	}
	return parts;
}
