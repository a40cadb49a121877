import {
	closesCircle,
	command,
	InvalidValue,
	isRecordId,
	isValue,
	lawOf,
	max,
	MAX_VALUE_BYTES,
	min,
	mirrorsOf,
	namesOf,
	newRecordId,
	systemFields,
	text,
	tree,
	counter,
	writeDraft,
	type AnyField,
	type Collection,
	type Draft,
	type Hand,
	type RecordId,
	type Register,
	type Row,
	type Value,
} from '@mana/model';
import type { Op, Place, Precondition } from '../cell.ts';
import { limits } from '../limits.ts';
import { Outdated, Stale, type Writer } from './api.ts';
import { nameOf, type RecordedStep, type State, type Step } from './history.ts';
import type { Pending } from './pending.ts';
import type { Replica } from './replica.ts';
import { sameRow } from './same-row.ts';

/** What the writer needs of its client. */
export interface WriterParts {
	readonly replica: Replica;
	/** Time for `createdAt`, `deletedAt` and new ids, ms since 1970. */
	now(): number;
	randomBytes(bytes: Uint8Array): Uint8Array;
	/** Begins a transaction of this action and lays it over the replica. */
	begin(preconditions: readonly Precondition[]): Growing;
	/** A name that only this tab has, for keys (`Hand`), and a key that begins with it and was never given before. */
	readonly name: string;
	fresh(): string;
	/** Collections that this build is too old to write. */
	readonly outdated: ReadonlySet<number>;
	/** Which state a register is in, for undo. */
	stateAt(place: Place, before?: Register): State;
}

/** A transaction whose action still runs. */
export type Growing = Pending & { readonly ops: Op[] };

/**
 * Collects what one action writes. Every op is laid over the replica at once, so reads inside the action see it. An action too
 * big for one transaction becomes several (`limits`); they are shown together here, but another device may see some before others.
 */
export class TransactionWriter implements Writer {
	/** The transactions of this action, in order. */
	readonly transactions: Growing[] = [];
	/** How each write can be taken back. Purging cannot. */
	readonly steps: RecordedStep[] = [];
	readonly #parts: WriterParts;
	readonly #written = new Map<string, { readonly transaction: Growing; readonly at: number }>();
	readonly #fields = new Map<string, Step>();
	readonly #created = new Set<RecordId>();
	/** One list for all transactions of the action: it may still grow. */
	readonly #preconditions: Precondition[] = [];
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
		this.#mayWrite(collection);
		if (!this.#parts.replica.register(created)) {
			const purged = { ...record, field: systemFields.purged.number };
			const from = this.#parts.stateAt(purged);
			const transaction = this.put({ ...created, value: this.#parts.now() });
			this.#created.add(id);
			const step: Step = { kind: 'creation', ...purged, before: true, after: null, guarded: false, mirrors: [] };
			this.steps.push({ step, from, pending: transaction });
		}
		this.#draft(collection, id, draft);
		return id;
	}

	update<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): void {
		this.#draft(collection, id, draft);
	}

