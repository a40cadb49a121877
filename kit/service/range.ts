/** The part of a content that is asked for, first and last byte included. */
export interface Range {
	readonly first: number;
	readonly last: number;
}

/**
 * Reads a `Range` header (RFC 9110 §14.2).
 *
 * @returns `null`: answer the whole (no range, several, or another unit); `'outside'`: nothing of it exists
 */
export function rangeOf(header: string | undefined, bytes: number): Range | 'outside' | null {
	const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
	if (from === undefined || to === undefined || (from === '' && to === '')) return null;
	if (from === '')
		return Number(to) === 0 || bytes === 0 ? 'outside' : { first: Math.max(0, bytes - Number(to)), last: bytes - 1 };
	if (to !== '' && Number(to) < Number(from)) return null;
	if (Number(from) >= bytes) return 'outside';
	return { first: Number(from), last: to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1) };
}
