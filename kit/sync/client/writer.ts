import {
	MAX_VALUE_BYTES,
	newRecordId,
	systemFields,
	type Collection,
	type Draft,
	type Field,
	type RecordId,
	type Row,
	type SetDraft,
	type Value,
} from '@mana/model';
import type { Op, Place } from '../cell.ts';
import { limits } from '../limits.ts';
import type { Writer } from './api.ts';
import type { Environment } from './environment.ts';
import type { RecordedStep, State, Step } from './history.ts';
import { slotOf, type Pending, type Replica } from './replica.ts';

/** A value broke the rule of its field. Nothing of the action was written. */
export class InvalidValue extends Error {
	override readonly name = 'InvalidValue';
	readonly collection: string;
	readonly field: string;
	/** A sentence that names the broken rule. */
	readonly rule: string;

	constructor(collection: string, field: string, rule: string) {
		super(`${collection}.${field}: ${rule}`);
		this.collection = collection;
		this.field = field;
		this.rule = rule;
	}
}

/** What the writer needs of its client. */
export interface WriterParts {
	readonly replica: Replica;
	readonly env: Environment;
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
		return newRecordId(this.#parts.env.now(), this.#parts.env.randomBytes);
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
			const transaction = this.put({ ...created, value: this.#parts.env.now() });
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
		if (row && row.deletedAt === null) this.#set(collection, id, systemFields.deletedAt, '', this.#parts.env.now());
	}

	restore<C extends Collection>(collection: C, id: RecordId): void {
		const row = this.get(collection, id);
		if (row && row.deletedAt !== null) this.#set(collection, id, systemFields.deletedAt, '', null);
	}

	purge<C extends Collection>(collection: C, id: RecordId): void {
		this.put({ collection: collection.number, record: id, field: systemFields.purged.number, key: '', value: true });
	}

	/** Writes one register as it is, for undo and for sending again. Returns the transaction that it went into. */
	put(op: Op): Pending {
		if (!this.#open) throw new Error('This action is over: write only inside the function given to write().');
		const name = `${op.collection}/${op.record}/${slotOf(op)}`;
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

	#draft(collection: Collection, id: RecordId, draft: object): void {
		for (const [name, value] of Object.entries(draft)) {
			if (value === undefined) continue;
			const field: Field<unknown> | undefined = collection.fields[name];
			if (!field) throw new InvalidValue(collection.name, name, 'There is no such field.');
			const members: Iterable<[string, Value]> = field.keyed
				? this.#members(collection, id, name, value as SetDraft)
				: [['', field.write(value)]];
			for (const [key, member] of members) {
				const rule = field.check(member, key) ?? tooLong(member);
				if (rule !== null) throw new InvalidValue(collection.name, name, rule);
				this.#set(collection, id, field, key, member);
			}
		}
	}

	/** The keys of a set that change: all of them when a whole set was given, else what is to be added or removed. */
	#members(collection: Collection, id: RecordId, name: string, draft: SetDraft): [string, Value][] {
		const row = this.#parts.replica.row(collection, id) as Readonly<Record<string, unknown>> | undefined;
		const present = (row?.[name] ?? new Set()) as ReadonlySet<string>;
		const whole = Symbol.iterator in draft;
		const wanted = new Set<string>(whole ? (draft as Iterable<string>) : (draft as { readonly add?: Iterable<string> }).add);
		const unwanted = whole
			? [...present].filter((key) => !wanted.has(key))
			: [...((draft as { readonly remove?: Iterable<string> }).remove ?? [])];
		return [
			...unwanted.filter((key) => present.has(key)).map((key): [string, Value] => [key, null]),
			...[...wanted].filter((key) => !present.has(key)).map((key): [string, Value] => [key, true]),
		];
	}

	#set(collection: Collection, id: RecordId, field: { readonly number: number }, key: string, value: Value): void {
		const place = { collection: collection.number, record: id, field: field.number, key };
		const before = this.#parts.replica.register(place);
		if (before && before.value === value) return; // says nothing new
		const name = `${place.collection}/${id}/${slotOf(place)}`;
		const again = this.#fields.get(name);
		if (again) again.after = value;
		const from = this.#parts.stateAt(place);
		const pending = this.put({ ...place, value });
		if (again || this.#created.has(id)) return;
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

/** No cell can hold more than travels (sync.md §6.2). A UTF-16 unit takes at most three bytes of UTF-8. */
function tooLong(value: Value): string | null {
	if (typeof value !== 'string' || value.length * 3 <= MAX_VALUE_BYTES) return null;
	return new TextEncoder().encode(value).length > MAX_VALUE_BYTES ? `At most ${MAX_VALUE_BYTES} bytes.` : null;
}
