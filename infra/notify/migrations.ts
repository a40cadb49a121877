import type { Sealing } from '@mana/service';
import type { Migrations } from '@mana/store';
import type { Kysely } from 'kysely';
import { incomingMigration } from './incoming/tables.ts';
import { sealTarget } from './targets.ts';

/** The tables of mana-notify. Instants are milliseconds since 1970, JSON is text. @param sealing what seals the secrets in them */
export const migrationsWith = (sealing: Sealing): Migrations => ({
	'001-queue': {
		async up(db) {
			await db.schema
				.createTable('message')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('sender', 'text', (column) => column.notNull())
				.addColumn('key', 'text', (column) => column.notNull())
				.addColumn('topic', 'text', (column) => column.notNull())
				.addColumn('person', 'text')
				.addColumn('address', 'text')
				.addColumn('language', 'text')
				.addColumn('data', 'text', (column) => column.notNull())
				.addColumn('collapse', 'text')
				.addColumn('state', 'text', (column) => column.notNull())
				.addColumn('due_at', 'integer', (column) => column.notNull())
				.addColumn('expires_at', 'integer')
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addUniqueConstraint('message_key', ['sender', 'key'])
				.execute();
			await db.schema.createIndex('message_due').on('message').columns(['state', 'due_at']).execute();
			await db.schema.createIndex('message_collapse').on('message').columns(['collapse', 'sender']).execute();
			await db.schema.createIndex('message_person').on('message').column('person').execute();
			await db.schema
				.createTable('delivery')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('channel', 'text', (column) => column.notNull())
				.addColumn('person', 'text')
				.addColumn('target', 'text')
				.addColumn('slot', 'text', (column) => column.unique())
				.addColumn('state', 'text', (column) => column.notNull())
				.addColumn('run_at', 'integer', (column) => column.notNull())
				.addColumn('expires_at', 'integer')
				.addColumn('attempts', 'integer', (column) => column.notNull())
				.addColumn('lease_until', 'integer')
				.addColumn('handed', 'integer', (column) => column.notNull())
				.addColumn('doubts', 'integer', (column) => column.notNull())
				.addColumn('reason', 'text')
				.addColumn('receipt', 'text')
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.addColumn('finished_at', 'integer')
				.execute();
			await db.schema.createIndex('delivery_due').on('delivery').columns(['state', 'channel', 'run_at']).execute();
			await db.schema.createIndex('delivery_person').on('delivery').column('person').execute();
			await db.schema.createIndex('delivery_finished').on('delivery').column('finished_at').execute();
			await db.schema
				.createTable('delivery_message')
				.addColumn('delivery_id', 'text', (column) => column.notNull().references('delivery.id').onDelete('cascade'))
				.addColumn('message_id', 'text', (column) => column.notNull().references('message.id').onDelete('cascade'))
				.addPrimaryKeyConstraint('delivery_message_key', ['delivery_id', 'message_id'])
				.execute();
			await db.schema.createIndex('delivery_message_message').on('delivery_message').column('message_id').execute();
		},
	},
	'002-channels': {
		async up(db) {
			await db.schema
				.alterTable('delivery')
				.addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
				.execute();
			await db.schema
				.createTable('channel')
				.addColumn('id', 'text', (column) => column.primaryKey())
				.addColumn('person', 'text', (column) => column.notNull())
				.addColumn('kind', 'text', (column) => column.notNull())
				.addColumn('label', 'text', (column) => column.notNull())
				.addColumn('target', 'text', (column) => column.notNull())
				.addColumn('failures', 'integer', (column) => column.notNull())
				.addColumn('paused_until', 'integer')
				.addColumn('trouble', 'text')
				.addColumn('is_on', 'integer', (column) => column.notNull())
				.addColumn('delivered_at', 'integer')
				.addColumn('created_at', 'integer', (column) => column.notNull())
				.execute();
			await db.schema.createIndex('channel_person').on('channel').column('person').execute();
			await db.schema
				.createTable('instance_key')
				.addColumn('name', 'text', (column) => column.primaryKey())
				.addColumn('value', 'text', (column) => column.notNull())
				.execute();
		},
	},
	'003-wishes': {
		async up(db) {
			await db.schema
				.createTable('register')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('collection', 'integer', (column) => column.notNull())
				.addColumn('record', 'text', (column) => column.notNull())
				.addColumn('field', 'integer', (column) => column.notNull())
				.addColumn('value', 'text', (column) => column.notNull())
				.addPrimaryKeyConstraint('register_key', ['space', 'collection', 'record', 'field'])
				.execute();
			await db.schema
				.createTable('inbox_record')
				.addColumn('record', 'text', (column) => column.primaryKey())
				.addColumn('message_id', 'text', (column) => column.notNull().references('message.id').onDelete('cascade'))
				.execute();
			await db.schema.createIndex('inbox_record_message').on('inbox_record').column('message_id').execute();
		},
	},
	'004-sealed-targets': {
		// What it writes depends on the rows that it finds.
		hash: 'seals channel.target',
		async up(db: Kysely<{ channel: { id: string; target: string } }>) {
			for (const { id, target } of await db.selectFrom('channel').select(['id', 'target']).execute())
				await db
					.updateTable('channel')
					.set({ target: sealTarget(sealing, id, JSON.parse(target)) })
					.where('id', '=', id)
					.execute();
		},
	},
	'005-inbox-entries': {
		async up(db) {
			await db.schema
				.createTable('inbox_entry')
				.addColumn('space', 'text', (column) => column.notNull())
				.addColumn('record', 'text', (column) => column.notNull())
				.addColumn('told_at', 'integer', (column) => column.notNull())
				.addColumn('read_at', 'integer')
				.addColumn('is_gone', 'integer', (column) => column.notNull())
				.addPrimaryKeyConstraint('inbox_entry_key', ['space', 'record'])
				.execute();
			await db.schema.createIndex('inbox_entry_read').on('inbox_entry').columns(['is_gone', 'read_at']).execute();
		},
	},
	'006-incoming': incomingMigration,
});
