import { type Range, type Service, services, type Span } from '@mana/schema';
import ts from 'typescript';
import { type Newcomer, releaseNote } from './newcomer.ts';

/*
 * Edits of the schema's own source, each as the formatter would leave it: a row is whole lines of a table, and what was not asked for
 * keeps every byte.
 */

/** Which file of `schema/rows/` a range's rows stand in. */
export function rowFileOf({ range, kind }: Pick<Newcomer, 'range' | 'kind'>): string {
	const files: Readonly<Record<string, string>> = { landings: 'matrix', dashboards: 'ops', exporters: 'ops' };
	const file = kind === 'app' && range !== 'matrix' ? 'front-ends' : (files[range] ?? range);
	return `schema/rows/${file}.ts`;
}

/** The file with the newcomer's row after the rows of its range with smaller numbers. */
export function withRow(text: string, newcomer: Newcomer): string {
	const elements = rowsIn(text);
	const row = rowText(newcomer);
	const before = elements.findLast(({ service }) => service.range === newcomer.range && service.ports[0].port < newcomer.port);
	const after = elements.find(({ service }) => service.range === newcomer.range);
	const at = before?.end ?? after?.start ?? elements.at(-1)?.end;
	if (at === undefined) throw new Error('The file has no table of rows.');
	return text.slice(0, at) + row + text.slice(at);
}

/** The file without a service's row. */
export function withoutRow(text: string, name: string): string {
	const element = rowsIn(text).find(({ service }) => service.name === name);
	return element ? text.slice(0, element.start) + text.slice(element.end) : text;
}

interface RowElement {
	readonly service: Service;
	/** Where its first line begins, and where the line after its last one does. */
	readonly start: number;
	readonly end: number;
}

/** The elements of the exported table whose first string is the name of a row. */
function rowsIn(text: string): RowElement[] {
	const source = ts.createSourceFile('rows.ts', text, ts.ScriptTarget.Latest, true);
	const found: RowElement[] = [];
	const visit = (node: ts.Node): void => {
		if (!ts.isArrayLiteralExpression(node)) return ts.forEachChild(node, visit);
		for (const element of node.elements) {
			const service = services.find(({ name }) => name === firstString(element));
			if (!service) continue;
			const start = text.lastIndexOf('\n', element.getStart()) + 1;
			found.push({ service, start, end: text.indexOf('\n', element.getEnd()) + 1 });
		}
	};
	for (const statement of source.statements)
		if (ts.isVariableStatement(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
			visit(statement);
	return found;
}

function firstString(node: ts.Node): string | undefined {
	if (ts.isStringLiteral(node)) return node.text;
	return ts.forEachChild(node, firstString);
}

function rowText({ name, kind, range, port, owner, id, description, releases }: Newcomer): string {
	const decision: [string, string][] = releases ? [['decision', quoted(releaseNote(port))]] : [];
	const common: [string, string][] = [
		['name', quoted(name)],
		['port', String(port)],
	];
	const said: [string, string] = ['description', quoted(description)];
	if (kind === 'app')
		return call('frontEnd', [
			...common,
			...(range === 'web' ? [] : [['range', quoted(range)] as [string, string]]),
			['app', quoted(id)],
			said,
			...decision,
		]);
	if (kind === 'app-server')
		return call('appServer', [...common, ['app', quoted(id)], said, ['status', "'running'"], ...decision]);
	return call('own', [
		...common,
		['range', quoted(range)],
		['owner', quoted(owner)],
		['runtime', "'Hono/Bun'"],
		said,
		['status', "'running'"],
		...decision,
	]);
}

const lineWidth = 130;
const tabWidth = 4;

/** One property a line; a text that does not fit begins on the next one. */
function call(name: string, properties: readonly (readonly [key: string, value: string])[]): string {
	const lines = properties.map(([key, value]) => {
		const line = `\t\t${key}: ${value},`;
		return line.length + 2 * (tabWidth - 1) <= lineWidth ? line : `\t\t${key}:\n\t\t\t${value},`;
	});
	return `\t${name}({\n${lines.join('\n')}\n\t}),\n`;
}

/** In single quotes, or in double ones where that needs fewer backslashes. */
function quoted(text: string): string {
	const plain = text.replaceAll('\\', '\\\\');
	return text.includes("'") && !text.includes('"') ? `"${plain}"` : `'${plain.replaceAll("'", "\\'")}'`;
}

/** `ranges.ts` with other reserved slots for one range. */
export function withReserved(text: string, range: string, reserved: readonly Span[]): string {
	const source = ts.createSourceFile('ranges.ts', text, ts.ScriptTarget.Latest, true);
	let edited: string | null = null;
	const visit = (node: ts.Node): void => {
		if (ts.isObjectLiteralExpression(node)) {
			const of = (key: string) =>
				node.properties.find((property) => ts.isPropertyAssignment(property) && property.name.getText() === key) as
					| ts.PropertyAssignment
					| undefined;
			const slots = of('reserved')?.initializer;
			if (firstString(of('name') ?? node) === range && slots)
				edited = text.slice(0, slots.getStart()) + spansText(reserved) + text.slice(slots.getEnd());
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	if (edited === null) throw new Error(`ranges.ts has no range ${range} with reserved slots.`);
	return edited;
}

function spansText(spans: readonly Span[]): string {
	const pairs = spans.map(([from, to]) => `[${from}, ${to}]`);
	return pairs.length < 2 ? `[${pairs.join('')}]` : `[\n${pairs.map((pair) => `\t\t\t${pair},\n`).join('')}\t\t]`;
}

/** The reserved slots of a range with one number released. */
export function released({ reserved }: Pick<Range, 'reserved'>, port: number): Span[] {
	return reserved.flatMap(([from, to]): Span[] =>
		port < from || port > to
			? [[from, to]]
			: [...(from < port ? [[from, port - 1] as const] : []), ...(port < to ? [[port + 1, to] as const] : [])],
	);
}

/** The reserved slots of a range with one number more; neighbours become one span. */
export function reservedAgain({ reserved }: Pick<Range, 'reserved'>, port: number): Span[] {
	const sorted = [...reserved, [port, port] as const].sort(([a], [b]) => a - b);
	return sorted.reduce<Span[]>((spans, [from, to]) => {
		const last = spans.at(-1);
		if (last && last[1] + 1 >= from) return [...spans.slice(0, -1), [last[0], Math.max(last[1], to)]];
		return [...spans, [from, to]];
	}, []);
}
