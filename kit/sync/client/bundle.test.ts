import { expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** Ratchets, each chunk compressed by itself. sync.md §1 row 16 aims for 25,000 to sync; what a guest needs, who syncs with nobody, is apart. */
const MOST_FOR_A_GUEST = 34_022;
const MOST_WITH_AN_ACCOUNT = 54_146;
/** Comes when the first file is added or opened, and at a start that finds one unsent. */
const MOST_FOR_FILES = 5_000;
/** Come when digests are compared for the first time, and when somebody wants to know who is there. */
const MOST_FOR_CHECKS = 3_000;

interface Weights {
	/** What the entry loads at once. */
	readonly bytes: number;
	/** The same with what an account loads before it is opened. */
	readonly accountBytes: number;
	/** What may be loaded later. */
	readonly laterBytes: number;
	readonly fileBytes: number;
	readonly checkBytes: number;
	readonly text: string;
}

/** Bundled by what builds the pages. */
async function bundle(entry: string): Promise<Weights> {
	const bundle = await rolldown({ input: new URL(entry, import.meta.url).pathname, platform: 'browser' });
	const { output } = await bundle.generate({ format: 'esm', minify: true });
	const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
	const together = (...first: string[]) => {
		const names = new Set(first);
		for (const name of names) for (const next of chunks.get(name)?.imports ?? []) names.add(next);
		return names;
	};
	const holding = (file: RegExp) => [...chunks.keys()].filter((name) => chunks.get(name)!.moduleIds.some((id) => file.test(id)));
	const entryName = output[0].fileName;
	const atOnce = together(entryName);
	const withAccount = together(entryName, ...holding(/\/conversation\/index\.ts$/));
	const size = (names: Iterable<string>) =>
		[...names].reduce((sum, name) => sum + gzipSync(chunks.get(name)!.code, { level: 9 }).length, 0);
	return {
		bytes: size(atOnce),
		accountBytes: size(withAccount),
		laterBytes: size([...chunks.keys()].filter((name) => !atOnce.has(name))),
		fileBytes: size(holding(/\/client\/blobs\//)),
		checkBytes: size(holding(/\/conversation\/(checkup|presence)\.ts$/)),
		text: [...chunks.values()].map(({ code }) => code).join('\n'),
	};
}

test('what a page loads to read, write and sync is small, and has no Yjs in it', async () => {
	const { bytes, accountBytes, fileBytes, checkBytes, text } = await bundle('browser/index.ts');
	console.log(
		`client core: ${bytes} bytes gzipped for a guest, ${accountBytes} with an account; files: ${fileBytes}, comparisons and presence: ${checkBytes}`,
	);
	expect(accountBytes).toBeGreaterThan(bytes + 10_000);
	expect(fileBytes).toBeGreaterThan(1_000);
	expect(checkBytes).toBeGreaterThan(500);
	expect(checkBytes).toBeLessThanOrEqual(MOST_FOR_CHECKS);
	expect(fileBytes).toBeLessThanOrEqual(MOST_FOR_FILES);
	expect(bytes).toBeLessThanOrEqual(MOST_FOR_A_GUEST);
	expect(accountBytes).toBeLessThanOrEqual(MOST_WITH_AN_ACCOUNT);
	expect(text).not.toContain('UndoManager');
});

test('Yjs is loaded when a document is opened, not with the module that opens it', async () => {
	const { bytes, laterBytes } = await bundle('../text/index.ts');
	expect(bytes).toBeLessThan(3_000);
	expect(laterBytes).toBeGreaterThan(20_000);
});
