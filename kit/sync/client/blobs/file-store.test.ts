import { chunkShelf } from '../conversation/chunk-shelf.ts';
import { expect, test } from 'bun:test';
import { newRecordId, type RecordId } from '@mana/model';
import { JournalStore } from '../journal-store.ts';
import { MemoryDisk } from '../memory-disk.ts';
import { QuarantineStore } from '../quarantined.ts';
import { FileStore } from './file-store.ts';
import type { FilePlace, StoredFile } from '../file-rows.ts';

const space = 'a-space';
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
const record = (): RecordId => newRecordId(1, random);
const inApp = (app: number): FilePlace => ({ collection: app * 256 + 1, record: record() });

async function open() {
	const disk = new MemoryDisk(true);
	const journal = new JournalStore(disk, random, chunkShelf, space);
	await journal.load();
	return { disk, journal, files: new FileStore(disk, space) };
}

function fileOf(hash: string, ...places: FilePlace[]): StoredFile {
	return { hash, size: 3, chunks: [hash], sent: false, pinned: false, usedAt: 1, places };
}

async function everything(disk: MemoryDisk): Promise<number> {
	return disk.run('read', ['files', 'bytes'], async (tx) => {
		const [files, bytes] = await Promise.all([tx.list('files', space), tx.list('bytes', space)]);
		return files.length + bytes.length;
	});
}

test('what is known of a file changes without its bytes being written again', async () => {
	const { disk, files } = await open();
	const content = new Blob(['abc']);
	await files.put(fileOf('h', inApp(2)), content);
	let puts = 0;
	disk.fault = (request) => void (request === 'put' && puts++);
	await files.change('h', { usedAt: 9 });
	await files.put({ ...fileOf('h', inApp(2)), sent: true }, new Blob(['abc']));
	disk.fault = null;
	expect(puts).toBe(2);
	expect(await files.content('h')).toBe(content);
	expect(await files.get('h')).toMatchObject({ usedAt: 9, sent: true, places: [{}, {}] });
});

test('files of a space that is taken away go in the same step as all else, and none comes after it', async () => {
	const { disk, journal, files } = await open();
	await files.put(fileOf('sent', inApp(2)), new Blob(['abc']));
	await files.put({ ...fileOf('pinned', inApp(2)), pinned: true }, new Blob(['abc']));
	await journal.wipe({ space: null, name: '', at: 0 });
	expect(await everything(disk)).toBe(0);
	await expect(files.put(fileOf('late', inApp(2)), new Blob(['abc']))).rejects.toMatchObject({ name: 'Fenced' });
	expect(await everything(disk)).toBe(0);
	await journal.load(); // the person comes back
	await files.put(fileOf('again', inApp(2)), new Blob(['abc']));
	expect(await everything(disk)).toBe(2);
});

test('what was not sent of a space that is taken away goes to the quarantine, to be saved and dropped', async () => {
	const { disk, journal, files } = await open();
	await files.put({ ...fileOf('sent', inApp(2)), sent: true }, new Blob(['abc']));
	await files.put({ ...fileOf('unsent', inApp(2)), name: 'map.txt' }, new Blob(['the way']));
	const from = { space: null, name: 'Cabin', at: 7 };
	await journal.wipe(from);
	expect(await everything(disk)).toBe(0);
	const quarantine = new QuarantineStore(async () => disk);
	const kept = await quarantine.files();
	expect(kept).toMatchObject([{ ...from, id: 1, file: { hash: 'unsent', name: 'map.txt' } }]);
	expect(await (await quarantine.content(1))?.text()).toBe('the way');
	// What comes later stands behind it.
	await journal.load();
	await files.put(fileOf('more', inApp(2)), new Blob(['abc']));
	await journal.wipe(from);
	expect((await quarantine.files()).map(({ id, file }) => [id, file.hash])).toEqual([[1, 'unsent'], [2, 'more']]); // prettier-ignore
	await quarantine.dropFile(1);
	expect(await quarantine.content(1)).toBeNull();
	expect((await quarantine.files()).map(({ id }) => id)).toEqual([2]);
});

test('files of apps that a person may not read any more go with the records; what another app names too stays', async () => {
	const { journal, files } = await open();
	await files.put(fileOf('todo', inApp(2)), new Blob(['abc']));
	await files.put(fileOf('both', inApp(2), inApp(3)), new Blob(['abc']));
	await files.put(fileOf('calendar', inApp(3)), new Blob(['abc']));
	await journal.applyRemote({ epoch: 1, to: 1, cells: [], replace: true, reach: [3] }, 0);
	expect((await files.list()).map(({ hash }) => hash)).toEqual(['both', 'calendar']);
	await journal.applyRemote({ epoch: 1, to: 2, cells: [], replace: true, reach: null }, 0);
	expect(await files.list()).toHaveLength(2);
});

test('a file is removed with its bytes, and so is what makes room', async () => {
	const { disk, files } = await open();
	for (const hash of ['a', 'b']) await files.put({ ...fileOf(hash, inApp(2)), sent: true }, new Blob(['abc']));
	await files.remove('a');
	await files.remove('never was here');
	expect(await everything(disk)).toBe(2);
	expect(await files.evict(0)).toBe(1);
	expect(await everything(disk)).toBe(0);
});
