import { type Frame, type FrameOf, type Role, WIRE_VERSION } from '../frames.ts';
import type { ByeCode } from '../frames.ts';
import type { DeviceId, SpaceId } from '../cell.ts';
import { BUCKETS } from '../digest.ts';
import { limits } from '../limits.ts';
import { readRefs, writeRefs } from '../snapshot/manifest.ts';
import { BadFrame } from './bad-frame.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readCells, writeCells } from './cells.ts';
import { readApps, readLack, readNames, readScope, writeApps, writeLack, writeNames, writeScope } from './scope.ts';
import { readTransactions, writeTransactions } from './transactions.ts';

/**
 * The bytes of a frame: wire version, type, body.
 *
 * @throws `BadFrame` 'too-large' or 'too-many' when it breaks a limit: cut batches with `packPushes` and `packDeltas`
 */
export function encodeFrame(frame: Frame): Uint8Array {
	const out = new ByteWriter();
	out.byte(WIRE_VERSION);
	const shape = frame.type === 'sub' && frame.part ? subOfPart : shapes[frame.type];
	out.byte(shape.code);
	(shape as Shape<Frame>).write(out, frame);
	const bytes = out.finish();
	if (bytes.length > limits.frameBytes) throw new BadFrame('too-large', `a frame of ${bytes.length} bytes`);
	return bytes;
}

/** Reads one frame. Total: throws `BadFrame` and nothing else, in time linear to the input. */
export function decodeFrame(bytes: Uint8Array): Frame {
	if (bytes.length > limits.frameBytes) throw new BadFrame('too-large', `a frame of ${bytes.length} bytes`);
	const from = new ByteReader(bytes);
	const version = from.byte();
	if (version !== WIRE_VERSION) throw new BadFrame('version', `wire version ${version}, this side speaks ${WIRE_VERSION}`);
	const shape = byCode.get(from.byte());
	if (!shape) throw new BadFrame('unknown-type', `frame type ${bytes[1]}`);
	const frame = shape.read(from);
	from.end();
	return frame;
}

/** How a frame type stands on the wire. Codes are permanent. */
interface Shape<F extends Frame> {
	readonly code: number;
	write(out: ByteWriter, frame: F): void;
	read(from: ByteReader): F;
}

const ROLES: readonly Role[] = ['owner', 'admin', 'editor', 'commenter', 'viewer'];
const token = (from: ByteReader) => from.text(limits.textBytes);
const text = token;

