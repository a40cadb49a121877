import { expect, test } from 'bun:test';
import { firstLoad } from './first-load.ts';

const manifest = {
	'kit/entry.js': { file: 'start.js', isEntry: true },
	'generated/nodes/0.js': { file: '0.js', isEntry: true, imports: ['_house.js'] },
	'generated/nodes/1.js': { file: '1.js', isEntry: true, imports: ['_house.js'] },
	'generated/nodes/2.js': { file: '2.js', isEntry: true, imports: ['_todo.js'] },
	'generated/nodes/3.js': { file: '3.js', isEntry: true, imports: ['_todo.js', '_both.js'] },
	'generated/nodes/4.js': { file: '4.js', isEntry: true, imports: ['_dialog.js'] },
	'_house.js': { file: 'house.js', name: 'house', css: ['house.css'], dynamicImports: ['_later.js'] },
	'_later.js': { file: 'later.js', name: 'calendar' },
	'_todo.js': { file: 'todo.js', name: 'todo', imports: ['_house.js'] },
	'_both.js': { file: 'both.js', name: 'todo-calendar' },
	'_dialog.js': { file: 'dialog.js', name: 'dialog' },
};
const nodes = new Map([
	['generated/nodes/0.js', "export { default } from '../../apps/+layout.svelte'"],
	['generated/nodes/1.js', "export { default } from '../../apps/+error.svelte'"],
	['generated/nodes/2.js', "export { default } from '../../apps/todo/+layout.svelte'"],
	['generated/nodes/3.js', "export { default } from '../../apps/todo/+page.svelte'"],
	['generated/nodes/4.js', "export { default } from '../../apps/todo/today/+page.svelte'"],
]);
const apps = ['todo', 'calendar'];

test('a first load is the frame, the app and its first page with what they import; not other pages, and not what is fetched later', () => {
	expect([...firstLoad(manifest, nodes, 'todo', apps)].sort()).toEqual(
		['0.js', '1.js', '2.js', '3.js', 'both.js', 'house.css', 'house.js', 'start.js', 'todo.js'].sort(),
	);
});

test('a first load that has another app in it is refused by name', () => {
	const leaking = { ...manifest, '_both.js': { file: 'both.js', name: 'todo-calendar', imports: ['_later.js'] } };
	expect(() => firstLoad(leaking, nodes, 'todo', apps)).toThrow('The first page of todo loads all of calendar');
});
