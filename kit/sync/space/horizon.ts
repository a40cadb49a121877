import type { SpaceId } from '../cell.ts';
import type { Cursor } from './catch-up.ts';
import { nextEpoch, type SpaceState } from './state.ts';

/** Things went that a reader who stands there should have been told of: it must take the state anew. */
export class Forgotten extends Error {
	override readonly name = 'Forgotten';

	constructor(space: SpaceId) {
		super(`Some of what this reader lacks of the space ${space} is forgotten.`);
	}
}

/** Where a history began: at the head of the backup that brought it, and at 0 the first one that is known. */
export interface Beginning extends Cursor {}

/** What becomes of a space that was brought back from a backup: the history that begins now goes by another epoch. @param now ms since 1970 */
export function restored(
	{ epoch, seq, beginnings }: Pick<SpaceState, 'epoch' | 'seq' | 'beginnings'>,
	now: number,
): Pick<SpaceState, 'epoch' | 'beginnings'> {
	const next = nextEpoch(epoch, now);
	const before = beginnings.length > 0 ? beginnings : [{ epoch, seq: 0 }];
	return { epoch: next, beginnings: [...before, { epoch: next, seq }] };
}

/** Up to where somebody who stands at a place knows this history: of what was replaced by a backup since only what the backup has of it. */
function sharedUpTo(cursor: Cursor, { epoch, beginnings }: Pick<SpaceState, 'epoch' | 'beginnings'>): number {
	// Who comes without an epoch found that this very history went back, and had been told until then what was forgotten in it.
	if (cursor.epoch === epoch || cursor.epoch === 0 || beginnings.length === 0) return cursor.seq;
	if (!beginnings.some((one) => one.epoch === cursor.epoch)) return 0; // this one does not come from there
	const since = beginnings.filter((one) => one.epoch > cursor.epoch);
	return since.reduce((least, { seq }) => Math.min(least, seq), cursor.seq);
}

/**
 * Whether a replica that stands there must take the state anew: it will never hear of some of what has gone. Also in a history that was replaced by a
 * backup since: what was forgotten there, by the backup or after it, is not lost, and nobody who was not there brings it back.
 */
export function isBeforeHorizon(cursor: Cursor, space: Pick<SpaceState, 'epoch' | 'seq' | 'horizon' | 'beginnings'>): boolean {
	const known = sharedUpTo(cursor, space);
	return cursor.seq > 0 && known < space.horizon && known <= space.seq;
}

/** From where on somebody is told the state who stood there when he sat down, and whether RENEW is told before it. */
export function startOf(
	{ epoch, seq }: Cursor,
	seat: Pick<SpaceState, 'epoch' | 'seq' | 'horizon' | 'beginnings'>,
): { readonly renews: boolean; readonly from: Cursor } {
	const { horizon } = seat;
	if (isBeforeHorizon({ epoch, seq }, seat)) return { renews: true, from: { epoch: seat.epoch, seq: 0, horizon } };
	const isFromStart = seq === 0 || epoch !== seat.epoch || seq > seat.seq;
	return { renews: false, from: { epoch, seq, ...(isFromStart && { horizon }) } };
}

/** What somebody knows of a space who sat down there from a cursor, see `PushRequest`. Who took the state anew knows what stood there then. */
export function knownFrom(cursor: Cursor, seat: Cursor & { readonly horizon: number }): number {
	const goesOn = cursor.seq > 0 && cursor.epoch === seat.epoch && cursor.seq <= seat.seq;
	return goesOn ? cursor.seq : seat.seq;
}
