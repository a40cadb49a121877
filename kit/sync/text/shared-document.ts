import { updatesOf, type Collection, type Document, type DocumentDraft, type Draft, type RecordId, type Row } from '@mana/model';
import type * as Y from 'yjs';
import type { Mana } from '../client/api.ts';

/** Where a document stands, and how it is edited. */
export interface DocumentPlace<C extends Collection> {
	readonly mana: Mana;
	readonly collection: C;
	readonly id: RecordId;
	/** Name of the `document` field. */
	readonly field: string & keyof C['fields'];
	/** What a person did, for the outbox. */
	readonly label: string;
	/** Runs a job a little later: until then edits are gathered into one update. Default: after 300 ms. */
	readonly later?: (job: () => void) => void;
}

/** Above this many small updates a document is made of, the next edit merges them into one. */
const MOST_UPDATES = 64;
/** Updates together may be this many times what Yjs needs to say the same. What was typed and deleted again is most of the rest. */
const MOST_BALLAST = 2;
const GATHER_MS = 300;
const REMOTE = 'remote';

/**
 * A document field opened for editing (sync.md §6.4 `text`). Yjs is loaded here and nowhere else: what only syncs and lists documents never
 * pays for it. Edits of the `doc` are written as ordinary transactions, and what others write appears in it.
 */
export async function openDocument<C extends Collection>(place: DocumentPlace<C>): Promise<SharedDocument<C>> {
	return new SharedDocument(place, await import('yjs'));
}

/** The plain text of a document, for search and previews. Its formatting is left out. */
export async function plainTextOf(document: Document): Promise<string> {
	const yjs = await import('yjs');
	const doc = new yjs.Doc();
	for (const update of updatesOf(document)) yjs.applyUpdate(doc, update);
	const text = doc.getText(BODY).toString();
	doc.destroy();
	return text;
}

/** Name of the text inside a Yjs document. */
const BODY = 'body';

export class SharedDocument<C extends Collection> {
	readonly doc: Y.Doc;
	/** The text with its formatting: what an editor is bound to. */
	readonly text: Y.Text;
	/** Takes back and does again what was edited here, around what others edit (Yjs). */
	readonly undoManager: Y.UndoManager;
	readonly #place: DocumentPlace<C>;
	readonly #yjs: typeof Y;
	readonly #stop: () => void;
	readonly #applied = new Set<string>();
	#gathered: Uint8Array[] = [];
	#due = false;

	constructor(place: DocumentPlace<C>, yjs: typeof Y) {
		this.#place = place;
		this.#yjs = yjs;
		this.doc = new yjs.Doc();
		this.text = this.doc.getText(BODY);
		this.#receive();
		this.undoManager = new yjs.UndoManager(this.text);
		this.doc.on('update', (update: Uint8Array, origin: unknown) => {
			if (origin !== REMOTE) this.#gather(update);
		});
		const { mana, collection, id } = place;
		this.#stop = mana.query(collection, { by: { id }, where: () => true }).subscribe(() => this.#receive());
	}

	/** Writes what was edited and not written yet. Call it when the page is about to go. */
	flush(): void {
		if (this.#gathered.length === 0) return;
		const edit = this.#yjs.mergeUpdates(this.#gathered);
		this.#gathered = [];
		const { mana, collection, id, field, label } = this.#place;
		const draft = this.#draftOf(edit);
		mana.write(label, (tx) => tx.update(collection, id, { [field]: draft } as Draft<C>));
	}

	/** Ends editing; what was edited is written. */
	close(): void {
		this.flush();
		this.#stop();
		this.undoManager.destroy();
		this.doc.destroy();
	}

	#gather(update: Uint8Array): void {
		this.#gathered.push(update);
		if (this.#due) return;
		this.#due = true;
		const { later = (job: () => void) => void setTimeout(job, GATHER_MS) } = this.#place;
		later(() => {
			this.#due = false;
			this.flush();
		});
	}

	/** An edit as it is written: with all small updates in it when there are many, or with the whole document where most of what stands there was deleted. */
	#draftOf(edit: Uint8Array): DocumentDraft {
		// An update in parts is a big one already: merging it again would write it again.
		const { cells } = this.#document();
		const small = [...cells].filter(([key]) => !key.includes('/'));
		if (small.length < MOST_UPDATES) return { append: edit };
		const whole = this.#compacted([...updatesOf({ cells }), edit]);
		const bytes = [...cells.values()].reduce((sum, { length }) => sum + length, 0);
		if (bytes > whole.length * MOST_BALLAST) return { append: whole, instead: cells.keys() };
		return { append: this.#yjs.mergeUpdates([...small.map(([, update]) => update), edit]), instead: small.map(([key]) => key) };
	}

	/** The same as these updates, without what was deleted. The open doc keeps that for as long as it can be undone. */
	#compacted(updates: readonly Uint8Array[]): Uint8Array {
		const doc = new this.#yjs.Doc();
		for (const update of updates) this.#yjs.applyUpdate(doc, update);
		const whole = this.#yjs.encodeStateAsUpdate(doc);
		doc.destroy();
		return whole;
	}

	/** Takes in what stands in the record and not yet in the doc. Yjs does not mind what it has already. */
	#receive(): void {
		const { cells } = this.#document();
		const fresh = new Map([...cells].filter(([key]) => !this.#applied.has(key)));
		if (fresh.size === 0) return;
		for (const key of fresh.keys()) this.#applied.add(key);
		this.doc.transact(() => {
			for (const update of updatesOf({ cells: fresh })) this.#yjs.applyUpdate(this.doc, update, REMOTE);
		}, REMOTE);
	}

	#document(): Document {
		const { mana, collection, id, field } = this.#place;
		const row = mana.get(collection, id) as Row<C> | undefined;
		return (row?.[field as keyof Row<C>] as Document | undefined) ?? { cells: new Map() };
	}
}
