import { collection, field, max, namedRecordId, plainField, type RecordId } from '@mana/model';

/** An app's number that no app of ours has: the server passes on what it does not know. */
const app = 252;

/** How many keys there are, and how many of them a transaction writes. */
export const keyCount = 100;
export const writtenAtOnce = 4;

/** Keys of which the greatest value ever written wins. */
export const keys = collection(
	'faults/keys',
	{ app, number: 1 },
	{ top: plainField<number>('top', 1, max, 0, (value) => (Number.isSafeInteger(value) ? null : 'A key holds a number.')) },
);

/** One for each transaction: who wrote it, its number there, what it wrote, and what its writer had seen. */
export const marks = collection(
	'faults/marks',
	{ app, number: 2 },
	{
		writer: field.text(1, { fallback: '' }),
		count: field.integer(2, { fallback: 0 }),
		value: field.integer(3, { fallback: 0 }),
		/** Numbers of the keys, separated by commas. */
		keys: field.text(4, { fallback: '' }),
		/** `writer:count` for each writer that had been seen, separated by commas. */
		seen: field.text(5, { fallback: '' }),
	},
);

export const keyIds: readonly RecordId[] = Array.from({ length: keyCount }, (_, index) => namedRecordId(`key ${index}`));
