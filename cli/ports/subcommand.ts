import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Io } from '../command.ts';
import { UsageError } from '../place.ts';

/** One word after `mana ports`, in a file of its own. */
export interface Subcommand {
	readonly name: string;
	/** How to call it: one form a line. */
	readonly usage: readonly string[];
	/** One line for `mana help ports`. */
	readonly summary: string;
	/** @returns the exit code: 0 done, 1 found something wrong @throws UsageError when it was called wrongly */
	run(args: readonly string[], io: Io): number | Promise<number>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads options and the words between them.
 *
 * @throws UsageError for an option that does not exist or a value that does not fit
 */
export function optionsIn<const Own extends Options>(args: readonly string[], options: Own) {
	return asUsage(() => parseArgs({ args: [...args], options, allowPositionals: true, strict: true }));
}

/** What was asked for does not exist: that is a matter of how the command was called. @throws UsageError */
export function asUsage<Answer>(look: () => Answer): Answer {
	try {
		return look();
	} catch (error) {
		throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
	}
}

/** Refuses words that the command does not take. @throws UsageError */
export function noWords(words: readonly string[]): void {
	if (words.length > 0) throw new UsageError(`"${words.join(' ')}" is not understood here.`);
}

/** As `--json` prints it. */
export function printJson(value: unknown, io: Io): void {
	io.out(JSON.stringify(value, null, '\t'));
}
