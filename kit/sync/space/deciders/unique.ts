import { type Decided, fieldNumber, isRecordId, lww, namedRecordId, resultOf } from '@mana/model';
import type { Place } from '../../cell.ts';
import type { Held } from '../depend.ts';
import { CLAIMS } from '../system.ts';
import type { Decider } from './decider.ts';

/**
 * A name that at most one record of a collection has. Who holds it stands in a register whose id is made from the name, so the question is
 * one look-up. A name is free again when its record cleared it or took another; purging a record clears it (`client/writer.ts`).
 */
export const unique: Decider = {
	name: 'unique',
	*needs(op, request, held) {
		const claim = claimOf(op, request);
		yield claim;
		const holder = held(claim)?.value;
		if (isRecordId(holder)) yield { ...op, record: holder };
	},
	decide(op, request, held) {
		const claim = claimOf(op, request);
		const holder = held(claim)?.value;
		if (isRecordId(holder) && holder !== op.record && holds({ ...op, record: holder }, request, held))
			return { code: 'taken', detail: `“${request.about}” is taken. Choose another name.` };
		return { result: `=unique ${request.about}`, also: [{ ...claim, value: op.record }] };
	},
};

/** Where it stands who holds a name. */
function claimOf({ collection, field, key }: Place, { about }: Decided): Place {
	const record = namedRecordId(`${collection}.${field}.${key}.${plainest(about)}`);
	return { collection: CLAIMS, record, field: fieldNumber(1, lww), key: '' };
}

function holds(place: Place, { about }: Decided, held: Held): boolean {
	const name = resultOf(held(place)?.value ?? null);
	return name !== null && plainest(name.about) === plainest(about);
}

/** What is left of a name without what people do not see as a difference. */
function plainest(name: string): string {
	return name.normalize('NFKC').trim().toLowerCase();
}
