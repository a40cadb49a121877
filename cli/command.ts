/** Where a command writes. Lines come without their end. */
export interface Io {
	out(line: string): void;
	err(line: string): void;
}

/** One word after `mana`, in a file of its own. */
export interface Command {
	readonly name: string;
	/** One line for `mana help`. */
	readonly summary: string;
	/** How to call it, one line for each form. */
	readonly usage: readonly string[];
	/** @returns the exit code: 0 done, 1 found something wrong, 2 called wrongly */
	run(args: readonly string[], io: Io): Promise<number>;
}
