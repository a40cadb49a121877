import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Where a command works: the options that every command of a Mana understands. */
export interface Place {
	/** The data folder, absolute. */
	readonly home: string;
	readonly offset: number;
}

/** A mistake in how a command was called; its message is all a person needs. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

const placeOptions = { home: { type: 'string' }, 'port-offset': { type: 'string' } } as const satisfies Options;

/**
 * Reads a command's arguments.
 *
 * @param own options of the command besides `--home` and `--port-offset`
 * @throws UsageError for an option that does not exist or a value that does not fit
 */
export function readArguments<const Own extends Options>(args: readonly string[], own: Own) {
	const { values, positionals } = parse(args, { ...placeOptions, ...own });
	const { home, 'port-offset': offset } = values as { home?: string; 'port-offset'?: string };
	return { place: placeOf(home, offset), values, positionals };
}

function placeOf(home: string | undefined, offset: string | undefined): Place {
	const text = offset ?? process.env['MANA_PORT_OFFSET'] ?? '0';
	if (!/^\d+$/.test(text)) throw new UsageError(`--port-offset takes a whole number from 0 on, not "${text}".`);
	return { home: resolve(home ?? process.env['MANA_HOME'] ?? './data'), offset: Number(text) };
}

function parse<const All extends Options>(args: readonly string[], options: All) {
	try {
		return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
	} catch (error) {
		if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
			throw new UsageError(error.message);
		throw error;
	}
}
