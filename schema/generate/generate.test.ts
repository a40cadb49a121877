import { afterEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generatedNote } from './generator.ts';
import { generators } from './generators.ts';
import { factsOf, generatedFiles, staleFiles } from './generate.ts';

const root = join(import.meta.dirname, '../..');
const made: string[] = [];

afterEach(() => {
	for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

test('regenerating would change nothing in this repository', () => {
	const files = generatedFiles(factsOf(root));
	expect(staleFiles(root, files).map(({ path, is }) => `${path} is ${is}`)).toEqual([]);
});

describe('the generators', () => {
	test('write the same bytes from the same facts', () => {
		expect(generatedFiles(factsOf(root))).toEqual(generatedFiles(factsOf(root)));
	});

	test('say in the first line of a file, or right below what its kind must begin with, that nobody edits it', () => {
		const files = generatedFiles(factsOf(root)).filter(({ path }) => !path.endsWith('.json'));
		for (const { path, text } of files)
			expect(text.split('\n').slice(0, 2).join('\n').replace('- -', '--'), path).toContain(generatedNote);
	});

	test('each have a name of their own and say what they make', () => {
		expect(new Set(generators.map(({ name }) => name)).size).toBe(generators.length);
		for (const { makes, name } of generators) expect(makes.length, name).toBeGreaterThan(20);
	});
});

test('what is missing, different or left over is stale', () => {
	const folder = mkdtempSync(join(tmpdir(), 'mana-generate-'));
	made.push(folder);
	const write = (path: string, text: string) => {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	};
	write('deploy/default/same', 'same');
	write('deploy/default/other', 'edited by hand');
	write('deploy/gone/old', 'of a plan that is gone');
	const files = [
		{ path: 'deploy/default/same', text: 'same' },
		{ path: 'deploy/default/other', text: 'other' },
		{ path: 'docs/new', text: 'new' },
	];
	expect(staleFiles(folder, files)).toEqual([
		{ path: 'deploy/default/other', text: 'other', is: 'different' },
		{ path: 'docs/new', text: 'new', is: 'missing' },
		{ path: 'deploy/gone/old', text: null, is: 'left over' },
	]);
});
