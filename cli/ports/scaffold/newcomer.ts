import { type Range, type Service, serviceNamed } from '@mana/schema';
import { UsageError } from '../../place.ts';

/** Something that gets a port: all that its row and its room are made from. */
export interface Newcomer {
	/** The row's name. */
	readonly name: string;
	readonly kind: 'service' | 'app-server' | 'app';
	readonly range: string;
	readonly port: number;
	/** The folder of its room, as `core/recipes`. */
	readonly owner: string;
	/** The last part of the folder, and an app's id. */
	readonly id: string;
	readonly description: string;
	/** Whether it takes a reserved slot. */
	readonly releases: boolean;
}

/** What is written beside a row that took a reserved slot; by it `mana ports remove` knows to give the slot back. */
export function releaseNote(port: number): string {
	return `It takes the reserved slot ${port} of its range.`;
}

/** A file of a room, as a path from the root. */
export interface RoomFile {
	readonly path: string;
	readonly text: string;
}

const serviceName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const appId = /^[a-z][a-z0-9]*$/;

/** What a name stands for in a range. @throws UsageError that says what fits */
export function newcomerOf(
	name: string,
	range: Range,
	isApp: boolean,
	rest: Pick<Newcomer, 'port' | 'description' | 'releases'>,
): Newcomer {
	if (!serviceName.test(name)) throw new UsageError(`"${name}" is no name for a service: use small letters, digits and hyphens.`);
	const common = { name, range: range.name, ...rest };
	if (isApp) {
		const id = name.replace(/-web$/, '');
		if (!range.folders.includes('apps') || range.name === 'app-servers')
			throw new UsageError(`An app has its door in web, tools, games or matrix, not in ${range.name}.`);
		if (!appId.test(id))
			throw new UsageError(`"${id}" is no name for an app: it is part of addresses, so use small letters and digits only.`);
		return { ...common, kind: 'app', id, owner: `apps/${id}` };
	}
	if (range.name === 'app-servers') {
		const id = name.replace(/-server$/, '');
		if (id === name) throw new UsageError(`The server of an app is called after it: ${name}-server.`);
		return { ...common, kind: 'app-server', id, owner: `apps/${id}` };
	}
	const [folder] = range.folders.filter((candidate) => candidate !== 'apps' && candidate !== 'web');
	if (folder === undefined || range.name === 'engines')
		throw new UsageError(
			range.name === 'engines'
				? 'An engine at its well-known number is a row in schema/rows/infra.ts that you write by hand.'
				: `In ${range.name} live front ends: say --app.`,
		);
	const id = name.replace(/^mana-/, '');
	return { ...common, kind: 'service', id, owner: `${folder}/${id}` };
}

/** The newcomer that a row once was. @throws UsageError when there is no such row */
export function newcomerNamed(name: string): Newcomer & { readonly row: Service } {
	let row: Service;
	try {
		row = serviceNamed(name);
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
	const [{ port }] = row.ports;
	const owner = row.owner ?? '';
	return {
		row,
		name,
		kind: row.door ? 'app' : row.range === 'app-servers' ? 'app-server' : 'service',
		range: row.range,
		port,
		owner,
		id: owner.slice(owner.lastIndexOf('/') + 1),
		description: row.description,
		releases: row.decision === releaseNote(port),
	};
}
