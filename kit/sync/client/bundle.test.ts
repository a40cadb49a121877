import { expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** Ratchets, each chunk compressed by itself. sync.md §1 row 16 aims for 25,000 to sync; what a guest needs, who syncs with nobody, is apart. */
const MOST_FOR_A_GUEST = 36_000;
const MOST_BYTES = 50_300;
/** Comes when the first file is added or opened, and at a start that finds one unsent. */
const MOST_FOR_FILES = 5_000;
/** Come when digests are compared for the first time, and when somebody wants to know who is there. */
const MOST_FOR_CHECKS = 3_000;

/** Bundled by what builds the pages: what the entry loads at once, and what it may load later. */
async function bundle(
	entry: string,
): Promise<{ bytes: number; laterBytes: number; fileBytes: number; checkBytes: number; text: string }> {
	const bundle = await rolldown({ input: new URL(entry, import.meta.url).pathname, platform: 'browser' });
	const { output } = await bundle.generate({ format: 'esm', minify: true });
	const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
	const atOnce = new Set([output[0].fileName]);
	for (const name of atOnce) for (const next of chunks.get(name)?.imports ?? []) atOnce.add(next);
	const isOfFiles = (name: string) => chunks.get(name)!.moduleIds.some((id) => id.includes('/client/blobs/'));
	const isOfChecks = (name: string) => chunks.get(name)!.moduleIds.some((id) => /\/client\/(checkup|presence)\.ts$/.test(id));
	const size = (which: (name: string) => boolean) =>
		[...chunks].reduce((sum, [name, { code }]) => sum + (which(name) ? gzipSync(code, { level: 9 }).length : 0), 0);
	return {
		bytes: size((name) => atOnce.has(name)),
		laterBytes: size((name) => !atOnce.has(name) && !isOfFiles(name) && !isOfChecks(name)),
		fileBytes: size(isOfFiles),
		checkBytes: size(isOfChecks),
		text: [...chunks.values()].map(({ code }) => code).join('\n'),
	};
}

test('what a page loads to read, write and sync is small, and has no Yjs in it', async () => {
	const { bytes, laterBytes, fileBytes, checkBytes, text } = await bundle('browser/index.ts');
	console.log(
		`client core: ${bytes} bytes gzipped for a guest, ${bytes + laterBytes} with all that talks to a server; files: ${fileBytes}, comparisons and presence: ${checkBytes}`,
	);
	expect(fileBytes).toBeGreaterThan(1_000);
	expect(checkBytes).toBeGreaterThan(500);
	expect(checkBytes).toBeLessThanOrEqual(MOST_FOR_CHECKS);
	expect(fileBytes).toBeLessThanOrEqual(MOST_FOR_FILES);
	expect(bytes).toBeLessThanOrEqual(MOST_FOR_A_GUEST);
	expect(bytes + laterBytes).toBeLessThanOrEqual(MOST_BYTES);
	expect(text).not.toContain('UndoManager');
});

test('Yjs is loaded when a document is opened, not with the module that opens it', async () => {
	const { bytes, laterBytes } = await bundle('../text/index.ts');
	expect(bytes).toBeLessThan(3_000);
	expect(laterBytes).toBeGreaterThan(20_000);
});
