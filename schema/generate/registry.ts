import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Generated, type Generator, generatedNote } from './generator.ts';

/** All models and all app manifests, for whoever needs every one of them: the launcher shows exactly these apps, in this order. */
export const registry: Generator = {
	name: 'registry',
	makes: 'the one place that reads every `model.ts` and `app.ts`',
	files: ({ appFiles, services }) =>
		registryFiles(
			appFiles,
			services.flatMap(({ door }) => (door ? [door.app] : [])),
		),
};

/**
 * The registry: the one place that reads every `model.ts` and `app.ts`.
 *
 * @param files paths of the app folders' own files, as `apps/todo/model.ts`, in any order
 * @param doors the apps in the order of their doors, in which the launcher shows those that are there
 */
export function registryFiles(files: readonly string[], doors: readonly string[]): Generated[] {
	return [
		{ path: 'schema/registry/models.ts', text: modelsText(roomsWith('model.ts', files)) },
		{ path: 'schema/registry/apps.ts', text: appsText(roomsWith('app.ts', files).sort(byDoor(doors))) },
	];
}

/** What is a record of no one app: tags, links. */
const sharedModel = 'kit/shared/model.ts';

/** The files that lie directly in the folder of an app, and the model that all apps share. */
export function appFiles(root: string): string[] {
	const own = readdirSync(join(root, 'apps'), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.flatMap((folder) => readdirSync(join(root, 'apps', folder.name)).map((file) => `apps/${folder.name}/${file}`));
	return [...own, sharedModel];
}

/** Apps without a door come last, by name. */
function byDoor(doors: readonly string[]): (a: Room, b: Room) => number {
	const places = new Map(doors.map((app, place) => [`apps/${app}/app.ts`, place]));
	const placeOf = ({ path }: Room) => places.get(path) ?? doors.length;
	return (a, b) => placeOf(a) - placeOf(b);
}

interface Room {
	readonly path: string;
	readonly variable: string;
}

function roomsWith(file: string, files: readonly string[]): Room[] {
	return files
		.filter((path) => path.split('/').length === 3 && path.endsWith(`/${file}`))
		.sort()
		.map((path) => ({ path, variable: variableOf(path.split('/')[1] ?? '') }));
}

/** `(hub)` becomes `hub`, `city-corners` becomes `cityCorners`. */
function variableOf(folder: string): string {
	return folder.replace(/[()]/g, '').replace(/-+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const header = `// ${generatedNote}\n`;

function modelsText(rooms: readonly Room[]): string {
	return [
		header,
		"import type { Collection } from '@mana/model';\n",
		...rooms.map(({ path, variable }) => `import * as ${variable} from '../../${path}';\n`),
		"import { collectionsIn } from './collect.ts';\n",
		...(rooms.length > 0
			? [
					'\n/** The models by their room, for services that read records of apps. */\n',
					`export { ${rooms.map(({ variable }) => variable).join(', ')} };\n`,
				]
			: []),
		'\n/** Every collection that an app declares, in the order of its number. */\n',
		listed('export const models: readonly Collection[] = collectionsIn(', rooms, ');\n'),
		'\nconst byNumber = new Map(models.map((model) => [model.number, model]));\n',
		'\n/** The collection that carries a number on the wire. */\n',
		'export function collectionNumbered(number: number): Collection | undefined {\n\treturn byNumber.get(number);\n}\n',
	].join('');
}

function appsText(rooms: readonly Room[]): string {
	return [
		header,
		"import type { AppManifest } from '@mana/ui/shell/manifest';\n",
		...rooms.map(({ path, variable }) => `import { app as ${variable} } from '../../${path}';\n`),
		'\n/** The manifest of every app that exists. */\n',
		listed('export const apps: readonly AppManifest[] = ', rooms, ';\n'),
	].join('');
}

/** As the formatter would write it: on one line where it fits. */
function listed(head: string, rooms: readonly Room[], tail: string): string {
	const line = `${head}[${rooms.map((room) => room.variable).join(', ')}]${tail}`;
	return line.length <= 131 ? line : `${head}[\n${rooms.map((room) => `\t${room.variable},\n`).join('')}]${tail}`;
}
