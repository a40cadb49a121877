import { type Collection, type Part, partsIn, type RecordId, type Row, TRASH_MS } from '@mana/model';
import type { Mana, Writer, Written } from '@mana/sync/client/api';

/** Something is thrown away at once with what it goes with, on one device: their moments are no further apart than this, in ms. */
const AT_ONCE_MS = 60_000;

/** Whether what was thrown away at two moments went together. */
export function atOnce(one: number, other: number): boolean {
	return Math.abs(one - other) <= AT_ONCE_MS;
}

/** A kind of record that an app shows in its trash. */
export interface TrashKind {
	readonly collection: Collection;
	/** What it is: "Project". */
	readonly kind: () => string;
	/** What a record is called; `null`: nobody misses it, so it is not shown. */
	titleOf(id: RecordId, mana: Pick<Mana, 'get'>): string | null;
	/** What a record may have been thrown away together with, beside what it is a part of: the task with its project. The first one counts. */
	withOf?(id: RecordId, mana: Pick<Mana, 'get'>): readonly (RecordId | null)[];
	/** What there is to do when a record is put back. @param thrownAt when it had been thrown away, in ms since 1970 */
	back?(id: RecordId, tx: Writer, thrownAt: number): void;
	/** What else is gone when these are gone for good, beside what is a part of them. */
	goesToo?(ids: ReadonlySet<RecordId>, mana: Pick<Mana, 'query'>): readonly Named[];
}

/** What an app's trash knows. */
export interface AppTrash {
	readonly kinds: readonly TrashKind[];
	/** All collections of the app that hold parts of others (`partOf`): they are gone with them. */
	readonly collections: readonly Collection[];
}

/** A record by its collection and id. */
export interface Named {
	readonly collection: Collection;
	readonly id: RecordId;
}

/** Something in the trash. */
export interface Trashed extends Named {
	readonly kind: string;
	readonly title: string;
	/** When it was put there, in ms since 1970. */
	readonly deletedAt: number;
	/** What was thrown away with it, and comes back with it. */
	readonly along: readonly Named[];
}

/** What is in the trash. */
export type InTrash = Pick<Row<Collection>, 'id' | 'deletedAt'>;

/** Describes a kind whose rows are read by its own model. */
export function trashKind<C extends Collection>(
	collection: C,
	kind: () => string,
	{
		title,
		with: goesWith,
		...more
	}: Pick<TrashKind, 'back' | 'goesToo'> & {
		title(row: Row<C>): string | null;
		with?(row: Row<C>): readonly (RecordId | null)[];
	},
): TrashKind {
	const read = <T>(id: RecordId, mana: Pick<Mana, 'get'>, otherwise: T, of: (row: Row<C>) => T): T => {
		const row = mana.get(collection, id);
		return row ? of(row) : otherwise;
	};
	return {
		collection,
		kind,
		titleOf: (id, mana) => read(id, mana, null, title),
		...(goesWith && { withOf: (id, mana) => read(id, mana, [], goesWith) }),
		...more,
	};
}

/**
 * What an app has in its trash, the latest first. What was thrown away with something else, or is a part of it, is not told by itself.
 *
 * @param rows of each kind what is in the trash, in the order of the kinds
 */
export function trashed(mana: Pick<Mana, 'get'>, kinds: readonly TrashKind[], rows: readonly (readonly InTrash[])[]): Trashed[] {
	const all = kinds.flatMap((of, at) => rows[at]!.map(({ id, deletedAt }) => ({ of, id, deletedAt: deletedAt ?? 0 })));
	const byId = new Map(all.map((one) => [one.id, one]));
	const parts = partsIn(kinds.map(({ collection }) => collection));
	/** What it lies under, and whether it came there with it. */
	const over = ({ of, id, deletedAt }: (typeof all)[number]) => {
		const whole = byId.get(wholeOf(mana, parts, { collection: of.collection, id })!);
		const other = (of.withOf?.(id, mana) ?? []).flatMap((one) => (one === null ? [] : (byId.get(one) ?? [])))[0];
		if (whole) return { top: whole, along: atOnce(whole.deletedAt, deletedAt) };
		return other && atOnce(other.deletedAt, deletedAt) ? { top: other, along: true } : null;
	};
	const along = new Map<RecordId, Named[]>();
	const tops = all.filter((one) => {
		let [top, came] = [one, true];
		// However deep: projects in projects, their tasks, the steps of these.
		for (let depth = 0, next = over(one); next && depth < all.length; depth++, next = over(top)) {
			came &&= next.along;
			top = next.top;
		}
		if (top === one) return true;
		if (came) along.set(top.id, [...(along.get(top.id) ?? []), { collection: one.of.collection, id: one.id }]);
		return false;
	});
	return tops
		.flatMap(({ of, id, deletedAt }) => {
			const title = of.titleOf(id, mana);
			return title === null
				? []
				: [{ collection: of.collection, id, kind: of.kind(), title, deletedAt, along: along.get(id) ?? [] }];
		})
		.toSorted((a, b) => b.deletedAt - a.deletedAt || (a.id < b.id ? 1 : -1));
}

