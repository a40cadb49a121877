import { type Range, spanText, within } from '../../ranges.ts';
import type { Port, ServiceRow } from '../../row.ts';
import type { Facts } from '../generator.ts';
import { code, listed, parts, table } from './markdown.ts';

/** All ranges at a glance, then a table of services for each. */
export function rangeSections({ ranges, services }: Facts): string {
	return parts(
		'## Ranges',
		table(
			['Ports', 'Range', 'Rooms in', 'Services', 'Reserved'],
			ranges.map((range) => [
				spans(range.spans),
				`[${range.title}](#${anchor(heading(range))})`,
				range.folders.map((folder) => code(`${folder}/`)).join(', '),
				String(services.filter((row) => row.range === range.name).length),
				spans(range.reserved),
			]),
		),
		'A reserved slot stays empty until a change of `schema/ranges.ts` releases it. Every other number of a range that no row below holds is free.',
		...ranges.map((range) =>
			section(
				range,
				services.filter((row) => row.range === range.name),
			),
		),
	);
}

function section(range: Range, rows: readonly ServiceRow[]): string {
	return parts(
		`### ${heading(range)}`,
		range.purpose,
		table(
			['Port', 'Service', 'Description', 'On this port', 'Runtime', 'Kind', 'State', 'Needs', 'Exposure', 'Health', 'Metrics'],
			rows.flatMap((row) => row.ports.map((port, index) => line(row, port, index === 0))),
		),
		range.reserved.length === 0 ? '' : `*Reserved:* ${spans(range.reserved)}.`,
	);
}

/** A service with two numbers has two lines; what holds for the whole service stands in the first. */
function line(row: ServiceRow, port: Port, first: boolean): string[] {
	const number = `${port.port}${port.protocol === 'udp' ? '/udp' : ''}`;
	const carried = `${port.purpose}${port.protocol === 'http+ws' ? ', also WebSocket' : ''}`;
	if (!first) return [number, row.name, `also ${code(row.name)}`, carried, '', '', '', '', '', '', ''];
	return [
		number,
		row.name,
		row.description,
		carried,
		row.runtime ?? '-',
		row.kind,
		row.status,
		row.needs.length === 0 ? '-' : row.needs.map(code).join(', '),
		row.exposure,
		row.health === null ? '-' : code(row.health),
		row.metrics === null ? '-' : code(row.metrics),
	];
}

/** Which front end belongs to which server, and why the digits of some differ. */
export function pairSection({ services }: Facts): string {
	const doors = services.flatMap((row) => (row.door ? [{ row, door: row.door }] : []));
	const reasons = [...new Set(doors.flatMap(({ door }) => door.digits ?? []))];
	return parts(
		'## Front ends and their servers',
		'The hub is the one origin: every app lives there at its path, and its own port is a door that leads to it. An app without a server lives from records that mana-sync keeps.',
		table(
			['Front end', 'Path', 'Server', 'Last digits'],
			doors.map(({ row, door }) => {
				const server = services.find((candidate) => candidate.name === door.server);
				return [
					`${row.ports[0].port} ${row.name}`,
					code(door.path),
					server ? `${server.ports[0].port} ${server.name}` : '-',
					server ? (door.digits === undefined ? 'match' : `differ (${letter(reasons.indexOf(door.digits))})`) : '-',
				];
			}),
		),
		reasons.map((reason, index) => `(${letter(index)}) ${reason}`).join('\n\n'),
	);
}

/** Numbers that are known beyond this house: kept by engines, or used by operating systems themselves. */
export function knownSection({ services, ranges, systems }: Facts & { readonly systems: readonly SystemFacts[] }): string {
	const engines = ranges.find((range) => range.name === 'engines');
	const kept = services.filter((row) => engines && row.ports.some(({ port }) => within(port, engines.spans)));
	const shadowing = services.filter((row) => row.shadows !== undefined);
	return parts(
		'## Numbers the world knows',
		`${listed(kept.map((row) => row.ports[0].port))} are the numbers of ${listed(kept.map((row) => row.name))} everywhere, so nothing else may ever take them.`,
		'Operating systems use some numbers by themselves. A row on one of them says why it stands there:',
		table(
			['Service', 'Number', 'Why it is there all the same'],
			shadowing.map((row) => [row.name, row.ports.map(({ port }) => port).join(', '), row.shadows ?? '']),
		),
		table(
			['System', 'Hands out to outgoing connections', 'Listens by itself on'],
			systems.map(({ name, ephemeral, occupants }) => [
				name,
				spanText(ephemeral),
				occupants.map((occupant) => `${occupant.port}/${occupant.protocol} ${occupant.name}`).join(', '),
			]),
		),
		'Of the numbers that browsers refuse to open (the Fetch standard, "bad port") none is in use; a check sees to it.',
	);
}

interface SystemFacts {
	readonly name: string;
	readonly ephemeral: Range['spans'][number];
	readonly occupants: readonly { readonly port: number; readonly protocol: string; readonly name: string }[];
}

export function spans(all: Range['spans']): string {
	return all.length === 0 ? '-' : all.map(spanText).join(', ');
}

function heading(range: Range): string {
	return `${spans(range.spans)}: ${range.title}`;
}

/** As GitHub names the headings of a document. */
function anchor(text: string): string {
	return text
		.toLowerCase()
		.replaceAll(/[^\w\- ]/g, '')
		.replaceAll(' ', '-');
}

function letter(index: number): string {
	return String.fromCharCode('a'.charCodeAt(0) + index);
}
