import { addressesIn, isSelf } from '../addresses.ts';
import { engineOfImage, serviceMeant } from '../names.ts';
import { type Owner, statementsOf } from '../settings.ts';
import { fileName, portStatement, type Reader, type ReadContext, type SourceFile, type Statement } from '../statement.ts';
import { substituted, variablesIn } from '../variables.ts';
import { entriesIn, itemsIn, type Lined, readYaml, textIn, textsIn, under } from '../yaml-lines.ts';
import { publishedIn } from './compose-ports.ts';

/** What compose calls a container, with everything that it takes from another one by `extends`. */
interface Container {
	readonly key: string;
	readonly line: number;
	readonly file: string;
	readonly service: string | null;
	/** The container itself, then what it extends, nearest first. */
	readonly layers: readonly Lined[];
}

export const compose: Reader = {
	name: 'compose',
	reads: 'compose files: ports, environment, health checks, names and labels of containers',
	fits: ({ path, text }) => /\.ya?ml$/.test(path) && (/compose/.test(fileName(path)) || /^services:/m.test(text)),
	read(file, context) {
		const roots = readYaml(file.text);
		const containers = roots.flatMap((root) => containersIn(root, file, context));
		const neighbours = new Map(
			containers.flatMap((container) => namesOf(container).map(({ text }) => [text, container.service] as const)),
		);
		return [
			...containers.flatMap((container) => containerSays(container, neighbours, context)),
			...roots.flatMap((root) => usesIn(root, file.path)),
		];
	},
};

function containersIn(root: Lined, file: SourceFile, context: ReadContext): Container[] {
	return entriesIn(under(root, 'services')).map(({ key, value, line }) => {
		const layers = layersOf(value, root, file, context, []);
		const names = [key, ...layers.flatMap((layer) => textIn(under(layer, 'container_name')) ?? [])];
		const image = layers.map((layer) => textIn(under(layer, 'image'))).find(Boolean);
		const service =
			names.map((name) => serviceMeant(name)).find((found) => found !== null) ??
			(image === undefined ? null : engineOfImage(substituted(image, () => undefined)));
		return { key, line, file: file.path, service, layers };
	});
}

