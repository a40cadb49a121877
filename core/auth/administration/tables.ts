import type { Migrations } from '@mana/store';

/** What looking after people adds to the tables of mana-auth. */
export const administrationMigrations: Migrations = {
	'005-administration': {
		async up(db) {
			await db.schema
				.alterTable('person')
				.addColumn('tier', 'text', (column) => column.notNull().defaultTo('public'))
				.execute();
			await db.schema.alterTable('person').addColumn('suspended_at', 'integer').execute();
			await db.schema.alterTable('session').addColumn('impersonator_id', 'text').execute();
			await db.schema
				.createTable('impersonation_consent')
				.addColumn('person_id', 'text', (column) => column.primaryKey().references('person.id').onDelete('cascade'))
				.addColumn('until', 'integer', (column) => column.notNull())
				.execute();
		},
	},
	'011-mailed-invitations': {
		async up(db) {
			for (const column of ['tier', 'language']) await db.schema.alterTable('one_time_link').addColumn(column, 'text').execute();
		},
	},
};
