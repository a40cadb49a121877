import { browserRefusedPorts } from '../browser-refused.ts';
import { rangeNamed, spanText, within } from '../ranges.ts';
import { transportOf } from '../row.ts';
import { lastPort, systemsOf } from '../systems.ts';
import { type Finding, finding, type Placed, type Scene } from './scene.ts';

/** Engines at their well-known numbers: the numbers are kept for them on every host, also where they do not run. */
const wellKnown = rangeNamed('engines').name;

export function* notRefusedByBrowsers({ placed }: Scene): Generator<Finding> {
	for (const { row, port } of placed)
		if (browserRefusedPorts.has(port.port))
			yield finding(
				'browser-refused',
				[row.name],
				`${row.name} is on ${port.port}, which browsers refuse to connect to.`,
				`Move ${row.name} to another number.`,
			);
}

export function* notEphemeral({ placed }: Scene): Generator<Finding> {
	for (const { row, port, machine } of placed) {
		const system = systemsOf(machine?.system ?? 'any').find(({ ephemeral }) => within(port.port, [ephemeral]));
		if (system && port.port <= lastPort)
			yield finding(
				'ephemeral',
				[row.name],
				`${row.name} is on ${port.port}, which ${system.name} may hand to any outgoing connection (${spanText(system.ephemeral)}).`,
				`Move ${row.name} below ${system.ephemeral[0]}.`,
			);
	}
}

export function* notExcluded({ placed }: Scene): Generator<Finding> {
	for (const { row, port, machine } of placed) {
		const span = machine?.excluded?.find((span) => within(port.port, [span]));
		if (machine && span)
			yield finding(
				'excluded',
				[row.name, machine.name],
				`${row.name} is on ${port.port}, which the system of ${machine.name} keeps from everyone (${spanText(span)}).`,
				`Move ${row.name}, or place it on another host.`,
			);
	}
}

/** Nobody takes the number of something that everyone expects there. */
export function* notShadowing(scene: Scene): Generator<Finding> {
	for (const entry of scene.placed) {
		const { row, port, host, machine } = entry;
		const engine = wellKnownAt(entry, scene);
		if (engine !== undefined)
			yield finding(
				'shadows',
				[row.name, engine],
				`${row.name} is on ${port.port}, the well-known number of ${engine}, which everyone expects there.`,
				`Move ${row.name} back to its own number.`,
			);
		const transport = transportOf(port.protocol);
		for (const occupant of machine?.occupants ?? [])
			if (occupant.port === port.port && transportOf(occupant.protocol) === transport)
				yield finding(
					'occupied',
					[row.name, occupant.name],
					`${row.name} is on ${port.port}, where ${occupant.name} listens on ${host}.`,
					`Move ${row.name} or ${occupant.name}, or place ${row.name} on another host.`,
				);
		if (row.shadows !== undefined) continue;
		for (const system of systemsOf(machine?.system ?? 'any'))
			for (const occupant of system.occupants)
				if (occupant.port === port.port && transportOf(occupant.protocol) === transport)
					yield finding(
						'shadows',
						[row.name, occupant.name],
						`${row.name} is on ${port.port}, where ${system.name} has ${occupant.name}.`,
						`Move ${row.name}, or state in its row why it stands there (shadows).`,
					);
	}
}

function wellKnownAt({ row, port }: Placed, { services }: Scene): string | undefined {
	return services.find(
		(other) =>
			other.range === wellKnown &&
			other.name !== row.name &&
			other.ports.some((own) => own.port === port.port && transportOf(own.protocol) === transportOf(port.protocol)),
	)?.name;
}
