import type { Op, Precondition } from '../cell.ts';
import type { Ground } from './ground.ts';
import type { PageCount } from './store.ts';

/** A local transaction that the server has not confirmed yet. It is one object for its whole life, so that undo can follow it. */
export interface Pending {
	/** Number given by the store; `null` until the journal has it. */
	n: number | null;
	/** Provisional until the journal has it; replaced once more when the server re-stamps. */
	stamp: number;
	ops: readonly Op[];
	readonly preconditions: readonly Precondition[];
	readonly label: string;
	/** When it was written, ms since 1970. */
	readonly at: number;
	/** What it rests on; not there for a guest's, and until its action is over. */
	ground?: Ground | undefined;
	/** Which of this page's writes it is; not there for what came from the disk. */
	readonly by?: PageCount;
	/** The seq under which the server took it, once acknowledged. */
	ackedSeq: number | null;
	/** Why the server did not take it. */
	refused: { readonly code: string; readonly detail: string } | null;
}
