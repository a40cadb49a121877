import { collection, type Draft, field, ordering, type RecordId, type Row } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';

/** The number that an app's views have in it. */
const VIEWS = 251;

/** How what a view finds is laid out. */
export const LAYOUTS = ['list', 'board', 'grid', 'timeline'] as const;
export type Layout = (typeof LAYOUTS)[number];

/**
 * Ways of looking at an app's records that people keep: what is asked for (`query.ts`), and how it is laid out. Each app has a collection of
 * its own, as with comments.
 *
 * @param name of the app: `todo`
 * @param app its permanent number
 */
export function viewsIn(name: string, app: number) {
	return collection(
		`${name}/views`,
		{ app, number: VIEWS },
		{
			name: field.text(1, { fallback: '', max: 120 }),
			query: field.text(2, { fallback: '', max: 2_000 }),
			layout: field.choice(3, LAYOUTS),
			/** What a board has columns of, as the app calls it. */
			group: field.text(4, { fallback: '', max: 40 }),
			position: field.position(5),
			/** Columns of a board that were made by hand: their names by their ids. */
			columns: field.map(6),
			/** Their order keys by the same ids. */
			places: field.map(7),
			/** How many a column should hold at most, by its key. */
			limits: field.map(8),
		},
	);
}

export type Views = ReturnType<typeof viewsIn>;
export type View = Row<Views>;

/** A column that was made by hand. */
export interface OwnColumn {
	readonly id: string;
	readonly name: string;
	readonly place: string | null;
}

/** The columns of a view that were made by hand, in their order; one without a place comes last. */
export function ownColumns({ columns, places }: Pick<View, 'columns' | 'places'>): OwnColumn[] {
	return [...columns]
		.map(([id, name]) => ({ id, name: String(name), place: typeof places.get(id) === 'string' ? String(places.get(id)) : null }))
		.toSorted((a, b) => compare(a.place ?? '~', b.place ?? '~') || compare(a.id, b.id));
}

/** What people do with views, each as one transaction that can be undone. */
export interface ViewActions {
	/** Makes one, behind the others. */
	addView(label: string, draft: Draft<Views>): { id: RecordId; written: Written };
	editView(label: string, id: RecordId, draft: Draft<Views>): Written;
	trashView(label: string, id: RecordId): Written;
}

/** @param random [0,1) */
export function viewActions(mana: Mana, views: Views, random: () => number): ViewActions {
	const between = ordering(random);
	return {
		addView(label, draft) {
			let id!: RecordId;
			const places = mana.query(views).rows.flatMap(({ position }) => position ?? []).toSorted(compare); // prettier-ignore
			const position = between(places.at(-1) ?? null, null);
			const written = mana.write(label, (tx) => void (id = tx.create(views, { ...draft, position })));
			return { id, written };
		},
		editView: (label, id, draft) => mana.write(label, (tx) => tx.update(views, id, draft)),
		trashView: (label, id) => mana.write(label, (tx) => tx.trash(views, id)),
	};
}

/** Views in the order in which they were put. */
export function byViewPlace(a: Pick<View, 'id' | 'position'>, b: Pick<View, 'id' | 'position'>): number {
	return compare(a.position ?? '~', b.position ?? '~') || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
