import { isRecordId, MAX_VALUE_BYTES, type Value } from '@mana/model';
import { BadFrame } from './bad-frame.ts';
import { type ByteReader, type ByteWriter, utf8 } from './bytes.ts';

/** Three bits beside a length. Permanent. */
const KIND = { null: 0, false: 1, true: 2, positive: 3, negative: 4, double: 5, text: 6, bytes: 7 } as const;
/** A text that is an id takes 16 bytes instead of 26: `null` with the length 1. */
const ID = 8 + KIND.null;

/** One value: varint of `length × 8 + kind`, then its bytes. Throws `BadFrame` on what no cell may hold. */
export function writeValue(out: ByteWriter, value: Value): void {
	if (value === null) return out.byte(KIND.null);
	if (typeof value === 'boolean') return out.byte(value ? KIND.true : KIND.false);
	if (typeof value === 'number') return writeNumber(out, value);
	if (typeof value === 'string' && isRecordId(value)) {
		out.byte(ID);
		return out.id(value);
	}
	const bytes = typeof value === 'string' ? utf8(value) : value;
	if (bytes.length > MAX_VALUE_BYTES) throw new BadFrame('too-large', `a value of ${bytes.length} bytes`);
	out.varint(bytes.length * 8 + (typeof value === 'string' ? KIND.text : KIND.bytes));
	out.raw(bytes);
}

function writeNumber(out: ByteWriter, value: number): void {
	if (!Number.isFinite(value)) throw new BadFrame('bad-value', 'a number that is not finite');
	if (!Number.isSafeInteger(value)) {
		out.byte(KIND.double);
		return out.double(value);
	}
	out.byte(value < 0 ? KIND.negative : KIND.positive);
	out.varint(Math.abs(value));
}

export function readValue(from: ByteReader): Value {
	const head = from.varint();
	if (head === ID) return from.id();
	const length = Math.floor(head / 8);
	const kind = head % 8;
	if (length > 0 && kind < KIND.text) throw new BadFrame('bad-value', `kind ${kind} has no length`);
	switch (kind) {
		case KIND.null:
			return null;
		case KIND.false:
			return false;
		case KIND.true:
			return true;
		case KIND.positive:
			return from.varint();
		case KIND.negative:
			return 0 - from.varint();
		case KIND.double:
			return from.double();
	}
	if (length > MAX_VALUE_BYTES) throw new BadFrame('too-large', `a value of ${length} bytes`);
	return kind === KIND.text ? from.utf8(length) : from.raw(length);
}
