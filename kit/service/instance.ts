import { resolve } from 'node:path';
import { z } from 'zod';
import { type Instance, listensAt } from './addresses.ts';
import { type ConfigLine, describeTable, type Environment, readTable, secret } from './config.ts';
import { describeWhereabouts, readWhereabouts } from './whereabouts.ts';

const hub = 'mana-web';

const table = {
	MANA_HOME: z.string().min(1).default('./data').describe('the folder that holds everything a person keeps'),
	MANA_PORT_OFFSET: z.number().int().min(0).max(60_000).default(0).describe('added to every port'),
	MANA_HOST: z.string().min(1).default('127.0.0.1').describe('the address to listen on'),
	MANA_PUBLIC_URL: z
		.url({ protocol: /^https?$/ })
		.optional()
		.describe('the address that people open; by default the hub on this machine'),
	MANA_DATABASE_URL: secret(
		z
			.url({ protocol: /^postgres(ql)?$/ })
			.optional()
			.describe('PostgreSQL for every service; without it SQLite files'),
	),
	MANA_LOG: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

/**
 * Reads the settings that all services of an instance share.
 *
 * @throws ConfigError naming every variable that does not fit
 */
export function readInstance(env: Environment): Instance {
	const values = readTable('Mana', table, (variable) => variable, env, null) as {
		[K in keyof typeof table]: z.output<(typeof table)[K]>;
	};
	const place = { portOffset: values.MANA_PORT_OFFSET, host: values.MANA_HOST, whereabouts: readWhereabouts(env) };
	return {
		...place,
		home: resolve(values.MANA_HOME),
		publicUrl: new URL(values.MANA_PUBLIC_URL ?? `http://localhost:${listensAt(hub, place).port}`).origin,
		databaseUrl: values.MANA_DATABASE_URL,
		logLevel: values.MANA_LOG,
	};
}

/** What `mana config` prints for the instance. */
export function describeInstance(env: Environment): ConfigLine[] {
	return [...describeTable(table, (variable) => variable, env), ...describeWhereabouts(env)];
}
