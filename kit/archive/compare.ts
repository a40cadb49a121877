import type { Collection, RecordId } from '@mana/model';
import { NOTHING_SUM, type Op, plus, sumOfCell } from '@mana/sync';
import type { ArchiveReader } from './reader.ts';
import { isContent, opsOf } from './record.ts';
import type { SpaceDoor } from './space-door.ts';

/** How the records of an archive stand to those that are here: new, the same, or of the same id with other content. */
export interface Count {
	readonly fresh: number;
	readonly same: number;
	readonly different: number;
}

/** What an archive would bring into a space. */
export interface Comparison {
	/** By the name of their collection. */
	readonly records: ReadonlyMap<string, Count>;
	/** Lines that are no records. */
	readonly unreadable: readonly number[];
	/** Files of the archive. */
	readonly files: { readonly count: number; readonly bytes: number };
	/** What stands for the content of each record that is here, by `keyOf`. */
	readonly here: ReadonlyMap<string, string>;
	/** Keys of those that are here with other content. */
	readonly different: ReadonlySet<string>;
}

/** Lines after which it says how far it is. */
const STEP = 500;

/** Finds a collection by its name. */
export type Named = (name: string) => Collection | undefined;

/** Where in an archive one's own space lies; `null` where it has none. */
export function ownFolder({ manifest: { spaces } }: Pick<ArchiveReader, 'manifest'>): string | null {
	return spaces.find(({ own }) => own)?.folder ?? null;
}

export interface CompareParts {
	readonly archive: ArchiveReader;
	/** Where in the archive one's own space lies. */
	readonly folder: string;
	readonly door: SpaceDoor;
	readonly named: Named;
	/** How many lines of the archive were read. */
	readonly progress: (lines: number) => void;
	/** Ends it. */
	readonly signal: AbortSignal;
}

/** Looks what an archive would bring. @throws ArchiveUnreadable, DoorClosed; the signal's reason */
export async function compare({ archive, folder, door, named, progress, signal }: CompareParts): Promise<Comparison> {
	const here = new Map<string, string>();
	for await (const line of door.records()) {
		const ops = opsOf(line, named);
		if (ops?.[0]) here.set(keyOf(ops[0]), contentOf(ops));
		signal.throwIfAborted();
	}
	const counts = new Map<string, { fresh: number; same: number; different: number }>();
	const different = new Set<string>();
	const unreadable: number[] = [];
	for await (const { line, value } of archive.records(folder)) {
		signal.throwIfAborted();
		if (line % STEP === 0) progress(line);
		const ops = opsOf(value, named);
		if (!ops?.[0]) unreadable.push(line);
		if (!ops?.[0] || !isContent(ops[0].collection)) continue;
		const key = keyOf(ops[0]);
		const name = (value as { readonly collection: string }).collection;
		const known = here.get(key);
		const count = counts.get(name) ?? { fresh: 0, same: 0, different: 0 };
		if (known !== undefined && known !== contentOf(ops)) different.add(key);
		count[known === undefined ? 'fresh' : different.has(key) ? 'different' : 'same']++;
		counts.set(name, count);
	}
	let [count, bytes] = [0, 0];
	for await (const file of archive.files(folder)) {
		if (file.path === null) continue;
		count++;
		bytes += file.bytes;
	}
	return { records: counts, unreadable, files: { count, bytes }, here, different };
}

/** Names a record among those of a space. */
export function keyOf({ collection, record }: { readonly collection: number; readonly record: RecordId }): string {
	return `${record}${collection}`;
}

/** Stands for what a record holds, whoever wrote it and when. */
export function contentOf(ops: readonly Op[]): string {
	const { high, low } = ops.map((op) => sumOfCell({ ...op, stamp: 0, actor: 0 })).reduce(plus, NOTHING_SUM);
	return `${high} ${low}`;
}
