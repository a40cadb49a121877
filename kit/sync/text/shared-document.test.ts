import { expect, test } from 'bun:test';
import { collection, field, type RecordId, updatesOf } from '@mana/model';
import * as Y from 'yjs';
import type { Client } from '../client/client.ts';
import { TestBrowser, World } from '../client/test-world.ts';
import { openDocument, plainTextOf, type SharedDocument } from './index.ts';

const notes = collection(
	'notes/notes',
	{ app: 9, number: 3 },
	{ title: field.text(1, { fallback: '' }), body: field.document(2) },
);
const SEEDS = 12;

async function worldOf(
	seed: number,
	count: number,
): Promise<{ world: World; browsers: TestBrowser[]; clients: Client[]; id: RecordId }> {
	const world = new World(seed);
	const browsers = Array.from({ length: count }, () => new TestBrowser(world));
	const clients: Client[] = [];
	for (const browser of browsers) clients.push(await browser.open());
	await world.pass(2_000);
	let id!: RecordId;
	clients[0]!.mana.write('Add', (tx) => void (id = tx.create(notes, { title: 'Note' })));
	await world.pass(2_000);
	return { world, browsers, clients, id };
}

function open({ mana }: Client, id: RecordId): Promise<SharedDocument<typeof notes>> {
	return openDocument({ mana, collection: notes, id, field: 'body', label: 'Edit note', later: (job) => job() });
}

test(`I22: ${SEEDS} texts edited through the server, offline and merged, are what direct exchange would make of them`, async () => {
	for (let seed = 1; seed <= SEEDS; seed++) {
		const { world, browsers, clients, id } = await worldOf(seed, 3);
		const dice = (sides: number) => Math.floor(world.random() * sides);
		const documents = await Promise.all(clients.map((client) => open(client, id)));
		const direct = new Y.Doc();
		for (const { doc } of documents) doc.on('update', (update: Uint8Array) => Y.applyUpdate(direct, update));
		for (let step = 0; step < 100; step++) {
			const { text, undoManager } = documents[dice(3)]!;
			const at = dice(text.length + 1);
			const act = dice(12);
			if (act < 8) text.insert(at, `${step} `, dice(4) === 0 ? { bold: true } : undefined);
			else if (act < 10) text.delete(Math.min(at, Math.max(0, text.length - 1)), Math.min(2, text.length));
			else if (act === 10) undoManager.undo();
			else {
				const browser = browsers[dice(3)]!;
				browser.online = !browser.online;
				browser.cut();
			}
			if (dice(3) === 0) await world.pass(dice(2_000));
		}
		for (const browser of browsers) browser.online = true;
		await world.pass(60_000);
		const expected = direct.getText('body').toDelta();
		for (const [i, document] of documents.entries()) {
			expect(document.text.toDelta()).toEqual(expected);
			const late = await open(clients[i]!, id);
			expect(late.text.toDelta()).toEqual(expected);
			expect(await plainTextOf(clients[i]!.mana.get(notes, id)!.body)).toBe(direct.getText('body').toString());
			late.close();
			document.close();
		}
	}
});

test('a document of many edits is made of few updates, and an edit costs little more than Yjs makes of it', async () => {
	const { world, clients, id } = await worldOf(1, 2);
	const document = await open(clients[0]!, id);
	const sizes: number[] = [];
	document.doc.on('update', (update: Uint8Array) => sizes.push(update.length));
	for (let i = 0; i < 500; i++) {
		document.text.insert(i, String(i % 10));
		if (i % 50 === 0) await world.pass(1_000);
	}
	await world.pass(5_000);
	const { body } = clients[1]!.mana.get(notes, id)!;
	expect(body.cells.size).toBeLessThanOrEqual(65);
	expect(await plainTextOf(body)).toBe(document.text.toString());
	const single = [...body.cells.values()].filter(({ length }) => length < 40);
	expect(Math.max(...single.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(...sizes));
});

test('a pasted book is cut into cells, arrives whole, and is merged no second time', async () => {
	const { world, clients, id } = await worldOf(2, 2);
	const [here, there] = [await open(clients[0]!, id), await open(clients[1]!, id)];
	const book = Array.from({ length: 30_000 }, (_, i) => `word${i} `).join('');
	here.text.insert(0, book);
	await world.pass(5_000);
	expect(there.text.toString()).toBe(book);
	const parts = [...clients[1]!.mana.get(notes, id)!.body.cells.keys()].filter((key) => key.includes('/'));
	expect(parts.length).toBeGreaterThan(3);
	for (let i = 0; i < 80; i++) here.text.insert(0, 'x');
	await world.pass(5_000);
	const { body } = clients[1]!.mana.get(notes, id)!;
	for (const key of parts) expect(body.cells.has(key)).toBe(true);
	expect(updatesOf(body).length).toBeLessThan(70);
	expect(there.text.toString()).toBe(`${'x'.repeat(80)}${book}`);
});

test('a document that is written and deleted again and again takes what stands in it, on its devices too', async () => {
	const { world, clients, id } = await worldOf(4, 2);
	const [here, there] = [await open(clients[0]!, id), await open(clients[1]!, id)];
	here.text.insert(0, 'What stays. ');
	for (let round = 0; round < 400; round++) {
		here.text.insert(12, `${round} `.repeat(60));
		here.text.delete(12, here.text.length - 12);
		if (round % 25 === 0) await world.pass(1_000);
	}
	await world.pass(30_000);
	expect(there.text.toString()).toBe('What stays. ');
	const { cells } = clients[1]!.mana.get(notes, id)!.body;
	const bytes = [...cells.values()].reduce((sum, { length }) => sum + length, 0);
	const whole = Y.encodeStateAsUpdate(there.doc).length;
	expect(whole).toBeLessThan(2_000);
	// What was merged last, and up to 64 edits behind it, each of which says all that it inserted.
	expect(bytes).toBeLessThan(2 * whole + 64 * 400);
	for (const { mana } of clients) {
		const updates = [...mana.replica.allCells()].filter(({ field }) => field === notes.fields.body.number);
		expect(updates.length).toBeLessThanOrEqual(130);
	}
});

test('typing is gathered into one update, and closing writes what was gathered', async () => {
	const { world, clients, id } = await worldOf(3, 1);
	const jobs: (() => void)[] = [];
	const place = { mana: clients[0]!.mana, collection: notes, id, field: 'body', label: 'Edit', later: (job: () => void) => void jobs.push(job) } as const; // prettier-ignore
	const document = await openDocument(place);
	for (const letter of 'hello') document.text.insert(document.text.length, letter);
	expect(clients[0]!.mana.get(notes, id)!.body.cells.size).toBe(0);
	expect(jobs).toHaveLength(1);
	jobs[0]!();
	expect(clients[0]!.mana.get(notes, id)!.body.cells.size).toBe(1);
	document.text.insert(5, '!');
	document.close();
	await world.pass(1_000);
	expect(await plainTextOf(clients[0]!.mana.get(notes, id)!.body)).toBe('hello!');
	expect(clients[0]!.mana.history.undoable).toBe('Add'); // a text has an undo of its own
});
