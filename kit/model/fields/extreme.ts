import { type Field, plainField } from '../field.ts';
import { type Law, max, min } from '../laws/index.ts';

/** The greatest whole number that anybody ever wrote: read markers, records, progress. Nobody can lower it. */
export function greatest(id: number): Field<number | null> {
	return extreme('greatest', id, max);
}

/** The least whole number that anybody ever wrote: the earliest moment, the best time. Nobody can raise it. */
export function least(id: number): Field<number | null> {
	return extreme('least', id, min);
}

function extreme(type: string, id: number, law: Law): Field<number | null> {
	const field = plainField<number | null>(type, id, law, null, (value) =>
		Number.isSafeInteger(value) ? null : 'Expected a whole number.',
	);
	// `null` is less than every number: it would win for ever.
	const check = (value: Parameters<typeof field.check>[0], key: string) =>
		value === null ? 'What was reached cannot be cleared.' : field.check(value, key);
	return { ...field, check };
}
