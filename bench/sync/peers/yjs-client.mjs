import { FIELDS, fieldName, rowName, rowOf } from '../actor/data.mjs';

/** A document that holds the bench's rows as a map of maps, behind the words of a client. For all engines that are made of Yjs. */
export class YjsClient {
	#doc;
	#rows;

	/** @param settled where the engine acknowledges: waits until it has */
	constructor(doc, settled) {
		this.#doc = doc;
		this.#rows = doc.getMap('rows');
		if (settled) this.settled = settled;
	}

	size() {
		return this.#rows.size;
	}

	read(row, field) {
		return this.#rows.get(rowName(row))?.get(fieldName(field));
	}

	write(row, field, value) {
		this.#rows.get(rowName(row)).set(fieldName(field), value);
		return this.settled?.();
	}

	writeRows(list) {
		this.#doc.transact(() => {
			for (const [row, fields] of list) {
				const known = this.#rows.get(rowName(row));
				if (known) for (const name in fields) known.set(name, fields[name]);
				else this.#rows.set(rowName(row), new this.#rows.constructor(Object.entries(fields)));
			}
		});
		return this.settled?.();
	}

	listen(listener) {
		this.#rows.observeDeep((events) => {
			for (const { target, keys, path } of events) {
				if (path.length !== 1) continue;
				for (const name of keys.keys()) listener(rowOf(path[0]), Number(name.slice(1)), target.get(name));
			}
		});
	}

	*cells() {
		for (const [name, row] of this.#rows.entries())
			for (let field = 0; field < FIELDS; field++) yield [rowOf(name), fieldName(field), row.get(fieldName(field))];
	}
}
