import type { Collection, Draft, RecordId, Row } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { act, reportUnstored } from '@mana/ui/data/mana.svelte';

/** A record of which there is one in a space: read as it is or as nobody ever wrote it, written whether or not it is there yet. */
export class RecordOfOne<C extends Collection> {
	readonly #mana: Mana;
	readonly #collection: C;
	readonly #id: RecordId;

	constructor(mana: Mana, collection: C, id: RecordId) {
		this.#mana = mana;
		this.#collection = collection;
		this.#id = id;
	}

	get row(): Row<C> | undefined {
		return this.#mana.get(this.#collection, this.#id);
	}

	/**
	 * What is taken back are the fields: a record that was there once, and is made under the same id again, would not come back.
	 *
	 * @param label what the person did, for undo and the list of unsent changes
	 */
	write(label: string, draft: Draft<C>): void {
		// Every field of a draft may be left out, which the checker cannot see of a collection that it does not know.
		if (!this.row) this.note(label, {} as Draft<C>);
		act(this.#mana, label, (tx) => tx.update(this.#collection, this.#id, draft));
	}

	/** Writes what the person did not choose: there is nothing to take back. */
	note(label: string, draft: Draft<C>): void {
		const saved = this.#mana.note(label, (tx) => {
			if (tx.get(this.#collection, this.#id)) tx.update(this.#collection, this.#id, draft);
			else tx.create(this.#collection, draft, this.#id);
		});
		reportUnstored(saved);
	}

	subscribe(listener: () => void): () => void {
		return this.#mana.query(this.#collection, { where: ({ id }) => id === this.#id }).subscribe(listener);
	}
}
