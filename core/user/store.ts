import { type Collection, type Entry, isValue, type RecordId, readRow, type Row, type Value } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import type { ProjectionChange } from '@mana/service/projection/index';
import type { Migrations, Store } from '@mana/store';
import type { SpaceId } from '@mana/sync';
import type { Kysely, Transaction } from 'kysely';

export interface Tables {
	/** A register of a record that this service follows, as the space has it now. */
	register: {
		space: string;
		collection: number;
		field: number;
		/** JSON. */
		value: string;
	};
}

export type UserStore = Store<Tables>;

export const migrations: Migrations = {
	'001-registers': {
		async up(db) {
			await db.schema
				.createTable('register')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('field', 'integer', (column) => column.notNull())
				.addColumn('value', 'text', (column) => column.notNull())
				.addPrimaryKeyConstraint('register_key', ['space', 'collection', 'field'])
				.execute();
		},
	},
};

/** The records that are followed: of each collection the one that a space has. */
export const followed: readonly { readonly collection: Collection; readonly id: RecordId }[] = [
	{ collection: hub.profiles, id: hub.profileId },
	{ collection: hub.preferences, id: hub.preferencesId },
];

/** Puts what changed in place of what is here. */
export async function keep(within: Transaction<Tables>, { space, cells }: ProjectionChange): Promise<void> {
	const wanted = new Map(followed.map(({ collection, id }) => [collection.number, id]));
	for (const { collection, record, field, key, value } of cells) {
		// Records under other ids are no settings of anybody; the fields of these have no keys.
		if (wanted.get(collection) !== record || key !== '' || value instanceof Uint8Array) continue;
		const row = { space, collection, field, value: JSON.stringify(value) };
		await within
			.insertInto('register')
			.values(row)
			.onConflict((conflict) => conflict.columns(['space', 'collection', 'field']).doUpdateSet({ value: row.value }))
			.execute();
	}
}

/** Drops what is here of a space. */
export async function drop(within: Transaction<Tables>, space: SpaceId): Promise<void> {
	await within.deleteFrom('register').where('space', '=', space).execute();
}

/** What some personal spaces say about their owners, by space. */
export async function readPeople(db: Kysely<Tables>, spaces: readonly string[]): Promise<Map<string, PersonRecords>> {
	if (spaces.length === 0) return new Map();
	const rows = await db.selectFrom('register').selectAll().where('space', 'in', spaces).execute();
	const bySpace = Map.groupBy(rows, ({ space }) => space);
	return new Map([...bySpace].map(([space, registers]) => [space, recordsOf(registers)]));
}

/** The records of one person. What was never written, or is in the trash, is missing. */
export interface PersonRecords {
	readonly profile?: Row<typeof hub.profiles>;
	readonly preferences?: Row<typeof hub.preferences>;
}

function recordsOf(registers: readonly Tables['register'][]): PersonRecords {
	const profile = rowOf(hub.profiles, hub.profileId, registers);
	const preferences = rowOf(hub.preferences, hub.preferencesId, registers);
	return { ...(profile && { profile }), ...(preferences && { preferences }) };
}

function rowOf<C extends Collection>(collection: C, id: RecordId, registers: readonly Tables['register'][]): Row<C> | undefined {
	const entries = registers
		.filter((register) => register.collection === collection.number)
		.map(({ field, value }): Entry => ({ field, key: '', value: valueOf(value) }));
	const row = readRow(collection, id, entries);
	return row?.deletedAt === null ? row : undefined;
}

/** @throws TypeError when the table holds what was never written into it */
function valueOf(text: string): Value {
	const value: unknown = JSON.parse(text);
	if (!isValue(value)) throw new TypeError('A register holds what no register can hold.');
	return value;
}
