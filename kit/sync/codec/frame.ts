import { type Frame, type FrameOf, WIRE_VERSION } from '../frames.ts';
import { limits } from '../limits.ts';
import { BadFrame } from './bad-frame.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { codes, type Readers, SUB_OF_PART, type Writers } from './shape.ts';

/**
 * The bytes of a frame: wire version, type, body.
 *
 * @throws `BadFrame` 'too-large' or 'too-many' when it breaks a limit: cut batches with `packPushes` and `packDeltas`
 */
export function encodeWith<T extends Frame['type']>(writers: Writers<T>, frame: FrameOf<T>): Uint8Array {
	const out = new ByteWriter();
	out.byte(WIRE_VERSION);
	out.byte('part' in frame && frame.part ? SUB_OF_PART : codes[frame.type]);
	(writers[frame.type] as (out: ByteWriter, frame: Frame) => void)(out, frame);
	const bytes = out.finish();
	if (bytes.length > limits.frameBytes) throw new BadFrame('too-large', `a frame of ${bytes.length} bytes`);
	return bytes;
}

/** Reads one frame of those types. Total: throws `BadFrame` and nothing else, in time linear to the input. */
export function decodeWith<T extends Frame['type']>(read: ReadersByCode<T>, bytes: Uint8Array): Frame & { readonly type: T } {
	if (bytes.length > limits.frameBytes) throw new BadFrame('too-large', `a frame of ${bytes.length} bytes`);
	const from = new ByteReader(bytes);
	const version = from.byte();
	if (version !== WIRE_VERSION) throw new BadFrame('version', `wire version ${version}, this side speaks ${WIRE_VERSION}`);
	const body = read.get(from.byte());
	if (!body) throw new BadFrame('unknown-type', `frame type ${bytes[1]}`);
	const frame = body(from);
	from.end();
	return frame;
}

/** How a body is read, by the code of its type. */
export type ReadersByCode<T extends Frame['type']> = ReadonlyMap<number, (from: ByteReader) => Frame & { readonly type: T }>;

export function byCode<T extends Frame['type']>(
	readers: Readers<T>,
): Map<number, (from: ByteReader) => Frame & { readonly type: T }> {
	const types = Object.keys(readers) as T[];
	return new Map(types.map((type) => [codes[type], readers[type] as (from: ByteReader) => Frame & { readonly type: T }]));
}
