import { BackOff } from '../conversation/back-off.ts';
import type { Environment } from '../environment.ts';
import { SignedOut } from '../link.ts';
import type { Locks } from '../tabs.ts';
import type { FileStore } from './file-store.ts';
import type { StoredFile } from '../file-rows.ts';
import { Refused, type Transfer, TryAgain } from './transfer.ts';

/** How a file that was added here is getting on. */
export type Sending =
	| { readonly phase: 'waiting' } // for the network, a sign-in, or its turn
	| { readonly phase: 'sending'; readonly sentBytes: number }
	| { readonly phase: 'refused'; readonly code: string; readonly detail: string }; // goes on with `retry`

interface SenderParts {
	readonly env: Environment;
	readonly store: FileStore;
	readonly locks: Locks;
	/** Of this account and space: one tab at a time sends. */
	readonly name: string;
	/** `null`: no account, or it is not known yet where to send to; somebody wakes us when it is. */
	readonly transfer: () => Promise<Transfer | null>;
	/** Whether a record still names the file. */
	readonly needed: (file: StoredFile) => boolean;
	/** It is with the server. */
	readonly sent: (hash: string) => void;
	/** This tab changed how a file is getting on: the others do not know yet. `null`: it waits for nothing any more. */
	readonly tell: (hash: string, sending: Sending | null) => void;
	readonly report: (error: unknown) => void;
}

/** Sends what the server lacks, one file after another, the small ones first; again after a break, with a growing pause. */
export class Sender {
	readonly #parts: SenderParts;
	readonly #backOff: BackOff;
	readonly #sending = new Map<string, Sending>();
	/** What no record names at the moment, and would be sent if one did again. */
	#idle: readonly StoredFile[] = [];
	readonly #closed = new AbortController();
	#stopWaiting: () => void = () => undefined;
	#running: Promise<void> | null = null;
	#again = false;

	constructor(parts: SenderParts) {
		this.#parts = parts;
		this.#backOff = new BackOff(() => parts.env.random());
	}

	/** How sending is going; `null` for what is not waiting to be sent from here. */
	of(hash: string): Sending | null {
		return this.#sending.get(hash) ?? null;
	}

	/** Hashes of everything that waits or is being sent, refused ones too. */
	get unsent(): readonly string[] {
		return [...this.#sending.keys()];
	}

	/** Another tab says how a file is getting on. */
	heard(hash: string, sending: Sending | null): void {
		if (sending) this.#sending.set(hash, sending);
		else this.#sending.delete(hash);
	}

	/** Tries what was refused once more. */
	retry(hash: string): void {
		if (this.#sending.get(hash)?.phase !== 'refused') return;
		this.#show(hash, { phase: 'waiting' });
		this.wake();
	}

	/** Sends what is to be sent, now. */
	wake(): void {
		if (this.#closed.signal.aborted) return;
		this.#stopWaiting();
		this.#again = true;
		this.#running ??= this.#run().finally(() => (this.#running = null));
	}

	/** Records have changed: goes on when one names again what none named. */
	heed(): void {
		if (this.#idle.some(this.#parts.needed)) this.wake();
	}

	/** Settles when nothing is being sent any more, for now. */
	async idle(): Promise<void> {
		while (this.#running) await this.#running;
	}

	async close(): Promise<void> {
		this.#closed.abort();
		this.#stopWaiting();
		await this.idle();
	}

	async #run(): Promise<void> {
		const { locks, name, report } = this.#parts;
		while (this.#again && !this.#closed.signal.aborted) {
			this.#again = false;
			await new Promise<void>((resolve) => {
				this.#closed.signal.addEventListener('abort', () => resolve(), { once: true });
				locks.hold(`${name}/files`, this.#closed.signal, () =>
					this.#sendAll()
						.catch((error: unknown) => {
							if (this.#closed.signal.aborted) return;
							if (!isPassing(error)) report(error);
							this.#wait();
						})
						.finally(resolve),
				);
			});
		}
	}

	async #sendAll(): Promise<void> {
		let way: Transfer | null = null;
		for (let file; (file = await this.#next());) {
			way ??= await this.#parts.transfer();
			if (!way || this.#closed.signal.aborted) return;
			await this.#send(way, file);
		}
	}

	/** The smallest file that the server lacks and might take. */
	async #next(): Promise<StoredFile | undefined> {
		const unsent = (await this.#parts.store.list()).filter(({ sent }) => !sent);
		const wanted = unsent.filter(this.#parts.needed);
		this.#idle = unsent.filter((file) => !wanted.includes(file));
		const waiting = new Set(wanted.map(({ hash }) => hash));
		for (const hash of this.#sending.keys()) if (!waiting.has(hash)) this.#show(hash, null); // another tab sent it, or it was taken out
		for (const hash of waiting) if (!this.#sending.has(hash)) this.#show(hash, { phase: 'waiting' });
		return wanted.filter(({ hash }) => this.#sending.get(hash)?.phase !== 'refused').sort((a, b) => a.size - b.size)[0];
	}

	async #send(way: Transfer, file: StoredFile): Promise<void> {
		const { store, sent, needed } = this.#parts;
		const { hash } = file;
		const content = await store.content(hash);
		if (!content)
			return this.#show(hash, { phase: 'refused', code: 'lost', detail: 'Its bytes are not on this device any more.' });
		try {
			await way.send(content, file, (sentBytes) => {
				if (!needed(file)) throw new TakenOut();
				this.#show(hash, { phase: 'sending', sentBytes });
			});
		} catch (error) {
			if (error instanceof TakenOut) return; // the next look passes it over
			if (error instanceof Refused) return this.#show(hash, { phase: 'refused', code: error.code, detail: error.message });
			this.#show(hash, { phase: 'waiting' });
			throw error;
		}
		await store.change(hash, { sent: true });
		this.#backOff.reset();
		sent(hash);
		this.#show(hash, null);
	}

	#wait(): void {
		this.#stopWaiting();
		this.#stopWaiting = this.#parts.env.every(this.#backOff.next(), () => this.wake());
	}

	#show(hash: string, sending: Sending | null): void {
		this.heard(hash, sending);
		this.#parts.tell(hash, sending);
	}
}

/** Somebody took the file out of its record while it was being sent. */
class TakenOut extends Error {
	override readonly name = 'TakenOut';
}

/** What goes by itself: no network (`fetch` says so with a TypeError), a server that cannot now, a session that ended. */
function isPassing(error: unknown): boolean {
	return error instanceof TypeError || error instanceof TryAgain || error instanceof SignedOut;
}
