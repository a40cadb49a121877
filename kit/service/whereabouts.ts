import { services, serviceVariable } from '@mana/schema';
import { z } from 'zod';
import { type ConfigLine, describeTable, type Environment, readTable } from './config.ts';

/** Where one service is, as far as the environment says more than the schema. */
export interface Whereabout {
	/** The origin to call it at, on another machine. */
	readonly address?: string;
	/** The number to listen on instead of the schema's; the offset is added to it as to every other. */
	readonly port?: number;
	/** The address to listen on instead of `MANA_HOST`. */
	readonly host?: string;
}

/** By service. */
export type Whereabouts = Readonly<Record<string, Whereabout>>;

const rules = {
	address: z
		.url({ protocol: /^https?$/ })
		.refine(isOrigin, 'An address has scheme, host and port, and nothing more')
		.transform((text) => new URL(text).origin)
		.describe('where it is called on another machine, as http://HOST:PORT'),
	port: z.number().int().min(1).max(65_535).describe('its port, where a host plan has another than the schema'),
	host: z.string().min(1).describe('the address that it listens on, where it is another than MANA_HOST'),
};
/** The settings that every service has by itself. */
export const sharedKeys = ['address', 'port', 'host'] as const;

/**
 * Reads what a host plan says about single services.
 *
 * @throws ConfigError naming every variable that does not fit
 */
export function readWhereabouts(env: Environment): Whereabouts {
	const said: Record<string, Whereabout> = {};
	const table = tableOf(env);
	const values = readTable('Mana', table, (variable) => variable, env, null);
	for (const { name } of services)
		for (const part of sharedKeys) {
			const value = values[serviceVariable(name, part)];
			if (value !== undefined) said[name] = { ...said[name], [part]: value };
		}
	return said;
}

/** What `mana config` prints of them: those that are set. */
export function describeWhereabouts(env: Environment): ConfigLine[] {
	return describeTable(tableOf(env), (variable) => variable, env);
}

/** The variables of this kind that the environment sets, each with its rule. */
function tableOf(env: Environment): Readonly<Record<string, z.ZodType>> {
	return Object.fromEntries(
		services.flatMap(({ name }) =>
			sharedKeys.flatMap((part) => {
				const variable = serviceVariable(name, part);
				return env[variable] === undefined ? [] : [[variable, rules[part]] as const];
			}),
		),
	);
}

function isOrigin(text: string): boolean {
	if (!URL.canParse(text)) return false;
	const { username, password, pathname, search, hash } = new URL(text);
	return username + password + search + hash === '' && pathname === '/';
}
