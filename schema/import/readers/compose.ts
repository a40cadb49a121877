import { addressesIn, isSelf } from '../addresses.ts';
import { definitionsIn } from './env.ts';
import { engineOfImage, serviceMeant } from '../names.ts';
import { type Owner, type Setting, statementsOf } from '../settings.ts';
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
	const path = from === undefined ? file.path : beside(file.path, from);
	const text = from === undefined ? file.text : context.textOf(path);
	const [home] = from === undefined ? [root] : text === undefined ? [] : readYaml(text);
	const next = under(home, 'services', name);
	return next ? [value, ...layersOf(next, home ?? root, { path, text: text ?? '' }, context, [...seen, value])] : [value];
}

/** A path as a file says it, seen from where that file is. */
function beside(file: string, path: string): string {
	return file.replace(/[^/\\]*$/, '') + path.replace(/^\.\//, '');
}

function containerSays(container: Container, neighbours: Owner['neighbours'], context: ReadContext): Statement[] {
	const { key, service, file, layers } = container;
	const fill = (text: string) => substituted(text, (variable) => context.valueOf(variable, file));
	const owner: Owner = { name: key, service, inside: true, neighbours };
	const own = (line: number, port: number) =>
		portStatement({ file, line, says: 'states', service, name: key, port, inside: true });
	const probes = layers.flatMap((layer) => textsIn(under(layer, 'healthcheck', 'test')));
	const commands = ['entrypoint', 'command'].flatMap(
		(key) => layers.map((layer) => textsIn(under(layer, key))).find((words) => words.length > 0) ?? [],
	);
	const settings = environmentOf(layers);
	return [
		...namesOf(container).map(({ text, line }): Statement => ({ kind: 'name', file, line, service, name: text })),
		...settings.flatMap(({ variable, value, line }) => statementsOf({ variable, value: fill(value), file, line }, owner)),
		...fromFiles(layers, file, context)
			.filter(({ variable }) => !settings.some((setting) => setting.variable === variable))
			.flatMap((setting) => statementsOf(setting, owner))
			.filter((statement) => statement.kind === 'port' && statement.says === 'listens'),
		...commandSays(
			commands.map(({ text, line }) => ({ text: fill(text), line })),
			owner,
			own,
			file,
		),
		...layers.flatMap((layer) => itemsIn(under(layer, 'ports'))).flatMap((item) => openedBy(item, fill, container)),
		...layers
			.flatMap((layer) => itemsIn(under(layer, 'expose')))
			.map((item) => own(item.line, Number(fill(textIn(item) ?? '').replace(/\/.*$/, ''))))
			.filter(({ port }) => port > 0),
		...probes.flatMap(({ text, line }) =>
			fill(text)
				// `nc -z localhost 3001` asks a port without a colon.
				.replace(/(localhost|127\.0\.0\.1)\s+(\d{2,5})\b/g, '$1:$2')
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

/** Settings from the files that `env_file` names, as far as they are imported too; the last one of a variable holds. */
function fromFiles(layers: readonly Lined[], file: string, context: ReadContext): Setting[] {
	const paths = layers
		.flatMap((layer) => itemsIn(under(layer, 'env_file')))
		.flatMap((item) => textIn(item) ?? textIn(under(item, 'path')) ?? [])
		.map((path) => beside(file, path));
	const settings = paths.flatMap((path) =>
		definitionsIn(context.textOf(path) ?? '').map(({ variable, value, line }) => ({ variable, value, file: path, line })),
	);
	return settings.filter(({ variable }, index) => settings.findLastIndex((other) => other.variable === variable) === index);
}

/** The flags by which programs are told where to listen: `--port 3001`, `-httpListenAddr=:9090`, `--web.listen-address=:9100`. */
const listenFlag = /^--?(?:port|http-?port|[\w.-]*listen[\w.-]*)$/i;

/** What a command line says: where its program listens, and whom it calls. */
function commandSays(
	rows: readonly { readonly text: string; readonly line: number }[],
	owner: Owner,
	own: (line: number, port: number) => Statement,
	file: string,
): Statement[] {
	const words = rows.flatMap(({ text, line }) => text.split(/[\s=]+/).map((word) => ({ word, line })));
	return words.flatMap(({ word, line }, index): Statement[] => {
		if (listenFlag.test(words[index - 1]?.word ?? '')) {
			const port = Number(/^(?:.*:)?(\d{2,5})$/.exec(word)?.[1] ?? 0);
			return port > 0 ? [own(line, port)] : [];
		}
		return word.includes('://') ? statementsOf({ variable: '', value: word, file, line }, owner) : [];
	});
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
