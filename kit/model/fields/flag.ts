import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

/** Yes or no; a record that never got a value reads `false`. */
export function flag(id: number): Field<boolean> {
	return plainField<boolean>('flag', id, lww, false, (value) => (typeof value === 'boolean' ? null : 'Expected yes or no.'));
}
