import { freePorts, rangeNamed } from '@mana/schema';
import { UsageError } from '../place.ts';
import { asUsage, optionsIn, printJson, type Subcommand } from './subcommand.ts';

/** What `--json` prints. */
interface Next {
	readonly range: string;
	/** `null` when no number is left that is not reserved. */
	readonly next: number | null;
	readonly free: readonly number[];
	/** Free, but reserved. */
	readonly reserved: readonly number[];
}

export const nextCommand: Subcommand = {
	name: 'next',
	usage: ['next RANGE [--json]'],
	summary: 'the next number of a range that a new service may have',
	run(args, io) {
		const { values, positionals } = optionsIn(args, { json: { type: 'boolean' } });
		const [name, ...more] = positionals;
		if (name === undefined || more.length > 0) throw new UsageError('Name one range.');
		const range = asUsage(() => rangeNamed(name));
		const { free, reserved } = freePorts(range);
		const next = free[0] ?? null;
		if (values.json) printJson({ range: range.name, next, free, reserved } satisfies Next, io);
		else if (next !== null) io.out(String(next));
		else io.err(fullRange(range.name, reserved));
		return next === null ? 1 : 0;
	},
};

/** What to do when a range has no number left that is not reserved. */
export function fullRange(range: string, reserved: readonly number[]): string {
	const [first] = reserved;
	if (first === undefined) return `The range ${range} is full. Widen it in schema/ranges.ts, or choose another range.`;
	return (
		`Only reserved slots are left in the range ${range}: ${reserved.join(', ')}. ` +
		`\`mana ports add NAME --range ${range} --port ${first}\` takes one and releases it; schema/ranges.ts keeps the rest.`
	);
}