/** What one can do with what is in the trash, each as one transaction that can be undone. */
export interface TrashActions {
	/** Everything in it, as of now. */
	all(): Trashed[];
	/** Puts something back, with what was thrown away with it. */
	restore(label: string, one: Trashed): Written;
	/** Deletes these for good, and what is a part of them. */
	purge(label: string, these: readonly Trashed[]): Written;
}

export function trashActions(mana: Mana, { kinds, collections }: AppTrash): TrashActions {
	const kindOf = ({ collection }: Named) => kinds.find((of) => of.collection.number === collection.number);
	return {
		all: () => trashed(mana, kinds, kinds.map(({ collection }) => mana.query(collection, inTrash).rows)), // prettier-ignore
		restore: (label, one) =>
			mana.write(label, (tx) => {
				for (const each of [one, ...one.along]) {
					const thrownAt = tx.get(each.collection, each.id)?.deletedAt ?? one.deletedAt;
					tx.restore(each.collection, each.id);
					kindOf(each)?.back?.(each.id, tx, thrownAt);
				}
			}),
		purge(label, these) {
			const gone = these.flatMap((one) => [one, ...one.along]);
			const ids = new Set(gone.map(({ id }) => id));
			const too = kinds.flatMap((of) => of.goesToo?.(ids, mana) ?? []);
			const parts = partsOf(mana, partsIn(collections), ids);
			return mana.write(label, (tx) => {
				for (const { collection, id } of [...parts, ...too, ...gone]) tx.purge(collection, id);
			});
		},
	};
}

/** Asks for what is in the trash. */
export const inTrash = { where: ({ deletedAt }: InTrash): boolean => deletedAt !== null };

/**
 * Deletes for good what has been in the trash for long enough, on a device without a server: where there is one, it does that for all devices.
 * Settles when it is on the disk.
 *
 * @param now ms since 1970
 */
export async function emptyOldTrash(mana: Mana, collections: readonly Collection[], now: number): Promise<void> {
	const where = ({ deletedAt }: InTrash) => deletedAt !== null && deletedAt <= now - TRASH_MS;
	const old = collections.flatMap((collection) => mana.query(collection, { where }).rows.map(({ id }) => ({ collection, id })));
	if (old.length === 0) return;
	const parts = partsOf(mana, partsIn(collections), new Set(old.map(({ id }) => id)));
	await mana.note('', (tx) => {
		for (const { collection, id } of [...parts, ...old]) tx.purge(collection, id);
	});
}

/** The record that one is a part of; `null`: of none. */
function wholeOf(mana: Pick<Mana, 'get'>, parts: readonly Part[], { collection, id }: Named): RecordId | null {
	for (const part of parts)
		if (part.collection.number === collection.number) {
			const whole = referenceIn(mana.get(collection, id), part);
			if (whole !== null) return whole;
		}
	return null;
}

/** Everything that is a part of these, and of what is a part of them. */
function partsOf(mana: Pick<Mana, 'query'>, parts: readonly Part[], of: ReadonlySet<RecordId>): Named[] {
	const found = new Map<RecordId, Named>();
	for (let wholes = of; wholes.size > 0;) {
		const next = parts.flatMap((part) =>
			mana
				.query(part.collection, { where: (row) => wholes.has(referenceIn(row, part)!) })
				.rows.flatMap(({ id }) => (of.has(id) || found.has(id) ? [] : [{ collection: part.collection, id }])),
		);
		for (const one of next) found.set(one.id, one);
		wholes = new Set(next.map(({ id }) => id));
	}
	return [...found.values()];
}

function referenceIn(row: Row<Collection> | undefined, { name }: Part): RecordId | null {
	return row ? ((row as Readonly<Record<string, unknown>>)[name] as RecordId | null) : null;
}
