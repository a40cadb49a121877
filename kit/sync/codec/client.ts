import type { ClientFrame, ServerFrame } from '../frames.ts';
import { byCode, decodeWith, encodeWith } from './frame.ts';
import { readers, writers } from './said-by-both.ts';
import { clientWriters } from './said-by-clients.ts';
import { serverReaders } from './said-by-servers.ts';

// What a client needs of the codec: a page does not load how frames are read that it never hears.

const said = { ...clientWriters, ...writers };
const heard = byCode({ ...serverReaders, ...readers });

/** What a client says, see `encodeWith`. */
export function encodeSaid(frame: ClientFrame): Uint8Array {
	return encodeWith(said, frame);
}

/** Reads what a server said. Whatever only clients say is `unknown-type`. */
export function decodeHeard(bytes: Uint8Array): ServerFrame {
	return decodeWith(heard, bytes);
}
