import type { History, Mana, Refused, SyncState, Unsent, Writer, Written } from '@mana/sync/client/api';
import type { Conflict } from '@mana/sync/client/conflicts';
import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import { m } from '../i18n/index.ts';
import { toast } from '../shell/toasts.svelte.ts';

const [useMana, provideMana] = createContext<Mana>();

/** The local store of the person in front of the screen. Call it while a component is made. */
export { provideMana, useMana };

const [useHome, provideHome] = createContext<() => Mana | null>();

/** The store of one's own space, whichever space the apps work in; `null` while it opens. */
export { provideHome, useHome };

/** Sync state, history and outbox of a store as runes. */
export class ManaState {
	readonly #mana: Mana;
	readonly #track: () => void;

	constructor(mana: Mana) {
		this.#mana = mana;
		this.#track = createSubscriber((update) => mana.subscribe(update));
	}

	get sync(): SyncState {
		this.#track();
		return this.#mana.sync;
	}

	get history(): Pick<History, 'undoable' | 'redoable'> {
		this.#track();
		const { undoable, redoable } = this.#mana.history;
		return { undoable, redoable };
	}

	get outbox(): readonly Unsent[] {
		this.#track();
		return this.#mana.outbox();
	}

	get refused(): readonly Refused[] {
		this.#track();
		return this.#mana.refused();
	}

	get conflicts(): readonly Conflict[] {
		this.#track();
		return this.#mana.conflicts();
	}
}

/**
 * Writes, and says so: with `said`, a toast offers to take exactly this back. A device that cannot store is reported, whoever wrote.
 *
 * @param label what the person did, for undo and the list of unsent changes
 * @throws InvalidValue when a value breaks its field's rule; nothing was written then
 */
export function act(mana: Mana, label: string, action: (tx: Writer) => void, said?: string): Written {
	return settle(mana.write(label, action), said);
}

/** What `act` does for an action that was written elsewhere: reports a device that cannot store, offers to take it back. */
export function settle(written: Written, said?: string): Written {
	reportUnstored(written.saved);
	if (said) toast({ text: said, undo: () => written.undo() });
	return written;
}

/** Tells the person when this device could not store something. */
export function reportUnstored(saved: Promise<void>): void {
	saved.catch((problem: unknown) => {
		toast({ text: m.storage_failed(), detail: problem instanceof Error ? problem.message : String(problem), tone: 'danger' });
	});
}
