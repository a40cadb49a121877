// The page in which one record is opened: one that was written once, one that was written ten thousand times, and its document.
import { collection, field } from '@mana/model';
import { openMana } from '../../../../kit/sync/client/browser/index.ts';
import { openDocument } from '../../../../kit/sync/text/index.ts';

const notes = collection(
	'bench/notes',
	{ app: 252, number: 3 },
	{ title: field.text(1, { fallback: '' }), body: field.document(2) },
);

/** Long enough that what was written has been folded into pages: a checkpoint comes a few seconds after the last change. */
const SETTLE_MS = 8_000;

const open = () => openMana({ account: 'guest', models: [notes] });
const titled = (mana, start) => mana.query(notes, { where: (row) => row.title.startsWith(start) }).rows[0];
const documentOf = (mana, id) =>
	openDocument({ mana, collection: notes, id, field: 'body', label: 'Type', later: (job) => job() });

globalThis.bench = {
	/** So many notes, of which one is edited so often, and that many characters are typed into it ten at a time. */
	async fill({ records, edits, characters }) {
		const mana = await open();
		await mana.write('Fill', (tx) => {
			for (let i = 0; i < records; i++) tx.create(notes, { title: i === 0 ? 'old 0' : i === 1 ? 'new 1' : `note ${i}` });
		}).saved;
		const { id } = titled(mana, 'old');
		for (let i = 1; i <= edits; i++) {
			const { saved } = mana.write('Edit', (tx) => tx.update(notes, id, { title: `old ${i}` }));
			if (i % 100 === 0) await saved;
		}
		const document = await documentOf(mana, id);
		for (let typed = 0; typed < characters; typed += 10) {
			document.text.insert(document.text.length, 'ten chars ');
			if (typed % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
		}
		document.close();
		await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
		await mana.close();
	},

	/** ms from asking for one until it can be read, in a page that has just been opened. @param start of its title */
	async read(start) {
		await import('yjs'); // what is loaded once for all documents
		const began = performance.now();
		const mana = await open();
		const storeMs = performance.now() - began;
		const { id } = titled(mana, start);
		await mana.close();
		const again = await open();
		const asked = performance.now();
		const note = again.get(notes, id);
		const live = again.query(notes, { by: { id } });
		live.subscribe(() => undefined);
		if (live.rows[0]?.title !== note.title) throw new Error('The record is not in its own query.');
		const recordMs = performance.now() - asked;
		const document = await documentOf(again, id);
		const { length } = document.text;
		const documentMs = performance.now() - asked - recordMs;
		document.close();
		await again.close();
		return { storeMs, recordMs, title: note.title, documentMs, length };
	},
};
