import type { RecordId } from '@mana/model';
import { type Sum, sumOfRecord } from './digest.ts';
import type { Scope } from './scope.ts';

/** What stands for a scope where both sides know it and only want to see that they mean the same one: the sum of a register that holds it. */
export function sumOfScope({ apps, collections, windows, records }: Scope): Sum {
	const parts = windows.map(({ collection, field, from, to }) => [collection, field, from, to]);
	const value = JSON.stringify([apps, collections, parts, records.map(({ collection, record }) => [collection, record])]);
	const record = '' as RecordId;
	return sumOfRecord(record, [{ collection: 0, record, field: 0, key: '', value, stamp: 0, actor: 0 }]);
}
