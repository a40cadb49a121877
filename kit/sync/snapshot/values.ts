import { isRecordId, recordIdFromBytes, recordIdToBytes, type RecordId, type Value } from '@mana/model';
import { BadFrame } from '../codec/bad-frame.ts';
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readValue, writeValue } from '../codec/value.ts';

/** How the values of a column stand in a chunk. Permanent. */
const KIND = { same: 0, texts: 1, integers: 2, ids: 3, mixed: 4 } as const;

/** The values of a column, made when they are asked for. */
export interface Values {
	at(cell: number): Value;
}

/** Writes values in the form that reads fastest among those that can hold them. */
export function writeValues(out: ByteWriter, values: readonly Value[]): void {
	const [first] = values;
	if (values.length > 0 && values.every((value) => value === first)) {
		out.byte(KIND.same);
		writeValue(out, first!);
	} else if (values.every((value) => typeof value === 'string' && isRecordId(value))) {
		out.byte(KIND.ids);
		for (const id of values) out.raw(recordIdToBytes(id as RecordId));
	} else if (values.every((value) => typeof value === 'string')) {
		out.byte(KIND.texts);
		// Lengths in UTF-16 units: the whole column is decoded at once and cut afterwards. Unpaired halves become U+FFFD, one unit for one.
		for (const text of values) out.varint(text.length);
		out.text(values.join(''));
	} else if (values.every((value) => typeof value === 'number' && Math.abs(value) <= MOST_INTEGER && Number.isInteger(value))) {
		out.byte(KIND.integers);
		for (const value of values as readonly number[]) out.varint(value < 0 ? -value * 2 - 1 : value * 2);
	} else {
		out.byte(KIND.mixed);
		for (const value of values) writeValue(out, value);
	}
}

/** @param count of the values, which the reader knows before */
export function readValues(from: ByteReader, count: number): Values {
	const kind = from.byte();
	if (kind === KIND.same) {
		const value = readValue(from);
		return { at: () => value };
	}
	if (count > from.remaining) throw new BadFrame('truncated', `${count} values in ${from.remaining} bytes`);
	switch (kind) {
		case KIND.texts:
			return readTexts(from, count);
		case KIND.ids: {
			const bytes = from.raw(count * 16);
			return { at: (cell) => recordIdFromBytes(bytes, cell * 16) };
		}
		case KIND.integers: {
			const numbers = new Float64Array(count);
			for (let i = 0; i < count; i++) {
				const folded = from.varint();
				numbers[i] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
			}
			return { at: (cell) => numbers[cell]! };
		}
		case KIND.mixed: {
			const values = Array.from({ length: count }, () => readValue(from));
			return { at: (cell) => values[cell]! };
		}
	}
	throw new BadFrame('bad-value', `values of kind ${kind}`);
}

function readTexts(from: ByteReader, count: number): Values {
	const ends = new Uint32Array(count);
	let total = 0;
	for (let i = 0; i < count; i++) ends[i] = total += from.varint(MOST_UNITS);
	const text = from.text(MOST_UNITS);
	if (text.length !== total) throw new BadFrame('bad-run', `texts of ${total} units in ${text.length}`);
	return { at: (cell) => text.slice(cell === 0 ? 0 : ends[cell - 1], ends[cell]) };
}

/** Twice it, and one more, is still a safe integer. */
const MOST_INTEGER = 2 ** 52 - 1;
/** Longest text of a whole column, in bytes or UTF-16 units: far above what a chunk's builder makes. */
const MOST_UNITS = 64 * 1024 * 1024;
