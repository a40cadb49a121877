import {
	createBuilder,
	createSchema,
	defineMutator,
	defineMutators,
	defineQueries,
	defineQuery,
	table,
	Zero,
} from '@rocicorp/zero';

globalThis.bench = { createBuilder, createSchema, defineMutator, defineMutators, defineQueries, defineQuery, table, Zero };
