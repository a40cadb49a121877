import { expect, test } from 'bun:test';
import { pageOf, readPush } from './src/push.ts';

test('a push is read when it is one of ours, and nothing else is shown', () => {
	const acts = [{ act: 'done' as const, label: 'Erledigt' }];
	const payload = { id: 'a', title: 'Water the plants', text: 'Due at nine.', link: '/todo?task=1', acts };
	expect(readPush(JSON.stringify({ ...payload, more: 1 }))).toEqual(payload);
	const strange = [...acts, { act: 'explode', label: 'x' }, { act: 'later' }, null, 7];
	expect(readPush(JSON.stringify({ ...payload, acts: strange }))).toEqual(payload);
	for (const none of [undefined, null, {}, 'done'])
		expect(readPush(JSON.stringify({ ...payload, acts: none }))?.acts).toEqual([]);
	expect(readPush(JSON.stringify({ ...payload, link: 5 }))).toEqual({ ...payload, link: null });
	for (const odd of ['', 'x', 'null', '[]', '{"id":"a"}', JSON.stringify({ ...payload, title: {} })])
		expect(readPush(odd)).toBeNull();
});

test('a press leads to pages of this Mana only', () => {
	const origin = 'https://mana.example';
	expect(pageOf('/todo?task=1', origin)).toBe('https://mana.example/todo?task=1');
	expect(pageOf('https://mana.example/settings#x', origin)).toBe('https://mana.example/settings#x');
	for (const odd of [null, 'https://evil.example/', '//evil.example', 'javascript:alert(1)', 'http://'])
		expect(pageOf(odd, origin)).toBe('https://mana.example/notifications');
});
