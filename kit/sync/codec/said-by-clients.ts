import type { DeviceId } from '../cell.ts';
import type { FrameOf } from '../frames.ts';
import type { ByteReader } from './bytes.ts';
import { readLack, readScope, writeLack, writeScope } from './scope.ts';
import { readList, readSpace, readText, type Readers, type Writers } from './shape.ts';
import { readTransactions, writeTransactions } from './transactions.ts';

type Type = 'hello' | 'sub' | 'push' | 'ping' | 'auth';

/** What only clients say. */
export const clientWriters: Writers<Type> = {
	hello(out, frame) {
		out.text(frame.token);
		out.id(frame.device);
		out.varint(frame.clockMs);
		out.varint(frame.schema.length);
		for (const { collection, version } of frame.schema) {
			out.varint(collection);
			out.varint(version);
		}
	},
	sub(out, frame) {
		out.id(frame.space);
		out.varint(frame.epoch);
		out.varint(frame.seq);
		if (!frame.part) return;
		const { scope, lack } = frame.part;
		writeScope(out, scope);
		out.byte(lack ? 1 : 0);
		if (lack) writeLack(out, lack);
	},
	push(out, frame) {
		out.id(frame.space);
		out.varint(frame.known);
		writeTransactions(out, frame.transactions);
	},
	ping: (out, frame) => out.varint(frame.clockMs),
	auth: (out, frame) => out.text(frame.token),
};

export const clientReaders: Readers<Type> = {
	hello: (from) => ({
		type: 'hello',
		token: readText(from),
		device: from.id() as string as DeviceId,
		clockMs: from.varint(),
		schema: readList(from, 0xffff, () => ({ collection: from.varint(0xffff), version: from.varint() })),
	}),
	sub: (from) => ({ type: 'sub', space: readSpace(from), epoch: from.varint(), seq: from.varint() }),
	push: (from) => ({ type: 'push', space: readSpace(from), known: from.varint(), transactions: readTransactions(from) }),
	ping: (from) => ({ type: 'ping', clockMs: from.varint() }),
	auth: (from) => ({ type: 'auth', token: readText(from) }),
};

/** A SUB with a part behind it. */
export function readSubOfPart(from: ByteReader): FrameOf<'sub'> {
	const sub = clientReaders.sub(from);
	const scope = readScope(from);
	return { ...sub, part: { scope, lack: from.varint(1) === 1 ? readLack(from) : null } };
}
