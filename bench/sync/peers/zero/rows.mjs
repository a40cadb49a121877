// The schema, the query and the mutators that Zero's clients and its application's server share.
import {
	createBuilder,
	createSchema,
	defineMutator,
	defineMutators,
	defineQueries,
	defineQuery,
	number,
	string,
	table,
} from '@rocicorp/zero';
import { z } from 'zod';
import { FIELDS, fieldName, isNumber } from '../../actor/data.mjs';

const fields = Array.from({ length: FIELDS }, (_, field) => [fieldName(field), isNumber(field)]);

const rows = table('rows')
	.columns({ id: string(), ...Object.fromEntries(fields.map(([name, isNumber]) => [name, isNumber ? number() : string()])) })
	.primaryKey('id');

export const schema = createSchema({ tables: [rows] });

export const createTable = `create table rows (id text primary key, ${fields
	.map(([name, isNumber]) => `${name} ${isNumber ? 'double precision' : 'text'}`)
	.join(', ')})`;

const zql = createBuilder(schema);

export const queries = defineQueries({ all: defineQuery(() => zql.rows) });

const row = z.object({ id: z.string() }).catchall(z.union([z.string(), z.number()]));

export const mutators = defineMutators({
	write: defineMutator(row, ({ tx, args }) => tx.mutate.rows.update(args)),
	writeRows: defineMutator(z.array(row), async ({ tx, args }) => {
		for (const one of args) await tx.mutate.rows.upsert(one);
	}),
});
