import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';
import { isOrderKey } from '../order.ts';

/**
 * Place in an ordered list: a fractional index key (Greenspan, "Implementing Fractional Indexing") with random tail, made by
 * `@mana/model/order`. A move writes this one field. Items without a place come last, ordered by their id.
 */
export function position(id: number): Field<string | null> {
	return plainField<string | null>('position', id, lww, null, (value) => (isOrderKey(value) ? null : 'Expected an order key.'));
}
