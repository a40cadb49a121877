import { expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { type OutputOptions, rolldown, type RolldownOutput } from 'rolldown';

/**
 * Ratchets: what a page fetches, bundled as it is (`web/vite.config.ts`): what a guest needs, who syncs with nobody, is one file, and what an
 * account loads beside it is another. A peer's figure is its store and its socket in one file, so ours to compare is the one with an account.
 * sync.md §1 row 16 aims for 25,000.
 */
const MOST_FOR_A_GUEST = 29_166;
const MOST_WITH_AN_ACCOUNT = 47_353;
/** Comes when the first file is added or opened, and at a start that finds one unsent. */
const MOST_FOR_FILES = 5_000;
/** Come when digests are compared for the first time, and when somebody wants to know who is there. */
const MOST_FOR_CHECKS = 3_500;

/** What is bundled together, by the files that need it. */
const ACCOUNT = ['conversation/index.ts', 'browser/network.ts'];

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

/** Bundled by what builds the pages, and in the same groups. */
async function bundle(entry: string): Promise<Weights> {
	const atOnce = await neededBy(entry);
	const account = (await Promise.all(ACCOUNT.map(neededBy))).flatMap((ids) => [...ids]);
	const groups = [
		{ name: 'at-once', test: (id: string) => atOnce.has(id), priority: 2 },
		{ name: 'account', test: (id: string) => account.includes(id), priority: 1 },
	];
	const { output } = await generate(entry, { minify: true, codeSplitting: { groups } });
	const chunks = output.filter((file) => file.type === 'chunk');
	const size = (some: typeof chunks) => some.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
	const holding = (file: RegExp) => chunks.filter(({ moduleIds }) => moduleIds.some((id) => file.test(id)));
	const named = (...names: string[]) => chunks.filter(({ name, isEntry }) => isEntry || names.includes(name));
	return {
		bytes: size(named('at-once')),
		accountBytes: size(named('at-once', 'account')),
		laterBytes: size(chunks) - size(named('at-once')),
		fileBytes: size(holding(/\/client\/blobs\//)),
		checkBytes: size(holding(/\/conversation\/(checkup|presence)\.ts$/)),
		text: chunks.map(({ code }) => code).join('\n'),
	};
}

/** The files that come with one, and nothing of what is only loaded later. */
async function neededBy(entry: string): Promise<ReadonlySet<string>> {
	const { output } = await generate(entry, {});
	const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
	const names = new Set([output[0].fileName]);
	for (const name of names) for (const next of chunks.get(name)?.imports ?? []) names.add(next);
	return new Set([...names].flatMap((name) => chunks.get(name)?.moduleIds ?? []));
}

async function generate(entry: string, options: OutputOptions): Promise<RolldownOutput> {
	const bundle = await rolldown({ input: new URL(entry, import.meta.url).pathname, platform: 'browser' });
	return bundle.generate({ format: 'esm', ...options });
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
