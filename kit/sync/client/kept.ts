import type { Window } from '@mana/model';
import type { Name } from '../name.ts';

/** Why this device keeps more of a space than its models say. One row on the disk, the same for all tabs. */
export interface Keeping {
	/** Collections that the person wants to have whole. */
	readonly everything: readonly number[];
	/** What somebody wanted to see beside, and when last (ms since 1970). */
	readonly shown: readonly (Window & { readonly at: number })[];
	/** Records that somebody opened, and when last, oldest first; pinned ones stay until they are let go. */
	readonly opened: readonly (Name & { readonly at: number; readonly pinned: boolean })[];
	/** Apps that the person wants to have here, also when room is short. */
	readonly apps: readonly number[];
	/** When somebody last looked at what an app holds, to within some minutes. */
	readonly looked: readonly { readonly app: number; readonly at: number }[];
	/** Apps that were let go for want of room, until somebody looks at them again. */
	readonly asleep: readonly number[];
}

export const NOTHING_KEPT: Keeping = { everything: [], shown: [], opened: [], apps: [], looked: [], asleep: [] };
