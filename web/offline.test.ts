import { expect, test } from 'bun:test';
import { checkEntry, offlineFiles } from './offline.ts';

const manifest = {
	'kit/runtime/client/entry.js': { file: 'start.js', imports: ['_payload.js'] },
	'_payload.js': { file: 'payload.js' },
	'generated/app.js': {
		file: 'app.js',
		dynamicImports: ['generated/nodes/0.js', 'generated/nodes/3.js', 'generated/nodes/4.js'],
	},
	'generated/nodes/0.js': { file: 'layout.js', imports: ['_house.js', '../apps/todo/app.ts'], css: ['house.css'] },
	'generated/nodes/3.js': { file: 'hub.js', imports: ['_house.js'] },
	'generated/nodes/4.js': { file: 'todo.js', imports: ['_house.js'], dynamicImports: ['../apps/todo/parts/Detail.svelte'] },
	'_house.js': { file: 'house.js', dynamicImports: ['kit/Palette.svelte'] },
	'kit/Palette.svelte': { file: 'palette.js' },
	'../apps/todo/app.ts': { file: 'todo-app.js', dynamicImports: ['../apps/todo/parts/Widget.svelte'] },
	'../apps/todo/parts/Detail.svelte': { file: 'detail.js', imports: ['_house.js'] },
	'../apps/todo/parts/Widget.svelte': { file: 'widget.js' },
};
const nodes = new Map([
	['generated/nodes/0.js', "import '../../../../../apps/+layout.svelte'"],
	['generated/nodes/3.js', "import '../../../../../apps/(hub)/+page.svelte'"],
	['generated/nodes/4.js', "import '../../../../../apps/todo/+page.svelte'"],
]);

test('the shell is what the layout and the hub reach, also later; an app has what only it reaches', () => {
	const { shell, apps, version } = offlineFiles(manifest, nodes, ['todo'], 'v1');
	expect(version).toBe('v1');
	expect(shell).toEqual(
		expect.arrayContaining([
			'/index.html',
			'/start.js',
			'/layout.js',
			'/hub.js',
			'/house.js',
			'/house.css',
			'/palette.js',
			'/todo-app.js',
		]),
	);
	expect(apps['todo']).toEqual(expect.arrayContaining(['/todo.js', '/detail.js', '/widget.js', '/todo/icon.svg']));
	expect(shell.filter((file) => apps['todo']?.includes(file))).toEqual([]);
});

test('an entry that draws in other code is no entry', () => {
	expect(() => checkEntry(manifest, () => 500)).not.toThrow();
	expect(() => checkEntry(manifest, (file) => (file === 'payload.js' ? 90_000 : 500))).toThrow('draws in');
});
