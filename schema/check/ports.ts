import { freePorts } from '../free-ports.ts';
import { spanText, within } from '../ranges.ts';
import { type Port, transportOf } from '../row.ts';
import { lastPort } from '../systems.ts';
import { type Finding, finding, type Placed, type Scene } from './scene.ts';

export function* possible({ placed }: Scene): Generator<Finding> {
	for (const { row, port } of placed)
		if (!Number.isSafeInteger(port.port) || port.port < 1 || port.port > lastPort)
			yield finding(
				'no-port',
				[row.name],
				`${row.name} is on ${port.port}, which is no port.`,
				`Use a whole number from 1 to ${lastPort}.`,
			);
}

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
		const target = planned !== port.port && planned !== undefined ? planned : freePorts(range, { services, plans: [] }).free[0];
		yield finding(
			'outside-range',
			[row.name, range.name],
			`${row.name} is on ${port.port}, outside its range ${range.name} (${range.spans.map(spanText).join(', ')}).`,
			target === undefined ? `The range ${range.name} is full: take a reserved slot.` : `Move ${row.name} to ${target}.`,
		);
	}
}

/** Once on a host, for each transport and address family: TCP and UDP count apart, and so do IPv4 and IPv6. */
export function* oncePerHost({ placed }: Scene): Generator<Finding> {
	const holders = new Map<string, Placed[]>();
	for (const entry of placed) {
		const key = `${entry.host}:${entry.port.port}/${transportOf(entry.port.protocol)}`;
		const others = holders.get(key) ?? [];
		const holder = others.find((other) => meet(other.port, entry.port));
		if (holder && (holder.row !== entry.row || holder.port.name !== entry.port.name))
			yield finding(
				'duplicate',
				[holder.row.name, entry.row.name],
				`${holder.row.name} and ${entry.row.name} both listen on ${entry.port.port} of ${entry.host}${over(entry.port)}.`,
				`Give ${entry.row.name} a free number of the range ${entry.row.range}, or another host.`,
			);
		holders.set(key, [...others, entry]);
	}
}

function meet(a: Port, b: Port): boolean {
	return a.family === undefined || b.family === undefined || a.family === b.family;
}

/** Said only where it is not what one expects, TCP on both families. */
function over({ protocol, family }: Port): string {
	const words = [...(protocol === 'udp' ? ['UDP'] : []), ...(family === undefined ? [] : [family === 'ipv4' ? 'IPv4' : 'IPv6'])];
	return words.length > 0 ? ` (${words.join(', ')})` : '';
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
