import { browserRefusedPorts, ephemeralSpans } from '../browser-refused.ts';
import { type Range, spanText, within } from '../ranges.ts';
import type { ServiceRow } from '../row.ts';
import { type Finding, finding, type Placed, type Scene } from './scene.ts';

export function* insideItsRange({ placed, ranges, services }: Scene): Generator<Finding> {
	for (const { row, port } of placed) {
		const range = ranges.find((range) => range.name === row.range);
		if (!range) {
			yield finding(
				'unknown-range',
				[row.name],
				`${row.name} names the range ${row.range}, which does not exist.`,
				'Name a range.',
			);
			continue;
		}
		if (within(port.port, range.spans)) continue;
		const planned = row.ports.find((own) => own.name === port.name)?.port;
		const target = planned !== port.port && planned !== undefined ? planned : nextFree(range, services);
		yield finding(
			'outside-range',
			[row.name, range.name],
			`${row.name} is on ${port.port}, outside its range ${range.name} (${range.spans.map(spanText).join(', ')}).`,
			target === undefined ? `The range ${range.name} is full: take a reserved slot.` : `Move ${row.name} to ${target}.`,
		);
	}
}

function nextFree(range: Range, services: readonly ServiceRow[]): number | undefined {
	const taken = new Set(services.flatMap((row) => row.ports.map((port) => port.port)));
	for (const [from, to] of range.spans)
		for (let port = from; port <= to; port++) if (!taken.has(port) && !within(port, range.reserved)) return port;
	return undefined;
}

export function* oncePerHost({ placed }: Scene): Generator<Finding> {
	const holders = new Map<string, Placed>();
	for (const entry of placed) {
		// Every protocol of the schema runs over TCP, so the number alone decides.
		const key = `${entry.host}:${entry.port.port}`;
		const holder = holders.get(key);
		if (holder && (holder.row !== entry.row || holder.port.name !== entry.port.name))
			yield finding(
				'duplicate',
				[holder.row.name, entry.row.name],
				`${holder.row.name} and ${entry.row.name} both listen on ${entry.port.port} of ${entry.host}.`,
				`Give ${entry.row.name} a free number of the range ${entry.row.range}, or another host.`,
			);
		holders.set(key, holder ?? entry);
	}
}

export function* notReserved({ placed, ranges }: Scene): Generator<Finding> {
	for (const { row, port } of placed)
		for (const range of ranges)
			for (const slot of range.reserved)
				if (within(port.port, [slot]))
					yield finding(
						'reserved',
						[row.name, `${range.name} ${spanText(slot)}`],
						`${row.name} is on ${port.port}, which is a reserved slot of ${range.name} (${spanText(slot)}).`,
						`Move ${row.name}, or release the slot in ranges.ts.`,
					);
}

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
	for (const { row, port } of placed) {
		const span = ephemeralSpans.find((span) => within(port.port, [span]));
		if (span)
			yield finding(
				'ephemeral',
				[row.name],
				`${row.name} is on ${port.port}, which the system may hand to any outgoing connection (${spanText(span)}).`,
				`Move ${row.name} below ${span[0]}.`,
			);
	}
}
