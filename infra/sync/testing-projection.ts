// For tests: a service that projects and writes, with a ledger of everything that it ever applied, and spaces to follow.
import { type Collection, recordIdFromBytes } from '@mana/model';
import { serviceIdentity } from '@mana/service';
import { follow, openSpaceWriter, type Projection, type RefusedWrite } from '@mana/service/projection/index';
import { generateSecret } from '@mana/service/secrets';
import { openStore, type Store } from '@mana/store';
import { type Cell, placeKey, type SpaceId } from '@mana/sync';

export const SERVICE = 'todo-server';

/** The service's own tables. */
export interface ProjectedTables {
	/** The projection itself. */
	projected: { space: string; place: string; cell: string };
	/** Every cell that was ever applied. A key stands in it once: what is applied twice breaks the transaction. */
	ledger: { applied: string };
	/** How many cells were applied, counted apart from them. */
	tally: { one: number; cells: number };
}

export interface Place {
	readonly home: string;
	readonly databaseUrl: string | undefined;
}

export function openProjected(place: Place, service = SERVICE): Promise<Store<ProjectedTables>> {
	return openStore<ProjectedTables>({
		service,
		...place,
		migrations: {
			'001-projected': {
				async up(db) {
					await db.schema
						.createTable('projected')
						.addColumn('space', 'text', (column) => column.notNull())
						.addColumn('place', 'text', (column) => column.notNull())
						.addColumn('cell', 'text', (column) => column.notNull())
						.addPrimaryKeyConstraint('projected_key', ['space', 'place'])
						.execute();
					await db.schema
						.createTable('ledger')
						.addColumn('applied', 'text', (column) => column.primaryKey())
						.execute();
					await db.schema
						.createTable('tally')
						.addColumn('one', 'integer', (column) => column.primaryKey())
						.addColumn('cells', 'integer', (column) => column.notNull())
						.execute();
					await db.insertInto('tally').values({ one: 1, cells: 0 }).execute();
				},
			},
		},
	});
}

export interface Projecting {
	readonly store: Store<ProjectedTables>;
	readonly url: string;
	readonly home: string;
	readonly collections: readonly Collection[];
	readonly service?: string;
	/** Runs when a change is written and not yet committed. */
	readonly applied?: (cells: readonly Cell[]) => void | Promise<void>;
	readonly lost?: (error: unknown) => void;
}

export function identityOf(home: string, service = SERVICE) {
	return serviceIdentity(() => generateSecret(home, 'instance'), service, { now: () => Date.now() });
}

/** Follows into the tables above. */
export function project({
	store,
	url,
	home,
	collections,
	service,
	applied,
	lost,
}: Projecting): Promise<Projection<ProjectedTables>> {
	return follow<ProjectedTables>({
		store,
		address: url,
		identity: identityOf(home, service),
		collections,
		async apply(within, { space, cells }) {
			for (const cell of cells) {
				const place = placeKey(cell);
				await within
					.insertInto('ledger')
					.values({ applied: `${space} ${place} ${cell.stamp} ${cell.actor}` })
					.execute();
				const row = { space, place, cell: JSON.stringify(cell) };
				await within
					.insertInto('projected')
					.values(row)
					.onConflict((conflict) => conflict.columns(['space', 'place']).doUpdateSet({ cell: row.cell }))
					.execute();
			}
			await within
				.updateTable('tally')
				.set((eb) => ({ cells: eb('cells', '+', cells.length) }))
				.execute();
			await applied?.(cells);
		},
		async forget(within, space) {
			await within.deleteFrom('projected').where('space', '=', space).execute();
			await within.deleteFrom('ledger').where('applied', 'like', `${space} %`).execute();
		},
		...(lost && { lost }),
	});
}

/** What the service has of a space, by place. */
export async function projectedOf(store: Store<ProjectedTables>, space: SpaceId): Promise<Record<string, unknown>> {
	const rows = await store.db
		.selectFrom('projected')
		.select(['place', 'cell'])
		.where('space', '=', space)
		.orderBy('place')
		.execute();
	return Object.fromEntries(rows.map(({ place, cell }) => [place, JSON.parse(cell) as unknown]));
}

/** What a replica has of some collections, in the same form. */
export function foldOf(cells: ReadonlyMap<string, Cell>, collections: readonly Collection[]): Record<string, unknown> {
	const numbers = new Set(collections.map(({ number }) => number));
	const kept = [...cells].filter(([, { collection }]) => numbers.has(collection)).sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(kept.map(([place, cell]) => [place, JSON.parse(JSON.stringify(cell)) as unknown]));
}

/** The same service's way of writing, with everything that was refused. */
export async function openWriting(store: Store<ProjectedTables>, url: string, home: string, lost?: (error: unknown) => void) {
	const refused: RefusedWrite[] = [];
	const writer = await openSpaceWriter<ProjectedTables>({
		store,
		address: url,
		identity: identityOf(home),
		clock: { now: () => Date.now() },
		random: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		refused: async (_, write) => void refused.push(write),
		...(lost && { lost }),
	});
	return { writer, refused };
}

/** A record id by a small number, so that tests write the same records again. */
export function recordNumbered(n: number) {
	return recordIdFromBytes(new Uint8Array(16).fill(n + 1));
}

/** Looks again and again until something holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
	while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}
