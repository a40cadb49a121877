import type { Place } from '../cell.ts';

/** Name of a register inside its record: the field number, or `number:key` for a keyed field. */
export type Slot = number | string;

/** Name of a register inside its record. */
export function slotOf({ field, key }: Pick<Place, 'field' | 'key'>): Slot {
	return key === '' ? field : `${field}:${key}`;
}

/** Field number and key of a slot. */
export function placeOf(slot: Slot): { field: number; key: string } {
	if (typeof slot === 'number') return { field: slot, key: '' };
	const colon = slot.indexOf(':');
	return { field: Number(slot.slice(0, colon)), key: slot.slice(colon + 1) };
}
