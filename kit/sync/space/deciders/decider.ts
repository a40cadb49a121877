import type { Decided, Value } from '@mana/model';
import type { Op, Place } from '../../cell.ts';
import type { Held } from '../depend.ts';
import type { Refused } from '../state.ts';

/**
 * Something that cannot be merged and is therefore decided by the server in the order of the space (sync.md §6.4 `cmd`). A device writes
 * the request into a register of law `command`; the transaction is refused as a whole, or the result takes the request's place.
 */
export interface Decider {
	readonly name: string;
	/** The registers that the decision looks at, as far as `held` tells. Asked again once they were read. */
	needs(op: Op, request: Decided, held: Held): Iterable<Place>;
	/** Decides. Pure: everything comes through `held`, what was decided before in the same group included. */
	decide(op: Op, request: Decided, held: Held): Refused | Granted;
}

export interface Granted {
	/** What stands in the register from now on. */
	readonly result: Value;
	/** What the server writes beside it. */
	readonly also: readonly Op[];
}
