import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const locales = ['en', 'de'] as const;
export const baseLocale = 'en';

/** A message file: a sentence with `{names}`, or its plural forms by `count` (`{ "one": …, "other": … }`). */
export type Messages = Record<string, string | Record<string, string>>;

type Locale = (typeof locales)[number];

const root = join(import.meta.dir, '..');
const messageFolders = ['kit/ui/messages', 'kit/ui/*/messages', 'apps/*/messages', 'apps/*/*/messages'];
/** What an app says of itself: the shell shows it wherever one is. */
const manifests = 'apps/*/app.ts';
/** The room whose words everybody needs. A part of the kit or of an app that is used by itself has words, and so a room, of its own. */
const house = 'kit';

/** Every room's messages by room and language. A key belongs to one room: the same key in two rooms is an error. */
export async function readMessages(): Promise<Map<string, Record<Locale, Messages>>> {
	const rooms = new Map<string, Record<Locale, Messages>>();
	for (const locale of locales) {
		const owner = new Map<string, string>();
		for (const folder of messageFolders)
			for await (const file of new Bun.Glob(`${folder}/${locale}.json`).scan({ cwd: root })) {
				const room = roomOf(file);
				const messages = (await Bun.file(join(root, file)).json()) as Messages;
				for (const key of Object.keys(messages)) {
					const other = owner.get(key);
					if (other) throw new Error(`The message "${key}" stands in ${other} and in ${file}. Rename one of them.`);
					owner.set(key, file);
				}
				const of = rooms.get(room) ?? { en: {}, de: {} };
				rooms.set(room, { ...of, [locale]: messages });
			}
	}
	return rooms;
}

function roomOf(file: string): string {
	const [, top, app = house, part] = /^(apps|kit)\/\(?(\w+)\)?\/(?:(\w+)\/messages\/)?/.exec(file) ?? [];
	return part ?? (top === 'apps' ? app : house);
}

/**
 * Writes `kit/ui/i18n/generated`: one pack of words for each room and language, so that a visit fetches the words of what it opens in the
 * one language that it speaks, and the type of every message. Unchanged files are not written.
 *
 * @returns how many messages there are
 */
export async function compileMessages(into = join(root, 'kit/ui/i18n/generated')): Promise<number> {
	const rooms = await readMessages();
	await toTheHouse(rooms);
	const files: Record<string, string> = { 'packs.ts': packsFile([...rooms.keys()]), 'messages.ts': typesFile(rooms) };
	for (const [room, of] of rooms) for (const locale of locales) files[`words/${room}.${locale}.ts`] = wordsFile(of[locale]);
	await writeFolder(into, files);
	return [...rooms.values()].reduce((sum, { en }) => sum + Object.keys(en).length, 0);
}

/** Moves the words of the apps' manifests to the house's pack. */
async function toTheHouse(rooms: Map<string, Record<Locale, Messages>>): Promise<void> {
	for await (const file of new Bun.Glob(manifests).scan({ cwd: root })) {
		const [from, to] = [rooms.get(roomOf(file)), rooms.get(house)];
		if (!from || !to) continue;
		for (const [, key = ''] of (await Bun.file(join(root, file)).text()).matchAll(/\bm\.(\w+)/g))
			for (const locale of locales) {
				const message = from[locale][key];
				if (message === undefined) continue;
				to[locale][key] = message;
				delete from[locale][key];
			}
	}
}

function packsFile(rooms: readonly string[]): string {
	const loaders = rooms.map((room) => {
		const of = locales.map((locale) => `${locale}: () => import('./words/${room}.${locale}.ts')`);
		return `\t${room}: { ${of.join(', ')} },\n`;
	});
	return `/** What a room says in one language: a sentence with \`{names}\`, or its plural forms by \`count\`. */
export type Words = Readonly<Record<string, string | Readonly<Record<string, string>>>>;
export const baseLocale = '${baseLocale}';
export const locales = ${JSON.stringify(locales)} as const;
export const packs = {
${loaders.join('')}};
`;
}

function wordsFile(messages: Messages): string {
	return `import type { Words } from '../packs.ts';\n\nexport const words: Words = ${JSON.stringify(messages)};\n`;
}

function typesFile(rooms: ReadonlyMap<string, Record<Locale, Messages>>): string {
	const lines = [...rooms.values()].flatMap(({ en }) =>
		Object.entries(en).map(([key, message]) => {
			const plural = typeof message !== 'string';
			const names = [...new Set((plural ? Object.values(message) : [message]).flatMap(namesIn))];
			if (plural && !names.includes('count')) names.push('count');
			const inputs = names.map((name) => `${name}: ${plural && name === 'count' ? 'number' : 'string | number'}`);
			return `\t${key}(${inputs.length > 0 ? `inputs: { ${inputs.join('; ')} }` : ''}): string;\n`;
		}),
	);
	return `export interface AllMessages {\n${lines.sort().join('')}}\n`;
}

/** The names between braces in a message. */
export function namesIn(text: string): string[] {
	return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

async function writeFolder(folder: string, files: Record<string, string>): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (const [name, content] of Object.entries(files)) {
		const path = join(folder, name);
		if ((await Bun.file(path).exists()) && (await Bun.file(path).text()) === content) continue;
		await mkdir(dirname(path), { recursive: true });
		await Bun.write(path, content);
	}
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
		const path = join(entry.parentPath, entry.name);
		if (entry.isFile() && !(path.slice(folder.length + 1) in files)) await rm(path);
	}
}

if (import.meta.main) console.log(`${await compileMessages()} messages in ${locales.length} languages`);
