import { ByteWriter, writeTransactions } from '../codec/index.ts';
import type { DeviceId } from '../cell.ts';
import type { Notes, Platform } from './platform.ts';
import type { Pending } from './pending.ts';
import type { ClientStore, Origin, PageCount } from './store.ts';

/**
 * What a page had shown as written and not yet brought to the disk when the person left it: closing a tab or following a link breaks off what
 * a database is about to do. A note can be written in that very moment, and the next page that opens the same data puts it where it belongs.
 */
export interface LastWords {
	/** The life of the store that they belong to. */
	readonly life: DeviceId;
	readonly written: readonly LastWord[];
}

export interface LastWord {
	readonly by: PageCount;
	readonly label: string;
	readonly at: number;
	/** The transaction as it goes over the wire, base64. */
	readonly wire: string;
}

/** Writes down what is not on the disk yet, in one step. @param place name of the account's database and of the space in it */
export function keepLastWords(notes: Notes, place: string, life: DeviceId | null, pending: Iterable<Pending>): void {
	const written = [...pending].flatMap((one) => (one.n === null && one.by ? [wordOf(one, one.by)] : []));
	if (life === null || !written[0]) return;
	notes.setItem(`${prefixOf(place)}${written[0].by.page}`, JSON.stringify({ life, written } satisfies LastWords));
}

/** Stores what earlier pages could not. A disk that fails keeps nobody from going on: the notes stay for the next time. */
export async function recoverWords(
	store: ClientStore,
	place: string,
	space: Omit<Origin, 'at'>,
	{ env, notes, report }: Pick<Platform, 'env' | 'notes' | 'report'>,
): Promise<void> {
	if (!notes.names().some((name) => name.startsWith(prefixOf(place)))) return;
	try {
		const { recoverLastWords } = await import('./recovered-words.ts');
		await recoverLastWords(notes, place, store, { ...space, at: Math.round(env.now()) });
	} catch (error) {
		report(error);
	}
}

/** Removes all notes of an account. */
export function dropLastWords(notes: Notes, database: string): void {
	for (const name of notes.names()) if (name.startsWith(`${PREFIX}${database}/`)) notes.removeItem(name);
}

const PREFIX = 'last-words-';

/** What the names of the notes about one place begin with. */
export function prefixOf(place: string): string {
	return `${PREFIX}${place}/`;
}

function wordOf({ stamp, ops, preconditions, label, at }: Pending, by: PageCount): LastWord {
	const out = new ByteWriter();
	writeTransactions(out, [{ n: 1, stamp, ops, preconditions }]);
	return { by, label, at, wire: btoa(Array.from(out.finish(), (byte) => String.fromCharCode(byte)).join('')) };
}
