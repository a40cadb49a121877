import type { SpaceId } from '../cell.ts';
import type { Cursor } from './catch-up.ts';

/** Things went that a reader who stands there should have been told of: it must take the state anew. */
export class Forgotten extends Error {
	override readonly name = 'Forgotten';

	constructor(space: SpaceId) {
		super(`Some of what this reader lacks of the space ${space} is forgotten.`);
	}
}

/**
 * Whether a replica that stands there must take the state anew: it will never hear of some of what has gone. Also in a history that was replaced by a
 * backup since: what the backup had forgotten is not lost, and nobody who was not there brings it back.
 */
export function isBeforeHorizon({ seq }: Cursor, space: Cursor & { readonly horizon: number }): boolean {
	return seq > 0 && seq < space.horizon && seq <= space.seq;
}

/** What somebody knows of a space who sat down there from a cursor, see `PushRequest`. Who took the state anew knows what stood there then. */
export function knownFrom(cursor: Cursor, seat: Cursor & { readonly horizon: number }): number {
	const goesOn = cursor.seq > 0 && cursor.epoch === seat.epoch && cursor.seq <= seat.seq;
	return goesOn ? cursor.seq : seat.seq;
}
