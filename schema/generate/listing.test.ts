import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ranges, services } from '../index.ts';
import * as listed from '../registry/services.ts';
import { factsOf } from './generate.ts';
import { listing } from './listing.ts';

const root = join(import.meta.dirname, '../..');

describe('the list of services for the browser', () => {
	test('names every row and every range of the schema, in its order', () => {
		expect(listed.services.map(({ name }) => name)).toEqual(services.map(({ name }) => name));
		expect(listed.ranges.map(({ name, title }) => ({ name, title }))).toEqual(ranges.map(({ name, title }) => ({ name, title })));
	});

	test('says of a service what its row says', () => {
		for (const row of services) {
			const shown = listed.services.find(({ name }) => name === row.name);
			expect(shown).toMatchObject({ range: row.range, kind: row.kind, status: row.status, description: row.description });
			expect(shown?.needs).toEqual(row.needs);
			expect(shown?.ports.map(({ name, port }) => [name, port])).toEqual(row.ports.map(({ name, port }) => [name, port]));
			expect(shown?.door?.path).toBe(row.door?.path);
		}
	});

	test('lists no service in a range that it does not list', () => {
		const known = new Set(listed.ranges.map(({ name }) => name));
		expect(listed.services.filter(({ range }) => !known.has(range))).toEqual([]);
	});

	test('brings nothing of the schema but itself into a page', () => {
		const [file] = listing.files(factsOf(root));
		expect(readFileSync(join(root, file?.path ?? ''), 'utf8')).toBe(file?.text ?? '');
		expect([...(file?.text ?? '').matchAll(/from '([^']+)'/g)].map(([, from]) => from)).toEqual(['./listed.ts']);
	});

	test('keeps a quote or a backslash of a description as it is', async () => {
		const [hub] = services.filter(({ name }) => name === 'mana-web');
		if (!hub) throw new Error('The hub has no row.');
		const [file] = listing.files({ ...factsOf(root), services: [{ ...hub, description: `a "b" 'c' \\n` }] });
		const text = new Bun.Transpiler({ loader: 'ts' }).transformSync(file?.text ?? '');
		const made = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as typeof listed;
		expect(made.services[0]?.description).toBe(`a "b" 'c' \\n`);
	});
});
