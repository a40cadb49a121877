import { WIRE_VERSION } from '../frames.ts';
import type { Mana, Refused, Standing, SyncState, Unsent } from './api.ts';
import { type Shape, shapeOf, type TraceEvent } from './conversation/trace.ts';

/**
 * What one sends to whoever looks for a defect: protocol-level facts without contents. Values are told by kind and length, records by
 * numbers in the order in which they appear (1, 2, 3 …: no hash that could be tried out), people, names and sentences not at all.
 * `docs/sync.md` has the format; the simulator plays it (`simulate.ts --bundle`).
 */
export interface Bundle {
	readonly format: 'mana-sync-bundle';
	readonly version: 1;
	/** When it was made, ms since 1970. */
	readonly at: number;
	readonly build: { readonly app: string; readonly wire: number; readonly browser: string };
	/** Of this device; `null`: the browser does not tell. */
	readonly storage: StorageFacts | null;
	readonly sync: Omit<SyncState, 'problem'> & { readonly problem: string | null };
	readonly standing: Omit<Standing, 'device' | 'space' | 'conversation'> & { readonly space: 'known' | 'unknown' };
	readonly conversation: Omit<NonNullable<Standing['conversation']>, 'trace'> | null;
	readonly outbox: readonly BundledTransaction[];
	readonly refused: readonly (BundledTransaction & { readonly code: string })[];
	readonly conflicts: readonly { readonly mine: BundledSide; readonly theirs: BundledSide }[];
	readonly trace: readonly BundledEvent[];
}

export interface StorageFacts {
	readonly usedBytes: number | null;
	readonly quotaBytes: number | null;
	/** Whether the browser has promised to keep it. */
	readonly lasting: boolean | null;
}

export type BundledShape = Omit<Shape, 'record'> & { readonly record: number };

export interface BundledTransaction {
	readonly n: number;
	readonly ageMs: number;
	readonly preconditions: number;
	readonly ops: readonly BundledShape[];
}

export interface BundledSide {
	readonly ageMs: number;
	readonly shape: BundledShape;
}

export type BundledEvent =
	| Exclude<TraceEvent, { readonly what: 'wrote' }>
	| (Omit<Extract<TraceEvent, { readonly what: 'wrote' }>, 'shapes'> & { readonly shapes: readonly BundledShape[] });

/** What the page knows besides. */
export interface Surroundings {
	/** ms since 1970, by this device's clock */
	readonly now: number;
	/** Name of the build of the pages. */
	readonly app: string;
	readonly browser: string;
	readonly storage: StorageFacts | null;
}

/** Makes a bundle of what a store tells about itself. */
export function bundleOf(
	mana: Pick<Mana, 'sync' | 'outbox' | 'refused' | 'conflicts'>,
	standing: Standing,
	{ now, app, browser, storage }: Surroundings,
): Bundle {
	const known = new Map<string, number>();
	const numbered = ({ record, ...shape }: Shape): BundledShape => {
		if (!known.has(record)) known.set(record, known.size + 1);
		return { ...shape, record: known.get(record)! };
	};
	const plain = ({ transaction: { n, ops, preconditions = [] }, at }: Unsent): BundledTransaction => ({
		n,
		ageMs: now - at,
		preconditions: preconditions.length,
		ops: ops.map((op) => numbered(shapeOf(op))),
	});
	const { problem, ...sync } = mana.sync;
	const { device: _device, space, conversation, ...where } = standing;
	const { trace = [], ...talk } = conversation ?? {};
	return {
		format: 'mana-sync-bundle',
		version: 1,
		at: now,
		build: { app, wire: WIRE_VERSION, browser },
		storage,
		sync: { ...sync, problem: problem?.code ?? null },
		standing: { ...where, space: space === null ? 'unknown' : 'known' },
		conversation: conversation && (talk as Bundle['conversation']),
		trace: trace.map((event) => (event.what === 'wrote' ? { ...event, shapes: event.shapes.map(numbered) } : event)),
		outbox: mana.outbox().map(plain),
		refused: mana.refused().map((one: Refused) => ({ ...plain(one), code: one.code })),
		conflicts: mana.conflicts().map(({ mine, theirs, ...place }) => ({
			mine: { ageMs: now - mine.at, shape: numbered(shapeOf({ ...place, value: mine.value })) },
			theirs: { ageMs: now - theirs.at, shape: numbered(shapeOf({ ...place, value: theirs.value })) },
		})),
	};
}
