import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'svelte/compiler';
import { fixedIcons, iconMarkup } from './icon-markup.ts';

const root = join(import.meta.dir, '..');
const icons = join(root, 'node_modules/@lucide/svelte/dist/icons');
const read = (file: string): string => readFileSync(file, 'utf8');
const sources = ['apps', 'kit', 'web/src']
	.flatMap((room) => [...new Bun.Glob(`${room}/**/*.svelte`).scanSync(root)])
	.filter((file) => !file.includes('node_modules'));

/** The names that a component gives its icons. */
function iconsOf(source: string): readonly string[] {
	return Array.from(source.matchAll(/import (\w+) from '@lucide\/svelte\/icons\/[\w-]+'/g), ([, name]) => name!);
}

test('an icon is drawn by its fixed shapes, in any size, by lines or filled', () => {
	const file = join(icons, 'star.svelte');
	const markup = iconMarkup(read(file), file);
	const [shape] = /d: "[^"]+"|"d": ?"([^"]+)"/.exec(read(file))!.slice(1);
	expect(markup).toContain(`viewBox="0 0 24 24"`);
	expect(markup).toContain(`<path d="${shape}" />`);
	const { js, warnings } = compile(markup, { filename: file, runes: true });
	expect(warnings).toEqual([]);
	expect(js.code).toContain('$.from_svg');
});

test('every icon of Lucide can be made fixed', () => {
	const files = readdirSync(icons).filter((file) => file.endsWith('.svelte'));
	expect(files.length).toBeGreaterThan(1_000);
	for (const file of files)
		expect(iconMarkup(read(join(icons, file)), file)).toMatch(/<svg [^>]+>(<\w+( [\w-]+="[^"<>&{]+")+ \/>)+<\/svg>/);
});

test('a component that does not say its icon as Lucide does is refused by name', () => {
	expect(() => iconMarkup('<svg />', 'odd.svelte')).toThrow('odd.svelte does not say its icon');
});

test('what is no icon is left as it is', () => {
	expect(fixedIcons.markup?.({ content: '<p>1</p>', filename: '/apps/todo/+page.svelte' })).toBeUndefined();
});

test('pages give icons nothing but a size and a fill, which is all that they take', () => {
	const wrong: string[] = [];
	expect(sources.length).toBeGreaterThan(100);
	for (const file of sources) {
		const source = read(join(root, file));
		for (const name of iconsOf(source))
			for (const [, given] of source.matchAll(new RegExp(`<${name}\\b((?:[^>{]|\\{[^}]*\\})*?)/?>`, 'g')))
				for (const [, attribute] of given!.replaceAll(/\{[^}]*\}|"[^"]*"/g, '""').matchAll(/([\w:-]+)/g))
					if (attribute !== 'size' && attribute !== 'fill') wrong.push(`${file}: ${name} ${attribute}`);
	}
	expect(wrong).toEqual([]);
});
