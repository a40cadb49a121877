import type { SpaceStore } from '../space/index.ts';

/** A defect put in on purpose, to see that the simulator sees it. */
export interface Sabotage {
	/** Stands between the server and its disk. */
	store?(store: SpaceStore): SpaceStore;
	/** Stands between the network and a tab: the frames that it gets instead of the one that came. */
	receive?(frame: Uint8Array): readonly Uint8Array[];
}
