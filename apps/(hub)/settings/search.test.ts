import { expect, test } from 'bun:test';
import { findSettings } from './search.ts';
import type { SettingsSection } from './sections.ts';

const section = (id: string, title: string, settings: SettingsSection['settings']): SettingsSection => ({
	id,
	title: () => title,
	text: () => '',
	icon: (() => undefined) as never,
	isFor: () => true,
	settings,
	load: () => Promise.reject(new Error('Nobody opens it here.')),
});
const all = [
	section('look', 'Look', [
		{ title: () => 'Appearance', words: 'dark night dunkel größer' },
		{ title: () => 'Contrast', words: 'readable', anchor: 'contrast' },
	]),
	section('region', 'Language and region', [{ title: () => 'Dark ages', words: 'calendar' }]),
];
const hrefs = (text: string): string[] => findSettings(all, text).map(({ href }) => href);

test('a setting is found by the beginning of its title, of a word that people may use in any language, and of its section', () => {
	expect(hrefs('appear')).toEqual(['/settings/look']);
	expect(hrefs('dunk')).toEqual(['/settings/look']);
	expect(hrefs('language')).toEqual(['/settings/region']);
});

test('capitals, accents and the order of words do not matter, and each word must fit', () => {
	expect(hrefs('GROSSER look')).toEqual(['/settings/look']);
	expect(hrefs('dark contrast')).toEqual([]);
});

test('what is called so comes before what may be called so', () => {
	expect(hrefs('dark')).toEqual(['/settings/region', '/settings/look']);
});

test('an address leads to the part of the page', () => expect(hrefs('readable')).toEqual(['/settings/look#contrast']));

test('nothing typed finds nothing, and neither do signs', () => {
	expect(hrefs('  ')).toEqual([]);
	expect(hrefs('?')).toEqual([]);
});
