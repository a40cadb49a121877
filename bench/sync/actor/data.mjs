// The rows that every engine keeps: ten fields, of which every third is a sentence, a number, one of few words.
export const FIELDS = 10;
const words = ['open', 'done', 'later', 'never', 'today', 'week', 'month', 'year'];

export const fieldName = (field) => `f${field}`;
export const rowName = (row) => `r${row}`;
export const rowOf = (name) => Number(name.slice(1));
export const isNumber = (field) => field % 3 === 1;

/** What a field of a row holds. @param turn grows with each time the field is written */
export function valueAt(row, field, turn = 0) {
	if (isNumber(field)) return row * 100 + field + turn * 7;
	return field % 3 === 0 ? `text ${field} of row ${row}, ${turn}` : words[(row + field + turn) % words.length];
}

/** A whole row, as a plain object. */
export function rowAt(row, turn = 0) {
	return Object.fromEntries(Array.from({ length: FIELDS }, (_, field) => [fieldName(field), valueAt(row, field, turn)]));
}
