import type { CutMode } from './wire.ts';

export const LACKS = ['liveness', 'parts', 'snapshots'] as const;
/** Something that servers learned later: CREDIT and DIGEST, parts, SNAPSHOT. */
export type Lack = (typeof LACKS)[number];

/** One thing that happens, at `at` ms after the start. Each has dice of its own, so that dropping one step changes no other. */
export type Step = { readonly at: number; readonly luck: number } & Deed;

export type Deed =
	/** `record`: which of them it is about; left out, luck decides. */
	| { readonly kind: 'write'; readonly browser: number; readonly what: WriteKind; readonly record?: number }
	| { readonly kind: 'undo' | 'redo'; readonly browser: number }
	| { readonly kind: 'resolve'; readonly browser: number }
	| { readonly kind: 'look'; readonly browser: number }
	| { readonly kind: 'cut'; readonly browser: number; readonly mode: CutMode }
	| { readonly kind: 'offline'; readonly browser: number; readonly ms: number }
	| { readonly kind: 'client-crash'; readonly browser: number; readonly power: boolean; readonly ms: number }
	| { readonly kind: 'client-clock'; readonly browser: number; readonly byMs: number }
	| { readonly kind: 'tab-open' | 'tab-close' | 'tab-kill'; readonly browser: number }
	| { readonly kind: 'tab-freeze'; readonly browser: number; readonly ms: number }
	| { readonly kind: 'clone' | 'upgrade'; readonly browser: number }
	| { readonly kind: 'clone'; readonly browser: number }
	| { readonly kind: 'newcomer' }
	| { readonly kind: 'tidy'; readonly forget: boolean }
	| { readonly kind: 'disk-failure'; readonly browser: number; readonly how: DiskFailure; readonly ms: number }
	| { readonly kind: 'disk-lost'; readonly browser: number; readonly ms: number }
	| { readonly kind: 'server-upgrade' }
	| { readonly kind: 'server-crash'; readonly ms: number }
	| { readonly kind: 'server-dismiss' }
	| { readonly kind: 'server-clock'; readonly byMs: number }
	| { readonly kind: 'server-stall'; readonly ms: number }
	| { readonly kind: 'server-failure'; readonly how: 'lost' | 'ambiguous' }
	| { readonly kind: 'server-role'; readonly ms: number }
	| { readonly kind: 'server-restore'; readonly backMs: number }
	/** The same, but that nothing tells it. */
	| { readonly kind: 'server-fall-back'; readonly backMs: number }
	| { readonly kind: 'member'; readonly change: MemberChange }
	| { readonly kind: 'damage'; readonly browser: number; readonly where: 'memory' | 'disk'; readonly how: Damage }
	| { readonly kind: 'node-crash' | 'node-pause' | 'node-cut'; readonly node: number; readonly ms: number }
	| { readonly kind: 'hints-lost'; readonly ms: number }
	| { readonly kind: 'keep'; readonly browser: number; readonly what: KeepChange };

export const DAMAGES = ['value', 'loss', 'excess', 'cut', 'stale', 'ahead'] as const;
/** Where browsers keep a part. */
export const DAMAGES_OF_PARTS = [...DAMAGES, 'missing', 'missing', 'outside', 'outside'] as const;
/**
 * What happens to something that was confirmed: it reads otherwise, is not there, was never written, cannot be read, or reads otherwise and as if that had
 * been written before, or long after; of a record nothing is left; or one was never written that stands where the part that is kept does not reach.
 */
export type Damage = (typeof DAMAGES_OF_PARTS)[number];

export const DISK_FAILURES = ['abort', 'full', 'dead'] as const;
/** What a browser's disk does: the next write is not kept; nothing more is, for lack of room; or nothing is read either. */
export type DiskFailure = (typeof DISK_FAILURES)[number];

export const KEEP_CHANGES = ['all', 'recent', 'recent', 'show', 'open', 'open', 'pin', 'let-go'] as const;
/** What a person wants a browser to keep. */
export type KeepChange = (typeof KEEP_CHANGES)[number];

export const MEMBER_CHANGES = [
	'remove',
	'remove',
	'leave',
	'rejoin',
	'rejoin',
	'limit',
	'limit-other',
	'limit-all',
	'open',
	'viewer',
	'editor',
] as const;
/** What happens to Ben. */
export type MemberChange = (typeof MEMBER_CHANGES)[number];

export const WRITE_KINDS = [
	...(['field', 'field', 'form', 'many', 'tags', 'best', 'trash', 'restore', 'refused', 'burst'] as const),
	...(['count', 'count', 'votes', 'text', 'price', 'move', 'name', 'expect', 'time'] as const),
] as const;
export type WriteKind = (typeof WRITE_KINDS)[number] | 'purge' | 'done' | 'soonest';

export const YEARS = 365 * 86_400_000;
