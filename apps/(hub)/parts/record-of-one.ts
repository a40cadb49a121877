import type { Collection, Draft, RecordId, Row } from '@mana/model';
import type { Mana, Writer } from '@mana/sync/client/api';
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

	/** @param label what the person did, for undo and the list of unsent changes */
	write(label: string, draft: Draft<C>): void {
		act(this.#mana, label, this.#put(draft));
	}

	/** Writes what the person did not choose: there is nothing to take back. */
	note(label: string, draft: Draft<C>): void {
		reportUnstored(this.#mana.note(label, this.#put(draft)));
	}

	#put(draft: Draft<C>): (tx: Writer) => void {
		return (tx) => {
			if (tx.get(this.#collection, this.#id)) tx.update(this.#collection, this.#id, draft);
			else tx.create(this.#collection, draft, this.#id);
		};
	}

	subscribe(listener: () => void): () => void {
		return this.#mana.query(this.#collection, { where: ({ id }) => id === this.#id }).subscribe(listener);
	}
}
