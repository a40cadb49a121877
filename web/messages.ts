import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileProject } from '@inlang/paraglide-js';
import { loadProjectInMemory, newProject } from '@inlang/sdk';

export const locales = ['en', 'de'] as const;
export const baseLocale = 'en';

/** A message file: a sentence with `{names}`, or its plural forms by `count` (`{ "one": …, "other": … }`). */
export type Messages = Record<string, string | Record<string, string>>;

type Locale = (typeof locales)[number];

const root = join(import.meta.dir, '..');
export const messageFolders = ['kit/ui/messages', 'apps/*/messages'];

/** Every room's messages by language, merged. A key belongs to one file: the same key in two rooms is an error. */
export async function readMessages(): Promise<Record<Locale, Messages>> {
	const all: Record<Locale, Messages> = { en: {}, de: {} };
	for (const locale of locales) {
		const owner = new Map<string, string>();
		for (const folder of messageFolders)
			for await (const file of new Bun.Glob(`${folder}/${locale}.json`).scan({ cwd: root })) {
				const messages = (await Bun.file(join(root, file)).json()) as Messages;
				for (const [key, message] of Object.entries(messages)) {
					const other = owner.get(key);
					if (other) throw new Error(`The message "${key}" stands in ${other} and in ${file}. Rename one of them.`);
					owner.set(key, file);
					all[locale][key] = message;
				}
			}
	}
	return all;
}

/**
 * Compiles all messages into `kit/ui/i18n/generated`, one small function a message. Works offline: the files are read here and
 * handed to the compiler in memory, so no plugin is fetched. Unchanged files are not written.
 *
 * @returns how many messages there are
 */
export async function compileMessages(into = join(root, 'kit/ui/i18n/generated')): Promise<number> {
	const messages = await readMessages();
	const project = await loadProjectInMemory({
		blob: await newProject({ settings: { baseLocale, locales: [...locales], telemetry: 'off' } }),
		providePlugins: [
			{
				key: 'mana.messages',
				importFiles: ({ files }) => imported(files as { locale: string; content: Uint8Array }[]),
			},
		],
	});
	const files = locales.map((locale) => ({ locale, content: new TextEncoder().encode(JSON.stringify(messages[locale])) }));
	await project.importFiles({ pluginKey: 'mana.messages', files });
	const output = await compileProject({
		project,
		compilerOptions: {
			// The language is chosen in kit/ui/i18n/language.svelte.ts; outside a page messages are English.
			strategy: ['globalVariable', 'baseLocale'],
			emitTsDeclarations: true,
			emitReadme: false,
			emitPrettierIgnore: false,
		},
	});
	await project.close();
	await writeFolder(into, { ...withoutRouting(output), ...runtime });
	return Object.keys(messages.en).length;
}

/** Turns message files into the compiler's bundles, messages and variants. */
function imported(files: readonly { readonly locale: string; readonly content: Uint8Array }[]) {
	const bundles = new Map<string, { id: string; declarations: object[] }>();
	const messages: { bundleId: string; locale: string; selectors: object[] }[] = [];
	const variants: { messageBundleId: string; messageLocale: string; matches: object[]; pattern: object[] }[] = [];
	for (const { locale, content } of files)
		for (const [id, message] of Object.entries(JSON.parse(new TextDecoder().decode(content)) as Messages)) {
			const forms = typeof message === 'string' ? { other: message } : message;
			const plural = typeof message !== 'string';
			const names = new Set(Object.values(forms).flatMap(namesIn));
			if (plural) names.add('count');
			const declarations: object[] = [...names].map((name) => ({ type: 'input-variable', name }));
			if (plural) declarations.push(pluralOfCount);
			if (!bundles.has(id)) bundles.set(id, { id, declarations });
			messages.push({ bundleId: id, locale, selectors: plural ? [{ type: 'variable-reference', name: 'plural' }] : [] });
			for (const [form, text] of Object.entries(forms))
				variants.push({
					messageBundleId: id,
					messageLocale: locale,
					matches: plural ? [form === 'other' ? { type: 'catchall-match', key: 'plural' } : literalMatch(form)] : [],
					pattern: patternOf(text),
				});
		}
	return { bundles: [...bundles.values()], messages, variants } as never;
}

const pluralOfCount = {
	type: 'local-variable',
	name: 'plural',
	value: {
		type: 'expression',
		arg: { type: 'variable-reference', name: 'count' },
		annotation: { type: 'function-reference', name: 'plural', options: [] },
	},
};

function literalMatch(value: string) {
	return { type: 'literal-match', key: 'plural', value };
}

/** The names between braces in a message. */
export function namesIn(text: string): string[] {
	return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

function patternOf(text: string): object[] {
	return text.split(/(\{\w+\})/).flatMap((part): object[] => {
		if (part === '') return [];
		const name = /^\{(\w+)\}$/.exec(part)?.[1];
		return name ? [{ type: 'expression', arg: { type: 'variable-reference', name } }] : [{ type: 'text', value: part }];
	});
}

/**
 * What messages ask at run time. The compiler's own runtime also finds languages in addresses, cookies and headers; here the interface
 * says which one it speaks (kit/ui/i18n/language.svelte.ts), and a first visit need not carry the rest.
 */
const runtime = {
	'runtime.js': `export const baseLocale = '${baseLocale}';
export const locales = ${JSON.stringify(locales)};
export const experimentalStaticLocale = undefined;
let current = () => baseLocale;
export const getLocale = () => current();
export const overwriteGetLocale = (speak) => { current = speak; };
`,
	'runtime.d.ts': `export type Locale = ${locales.map((locale) => `'${locale}'`).join(' | ')};
export type LocalizedString = string;
export type MessageMetadata<Inputs, Options, Markup> = {};
export const baseLocale: Locale;
export const locales: readonly Locale[];
export const experimentalStaticLocale: Locale | undefined;
export function getLocale(): Locale;
export function overwriteGetLocale(speak: () => Locale): void;
`,
};

function withoutRouting(output: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(output).filter(([name]) => !name.startsWith('server.')));
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
