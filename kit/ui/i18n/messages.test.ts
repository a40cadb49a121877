import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';

type Messages = Record<string, string | Record<string, string>>;

const root = join(import.meta.dir, '../../..');
const folders = (await found('messages/en.json')).map((path) => path.replace('/en.json', ''));
const markup = await found('**/*.svelte');

for (const folder of folders) {
	const [en, de] = await Promise.all(['en', 'de'].map((locale) => read(`${folder}/${locale}.json`)));

	test(`${folder}: German says everything that English says, and nothing else`, () => {
		expect(Object.keys(de ?? {}).sort()).toEqual(Object.keys(en ?? {}).sort());
	});

	test(`${folder}: both languages name the same things and have the same plural forms`, () => {
		for (const [key, message] of Object.entries(en ?? {})) {
			const other = de?.[key] ?? '';
			expect([key, namesIn(other)]).toEqual([key, namesIn(message)]);
			if (typeof message !== 'string') expect([key, Object.keys(other)]).toEqual([key, ['one', 'other']]);
		}
	});

	test(`${folder}: no message is empty, shouts or says that something went successfully`, () => {
		for (const [key, message] of [...Object.entries(en ?? {}), ...Object.entries(de ?? {})])
			for (const text of formsOf(message)) {
				expect([key, text.trim()]).toEqual([key, text]);
				expect([key, text]).not.toEqual([key, '']);
				expect([key, /\w!(\s|$)|successfully|erfolgreich/.test(text)]).toEqual([key, false]);
			}
	});

	test(`${folder}: the keys carry the room's name`, () => {
		const app = /^(?:apps|kit\/ui)\/(?:.+\/)?\(?(\w+)\)?\/messages/.exec(folder)?.[1];
		const strange = Object.keys(en ?? {}).filter((key) => app && !key.startsWith(`${app}_`));
		expect(strange).toEqual([]);
	});
}

test('every message is used, and every message that is used exists', async () => {
	const known = new Set((await Promise.all(folders.map((folder) => read(`${folder}/en.json`)))).flatMap(Object.keys));
	const sources = await Promise.all((await found('**/*.{svelte,ts}')).map((path) => Bun.file(join(root, path)).text()));
	const used = new Set(sources.flatMap((source) => [...source.matchAll(/(?<!\/)\bm\.(\w+)/g)].map((match) => match[1] ?? '')));
	expect([...used].filter((key) => !known.has(key))).toEqual([]);
	expect([...known].filter((key) => !used.has(key))).toEqual([]);
});

test('there are components to look at', () => expect(markup.length).toBeGreaterThan(30));

for (const path of markup)
	test(`${path} holds no words of its own`, async () => {
		const source = await Bun.file(join(root, path)).text();
		expect(literals(parse(source, { modern: true }).fragment)).toEqual([]);
	});

const spoken = new Set(['title', 'alt', 'placeholder', 'aria-label', 'label', 'hint', 'text', 'description']);
/** What is the same in every language, and what stands in commands. */
const names = /https:\/\/|Mana|EMAIL|npm start -- --lan|npm run mana -- user reset/g;

/** Words in markup and in attributes that people read or hear. */
function literals(node: unknown): string[] {
	if (Array.isArray(node)) return node.flatMap(literals);
	if (typeof node !== 'object' || node === null) return [];
	const one = node as { type?: string; name?: string; value?: unknown; data?: string };
	if (one.type === 'Text') return hasWords(one.data) ? [one.data?.trim() ?? ''] : [];
	if (one.type?.endsWith('Directive')) return [];
	if (one.type === 'Attribute') return spoken.has(one.name ?? '') ? literals(one.value) : [];
	return Object.entries(one).flatMap(([key, value]) =>
		key === 'start' || key === 'end' || key === 'metadata' ? [] : literals(value),
	);
}

function hasWords(text = ''): boolean {
	return /\p{L}{2,}/u.test(text.replace(names, ''));
}

function formsOf(message: string | Record<string, string>): string[] {
	return typeof message === 'string' ? [message] : Object.values(message);
}

function namesIn(message: string | Record<string, string>): string[] {
	const plural = typeof message === 'string' ? [] : ['count'];
	return [
		...new Set([
			...plural,
			...formsOf(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')),
		]),
	].sort();
}

async function read(path: string): Promise<Messages> {
	return (await Bun.file(join(root, path)).json()) as Messages;
}

/** Files of the interface: the kit's and the apps'. */
async function found(pattern: string): Promise<string[]> {
	const rooms = pattern.startsWith('**') ? ['kit/ui', 'apps'] : ['kit/ui', 'kit/ui/*', 'apps/*', 'apps/*/*'];
	const paths = await Promise.all(rooms.map((room) => Array.fromAsync(new Bun.Glob(`${room}/${pattern}`).scan({ cwd: root }))));
	return paths
		.flat()
		.filter((path) => !/\/generated\/|node_modules|\.test\.ts$/.test(path))
		.sort();
}
