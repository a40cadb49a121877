import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';

/** A value of a YAML file with the line it stands on, anchors followed and merge keys (`<<`) taken in. */
export type Lined =
	| { readonly kind: 'text'; readonly text: string; readonly line: number }
	| { readonly kind: 'list'; readonly items: readonly Lined[]; readonly line: number }
	| {
			readonly kind: 'map';
			readonly entries: ReadonlyMap<string, Lined>;
			readonly keyLines: ReadonlyMap<string, number>;
			readonly line: number;
	  };

/** What aliases may multiply a file to; a few lines of them can stand for billions of values. */
const mostValues = 50_000;

/**
 * The documents of a YAML file.
 *
 * @throws Error with the place when it is no YAML, or when its aliases stand for more than anybody writes
 */
export function readYaml(text: string): Lined[] {
	const lines = new LineCounter();
	let values = 0;
	return parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false }).flatMap((document) => {
		const [error] = document.errors;
		if (error) throw new Error(error.message.split('\n')[0]);
		const walk = (node: unknown, from: ReadonlySet<unknown>): Lined | null => {
			if (isAlias(node)) return walk(node.resolve(document), from);
			if (++values > mostValues) throw new Error(`its aliases stand for more than ${mostValues} values.`);
			const line = lineOf(node, lines);
			if (isScalar(node)) return { kind: 'text', text: node.value === null ? '' : String(node.source ?? node.value), line };
			if (from.has(node)) return null;
			const deeper = new Set([...from, node]);
			if (isSeq(node)) return { kind: 'list', items: node.items.flatMap((item) => walk(item, deeper) ?? []), line };
			if (isMap(node)) return { kind: 'map', line, ...entriesOf(node, (value) => walk(value, deeper), lines) };
			return null;
		};
		return walk(document.contents, new Set()) ?? [];
	});
}

function entriesOf(node: YAMLMap, walk: (value: unknown) => Lined | null, lines: LineCounter) {
	const entries = new Map<string, Lined>();
	const keyLines = new Map<string, number>();
	const merged: Lined[] = [];
	for (const { key, value } of node.items) {
		const name = isScalar(key) ? String(key.value) : '';
		const read = walk(value) ?? { kind: 'text' as const, text: '', line: lineOf(key, lines) };
		if (name === '<<') merged.push(...(read.kind === 'list' ? read.items : [read]));
		else {
			entries.set(name, read);
			keyLines.set(name, lineOf(key, lines));
		}
	}
	for (const base of merged)
		if (base.kind === 'map')
			for (const [name, value] of base.entries)
				if (!entries.has(name)) {
					entries.set(name, value);
					keyLines.set(name, base.keyLines.get(name) ?? value.line);
				}
	return { entries, keyLines };
}

function lineOf(node: unknown, lines: LineCounter): number {
	const range = (node as Node | null)?.range;
	return range ? lines.linePos(range[0]).line : 1;
}

/** What stands under a key; `undefined` where nothing does. */
export function under(value: Lined | undefined, ...keys: readonly string[]): Lined | undefined {
	let at = value;
	for (const key of keys) at = at?.kind === 'map' ? at.entries.get(key) : undefined;
	return at;
}

export function textIn(value: Lined | undefined): string | undefined {
	return value?.kind === 'text' ? value.text : undefined;
}

/** The items of a list; one value alone counts as a list of one. */
export function itemsIn(value: Lined | undefined): readonly Lined[] {
	if (value === undefined) return [];
	return value.kind === 'list' ? value.items : [value];
}

/** The entries of a map with the lines of their keys. */
export function entriesIn(value: Lined | undefined): { readonly key: string; readonly value: Lined; readonly line: number }[] {
	if (value?.kind !== 'map') return [];
	return [...value.entries].map(([key, entry]) => ({ key, value: entry, line: value.keyLines.get(key) ?? entry.line }));
}

/** Every text below a value. */
export function textsIn(value: Lined | undefined): { readonly text: string; readonly line: number }[] {
	if (value === undefined) return [];
	if (value.kind === 'text') return [{ text: value.text, line: value.line }];
	return (value.kind === 'list' ? value.items : [...value.entries.values()]).flatMap(textsIn);
}