	expect<C extends Collection>(collection: C, row: Row<C>): void {
		const now = this.get(collection, row.id);
		if (!now || !sameRow(now, row)) throw new Stale(collection.name, row.id);
		if (this.#preconditions.some(({ record }) => record === row.id)) return;
		this.#preconditions.push({ record: row.id, seq: this.#parts.replica.seq, own: false });
	}

	trash<C extends Collection>(collection: C, id: RecordId): void {
		const row = this.get(collection, id);
		if (row && row.deletedAt === null) this.#set(collection, placeOfTrash(collection, id), this.#parts.now());
	}

	restore<C extends Collection>(collection: C, id: RecordId): void {
		const row = this.get(collection, id);
		if (row && row.deletedAt !== null) this.#set(collection, placeOfTrash(collection, id), null);
	}

	purge<C extends Collection>(collection: C, id: RecordId): void {
		this.#mayWrite(collection);
		const record = { collection: collection.number, record: id, key: '' };
		for (const { law, number: field } of Object.values(collection.fields))
			if (law === command && (this.#parts.replica.register({ ...record, field })?.value ?? null) !== null)
				this.put({ ...record, field, value: null }); // what only one may have is free again
		this.put({ ...record, field: systemFields.purged.number, value: true });
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
		const current = () => this.get(collection, id);
		const entries = writeDraft(collection, draft, current, (field) => this.#hand(collection, id, field));
		for (const { field, key, value } of entries) {
			const name = namesOf(collection).get(field)!;
			if (!isValue(value)) throw new InvalidValue(collection.name, name, 'This is too long.');
			const place = { collection: collection.number, record: id, field, key };
			if (lawOf(field) === tree && isRecordId(value) && closesCircle(id, value, (at) => this.#parentOf(place, at)))
				throw new InvalidValue(collection.name, name, 'This would stand under itself.');
			this.#set(collection, place, value);
		}
	}

	#parentOf(place: Place, record: RecordId): RecordId | null {
		const parent = this.#parts.replica.register({ ...place, record })?.value;
		return isRecordId(parent) ? parent : null;
	}

	#hand(collection: Collection, record: RecordId, { number: field }: AnyField): Hand {
		const { name, replica } = this.#parts;
		return {
			name,
			fresh: () => this.#parts.fresh(),
			look(key) {
				const place = { collection: collection.number, record, field, key };
				return { value: replica.register(place)?.value ?? null, busy: replica.isPending(place) };
			},
		};
	}

	#mayWrite({ name, number }: Collection): void {
		if (this.#parts.outdated.has(number)) throw new Outdated(name);
	}

	#set(collection: Collection, place: Place, value: Value): void {
		this.#mayWrite(collection);
		const { replica } = this.#parts;
		const before = replica.seen(collection, place);
		if (before && before.value === value) return; // says nothing new
		const name = nameOf(place);
		const again = this.#fields.get(name);
		const from = this.#parts.stateAt(place, before);
		const guarded = collection.byNumber.get(place.field)?.guarded ?? false;
		// What the action writes twice replaces what was there before it.
		const seen = again ? this.#written.get(name)?.transaction.ops[this.#written.get(name)!.at]?.seen : before?.stamp;
		const pending = this.put({ ...place, value, ...(guarded && { seen: seen ?? 0 }) });
		const mirrors = mirrorsOf(collection.lenses, { ...place, value }).map((mirror) => {
			const older = { ...place, field: mirror.field };
			const step = { ...older, before: replica.register(older)?.value ?? null, after: mirror.value };
			this.put({ ...older, value: mirror.value });
			return step;
		});
		if (again) {
			again.after = value;
			for (const [i, mirror] of again.mirrors.entries()) mirror.after = mirrors[i]?.after ?? mirror.after;
		}
		const withRecord = this.#created.has(place.record) && lawOf(place.field) !== command; // a name does not go with its record
		if (again || withRecord || !canBeTakenBack(place)) return;
		const kind = lawOf(place.field) === counter ? 'count' : 'field';
		const step: Step = { kind, ...place, before: before?.value ?? null, after: value, guarded, mirrors };
		this.#fields.set(name, step);
		this.steps.push({ step, from, pending });
	}

	/** The transaction that takes the next op. */
	#room({ key, value }: Op): Growing {
		const size = typeof value === 'string' ? value.length * 3 : value instanceof Uint8Array ? value.length : 8;
		const bytes = 64 + key.length * 3 + Math.min(size, MAX_VALUE_BYTES);
		const last = this.transactions.at(-1);
		if (last && last.ops.length < limits.pushOps && this.#bytes + bytes < limits.transactionBytes) {
			this.#bytes += bytes;
			return last;
		}
		this.#bytes = bytes;
		const next = this.#parts.begin(this.#preconditions);
		this.transactions.push(next);
		return next;
	}
}

/** What was reached stays reached, and a text has an undo of its own (`text/`). */
function canBeTakenBack({ field }: Place): boolean {
	const law = lawOf(field);
	return law !== max && law !== min && law !== text;
}

function placeOfTrash(collection: Collection, record: RecordId): Place {
	return { collection: collection.number, record, field: systemFields.deletedAt.number, key: '' };
}
