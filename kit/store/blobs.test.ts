import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobHash, type Blobs, openBlobs } from './blobs.ts';

const hello = new TextEncoder().encode('hello');
const helloHash = blobHash(createHash('sha256').update(hello).digest('hex'));
let folder: string;
let blobs: Blobs;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'mana-blobs-'));
	blobs = await openBlobs(folder);
});
afterEach(() => rm(folder, { recursive: true }));

async function* chunks(...parts: string[]): AsyncIterable<Uint8Array> {
	for (const part of parts) yield new TextEncoder().encode(part);
}

async function text(hash: string, range?: { first: number; last: number }): Promise<string> {
	return new Response(await blobs.get(blobHash(hash), range)).text();
}

test('content is kept under its SHA-256 and comes back whole, or a range of it', async () => {
	expect(await blobs.put(chunks('hel', 'lo'))).toEqual({ hash: helloHash, bytes: 5 });
	expect(await text(helloHash)).toBe('hello');
	expect(await text(helloHash, { first: 1, last: 3 })).toBe('ell');
	expect(await blobs.stat(helloHash)).toEqual({ hash: helloHash, bytes: 5 });
});

test('the same content is kept once', async () => {
	await blobs.put(hello);
	await blobs.put(hello);
	expect(await Array.fromAsync(blobs.list())).toEqual([{ hash: helloHash, bytes: 5 }]);
});

test('content that is not what the sender announced is refused and leaves nothing', async () => {
	const other = 'f'.repeat(64);
	await expect(blobs.put(hello, { expected: other })).rejects.toMatchObject({ code: 'store-blob-invalid' });
	expect(await blobs.has(helloHash)).toBe(false);
	expect(await readdir(join(folder, 'incoming'))).toEqual([]);
	expect((await blobs.put(hello, { expected: helloHash })).bytes).toBe(5);
});

test('content over the limit is refused while it arrives', async () => {
	let asked = 0;
	async function* endless(): AsyncIterable<Uint8Array> {
		for (;;) {
			asked++;
			yield hello;
		}
	}
	await expect(blobs.put(endless(), { maxBytes: 12 })).rejects.toMatchObject({ code: 'store-blob-invalid' });
	expect(asked).toBe(3);
	expect(await readdir(join(folder, 'incoming'))).toEqual([]);
});

test('a sender that breaks off leaves nothing', async () => {
	async function* broken(): AsyncIterable<Uint8Array> {
		yield hello;
		throw new Error('connection lost');
	}
	await expect(blobs.put(broken())).rejects.toThrow('connection lost');
	expect(await readdir(join(folder, 'incoming'))).toEqual([]);
});

test('what is not there is null, and deleting says whether something was there', async () => {
	expect(await blobs.get(helloHash)).toBeNull();
	expect(await blobs.delete(helloHash)).toBe(false);
	await blobs.put(hello);
	expect(await blobs.delete(helloHash)).toBe(true);
	expect(await blobs.stat(helloHash)).toBeNull();
});

test('a name that is no hash never becomes a path', () => {
	for (const name of ['', '../secrets/key', helloHash.toUpperCase(), `${helloHash}/..`, helloHash.slice(1)])
		expect(() => blobHash(name)).toThrow('SHA-256');
});

test('opening removes what an interrupted upload left a day ago, not one under way', async () => {
	await writeFile(join(folder, 'incoming', 'old'), 'x');
	await writeFile(join(folder, 'incoming', 'new'), 'x');
	await utimes(join(folder, 'incoming', 'old'), 0, 0);
	await openBlobs(folder);
	expect(await readdir(join(folder, 'incoming'))).toEqual(['new']);
});

test('a place that cannot be a folder says so', async () => {
	await writeFile(join(folder, 'file'), 'x');
	await expect(openBlobs(join(folder, 'file'))).rejects.toMatchObject({ code: 'store-unwritable' });
});
