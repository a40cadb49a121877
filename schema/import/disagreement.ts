import type { Place, PortStatement, Statement } from './statement.ts';
import type { Yardstick } from './yardstick.ts';

/** Two places that do not say the same, or one that says what must not be. */
export interface Disagreement extends Place {
	readonly code: string;
	/** The row that it is about; `null` where the schema has none. */
	readonly service: string | null;
	readonly message: string;
	readonly fix: string;
}

/** One kind of disagreement. */
export interface Comparison {
	readonly finds: string;
	readonly compare: (statements: readonly Statement[], yardstick: Yardstick) => readonly Disagreement[];
}

export function portsIn(statements: readonly Statement[], ...says: readonly PortStatement['says'][]): PortStatement[] {
	return statements.filter(
		(statement): statement is PortStatement => statement.kind === 'port' && (says.length === 0 || says.includes(statement.says)),
	);
}

/** The first of those that say the same. */
export function oncePer<Thing>(things: readonly Thing[], key: (thing: Thing) => string): Thing[] {
	const seen = new Set<string>();
	return things.filter((thing) => !seen.has(key(thing)) && seen.add(key(thing)));
}

export function at({ file, line }: Place): string {
	return `${file}:${line}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(things: readonly string[]): string {
	return things.length < 2 ? (things[0] ?? '') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`;
}
