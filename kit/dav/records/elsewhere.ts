import type { Collection, RecordId } from '@mana/model';
import type { ServiceWriter, SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Transaction } from 'kysely';
import type { FolderElsewhere } from '../client/discover.ts';
import type { MirrorApp, MirrorWithin } from '../mirror/index.ts';
import { type RecordDb, recordOf } from './objects.ts';
import type { RecordTables } from './tables.ts';

/** Records that go in one step. */
const AT_ONCE = 40;

/** What a server of an app says of its folders, so that some of them can be kept the same as folders elsewhere. */
export interface FoldersHere<C extends Collection> {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly collection: C;
	/** The id of the folder that stands for one elsewhere. @param key the same for the same one */
	idOf(key: string): RecordId;
	/** Makes it. */
	create(tx: ServiceWriter, id: RecordId, folder: FolderElsewhere): void;
	/** Says what it is: kept the same as one that may be written there, as one that may only be read, or one's own again. */
	mark(tx: ServiceWriter, id: RecordId, as: 'written' | 'read' | 'own'): void;
	/** Everything in it, which goes to the trash with it. */
	inside(db: RecordDb, space: SpaceId, home: string): Promise<readonly { readonly collection: Collection; readonly row: { readonly id: RecordId } }[]>;
} // prettier-ignore

/** Folders of ours as they are made for, and ended with, what they are kept the same as. */
export function foldersHere<C extends Collection>({
	db,
	writer,
	collection,
	idOf,
	create,
	mark,
	inside,
}: FoldersHere<C>): Pick<MirrorApp, 'stands' | 'makeFolder' | 'endFolder' | 'wake'> {
	return {
		async stands(space, home) {
			const held = await recordOf(db, space, collection, home as RecordId);
			return held?.row?.deletedAt === null;
		},
		async makeFolder(within, space, key, folder) {
			const [id, records] = [idOf(key), recordsIn(within)];
			const before = (await recordOf(records, space, collection, id))?.row;
			await writer.write(records, space, (tx) => {
				if (!before) create(tx, id, folder);
				else if (before.deletedAt !== null) tx.restore(collection, id);
				mark(tx, id, folder.mayWrite ? 'written' : 'read');
			});
			return id;
		},
		async endFolder(within, space, home, what) {
			const [id, records] = [home as RecordId, recordsIn(within)];
			const before = (await recordOf(records, space, collection, id))?.row;
			const all = what === 'trash' ? await inside(records, space, home) : [];
			for (let at = 0; at < all.length; at += AT_ONCE)
				await writer.write(records, space, (tx) => {
					for (const { collection, row } of all.slice(at, at + AT_ONCE)) tx.trash(collection, row.id);
				});
			if (before)
				await writer.write(records, space, (tx) => {
					mark(tx, id, 'own');
					if (what === 'trash') tx.trash(collection, id);
				});
		},
		wake: () => writer.wake(),
	};
}

/** Another text for each object of a folder, by UID, whenever what it says may have changed. */
export async function versionsIn(db: RecordDb, space: SpaceId, home: RecordId): Promise<Map<string, string>> {
	const reading = await db.selectFrom('mana_reading').select('name').where('space', '=', space).executeTakeFirst();
	const rows = await db
		.selectFrom('mana_object')
		.select(['uid', 'seq'])
		.where('space', '=', space)
		.where('home', '=', home)
		.execute();
	return new Map(rows.map(({ uid, seq }) => [uid, `${reading?.name ?? ''} ${seq}`]));
}

/** Both kinds of tables are in one store: what is in a transaction of one is in that of the other. */
export function recordsIn(within: MirrorWithin): Transaction<RecordTables> {
	return within as unknown as Transaction<RecordTables>;
}
