import { expect, test } from 'bun:test';
import { isInside } from './inside.ts';

test('a way inside this house stays in it, however it is written', () => {
	for (const path of ['/', '/todo', '/settings/profile?x=//elsewhere.example#y', '/a/../b', '/%2f/elsewhere.example'])
		expect([path, isInside(path)]).toEqual([path, true]);
	for (const path of [
		'',
		'todo',
		'//elsewhere.example',
		'/\\elsewhere.example',
		'\\\\elsewhere.example',
		'/\t/elsewhere.example',
		'/\n\\elsewhere.example',
		'/\r/elsewhere.example',
		' //elsewhere.example',
		'https://elsewhere.example',
		'javascript:alert(1)',
		'//',
		'//[',
	])
		expect([path, isInside(path)]).toEqual([path, false]);
});
