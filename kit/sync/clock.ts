/**
 * Hybrid logical clock packed into one safe integer (sync.md §6.3): milliseconds since 2025-01-01 × 4096 + counter. Stamps compare
 * with `<`, last until 2094, and allow 4,096 writes per millisecond and device.
 */
export const EPOCH_MS = Date.UTC(2025, 0, 1);
const COUNTER = 4096;

/** How far in front of its own time the server lets a stamp be before it re-stamps the transaction. */
export const MAX_DRIFT_MS = 60_000;

/** The first stamp of a millisecond (ms since 1970). */
export function stampAt(ms: number): number {
	return Math.max(0, Math.floor(ms) - EPOCH_MS) * COUNTER;
}

/** The millisecond (since 1970) inside a stamp. */
export function timeOf(stamp: number): number {
	return Math.floor(stamp / COUNTER) + EPOCH_MS;
}

/** The next stamp of a device whose last one was `last`, at the physical time `now` (ms since 1970): strictly greater than `last`. */
export function nextStamp(last: number, now: number): number {
	return Math.max(last + 1, stampAt(now));
}
