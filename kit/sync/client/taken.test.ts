import { chunkShelf } from './conversation/chunk-shelf.ts';
import { describe, expect, test } from 'bun:test';
import { namedRecordId } from '@mana/model';
import type { SpaceId } from '../cell.ts';
import type { Client } from './client.ts';
import { asAnother } from './large/index.ts';
import { JournalStore } from './journal-store.ts';
import { StorageFailed } from './disk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { rowsOf } from '../recorded/recording.ts';
import { QuarantineStore } from './quarantined.ts';
import { Fenced, type FreshTransaction, PERSONAL, Taken } from './store.ts';
import { seeded, tasks, TestBrowser, World } from './test-world.ts';

const op = { collection: tasks.number, record: namedRecordId('one'), field: tasks.fields.title.number, key: '', value: 'x' };
const written: FreshTransaction = { stamp: 1, ops: [op], preconditions: [], label: 'Write', at: 0 };
const from = { space: 'space' as SpaceId, name: 'Family', at: 7 };

/** Everything that stands in the outbox of the personal space. */
const outboxOf = (disk: MemoryDisk) => disk.run('read', ['outbox'], (tx) => tx.list('outbox', PERSONAL));

/** Two tabs' stores of one disk, both loaded. */
async function twoStores() {
	const disk = new MemoryDisk(true);
	const random = seeded(1);
	const store = async () => {
		const made = new JournalStore(disk, (bytes) => bytes.map(() => Math.floor(random() * 256)), chunkShelf);
		await made.load();
		return made;
	};
	return { disk, store, one: await store(), two: await store() };
}

describe('a store that another tab has wiped', () => {
	test('takes no more transactions, so that nothing stays behind', async () => {
		const { disk, store, one, two } = await twoStores();
		await one.wipe(from);
		expect(two.commitLocal([written])).rejects.toThrow(Taken);
		await store(); // somebody begins anew
		expect(two.commitLocal([written])).rejects.toThrow(Taken);
		expect(await outboxOf(disk)).toEqual([]);
	});

	test('keeps them in the quarantine, behind what was there', async () => {
		const { disk, one, two } = await twoStores();
		await one.commitLocal([{ ...written, label: 'First' }]);
		await one.wipe(from);
		await two.quarantine([written, { ...written, label: 'Third' }], from);
		const kept = await new QuarantineStore(async () => disk).written();
		expect(kept.map(({ transaction }) => transaction.label)).toEqual(['First', 'Write', 'Third']);
		expect(kept[1]).toMatchObject({ ...from, transaction: { ops: [op] } });
	});

	test('is not written to by a leader of its earlier life, nor wiped once more', async () => {
		const { store, one, two } = await twoStores();
		await one.wipe(from);
		const three = await store();
		await three.commitLocal([written]);
		expect(two.applyRemote({ epoch: 1, to: 9, cells: [], replace: false }, 0)).rejects.toThrow(Fenced);
		await two.wipe(from);
		expect((await three.load()).outbox).toHaveLength(1);
		expect((await three.glance()).space.seq).toBe(0);
	});

	test('lives on when the device becomes another one', async () => {
		const { one, two } = await twoStores();
		const { device } = await new JournalStore(new MemoryDisk(), (bytes) => bytes.fill(9), chunkShelf).load();
		await one.reissue({ ...asAnother((bytes) => bytes), device: device.device }, 0);
		expect(await two.commitLocal([written])).toMatchObject([{ n: 1 }]);
	});
});

test('what a tab writes that was not told is kept and no more shown, and the tab begins anew', async () => {
	const world = new World();
	const browser = new TestBrowser(world);
	const [told, , late] = [await browser.open(), await browser.open(), await browser.open()];
	await world.pass(2_000);
	for (const tab of [2, 3]) browser.delay(1, tab);
	browser.delay(2, 3);
	told.upstream!.revoked();
	await world.pass();
	const { saved } = late.mana.write('Too late', (tx) => void tx.create(tasks, { title: 'late' }));
	expect(titles(late)).toEqual(['late']);
	await world.pass();
	await saved;
	expect(titles(late)).toEqual([]);
	expect(await outboxOf(browser.disk)).toEqual([]);
	expect((await new QuarantineStore(async () => browser.disk).written()).map(({ transaction }) => transaction.label)).toEqual([
		'Too late',
	]);
	await world.pass(15_000);
	late.mana.write('In time', (tx) => void tx.create(tasks, { title: 'in time' }));
	await world.pass();
	expect(late.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
	expect(browser.reported).toEqual([]);
});

test('a disk that fails at the moment at which the space is taken is asked again, until nothing of it is left', async () => {
	const world = new World();
	const browser = new TestBrowser(world);
	const client = await browser.open();
	client.mana.write('Add', (tx) => void tx.create(tasks, { title: 'theirs' }));
	await world.pass(12_000);
	const left = async () => (await rowsOf(browser.disk)).filter(({ space }) => space === PERSONAL);
	expect((await left()).length).toBeGreaterThan(0);
	browser.disk.fault = (request) => {
		if (request === 'remove') throw new Error('not now');
	};
	client.upstream!.revoked();
	await world.pass(5_000);
	expect(titles(client)).toEqual([]);
	expect((await left()).length).toBeGreaterThan(0);
	expect(browser.reported[0]).toBeInstanceOf(StorageFailed);
	browser.disk.fault = null;
	await world.pass(5_000);
	expect(await left()).toEqual([]);
});

const titles = (client: Client) => client.mana.query(tasks).rows.map(({ title }) => title);
