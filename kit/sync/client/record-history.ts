import {
	type AnyField,
	type Attachment,
	type AttachmentsDraft,
	type Collection,
	counter,
	type Draft,
	lawOf,
	max,
	min,
	readRow,
	type RecordId,
	type Row,
	seenThrough,
	text,
	type WrittenEntry,
} from '@mana/model';
import { type PlainCell, type RecordChange, type RecordChanges, valueOf } from '../record-history.ts';
import type { AskHistory } from './link.ts';
import type { FieldChange, Mana, PutBack, RecordHistory, Version } from './api.ts';
import { Stale } from './api.ts';
import { sameRow } from './same-row.ts';
import { slotOf } from './slot.ts';

/** Opens the history of a record at its newest page. */
export async function openHistory<C extends Collection>(
	mana: Mana,
	ask: AskHistory,
	collection: C,
	record: RecordId,
): Promise<RecordHistory<C>> {
	const first = await ask({ collection: collection.number, record });
	return historyOf(mana, ask, collection, record, [first]);
}

/** @param pages newest first, all of one epoch */
function historyOf<C extends Collection>(
	mana: Mana,
	ask: AskHistory,
	collection: C,
	record: RecordId,
	pages: readonly [RecordChanges, ...RecordChanges[]],
): RecordHistory<C> {
	const now = pages[0].now;
	const versions = versionsOf(collection, record, now, pages.flatMap(({ changes }) => changes)); // prettier-ignore
	const { earlier, before, epoch } = pages.at(-1)!;
	return {
		versions,
		earlier,
		async more() {
			if (before === null) return this;
			const page = await ask({ collection: collection.number, record, next: { before, epoch } });
			return historyOf(mana, ask, collection, record, [...pages, page]);
		},
		putBack: (version, label) => putBack(mana, collection, rowOf(collection, record, registersOf(now)), version, label),
	};
}

type Registers = Map<number | string, WrittenEntry>;

/** Goes back from what stands now, change by change. */
function versionsOf<C extends Collection>(
	collection: C,
	record: RecordId,
	now: readonly PlainCell[],
	changes: readonly RecordChange[],
): Version<C>[] {
	const held = registersOf(now);
	let row = rowOf(collection, record, held);
	return changes.map(({ at, writtenAt, person, name, by, cells }) => {
		const after = row;
		for (const { before, ...cell } of cells) {
			if (before) held.set(slotOf(cell), entryOf({ ...cell, ...before }));
			else held.delete(slotOf(cell));
		}
		row = rowOf(collection, record, held);
		const [{ stamp, actor } = { stamp: 0, actor: 0 }] = cells;
		return { id: `${stamp}.${actor}`, at, writtenAt, person, name, by, row: after, changed: differences(collection, row, after) };
	});
}

/** The fields that read differently, in the order in which the collection declares them. */
function differences(collection: Collection, before: object | undefined, after: object | undefined): FieldChange[] {
	const [old, young] = [before ?? blank(collection), after ?? blank(collection)] as Readonly<Record<string, unknown>>[];
	return [...Object.keys(collection.fields), 'createdAt', 'deletedAt'].flatMap((name) =>
		sameRow({ [name]: old![name] }, { [name]: young![name] }) ? [] : [{ name, before: old![name], after: young![name] }],
	);
}

/** What a record reads like in which nothing was written. */
function blank({ fields }: Collection): object {
	return {
		...Object.fromEntries(Object.entries<AnyField>(fields).map(([name, { fallback }]) => [name, fallback as unknown])),
		createdAt: null,
		deletedAt: null,
	};
}

/** Writes back what differs, as an action like any other, unless the record is no longer what the history ends with. */
function putBack<C extends Collection>(
	mana: Mana,
	collection: C,
	newest: Row<C> | undefined,
	{ row }: Version<C>,
	label: string,
): PutBack {
	if (!newest || !row) throw new Stale(collection.name, (newest ?? row)?.id ?? ('' as RecordId));
	const { draft, left } = draftBetween(collection, newest, row);
	const trash = newest.deletedAt === null && row.deletedAt !== null;
	const restore = newest.deletedAt !== null && row.deletedAt === null;
	const written = mana.write(label, (tx) => {
		tx.expect(collection, newest);
		if (restore) tx.restore(collection, row.id);
		tx.update(collection, row.id, draft);
		if (trash) tx.trash(collection, row.id);
	});
	return { ...written, left };
}

/** What to write so that a record reads like `then`, and the names of those fields for which nothing can be written. */
function draftBetween<C extends Collection>(collection: C, now: Row<C>, then: Row<C>): { draft: Draft<C>; left: string[] } {
	const draft: Record<string, unknown> = {};
	const left: string[] = [];
	const [from, to] = [now, then] as unknown as Readonly<Record<string, unknown>>[];
	for (const [name, field] of Object.entries<AnyField>(collection.fields)) {
		if (sameRow({ [name]: from![name] }, { [name]: to![name] })) continue;
		const law = lawOf(field.number);
		// What was reached stays reached, and a text has an undo of its own.
		if (law === max || law === min || law === text) left.push(name);
		else if (law === counter) draft[name] = { add: Number(to![name]) - Number(from![name]) };
		else if (from![name] instanceof Map)
			draft[name] = Object.fromEntries([
				...[...from![name].keys()].map((key) => [key, null]),
				...(to![name] as Map<string, unknown>),
			]);
		else {
			const draftOf = field.fromPlain(field.toPlain(to![name]));
			// Files that came since go; the others are written as they were.
			draft[name] = field.type === 'attachments' ? { ...without(from![name] as readonly Attachment[]), ...draftOf } : draftOf;
		}
	}
	return { draft: draft as Draft<C>, left };
}

function without(files: readonly Attachment[]): AttachmentsDraft {
	return Object.fromEntries(files.map(({ id }) => [id, null]));
}

function registersOf(cells: readonly PlainCell[]): Registers {
	return new Map(cells.map((cell) => [slotOf(cell), entryOf(cell)]));
}

function entryOf({ field, key, value, stamp, actor }: PlainCell): WrittenEntry {
	return { field, key, value: valueOf(value), stamp, actor };
}

function rowOf<C extends Collection>(collection: C, id: RecordId, registers: Registers): Row<C> | undefined {
	return readRow(collection, id, seenThrough(collection.lenses, registers.values()));
}
