import { DavFailure } from './failure.ts';

export type Depth = 0 | 1 | 'infinity';

/** @throws DavFailure 400 */
export function parseDepth(value: string | null, fallback: Depth): Depth {
	switch (value?.trim().toLowerCase()) {
		case undefined:
			return fallback;
		case '0':
			return 0;
		case '1':
			return 1;
		case 'infinity':
			return 'infinity';
		default:
			throw new DavFailure(400, `Depth is 0, 1 or infinity, not "${value}".`);
	}
}

/** Whether what is in the way may be replaced; it may when nothing is said (RFC 4918 §10.6). @throws DavFailure 400 */
export function parseOverwrite(value: string | null): boolean {
	if (value === null || value.trim().toUpperCase() === 'T') return true;
	if (value.trim().toUpperCase() === 'F') return false;
	throw new DavFailure(400, `Overwrite is T or F, not "${value}".`);
}

/** How long a lock is to last, in ms, within what is allowed (RFC 4918 §10.7). What cannot be read counts as not said. */
export function parseTimeout(value: string | null, { longestMs }: { readonly longestMs: number }): number {
	for (const one of (value ?? '').split(',')) {
		const seconds = /^second-(\d{1,10})$/i.exec(one.trim())?.[1];
		if (seconds !== undefined) return Math.min(longestMs, Math.max(1, Number(seconds)) * 1000);
	}
	return longestMs;
}

/** What a client would like, if it is no trouble (RFC 7240, RFC 8144). */
export function parsePrefer(value: string | null): { readonly minimal: boolean; readonly noRoot: boolean } {
	const wishes = new Set((value ?? '').split(',').map((wish) => wish.trim().toLowerCase().replaceAll(/\s|"/g, '')));
	return { minimal: wishes.has('return=minimal'), noRoot: wishes.has('depth-noroot') };
}

/** The first and last byte that are wanted. `null`: all of them; `'none'`: none of what is asked for is there (RFC 9110 §14). */
export function parseRange(
	value: string | null,
	bytes: number,
): { readonly first: number; readonly last: number } | 'none' | null {
	const match = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(value ?? '');
	// Several ranges are answered with the whole, which is allowed.
	if (!match || (match[1] === '' && match[2] === '')) return null;
	if (match[1] === '') {
		const length = Math.min(Number(match[2]), bytes);
		return length === 0 ? 'none' : { first: bytes - length, last: bytes - 1 };
	}
	const first = Number(match[1]);
	const last = match[2] === '' ? bytes - 1 : Math.min(Number(match[2]), bytes - 1);
	if (match[2] !== '' && Number(match[2]) < first) return null;
	return first >= bytes ? 'none' : { first, last };
}
