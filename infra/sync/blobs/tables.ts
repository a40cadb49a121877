import type { Migration } from '@mana/store';

/** Which files a space has, who brought them, and which records name them. Their bytes lie in the folder `blobs`. */
export interface BlobTables {
	/** A chunk that somebody sent to a space. Only who sent it may build a blob of it, so that a hash alone opens nothing. */
	blob_chunk: {
		space: number;
		hash: string;
		person: string;
		bytes: number;
		/** When it was last sent or asked for (ms): an upload under way is left alone. */
		touched_at: number;
	};
	/** A blob that somebody completed in a space. */
	blob: {
		space: number;
		/** See `manifestHash`. */
		hash: string;
		person: string;
		bytes: number;
		/** SHA-256s of its chunks in order, 32 bytes each. */
		chunks: Uint8Array;
		/** Since when no record of the space names it (ms); `null` while one does. */
		unreferenced_since: number | null;
	};
	/** A cell that names a blob, whether the blob is there or not. Derived from `cell`, up to `blob_head.seq`. */
	blob_reference: {
		space: number;
		record: string;
		collection: number;
		field: number;
		key: string;
		hash: string;
		/** Who wrote the cell, as its `actor`. */
		actor: number;
	};
	/** How far `blob_reference` has come in a space. */
	blob_head: { space: number; seq: number };
}

export const blobsMigration: Migration = {
	async up(db) {
		await db.schema
			.createTable('blob_chunk')
			.addColumn('space', 'integer', (column) => column.notNull().references('space.number'))
			.addColumn('hash', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('bytes', 'integer', (column) => column.notNull())
			.addColumn('touched_at', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('blob_chunk_key', ['space', 'hash', 'person'])
			.execute();
		await db.schema.createIndex('blob_chunk_person').on('blob_chunk').columns(['person', 'bytes']).execute();
		await db.schema.createIndex('blob_chunk_hash').on('blob_chunk').column('hash').execute();
		await db.schema
			.createTable('blob')
			.addColumn('space', 'integer', (column) => column.notNull().references('space.number'))
			.addColumn('hash', 'text', (column) => column.notNull())
			.addColumn('person', 'text', (column) => column.notNull())
			.addColumn('bytes', 'integer', (column) => column.notNull())
			.addColumn('chunks', 'blob', (column) => column.notNull())
			.addColumn('unreferenced_since', 'integer')
			.addPrimaryKeyConstraint('blob_key', ['space', 'hash', 'person'])
			.execute();
		await db.schema
			.createTable('blob_reference')
			.addColumn('space', 'integer', (column) => column.notNull())
			.addColumn('record', 'text', (column) => column.notNull())
			.addColumn('collection', 'integer', (column) => column.notNull())
			.addColumn('field', 'integer', (column) => column.notNull())
			.addColumn('key', 'text', (column) => column.notNull())
			.addColumn('hash', 'text', (column) => column.notNull())
			.addColumn('actor', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('blob_reference_key', ['space', 'record', 'collection', 'field', 'key'])
			.execute();
		await db.schema.createIndex('blob_reference_hash').on('blob_reference').columns(['space', 'hash']).execute();
		await db.schema
			.createTable('blob_head')
			.addColumn('space', 'integer', (column) => column.primaryKey())
			.addColumn('seq', 'integer', (column) => column.notNull())
			.execute();
	},
};
