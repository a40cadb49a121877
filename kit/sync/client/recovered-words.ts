import { ByteReader, readTransactions } from '../codec/index.ts';
import { type LastWord, type LastWords, prefixOf } from './last-words.ts';
import type { Notes } from './platform.ts';
import type { ClientStore, FreshTransaction, Origin, PageCount } from './store.ts';

/**
 * Puts what earlier pages could not into the outbox, each once: what had reached the disk all the same is passed over. What was written in a
 * life of the store that is over goes to the quarantine, as coming `from` there.
 */
export async function recoverLastWords(notes: Notes, place: string, store: ClientStore, from: Origin): Promise<void> {
	for (const name of notes.names().filter((name) => name.startsWith(prefixOf(place)))) {
		const { life, written } = JSON.parse(notes.getItem(name)!) as LastWords;
		await store.recover(life, written.map(transactionOf), from);
		notes.removeItem(name);
	}
}

function transactionOf({ by, label, at, wire }: LastWord): FreshTransaction & { readonly by: PageCount } {
	const bytes = Uint8Array.from(atob(wire), (char) => char.charCodeAt(0));
	const { stamp, ops, preconditions = [] } = readTransactions(new ByteReader(bytes))[0]!;
	return { by, stamp, ops, preconditions, label, at };
}