/** `extends` by name, of this file or of another one that is imported too. A circle ends where it closes. */
function layersOf(value: Lined, root: Lined, file: SourceFile, context: ReadContext, seen: readonly Lined[]): Lined[] {
	if (seen.includes(value)) return [];
	const base = under(value, 'extends');
	const name = textIn(base) ?? textIn(under(base, 'service'));
	if (name === undefined) return [value];
	const from = textIn(under(base, 'file'));
	const path = from === undefined ? file.path : file.path.replace(/[^/\\]*$/, '') + from.replace(/^\.\//, '');
	const text = from === undefined ? file.text : context.textOf(path);
	const [home] = from === undefined ? [root] : text === undefined ? [] : readYaml(text);
	const next = under(home, 'services', name);
	return next ? [value, ...layersOf(next, home ?? root, { path, text: text ?? '' }, context, [...seen, value])] : [value];
}

function containerSays(container: Container, neighbours: Owner['neighbours'], context: ReadContext): Statement[] {
	const { key, service, file, layers } = container;
	const fill = (text: string) => substituted(text, (variable) => context.valueOf(variable, file));
	const owner: Owner = { name: key, service, inside: true, neighbours };
	const own = (line: number, port: number) =>
		portStatement({ file, line, says: 'states', service, name: key, port, inside: true });
	const probes = layers.flatMap((layer) => textsIn(under(layer, 'healthcheck', 'test')));
	return [
		...namesOf(container).map(({ text, line }): Statement => ({ kind: 'name', file, line, service, name: text })),
		...environmentOf(layers).flatMap(({ variable, value, line }) =>
			statementsOf({ variable, value: fill(value), file, line }, owner),
		),
		...layers.flatMap((layer) => itemsIn(under(layer, 'ports'))).flatMap((item) => openedBy(item, fill, container)),
		...layers
			.flatMap((layer) => itemsIn(under(layer, 'expose')))
			.map((item) => own(item.line, Number(fill(textIn(item) ?? '').replace(/\/.*$/, ''))))
			.filter(({ port }) => port > 0),
		...probes.flatMap(({ text, line }) =>
			fill(text)
				.split(/\s+/)
				.flatMap(addressesIn)
				.flatMap(({ host, port }) => (port !== null && isSelf(host) ? [own(line, port)] : [])),
		),
		...layers
			.flatMap((layer) => settingsIn(under(layer, 'labels')))
			.flatMap(({ variable, value, line }) => labelSays(variable, fill(value), line, container, own)),
	];
}

/** A setting of the container itself goes before one of what it extends. */
function environmentOf(layers: readonly Lined[]): Variable[] {
	const settings = layers.flatMap((layer) => settingsIn(under(layer, 'environment')));
	return settings.filter(({ variable }, index) => settings.findIndex((other) => other.variable === variable) === index);
}

/** What an item of `ports` says. One container may open the ports of several services; then the items bear their names. */
function openedBy(item: Lined, fill: (text: string) => string, container: Container): Statement[] {
	return publishedIn(item, fill).flatMap(({ published, target, address, transport, name }) => {
		const named = name === null ? null : serviceMeant(name);
		const service = named ?? container.service;
		const about = { file: container.file, line: item.line, service, name: named ?? container.key, transport };
		const outside = published === null ? [] : [portStatement({ ...about, says: 'publishes', port: published, at: address })];
		const counterpart = published === null ? null : String(published);
		return [...outside, portStatement({ ...about, says: 'listens', port: target, inside: true, at: counterpart })];
	});
}

function labelSays(
	label: string,
	value: string,
	line: number,
	{ file, key }: Container,
	own: (line: number, port: number) => Statement,
): Statement[] {
	const proxy = /^(traefik|caddy)(\.|_|$)/.exec(label)?.[1] ?? (/^VIRTUAL_(HOST|PORT)$/.test(label) ? 'nginx-proxy' : null);
	if (proxy === null) return [];
	const found: Statement[] = [{ kind: 'proxy-label', file, line, proxy, by: key }];
	if (label.endsWith('loadbalancer.server.port') && Number(value) > 0) found.push(own(line, Number(value)));
	for (const [, host = ''] of value.matchAll(/Host(?:SNI)?\(`([^`]+)`\)/g))
		found.push({ kind: 'hands-out', file, line, host, by: key });
	return found;
}

/** Every name by which others find a container. */
function namesOf({ key, line, layers }: Container): { readonly text: string; readonly line: number }[] {
	const [self] = layers;
	const aliases = entriesIn(under(self, 'networks')).flatMap(({ value }) => itemsIn(under(value, 'aliases')));
	const named = [under(self, 'container_name'), under(self, 'hostname'), ...aliases];
	return [
		{ text: key, line },
		...named.flatMap((value) => (value?.kind === 'text' ? [{ text: value.text, line: value.line }] : [])),
	];
}

interface Variable {
	readonly variable: string;
	readonly value: string;
	readonly line: number;
}

/** Settings as compose writes them: a map, or a list of `NAME=value`. */
function settingsIn(value: Lined | undefined): Variable[] {
	if (value?.kind === 'map')
		return entriesIn(value).map(({ key, value, line }) => ({ variable: key, value: textIn(value) ?? '', line }));
	return itemsIn(value).flatMap((item) => {
		const [, variable, text = ''] = /^([^=]+)=([\s\S]*)$/.exec(textIn(item) ?? '') ?? [];
		return variable === undefined ? [] : [{ variable, value: text, line: item.line }];
	});
}

function usesIn(root: Lined, file: string): Statement[] {
	return textsIn(root).flatMap(({ text, line }) =>
		variablesIn(text).flatMap(({ variable, fallback, guarded }): Statement[] =>
			guarded ? [] : [{ kind: fallback === null ? 'uses' : 'fallback', file, line, variable, value: fallback ?? '' }],
		),
	);
}
