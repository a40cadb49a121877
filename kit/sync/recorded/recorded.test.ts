// What older builds said and stored is read as they meant it (docs/sync.md, "Versions").
import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFrame, encodeFrame, frameTypes } from '../codec/index.ts';
import { cellsOfChunk, decodeChunk } from '../snapshot/index.ts';
import { fill, notes, type Recording, packed, shownBy, somewhere, unpacked } from './recording.ts';

const recordings = readdirSync(import.meta.dir).filter((name) => name.endsWith('.json'));

test('there is a recording', () => expect(recordings.length).toBeGreaterThan(0));

describe.each(recordings)('as %s has it', (name) => {
	const { frames, chunks, disk, shown } = unpacked(JSON.parse(readFileSync(join(import.meta.dir, name), 'utf8'))) as Recording;

	test('a frame says the same', () => {
		for (const { bytes, frame } of frames) expect(packed(decodeFrame(bytes))).toEqual(packed(frame));
		expect(frames.length).toBeGreaterThan(50);
	});

	test('this build says it in the same bytes', () => {
		// As long as the codec is the same, bytes are; where it changes, this line says that older builds have to be asked.
		for (const { bytes, frame } of frames) expect(encodeFrame(frame)).toEqual(bytes);
		for (const { frame } of frames) expect(frameTypes).toContain(frame.type);
	});

	test('a chunk holds the same', () => {
		for (const { bytes, collection, cells } of chunks) {
			const chunk = decodeChunk(bytes);
			expect(chunk.collection).toBe(collection);
			const byPlace = (list: Iterable<object>) => [...list].map((cell) => JSON.stringify(packed(cell))).sort();
			expect(byPlace([...cellsOfChunk(chunk)].map(sorted))).toEqual(byPlace([...cells].map(sorted)));
		}
	});

	test('a device shows the same, and has the same to send', async () => {
		const { browser } = somewhere();
		await fill(browser.disk, disk);
		browser.online = false;
		const client = await browser.open();
		expect(packed(shownBy(client))).toEqual(packed(shown));
		expect(browser.reported).toEqual([]);
	});

	test('a device brings all of it to a server that has nothing of it', async () => {
		const { world, browser } = somewhere();
		world.server.restore(world.server.backup());
		await fill(browser.disk, disk);
		const client = await browser.open();
		await world.pass(60_000);
		expect(client.mana.sync.phase).toBe('live');
		expect(client.mana.sync.unsent).toBe(0);
		const titles = (of: typeof client) =>
			of.mana
				.query(notes)
				.rows.map(({ title }) => title)
				.sort();
		expect(titles(client)).toEqual((shown.notes as { title: string }[]).map(({ title }) => title).sort());
		const stored = new Set([...world.server.cells.values()].map(({ value }) => value));
		for (const title of titles(client)) expect(stored).toContain(title);
	});
});

/** With its fields in one order. */
function sorted(cell: object): object {
	return Object.fromEntries(Object.entries(cell).sort(([a], [b]) => (a < b ? -1 : 1)));
}
