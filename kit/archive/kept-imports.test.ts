import { expect, test } from 'bun:test';
import { newRecordId } from '@mana/model';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import type { Journal } from './bring.ts';
import { beginImport, dropImport, lastImport } from './kept-imports.ts';

const id = newRecordId(0, (bytes) => bytes);
const fresh = (content: string): Journal => ({ fresh: [{ collection: 513, record: id, content }], changed: [] });
const changed: Journal = {
	fresh: [],
	changed: [{ collection: 513, record: id, field: 1, key: '', before: null, after: { base64: 'AQ==' } }],
};

test('an import that was kept is read back whole, also when it broke off', async () => {
	const disk = new MemoryDisk();
	expect(await lastImport(disk)).toBeNull();
	const book = await beginImport(disk, { file: 'ada.zip', begunAt: 7 });
	await book.note(fresh('a'));
	await book.note(changed);
	const journal = { fresh: fresh('a').fresh, changed: changed.changed };
	expect(await lastImport(disk)).toMatchObject({ file: 'ada.zip', begunAt: 7, ended: false, journal });
	await book.end();
	expect(await lastImport(disk)).toMatchObject({ ended: true, journal });
});

test('the last import is forgotten first, then the one before it', async () => {
	const disk = new MemoryDisk();
	for (const file of ['one.zip', 'two.zip']) {
		const book = await beginImport(disk, { file, begunAt: 0 });
		await book.note(fresh(file));
		await book.end();
	}
	for (const file of ['two.zip', 'one.zip']) {
		const last = (await lastImport(disk))!;
		expect([last.file, last.journal]).toEqual([file, fresh(file)]);
		await dropImport(disk, last);
	}
	expect(await lastImport(disk)).toBeNull();
});
