import { FIELDS, fieldName } from '../actor/data.mjs';

const fields = Array.from({ length: FIELDS }, (_, field) => fieldName(field));

/** The rows that an engine's live query has shown last, and who hears of what changes between one showing and the next. */
export class SeenRows {
	#rows = new Map();
	#listeners = [];

	size() {
		return this.#rows.size;
	}

	read(row, field) {
		return this.#rows.get(row)?.[fields[field]];
	}

	listen(listener) {
		this.#listeners.push(listener);
	}

	*cells() {
		for (const [row, values] of this.#rows) for (const name of fields) yield [row, name, values[name]];
	}

	/** One row as it is now. Whoever shows all rows again gives those that did not change as the objects that they were. */
	take(row, values) {
		const before = this.#rows.get(row);
		if (before === values) return;
		this.#rows.set(row, values);
		if (!before) return;
		for (const [field, name] of fields.entries())
			if (before[name] !== values[name]) for (const listener of this.#listeners) listener(row, field, values[name]);
	}
}
