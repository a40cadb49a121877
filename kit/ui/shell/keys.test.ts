import { expect, test } from 'bun:test';
import { isStroke, type KeyPress, spoken } from './keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
	key,
	ctrlKey: false,
	metaKey: false,
	shiftKey: false,
	altKey: false,
	...held,
});

test('mod is Ctrl, and ⌘ on an Apple keyboard', () => {
	expect(isStroke('mod+k', press('k', { ctrlKey: true }), false)).toBe(true);
	expect(isStroke('mod+k', press('k', { metaKey: true }), false)).toBe(false);
	expect(isStroke('mod+k', press('k', { metaKey: true }), true)).toBe(true);
	expect(isStroke('mod+k', press('k', { ctrlKey: true }), true)).toBe(false);
});

test('a letter alone is not the letter with something held down', () => {
	expect(isStroke('x', press('x'), false)).toBe(true);
	expect(isStroke('x', press('X', { shiftKey: true }), false)).toBe(false);
	expect(isStroke('x', press('x', { ctrlKey: true }), false)).toBe(false);
	expect(isStroke('shift+x', press('X', { shiftKey: true }), false)).toBe(true);
});

test('a sign is meant wherever the layout has it', () => {
	expect(isStroke('?', press('?', { shiftKey: true }), false)).toBe(true);
	expect(isStroke('?', press('?'), false)).toBe(true);
	expect(isStroke('mod+shift+z', press('Z', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
	expect(isStroke('mod+z', press('Z', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
});

test('keys are spoken as the keyboard calls them', () => {
	expect(spoken('mod+k', false)).toEqual(['Ctrl', 'K']);
	expect(spoken('mod+shift+z', true)).toEqual(['⌘', '⇧', 'Z']);
	expect(spoken('g i', false)).toEqual(['G', 'I']);
});
