import { type Finding, finding, type Scene } from './scene.ts';

/** The room that opens the doors of all front ends. */
const doorRoom = 'web';

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
