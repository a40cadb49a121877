import type { Value } from '@mana/model';
import { ByteReader, ByteWriter, limits, readCells, readValue, writeCells, writeValue } from '@mana/sync';
import type { Decision, StoredCell } from '@mana/sync/space/index';

/** A cell's value as the stores keep it: the wire's bytes, SQL's null for null. */
export function valueToBytes(value: Value): Uint8Array | null {
	if (value === null) return null;
	const out = new ByteWriter();
	writeValue(out, value);
	return out.finish();
}

export function valueFromBytes(bytes: Uint8Array | null): Value {
	return bytes === null ? null : readValue(new ByteReader(bytes));
}

/** Cells with their seqs, as the log keeps what a change replaced. */
export function replacedToBytes(cells: readonly StoredCell[]): Uint8Array {
	const out = new ByteWriter();
	writeCells(out, cells);
	for (const { seq } of cells) out.varint(seq);
	return out.finish();
}

export function replacedFromBytes(bytes: Uint8Array): StoredCell[] {
	const from = new ByteReader(bytes);
	return readCells(from).map((cell) => ({ ...cell, seq: from.varint() }));
}

/** What was decided on a device's latest transactions, as one small blob: most are nothing but a hash. */
export function decisionsToBytes(decisions: readonly Decision[]): Uint8Array {
	const out = new ByteWriter();
	for (const { hash, restamped, refused } of decisions) {
		out.varint(hash);
		out.varint(restamped === undefined ? 0 : restamped + 1);
		out.text(refused?.code ?? '');
		if (refused) out.text(refused.detail);
	}
	return out.finish();
}

export function decisionsFromBytes(bytes: Uint8Array): Decision[] {
	const from = new ByteReader(bytes);
	const decisions: Decision[] = [];
	while (from.remaining > 0) {
		const hash = from.varint();
		const restamped = from.varint();
		const code = from.text(limits.textBytes);
		decisions.push({
			hash,
			...(restamped > 0 && { restamped: restamped - 1 }),
			...(code !== '' && { refused: { code, detail: from.text(limits.textBytes) } }),
		});
	}
	return decisions;
}

/** Takes apart what `joinFrames` made. */
export function* splitFrames(joined: Uint8Array): IterableIterator<Uint8Array> {
	const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
	for (let at = 0; at < joined.length;) {
		const end = at + 4 + view.getUint32(at);
		yield joined.subarray(at + 4, end);
		at = end;
	}
}

/** Frames one after another, each behind its length (4 bytes, big-endian): the log's and the HTTP exchange's form. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const joined = new Uint8Array(frames.reduce((sum, frame) => sum + 4 + frame.length, 0));
	const view = new DataView(joined.buffer);
	let at = 0;
	for (const frame of frames) {
		view.setUint32(at, frame.length);
		joined.set(frame, at + 4);
		at += 4 + frame.length;
	}
	return joined;
}
