import { afterEach, expect, test } from 'bun:test';
import type { Locale } from './locale.ts';
import { getLocale, loadWords, m, speakAs } from './messages.ts';

afterEach(() => speakAs({ locale: 'en', arrived: () => {}, missed: () => {} }));

function speak(locale: Locale): void {
	speakAs({ locale, arrived: () => {}, missed: () => {} });
}

test('outside a page messages are English', () => {
	expect(getLocale()).toBe('en');
	expect(m.account_of({ name: 'Ana' })).toBe('Account of Ana');
});

test('a message says what was put into it in the language that is spoken, and its plural by the count', () => {
	speak('de');
	expect(m.and_more({ count: 1 })).toBe('und noch eine');
	expect(m.and_more({ count: 3 })).toBe('und 3 weitere');
	expect(m.account_of({ name: '{name} $& Ana' })).toContain('{name} $& Ana');
});

test('an app says its words, and what its manifest says is with the house', async () => {
	const { words } = await import('./generated/words/kit.en.ts');
	expect(m.todo_untitled()).not.toBe('');
	expect(Object.keys(words)).toContain('todo_name');
	expect(Object.keys(words)).not.toContain('todo_untitled');
});

test('a message is the same function each time', () => {
	expect(m.apps).toBe(m.apps);
});

test('a message that no room has is an error', () => {
	const say: () => string = Reflect.get(m, 'nonsense');
	expect(() => say()).toThrow('There is no message "nonsense".');
});

test('a name that is no room asks for nothing', async () => {
	await loadWords(['', 'toString', 'elsewhere']);
});
