import { z } from 'zod';
import { askAbout, type Neighbours } from './neighbours.ts';

const space = z.object({ id: z.string(), kind: z.string(), name: z.string() });

/** What somebody's leaving means for the spaces they are in. */
export const spacesPlan = z.object({
	/** Theirs, with others in them: they are handed over first. */
	handOver: z.array(space),
	/** Nobody else is in these: they go. */
	end: z.array(space),
	/** What they wrote there stays, without their name. */
	stay: z.array(space),
});
export type SpacesPlan = z.infer<typeof spacesPlan>;

/** @throws Problem 503 when mana-sync does not answer */
export async function spacesAfter(neighbours: Neighbours, person: string): Promise<SpacesPlan> {
	return spacesPlan.parse(await (await askAbout(neighbours, 'mana-sync', person, 'spaces')).json());
}
