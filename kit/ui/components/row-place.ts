import { changedPart } from '@mana/model';
import { placeNear } from './place-near.ts';

/**
 * Where a row stands in a list that changes: found again by looking only at what changed, also when it is gone, which otherwise takes a look
 * at every row of many thousand.
 */
export class RowPlace<Id extends string> {
	#rows: readonly { readonly id: Id }[] = [];
	#id: Id | null = null;
	#place = -1;

	/** Where the row stands, `-1` if it does not. */
	of(rows: readonly { readonly id: Id }[], id: Id | null): number {
		const fits = (row: { readonly id: Id }): boolean => row.id === id;
		if (id === null) this.#place = -1;
		else if (id !== this.#id) this.#place = placeNear(rows, this.#place, fits);
		else if (rows !== this.#rows) this.#place = this.#moved(rows, fits);
		this.#rows = rows;
		this.#id = id;
		return this.#place;
	}

	#moved(rows: readonly { readonly id: Id }[], fits: (row: { readonly id: Id }) => boolean): number {
		const { from, was, is } = changedPart(this.#rows, rows);
		if (this.#place >= 0 && this.#place < from) return this.#place;
		if (this.#place >= was) return this.#place - was + is;
		const within = placeNear(rows.slice(from, is), this.#place - from, fits);
		return within < 0 ? -1 : from + within;
	}
}
