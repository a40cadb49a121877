import {
	type Collection,
	type Draft,
	InvalidValue,
	isValue,
	namesOf,
	type RecordId,
	type Row,
	systemFields,
	writeDraft,
} from '@mana/model';
import { fits, type Op, placeKey, type Transaction } from '@mana/sync';

/** What a service may do in one transaction. Records that it derives get ids by name (`namedRecordId`): task and occurrence. */
export interface ServiceWriter {
	/** Makes a record, unless there is one of this id: the whole transaction is then refused as `stale`, and nothing is written twice. */
	create<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): void;
	/** @param current the row as the projection has it, for what a set takes away */
	update<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>, current?: Row<C>): void;
	/** Puts a record in the trash. */
	trash<C extends Collection>(collection: C, id: RecordId): void;
	/** Takes a record out of the trash. */
	restore<C extends Collection>(collection: C, id: RecordId): void;
	/** Refuses the whole transaction as `stale` when anybody wrote a record since the state at `seq`. */
	expect(id: RecordId, seq: number): void;
}

/** Collects what one transaction of a service writes. */
export class DraftWriter implements ServiceWriter {
	readonly #now: number;
	readonly #covers: (collection: string) => boolean;
	readonly #ops = new Map<string, Op>();
	readonly #expected = new Map<RecordId, number>();

	/** @param now ms since 1970; @param covers whether the service's row declares that it writes a collection */
	constructor(now: number, covers: (collection: string) => boolean) {
		this.#now = now;
		this.#covers = covers;
	}

	create<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): void {
		this.expect(id, 0);
		this.#put(collection, id, systemFields.createdAt.number, '', this.#now);
		this.update(collection, id, draft);
	}

	update<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>, current?: Row<C>): void {
		for (const { field, key, value } of writeDraft(collection, draft, () => current)) {
			if (!isValue(value)) throw new InvalidValue(collection.name, namesOf(collection).get(field)!, 'This is too long.');
			this.#put(collection, id, field, key, value);
		}
	}

	trash<C extends Collection>(collection: C, id: RecordId): void {
		this.#put(collection, id, systemFields.deletedAt.number, '', this.#now);
	}

	restore<C extends Collection>(collection: C, id: RecordId): void {
		this.#put(collection, id, systemFields.deletedAt.number, '', null);
	}

	expect(id: RecordId, seq: number): void {
		this.#expected.set(id, seq);
	}

	/** What was written; `null` when that was nothing. @throws when it is too much for one transaction */
	written(): Pick<Transaction, 'ops' | 'preconditions'> | null {
		if (this.#ops.size === 0) return null;
		const preconditions = [...this.#expected].map(([record, seq]) => ({ record, seq, own: true }));
		const written = { ops: [...this.#ops.values()], ...(preconditions.length > 0 && { preconditions }) };
		if (!fits({ n: 1, stamp: 0, ...written })) throw new Error('This is too much for one transaction. Write it in several.');
		return written;
	}

	#put({ name, number: collection }: Collection, record: RecordId, field: number, key: string, value: Op['value']): void {
		if (!this.#covers(name))
			throw new Error(`This service does not declare that it writes ${name}. State it in its row of the schema.`);
		const op = { collection, record, field, key, value };
		this.#ops.set(placeKey(op), op);
	}
}
