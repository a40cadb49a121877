import type { Migrations } from '@mana/store';

export interface AdministrationTables {
	impersonation_consent: { person_id: string; until: number };
	/** A second step that an admin has taken away, unless somebody stops it until then. */
	second_step_removal: { person_id: string; id: string; asked_by: string; asked_at: number; due_at: number };
}

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
	'012-second-step-removal': {
		async up(db) {
			await db.schema
				.createTable('second_step_removal')
				.addColumn('person_id', 'text', (column) => column.primaryKey().references('person.id').onDelete('cascade'))
				.addColumn('id', 'text', (column) => column.notNull())
				.addColumn('asked_by', 'text', (column) => column.notNull())
				.addColumn('asked_at', 'integer', (column) => column.notNull())
				.addColumn('due_at', 'integer', (column) => column.notNull())
				.execute();
		},
	},
};
