import { BadFrame, decodeFrame, encodeFrame, type Presence } from '@mana/sync';

/** Largest payload of one NOTIFY: PostgreSQL takes less than 8,000 bytes. */
const PAYLOAD_BYTES = 7900;

/** Payloads that tell other nodes who is where, as few as they fit into: each a PRESENCE frame in base64. */
export function presencePayloads(frame: Presence): string[] {
	const payload = Buffer.from(encodeFrame(frame)).toString('base64');
	const { entries } = frame;
	if (payload.length < PAYLOAD_BYTES || entries.length <= 1) return [payload];
	const half = Math.ceil(entries.length / 2);
	return [entries.slice(0, half), entries.slice(half)].flatMap((some) => presencePayloads({ ...frame, entries: some }));
}

/** What such a payload tells; `null` for what cannot be read, as another version may say it. */
export function presenceIn(payload: string): Presence | null {
	try {
		const frame = decodeFrame(Buffer.from(payload, 'base64'));
		return frame.type === 'presence' ? frame : null;
	} catch (error) {
		if (error instanceof BadFrame) return null;
		throw error;
	}
}
