import { expect, test } from 'bun:test';
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js';
import { manifestFormat, places } from './manifest.ts';
import { ArchiveReader } from './reader.ts';

const said = {
	...manifestFormat,
	mana: { version: '1', instance: 'i' },
	madeAt: '2026-01-01T00:00:00Z',
	person: { id: 'ada', name: 'Ada', email: 'ada@mana.example' },
	services: {},
	spaces: [],
	open: { files: [], missing: {} },
};
const lines = Array.from({ length: 2_000 }, (_, n) => JSON.stringify({ n, random: Math.imul(n, 2_654_435_761) })).join('\n');

/** A ZIP, packed as `mana-auth` packs it. */
async function zipOf(files: Readonly<Record<string, string>>): Promise<Blob> {
	const zip = new ZipWriter(new BlobWriter('application/zip'), { useWebWorkers: false });
	for (const [path, text] of Object.entries(files)) await zip.add(path, new TextReader(text));
	return await zip.close();
}

const whole = () => zipOf({ [places.manifest]: JSON.stringify(said), [places.records('spaces/own')]: `${lines}\n` });

async function codeOf(work: Promise<unknown>): Promise<unknown> {
	return work.then(() => null, (error: { code?: unknown }) => error.code); // prettier-ignore
}

async function readAll(file: Blob): Promise<number> {
	const archive = await ArchiveReader.open(file);
	let count = 0;
	for await (const { value } of archive.records('spaces/own')) if (value !== undefined) count++;
	return count;
}

test('an archive is read line by line', async () => {
	expect(await readAll(await whole())).toBe(2_000);
});

test.each([
	['a letter', 'no-zip', async () => new Blob(['a letter'])],
	['nothing', 'no-zip', async () => new Blob([])],
	['a ZIP of somebody else', 'no-archive', () => zipOf({ 'word/document.xml': '<w/>' })],
	['a ZIP with a manifest of something else', 'no-archive', () => zipOf({ [places.manifest]: '{"name":"app"}' })],
	['an archive of a newer Mana', 'newer', () => zipOf({ [places.manifest]: JSON.stringify({ ...said, version: 3 }) })],
	['an archive without its end', 'cut-off', async () => (await whole()).slice(0, -400)],
	['the first bytes of an archive', 'cut-off', async () => (await whole()).slice(0, 60)],
	[
		'an archive without the lines that its manifest tells of',
		'damaged',
		() => zipOf({ [places.manifest]: JSON.stringify(said) }),
	],
	[
		'an archive with a byte that is another',
		'damaged',
		async () => {
			const bytes = new Uint8Array(await (await whole()).arrayBuffer());
			bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
			return new Blob([bytes]);
		},
	],
])('%s brings nothing and is called %p', async (_, code, file) => {
	expect(await codeOf(readAll(await file()))).toBe(code);
});

test('a file that was moved since it was chosen is called gone', async () => {
	class Moved extends Blob {
		override slice(): Blob {
			throw new DOMException('It is not there.', 'NotReadableError');
		}
	}
	expect(await codeOf(readAll(new Moved([await whole()])))).toBe('gone');
});
