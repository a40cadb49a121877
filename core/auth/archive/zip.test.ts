import { expect, test } from 'bun:test';
import { BlobReader, TextWriter, Uint8ArrayWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import fc from 'fast-check';
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Method, type ZipEntry, ZipFile } from './zip.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 6);

async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* all;
}

async function* each<T>(all: readonly T[]): AsyncGenerator<T> {
	yield* all;
}

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'mana-zip-'));
	try {
		await work(join(folder, 'a.zip'));
	} finally {
		await rm(folder, { recursive: true });
	}
}

test('a ZIP that was cut off anywhere goes on behind its last whole entry, and others read it', () =>
	inFolder(async (path) => {
		const file = fc.record({
			method: fc.constantFrom<Method>('stored', 'deflated'),
			parts: fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 4 }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(file, { maxLength: 6 }), fc.uint8Array({ maxLength: 300 }), async (files, torn) => {
				let end = 0;
				const entries: ZipEntry[] = [];
				for (const [i, { method, parts }] of files.entries()) {
					const zip = await ZipFile.open(path, end, at);
					entries.push(await zip.add(`ordner/${i} ä.txt`, method, pieces(...parts)));
					end = zip.end;
					await zip.close();
					// What a process wrote that was killed in the middle of the next one.
					await appendFile(path, torn);
				}
				const zip = await ZipFile.open(path, end, at);
				const bytes = await zip.finish(each(entries));
				await zip.close();
				expect((await stat(path)).size).toBe(bytes);
				const reader = new ZipReader(new BlobReader(Bun.file(path)), { useWebWorkers: false, checkSignature: true });
				const found = (await reader.getEntries()) as FileEntry[];
				expect(found.map(({ filename }) => filename)).toEqual(files.map((_, i) => `ordner/${i} ä.txt`));
				for (const [i, one] of found.entries())
					expect(Buffer.from(await one.getData(new Uint8ArrayWriter()))).toEqual(Buffer.concat(files[i]!.parts));
				await reader.close();
			}),
			{ numRuns: 25 },
		);
	}));

test('what is longer than 4 GiB is named by long sizes', () =>
	inFolder(async (path) => {
		const far = 5 * 1024 ** 3;
		const first = await ZipFile.open(path, 0, at);
		await first.close();
		// A file with a hole costs no room.
		await Bun.spawn(['truncate', '-s', String(far), path]).exited;
		const zip = await ZipFile.open(path, far, at);
		const entry = await zip.add('behind.txt', 'deflated', pieces(new TextEncoder().encode('found')));
		expect(entry.at).toBe(far);
		await zip.finish(each([entry]));
		await zip.close();
		const reader = new ZipReader(new BlobReader(Bun.file(path)), { useWebWorkers: false });
		const [found] = (await reader.getEntries()) as FileEntry[];
		expect(await found?.getData(new TextWriter())).toBe('found');
		await reader.close();
	}));

test('a file that is shorter than what was written is not gone on with', () =>
	inFolder(async (path) => {
		await Bun.write(path, 'short');
		await expect(ZipFile.open(path, 1_000, at)).rejects.toThrow('not the 1000 that were written');
	}));
