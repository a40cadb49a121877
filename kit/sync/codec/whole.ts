import type { Frame } from '../frames.ts';
import { byCode, decodeWith, encodeWith } from './frame.ts';
import { readers, writers } from './said-by-both.ts';
import { clientReaders, clientWriters, readSubOfPart } from './said-by-clients.ts';
import { serverReaders, serverWriters } from './said-by-servers.ts';
import { codes, SUB_OF_PART } from './shape.ts';

const allWriters = { ...clientWriters, ...serverWriters, ...writers };
const allReaders = byCode<Frame['type']>({ ...clientReaders, ...serverReaders, ...readers }).set(SUB_OF_PART, readSubOfPart);

/** Any frame, see `encodeWith`. */
export function encodeFrame(frame: Frame): Uint8Array {
	return encodeWith<Frame['type']>(allWriters, frame);
}

/** Any frame, see `decodeWith`. */
export function decodeFrame(bytes: Uint8Array): Frame {
	return decodeWith(allReaders, bytes);
}

/** Every type of frame that there is. */
export const frameTypes = Object.keys(codes) as readonly Frame['type'][];
