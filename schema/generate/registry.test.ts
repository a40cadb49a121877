import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collection, field } from '@mana/model';
import { collectionsIn } from '../registry/collect.ts';
import { factsOf } from './generate.ts';
import { registry, registryFiles } from './registry.ts';

const root = join(import.meta.dirname, '../..');

test('the registry in the repository is what the folders of apps/ say', () => {
	for (const { path, text } of registry.files(factsOf(root))) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

describe('registryFiles', () => {
	const files = [
		'apps/todo/model.ts',
		'apps/todo/app.ts',
		'apps/city-corners/app.ts',
		'apps/(hub)/model.ts',
		'apps/todo/actions.ts',
	];

	test('reads models and manifests, sorted, whatever the order of the files', () => {
		const [models, apps] = registryFiles(files, []);
		expect(models?.text).toContain(
			"import * as hub from '../../apps/(hub)/model.ts';\nimport * as todo from '../../apps/todo/model.ts';",
		);
		expect(models?.text).toContain('collectionsIn([hub, todo])');
		expect(apps?.text).toContain("import { app as cityCorners } from '../../apps/city-corners/app.ts';");
		expect(apps?.text).toContain('AppManifest[] = [cityCorners, todo];');
		expect(registryFiles(files.toReversed(), [])).toEqual(registryFiles(files, []));
	});

	test('lists apps in the order of their doors, as the launcher shows them, and those without one last', () => {
		const [, apps] = registryFiles(
			['apps/city-corners/app.ts', 'apps/alarm/app.ts', 'apps/todo/app.ts'],
			['chat', 'todo', 'city-corners'],
		);
		expect(apps?.text).toContain('AppManifest[] = [todo, cityCorners, alarm];');
	});

	test('keeps what a server imports free of everything but models', () => {
		const [models] = registryFiles(files, []);
		expect(models?.text.match(/from '([^']+)'/g)?.every((from) => /model/.test(from) || from.includes('./collect.ts'))).toBe(
			true,
		);
	});

	test('passes over files deeper in an app, which are its own matter', () => {
		expect(registryFiles(['apps/todo/parts/model.ts', 'apps/todo/parts/app.ts'], [])).toEqual(registryFiles([], []));
	});

	test('without apps is two empty lists', () => {
		const [models, apps] = registryFiles([], []);
		expect(models?.text).toContain('collectionsIn([])');
		expect(apps?.text).toContain('AppManifest[] = [];');
	});

	test('says that it is generated', () => {
		for (const { text } of registryFiles(files, [])) expect(text).toStartWith('// Generated from schema/');
	});
});

describe('collectionsIn', () => {
	const tasks = collection('sample/tasks', { app: 250, number: 1 }, { title: field.text(1, { fallback: '', max: 10 }) });
	const tags = collection('sample/tags', { app: 250, number: 2 }, {});

	test('finds the collections among whatever a model exports, by number', () => {
		expect(collectionsIn([{ tags, limit: 3, name: 'x', none: null, act: () => 1 }, { tasks }])).toEqual([tasks, tags]);
	});

	test('counts one that is exported twice once', () => {
		expect(collectionsIn([{ tasks }, { same: tasks }])).toEqual([tasks]);
	});

	test('refuses two of one number', () => {
		const other = collection('sample/others', { app: 250, number: 1 }, {});
		expect(() => collectionsIn([{ tasks }, { other }])).toThrow('sample/tasks and sample/others both carry the number 64001.');
	});
});