const shapes: { readonly [T in Frame['type']]: Shape<FrameOf<T>> } = {
	hello: {
		code: 1,
		write(out, frame) {
			out.text(frame.token);
			out.id(frame.device);
			out.varint(frame.clockMs);
			out.varint(frame.schema.length);
			for (const { collection, version } of frame.schema) {
				out.varint(collection);
				out.varint(version);
			}
		},
		read: (from) => ({
			type: 'hello',
			token: token(from),
			device: from.id() as string as DeviceId,
			clockMs: from.varint(),
			schema: list(from, 0xffff, () => ({ collection: from.varint(0xffff), version: from.varint() })),
		}),
	},
	welcome: {
		code: 2,
		write(out, frame) {
			out.varint(frame.clockMs);
			out.varint(frame.serverMs);
			out.text(frame.person);
			out.id(frame.personal);
			out.varint(frame.limits.frameBytes);
			out.varint(frame.limits.pushOps);
			out.varint(frame.outdated.length);
			for (const collection of frame.outdated) out.varint(collection);
		},
		read: (from) => ({
			type: 'welcome',
			clockMs: from.varint(),
			serverMs: from.varint(),
			person: text(from),
			personal: from.id() as string as SpaceId,
			limits: { frameBytes: from.varint(), pushOps: from.varint() },
			outdated: list(from, 0xffff, () => from.varint(0xffff)),
		}),
	},
	sub: {
		code: 3,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.epoch);
			out.varint(frame.seq);
		},
		read: (from) => ({ type: 'sub', space: space(from), epoch: from.varint(), seq: from.varint() }),
	},
	subbed: {
		code: 4,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.epoch);
			out.varint(frame.seq);
			out.varint(frame.actor);
			out.varint(frame.nextN);
			out.byte(ROLES.indexOf(frame.role));
		},
		read: (from) => ({
			type: 'subbed',
			space: space(from),
			epoch: from.varint(),
			seq: from.varint(),
			actor: from.varint(),
			nextN: from.varint(),
			role: ROLES[from.varint(ROLES.length - 1)]!,
		}),
	},
	push: {
		code: 5,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.known);
			writeTransactions(out, frame.transactions);
		},
		read: (from) => ({ type: 'push', space: space(from), known: from.varint(), transactions: readTransactions(from) }),
	},
	ack: {
		code: 6,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.n);
			out.varint(frame.seq);
			out.varint(frame.restamped.length);
			for (const { n, stamp } of frame.restamped) {
				out.varint(n);
				out.varint(stamp);
			}
			out.varint(frame.refused.length);
			for (const { n, code, detail } of frame.refused) {
				out.varint(n);
				out.text(code);
				out.text(detail);
			}
		},
		read: (from) => ({
			type: 'ack',
			space: space(from),
			n: from.varint(),
			seq: from.varint(),
			restamped: list(from, limits.pushTransactions, () => ({ n: from.varint(), stamp: from.varint() })),
			refused: list(from, limits.pushTransactions, () => ({ n: from.varint(), code: text(from), detail: text(from) })),
		}),
	},
	delta: {
		code: 7,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.from);
			out.varint(frame.to - frame.from);
			out.byte(frame.more ? 1 : 0);
			writeCells(out, frame.cells);
		},
		read(from) {
			const id = space(from);
			const start = from.varint();
			const to = start + from.varint(Number.MAX_SAFE_INTEGER - start);
			return { type: 'delta', space: id, from: start, to, more: from.varint(1) === 1, cells: readCells(from) };
		},
	},
	move: {
		code: 13,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.from);
			writeNames(out, frame.records);
		},
		read: (from) => ({ type: 'move', space: space(from), from: from.varint(), records: readNames(from) }),
	},
	revoked: {
		code: 14,
		write: (out, frame) => out.id(frame.space),
		read: (from) => ({ type: 'revoked', space: space(from) }),
	},
	reach: {
		code: 18,
		write(out, frame) {
			out.id(frame.space);
			writeApps(out, frame.apps);
		},
		read: (from) => ({ type: 'reach', space: space(from), apps: readApps(from) }),
	},
	renew: {
		code: 20,
		write: (out, frame) => out.id(frame.space),
		read: (from) => ({ type: 'renew', space: space(from) }),
	},
	snapshot: {
		code: 12,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.epoch);
			out.varint(frame.from);
			out.varint(frame.seq);
			writeRefs(out, frame.chunks);
		},
		read: (from) => ({
			type: 'snapshot',
			space: space(from),
			epoch: from.varint(),
			from: from.varint(),
			seq: from.varint(),
			chunks: readRefs(from),
		}),
	},
	digest: {
		code: 15,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.epoch);
			out.varint(frame.seq);
			out.varint(frame.collection);
			out.byte(frame.more ? 1 : 0);
			out.varint(frame.buckets.length);
			for (const bucket of frame.buckets) out.varint(bucket);
			out.varint(frame.sums.length);
			for (const { of, low, high } of frame.sums) {
				out.varint(of);
				out.varint(low);
				out.varint(high);
			}
			writeCells(out, frame.cells);
		},
		read: (from) => ({
			type: 'digest',
			space: space(from),
			epoch: from.varint(),
			seq: from.varint(),
			collection: from.varint(0xffff),
			more: from.varint(1) === 1,
			buckets: list(from, BUCKETS, () => from.varint(BUCKETS - 1)),
			sums: list(from, 0x10000, () => ({ of: from.varint(0xffff), low: from.varint(0xffffffff), high: from.varint(0xffffffff) })),
			cells: readCells(from),
		}),
	},
	presence: {
		code: 16,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.app);
			out.text(frame.channel);
			out.varint(frame.entries.length);
			for (const { number, person, value } of frame.entries) {
				out.varint(number);
				out.text(person);
				out.byte(value === null ? 0 : 1);
				if (value !== null) out.text(value);
			}
		},
		read: (from) => ({
			type: 'presence',
			space: space(from),
			app: from.varint(255),
			channel: from.text(limits.channelBytes),
			entries: list(from, limits.presenceValues, () => ({
				number: from.varint(),
				person: text(from),
				value: from.varint(1) === 0 ? null : from.text(limits.presenceBytes),
			})),
		}),
	},
	credit: {
		code: 17,
		write(out, frame) {
			out.id(frame.space);
			out.varint(frame.bytes);
		},
		read: (from) => ({ type: 'credit', space: space(from), bytes: from.varint() }),
	},
	bye: {
		code: 8,
		write(out, frame) {
			out.text(frame.code);
			out.text(frame.detail);
			out.varint(frame.retryAfterMs === null ? 0 : frame.retryAfterMs + 1);
		},
		read(from) {
			// A code of a later version is kept as it is: a reader treats what it does not know like 'protocol'.
			const bye = { type: 'bye' as const, code: text(from) as ByeCode, detail: text(from) };
			const retry = from.varint();
			return { ...bye, retryAfterMs: retry === 0 ? null : retry - 1 };
		},
	},
	ping: {
		code: 9,
		write: (out, frame) => out.varint(frame.clockMs),
		read: (from) => ({ type: 'ping', clockMs: from.varint() }),
	},
	pong: {
		code: 10,
		write(out, frame) {
			out.varint(frame.clockMs);
			out.varint(frame.serverMs);
		},
		read: (from) => ({ type: 'pong', clockMs: from.varint(), serverMs: from.varint() }),
	},
	auth: {
		code: 11,
		write: (out, frame) => out.text(frame.token),
		read: (from) => ({ type: 'auth', token: token(from) }),
	},
};

/** Every type of frame that there is. */
export const frameTypes = Object.keys(shapes) as readonly Frame['type'][];

/** A SUB with a part behind it has a code of its own: one that lost its end must not be taken for a question about everything. */
const subOfPart: Shape<FrameOf<'sub'>> = {
	code: 19,
	write(out, frame) {
		shapes.sub.write(out, frame);
		const { scope, lack } = frame.part!;
		writeScope(out, scope);
		out.byte(lack ? 1 : 0);
		if (lack) writeLack(out, lack);
	},
	read(from) {
		const sub = shapes.sub.read(from);
		const scope = readScope(from);
		return { ...sub, part: { scope, lack: from.varint(1) === 1 ? readLack(from) : null } };
	},
};

const byCode = new Map<number, Shape<Frame>>(
	[...Object.values(shapes), subOfPart].map((shape) => [shape.code, shape as Shape<Frame>]),
);

function space(from: ByteReader): SpaceId {
	return from.id() as string as SpaceId;
}

/** A counted list; every item takes at least a byte, so the count cannot exceed what is left. */
function list<T>(from: ByteReader, most: number, item: () => T): T[] {
	const count = from.varint();
	if (count > most) throw new BadFrame('too-many', `${count} where ${most} are allowed`);
	if (count > from.remaining) throw new BadFrame('truncated', `${count} items in ${from.remaining} bytes`);
	return Array.from({ length: count }, item);
}
