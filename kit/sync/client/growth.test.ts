import { serialize } from 'node:v8';
import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { ByteWriter, writeCells } from '../codec/index.ts';
import type { Client } from './client.ts';
import { AREAS, type Area } from './disk.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { TestBrowser, tasks, World } from './test-world.ts';

const EDITS = 20_000;
const RECORDS = 50;
const TITLE_BYTES = 200;
/** The journal is written into the pages when it is larger; what came since the leader last looked at it (500 ms) is added. */
const JOURNAL_MOST = 1024 * 1024 + 64 * 1024;
/** A guest's transactions wait to be folded until there are more than 256; the edits of a round are added, each with what it takes beside its text. */
const GUEST_OUTBOX_MOST = (256 + RECORDS) * (TITLE_BYTES + 200);

/** Bytes on a disk by area, as a browser would store them: structured clones. */
function weigh(disk: MemoryDisk): Record<Area, number> & { all: number } {
	const bytes = Object.fromEntries(['all', ...AREAS].map((area) => [area, 0])) as Record<Area, number> & { all: number };
	for (const { area, value } of disk.rows()) {
		const one = serialize(value).length;
		bytes[area] += one;
		bytes.all += one;
	}
	return bytes;
}

/** Bytes of what a client shows. */
function live({ mana }: Client): number {
	const out = new ByteWriter();
	writeCells(out, [...mana.replica.allCells()]);
	return out.finish().length;
}

const titles = ({ mana }: Client) =>
	mana
		.query(tasks)
		.rows.map(({ title }) => title)
		.toSorted();

test('the disk of a device holds what it shows and a bounded journal, however often that was edited, here and elsewhere', async () => {
	const world = new World();
	const browsers = [new TestBrowser(world), new TestBrowser(world), new TestBrowser(world, null)] as const;
	const [writer, reader, guest] = [await browsers[0].open(), await browsers[1].open(), await browsers[2].open()];
	await world.pass(2_000);
	const records = new Map<Client, readonly RecordId[]>();
	for (const client of [writer, guest])
		client.mana.write('Add', (tx) => {
			const ids = Array.from({ length: RECORDS }, () => tx.create(tasks, { title: 'x'.repeat(TITLE_BYTES) }));
			records.set(client, ids);
		});
	const edit = (client: Client, round: number) => {
		for (const id of records.get(client)!)
			client.mana.write('Edit', (tx) => tx.update(tasks, id, { title: `edit ${round}`.padEnd(TITLE_BYTES, 'x') }));
	};
	for (let round = 0; round < EDITS / RECORDS; round++) {
		edit(writer, round);
		edit(guest, round);
		await world.pass(500);
		for (const [i, client] of [writer, reader, guest].entries()) {
			const { all, outbox } = weigh(browsers[i]!.disk);
			expect(outbox).toBeLessThanOrEqual(client === guest ? GUEST_OUTBOX_MOST : 0);
			expect(all).toBeLessThanOrEqual(JOURNAL_MOST + 2 * live(client) + outbox);
		}
	}
	// Without a connection every edit waits to be decided; then all of them are gone.
	browsers[0].online = false;
	browsers[0].cut();
	for (let round = 0; round < 20; round++) edit(writer, round);
	await world.pass(500);
	expect(weigh(browsers[0].disk).outbox).toBeGreaterThan(20 * RECORDS * TITLE_BYTES);
	browsers[0].online = true;
	await world.pass(120_000);
	for (const [i, client] of [writer, reader, guest].entries()) {
		const { all, journal, outbox } = weigh(browsers[i]!.disk);
		expect(journal).toBe(0);
		expect(outbox).toBeLessThanOrEqual(client === guest ? GUEST_OUTBOX_MOST : 0);
		expect(all - outbox).toBeLessThanOrEqual(1.5 * live(client));
		const shown = titles(client);
		expect(shown).toHaveLength(RECORDS);
		browsers[i]!.kill(client);
		expect(titles(await browsers[i]!.open())).toEqual(shown);
	}
	for (const browser of browsers) expect(browser.reported).toEqual([]);
}, 30_000);
