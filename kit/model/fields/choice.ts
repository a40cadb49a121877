import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

/** One of a closed list of words. `options[0]` is read while nothing was chosen, and in place of a word a newer app wrote. */
export function choice<const O extends readonly [string, ...string[]]>(id: number, options: O): Field<O[number]> {
	const field = plainField<O[number]>('choice', id, lww, options[0], (value) =>
		typeof value === 'string' && value.length <= 40 ? null : `Expected one of ${options.join(', ')}.`,
	);
	const read = (value: unknown) => (options.includes(value as string) ? (value as O[number]) : options[0]);
	return { ...field, form: { ...field.form, read } };
}
