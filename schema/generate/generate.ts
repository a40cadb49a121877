import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hostPlans } from '../plans.ts';
import { ranges } from '../ranges.ts';
import { services } from '../services.ts';
import type { Facts, Generated } from './generator.ts';
import { generators } from './generators.ts';
import { appFiles } from './registry.ts';

/** The folder that holds nothing but generated files: whatever else lies in it is stale. */
const ownFolder = 'deploy';

/** What is to be written or deleted so that the repository says what the schema says. */
export interface Stale {
	readonly path: string;
	/** The text that belongs there; `null` where nothing does. */
	readonly text: string | null;
	readonly is: 'missing' | 'different' | 'left over';
}

/** The schema as it stands, with the apps of a checkout. */
export function factsOf(root: string): Facts {
	return { services, ranges, plans: hostPlans, appFiles: appFiles(root) };
}

/**
 * Every file that is made from the schema.
 *
 * @throws when two generators claim one path
 */
export function generatedFiles(facts: Facts): Generated[] {
	const files = generators.flatMap((generator) => generator.files(facts));
	const paths = new Set<string>();
	for (const { path } of files) {
		if (paths.has(path)) throw new Error(`Two generators write ${path}.`);
		paths.add(path);
	}
	return files;
}

/** Compares a checkout with what the schema says. An empty answer: regenerating would change nothing. */
export function staleFiles(root: string, files: readonly Generated[]): Stale[] {
	const wanted = new Map(files.map(({ path, text }) => [path, text]));
	const stale: Stale[] = files.flatMap(({ path, text }): Stale[] => {
		const file = join(root, path);
		if (!existsSync(file)) return [{ path, text, is: 'missing' }];
		return readFileSync(file, 'utf8') === text ? [] : [{ path, text, is: 'different' }];
	});
	const leftOver = filesIn(root, ownFolder).filter((path) => !wanted.has(path));
	return [...stale, ...leftOver.map((path): Stale => ({ path, text: null, is: 'left over' }))];
}

/**
 * Writes and deletes what is stale.
 *
 * @param only the generator whose files are looked at; left out, all of them
 * @returns what was stale
 */
export function regenerate(root: string, only?: string): Stale[] {
	const stale = staleFor(root, only);
	for (const { path, text } of stale) {
		const file = join(root, path);
		if (text === null) rmSync(file);
		else {
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, text);
		}
	}
	return stale;
}

function staleFor(root: string, only?: string): Stale[] {
	const facts = factsOf(root);
	if (only === undefined) return staleFiles(root, generatedFiles(facts));
	const generator = generators.find(({ name }) => name === only);
	if (!generator) throw new Error(`There is no generator "${only}". There are ${generators.map(({ name }) => name).join(', ')}.`);
	return staleFiles(root, generator.files(facts)).filter(({ is }) => is !== 'left over');
}

function filesIn(root: string, folder: string): string[] {
	if (!existsSync(join(root, folder))) return [];
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory() ? filesIn(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
	);
}

/** `generate.ts [NAME] [--check]` */
function run(root: string, args: readonly string[]): number {
	const only = args.find((arg) => !arg.startsWith('-'));
	if (!args.includes('--check')) {
		for (const { path, is } of regenerate(root, only)) console.log(is === 'left over' ? `deleted ${path}` : `wrote ${path}`);
		return 0;
	}
	const stale = staleFor(root, only);
	for (const { path, is } of stale) console.error(`${path} is ${is}. Run \`npm run mana -- ports generate\`.`);
	return stale.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = run(join(import.meta.dirname, '../..'), process.argv.slice(2));
