import { type Finding, finding, type Scene } from './scene.ts';

/** The room that opens the doors of all front ends. */
const doorRoom = 'web';

/** What a row must not say about itself, whatever the plan. */
export function* soundRows({ services }: Scene): Generator<Finding> {
	const apps = new Map<string, string>();
	for (const row of services) {
		const told = (code: string, message: string, fix: string) => finding(code, [row.name], message, fix);
		for (const [kind, path] of [
			['health', row.health],
			['metrics', row.metrics],
		] as const)
			if (path !== null && !/^\/[\w./-]*$/.test(path))
				yield told(
					'bad-path',
					`${row.name} has the ${kind} path "${path}".`,
					'Begin it with a slash and leave out host and query.',
				);
		if ((row.kind === 'external') !== (row.status === 'external'))
			yield told(
				'kind-status',
				`${row.name} is ${row.kind} and its status ${row.status}.`,
				'A row is external in both or in neither.',
			);
		if (row.kind === 'external' && (row.owner !== null || !row.engine))
			yield told(
				'external-row',
				`${row.name} is external, so it has an engine and no folder of ours.`,
				`State the engine of ${row.name}, and null as its owner.`,
			);
		const names = row.ports.map((port) => port.name);
		if (new Set(names).size < names.length || !names.includes('main'))
			yield told('port-names', `${row.name} names its ports ${names.join(', ')}.`, 'Name one of them main, and each once.');
		for (const read of row.reads)
			if (
				!services.some((other) => other.door && read.startsWith(`${other.door.app}/`)) ||
				!/^[a-z-]+\/(\*|[a-z-]+)$/i.test(read)
			)
				yield told(
					'unknown-read',
					`${row.name} reads "${read}", which names no app's records.`,
					'Write it as todo/tasks or todo/*.',
				);
		if (!row.door) continue;
		const other = apps.get(row.door.app) ?? apps.get(row.door.path);
		if (other !== undefined)
			yield finding(
				'duplicate-door',
				[other, row.name],
				`${other} and ${row.name} lead to one app, ${row.door.app} at ${row.door.path}.`,
				'Give each front end an app and a path of its own.',
			);
		apps.set(row.door.app, row.name).set(row.door.path, row.name);
	}
}

export function* exposedHasHealth({ placed }: Scene): Generator<Finding> {
	for (const { row, exposure, port } of placed)
		if (exposure !== 'loopback' && row.health === null && port.name === 'main')
			yield finding(
				'no-health',
				[row.name],
				`${row.name} is reachable from outside (${exposure}) and has no health path.`,
				`State the path that answers while ${row.name} lives, or keep it on loopback.`,
			);
}

export function* digitsMatch({ services, active, placed }: Scene): Generator<Finding> {
	for (const row of active) {
		if (!row.door?.server) continue;
		const server = services.find((other) => other.name === row.door?.server);
		if (!server) {
			yield finding(
				'unknown-server',
				[row.name, row.door.server],
				`${row.name} is paired with ${row.door.server}, which has no row.`,
				`Add ${row.door.server}, or correct the name.`,
			);
			continue;
		}
		const [front, back] = [row, server].map(
			(side) => placed.find((entry) => entry.row === side)?.port.port ?? side.ports[0].port,
		);
		if (front === undefined || back === undefined || front % 10 === back % 10 || row.door.digits) continue;
		yield finding(
			'digits',
			[row.name, server.name],
			`${row.name} (${front}) and ${server.name} (${back}) are a pair and end in different digits.`,
			"Match the last digits, or state the reason in the front end's row.",
		);
	}
}

/** A front end's own folder comes with its app; until then its port is only a door, which the room `web` opens. */
export function* ownerFolder({ active, ranges, folderExists }: Scene): Generator<Finding> {
	for (const row of active) {
		if (row.kind === 'external') continue;
		const folders = ranges.find((range) => range.name === row.range)?.folders ?? [];
		const [top] = row.owner?.split('/') ?? [];
		if (!row.owner || !top)
			yield finding(
				'no-owner',
				[row.name],
				`${row.name} is ours and names no owner folder.`,
				`Name one in ${folders.join(' or ')}.`,
			);
		else if (!folders.includes(top))
			yield finding(
				'wrong-folder',
				[row.name, row.range],
				`${row.name} belongs to ${row.owner}, but the range ${row.range} lives in ${folders.join(' and ')}.`,
				`Move the folder, or give ${row.name} a number of the range that lives in ${top}.`,
			);
		const opener = row.door ? doorRoom : row.owner;
		if (folderExists && row.status === 'running' && opener && !folderExists(opener))
			yield finding(
				'missing-folder',
				[row.name],
				`${row.name} is running, but the folder ${opener} does not exist.`,
				`Add ${opener}, or set the row to planned.`,
			);
	}
}

/** Nothing listens behind the schema's back: a folder that holds a room has a row, or it is deleted. */
export function* roomHasRow({ services, rooms }: Scene): Generator<Finding> {
	const owners = new Set(services.map((row) => row.owner));
	for (const room of rooms)
		if (!owners.has(room))
			yield finding(
				'room-without-row',
				[room],
				`The folder ${room} holds a room, but no row names it as its owner.`,
				`Add a row with the owner ${room} (mana ports add), or delete the folder.`,
			);
}
