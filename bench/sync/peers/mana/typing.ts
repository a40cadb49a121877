import { collection, field, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { openMana } from '@mana/sync/client/open';
import { openDocument } from '@mana/sync/text/index';
import { platformFor } from './platform.ts';
import type { Address } from './visitor.ts';

/** A collection with a text that several people edit at once. */
export const papers = collection(
	'bench/papers',
	{ app: 252, number: 2 },
	{ title: field.text(1, { fallback: '' }), body: field.document(2) },
);

let mana: Mana;

/** Somebody types into a document. */
export const typing = {
	/** Ada's client, connected, with as many empty papers as `count`. @returns their ids */
	async openPapers(_state: unknown, { address, count }: { address: Address; count: number }): Promise<RecordId[]> {
		mana = await openMana({ account: { person: 'ada' }, models: [papers], platform: platformFor(address) });
		const ids: RecordId[] = [];
		await mana.write('Papers', (tx) => {
			for (let i = 0; i < count; i++) ids.push(tx.create(papers, { title: `Paper ${i}` }));
		}).saved;
		await sent();
		return ids;
	},

	/**
	 * Types `count` characters at the end, one every `everyMs` ms, or all at once with 0.
	 *
	 * @param gather as an editor does it, which writes at most every 300 ms; otherwise each character is a transaction of its own
	 * @returns the bytes that Yjs itself needs for the characters, an update each
	 */
	async type(_state: unknown, { paper, count, everyMs, gather }: Typing): Promise<number> {
		const document = await openDocument({
			mana,
			collection: papers,
			id: paper,
			field: 'body',
			label: 'Type',
			...(!gather && { later: (job: () => void) => job() }),
		});
		let bytes = 0;
		document.doc.on('update', (update) => (bytes += update.length));
		for (let i = 0; i < count; i++) {
			document.text.insert(document.text.length, 'abcdefghijklmnopqrstuvwxyz '[i % 27]!);
			if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
		}
		document.close();
		await sent();
		return bytes;
	},

	async closePapers(): Promise<void> {
		await mana.close();
	},
};

export interface Typing {
	readonly paper: RecordId;
	readonly count: number;
	readonly everyMs: number;
	readonly gather: boolean;
}

async function sent(): Promise<void> {
	while (mana.sync.unsent > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
