import {
	InvalidValue,
	isValue,
	MAX_VALUE_BYTES,
	namesOf,
	newRecordId,
	systemFields,
	writeDraft,
	type Collection,
	type Draft,
	type RecordId,
	type Row,
	type Value,
} from '@mana/model';
import type { Op, Place } from '../cell.ts';
import { limits } from '../limits.ts';
import type { Writer } from './api.ts';
import { nameOf, type RecordedStep, type State, type Step } from './history.ts';
import type { Pending, Replica } from './replica.ts';

/** What the writer needs of its client. */
export interface WriterParts {
	readonly replica: Replica;
	/** Time for `createdAt`, `deletedAt` and new ids, ms since 1970. */
	now(): number;
	randomBytes(bytes: Uint8Array): Uint8Array;
	/** Begins a transaction of this action and lays it over the replica. */
	begin(): Pending & { readonly ops: Op[] };
	/** Which state a register is in, for undo. */
	stateAt(place: Place): State;
}

/**
 * Collects what one action writes. Every op is laid over the replica at once, so reads inside the action see it. An action too
 * big for one transaction becomes several (`limits`); they are shown together here, but another device may see some before others.
 */
export class TransactionWriter implements Writer {
	/** The transactions of this action, in order. */
	readonly transactions: (Pending & { readonly ops: Op[] })[] = [];
	/** How each write can be taken back. Purging cannot. */
	readonly steps: RecordedStep[] = [];
	readonly #parts: WriterParts;
	readonly #written = new Map<string, { readonly transaction: Pending & { readonly ops: Op[] }; readonly at: number }>();
	readonly #fields = new Map<string, Step>();
	readonly #created = new Set<RecordId>();
	#bytes = 0;
	#open = true;

	constructor(parts: WriterParts) {
		this.#parts = parts;
	}

	newId(): RecordId {
		return newRecordId(this.#parts.now(), this.#parts.randomBytes);
	}

	get<C extends Collection>(collection: C, id: RecordId): Row<C> | undefined {
		return this.#parts.replica.row(collection, id);
	}

	create<C extends Collection>(collection: C, draft: Draft<C>, id: RecordId = this.newId()): RecordId {
		const record = { collection: collection.number, record: id, key: '' };
		const created = { ...record, field: systemFields.createdAt.number };
		if (!this.#parts.replica.register(created)) {
			const purged = { ...record, field: systemFields.purged.number };
			const from = this.#parts.stateAt(purged);
			const transaction = this.put({ ...created, value: this.#parts.now() });
			this.#created.add(id);
			this.steps.push({ step: { kind: 'creation', ...purged, before: true, after: null }, from, pending: transaction });
		}
		this.#draft(collection, id, draft);
		return id;
	}

	update<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): void {
		this.#draft(collection, id, draft);
	}

	trash<C extends Collection>(collection: C, id: RecordId): void {
		const row = this.get(collection, id);
		if (row && row.deletedAt === null) this.#set(placeOfTrash(collection, id), this.#parts.now());
	}

	restore<C extends Collection>(collection: C, id: RecordId): void {
		const row = this.get(collection, id);
		if (row && row.deletedAt !== null) this.#set(placeOfTrash(collection, id), null);
	}

	purge<C extends Collection>(collection: C, id: RecordId): void {
		this.put({ collection: collection.number, record: id, field: systemFields.purged.number, key: '', value: true });
	}

	/** Writes one register as it is, for undo and for sending again. Returns the transaction that it went into. */
	put(op: Op): Pending {
		if (!this.#open) throw new Error('This action is over: write only inside the function given to write().');
		const name = nameOf(op);
		const written = this.#written.get(name);
		const transaction = written?.transaction ?? this.#room(op);
		if (written) transaction.ops[written.at] = op;
		else this.#written.set(name, { transaction, at: transaction.ops.push(op) - 1 });
		this.#parts.replica.addOp(transaction, op);
		return transaction;
	}

	/** Ends the action; a writer that was kept is of no use afterwards. */
	close(): void {
		this.#open = false;
	}

	#draft<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): void {
		for (const { field, key, value } of writeDraft(collection, draft, this.get(collection, id))) {
			if (!isValue(value)) throw new InvalidValue(collection.name, namesOf(collection).get(field)!, 'This is too long.');
			this.#set({ collection: collection.number, record: id, field, key }, value);
		}
	}

	#set(place: Place, value: Value): void {
		const before = this.#parts.replica.register(place);
		if (before && before.value === value) return; // says nothing new
		const name = nameOf(place);
		const again = this.#fields.get(name);
		if (again) again.after = value;
		const from = this.#parts.stateAt(place);
		const pending = this.put({ ...place, value });
		if (again || this.#created.has(place.record)) return;
		const step: Step = { kind: 'field', ...place, before: before?.value ?? null, after: value };
		this.#fields.set(name, step);
		this.steps.push({ step, from, pending });
	}

	/** The transaction that takes the next op. */
	#room({ key, value }: Op): Pending & { readonly ops: Op[] } {
		const size = typeof value === 'string' ? value.length * 3 : value instanceof Uint8Array ? value.length : 8;
		const bytes = 64 + key.length * 3 + Math.min(size, MAX_VALUE_BYTES);
		const last = this.transactions.at(-1);
		if (last && last.ops.length < limits.pushOps && this.#bytes + bytes < limits.transactionBytes) {
			this.#bytes += bytes;
			return last;
		}
		this.#bytes = bytes;
		const next = this.#parts.begin();
		this.transactions.push(next);
		return next;
	}
}

function placeOfTrash(collection: Collection, record: RecordId): Place {
	return { collection: collection.number, record, field: systemFields.deletedAt.number, key: '' };
}
