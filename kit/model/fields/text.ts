import { type Field, type FieldOptions, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

interface TextOptions extends FieldOptions<string> {
	/** Longest text in UTF-16 units. Default 500; long documents are Yjs text, a field type of its own. */
	readonly max?: number;
}

/** A short text, replaced as a whole: titles, names, notes of a few paragraphs. */
export function text(id: number, options: TextOptions & { fallback: string }): Field<string>;
export function text(id: number, options?: TextOptions): Field<string | null>;
export function text(id: number, { fallback, max = 500 }: TextOptions = {}): Field<string | null> {
	return plainField('text', id, lww, fallback ?? null, (value) => {
		if (typeof value !== 'string') return 'Expected a text.';
		return value.length > max ? `At most ${max} characters.` : null;
	});
}
