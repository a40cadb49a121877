import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkPlan, type HostPlan, type Port, rangeNamed, ranges, services, spanText } from '@mana/schema';
import type { Command, Io } from './command.ts';
import { planFrom } from './plan.ts';
import { table } from './table.ts';

/** `mana ports`: what the port schema says, and whether it holds. */
export const portsCommand: Command = {
	name: 'ports',
	summary: 'list and check every port of Mana',
	usage: ['mana ports list [--range R] [--host H] [--plan P] [--json]', 'mana ports check [--plan P] [--json]'],
	async run(args, io) {
		const [name, ...rest] = args;
		const subcommand = name === undefined ? undefined : subcommands.get(name);
		if (!subcommand) return usage(io, name === undefined ? 'Say what to do.' : `There is no \`mana ports ${name}\`.`);
		try {
			return subcommand(optionsIn(rest), io);
		} catch (error) {
			return usage(io, error instanceof Error ? error.message : String(error));
		}
	},
};

const subcommands = new Map([
	['list', listPorts],
	['check', checkPorts],
]);

type Options = ReturnType<typeof optionsIn>;

function optionsIn(args: readonly string[]) {
	const { values } = parseArgs({
		args: [...args],
		options: { range: { type: 'string' }, host: { type: 'string' }, plan: { type: 'string' }, json: { type: 'boolean' } },
	});
	return { ...values, plan: planFrom(values.plan) };
}

function usage(io: Io, complaint: string): number {
	io.err(complaint);
	for (const line of portsCommand.usage) io.err(`  ${line}`);
	return 2;
}

/** One port of a plan as `--json` prints it; `host` is `null` where the plan runs the service nowhere. */
export interface ListedPort {
	readonly port: number;
	/** The number of the schema, where the plan's is another one. */
	readonly planned: number;
	readonly protocol: string;
	readonly purpose: string;
	readonly service: string;
	readonly range: string;
	readonly kind: string;
	/** `running`, `planned` or `external`; `door` for an app's front end, whose port leads to the hub. */
	readonly state: string;
	readonly host: string | null;
	readonly publicName: string | null;
	readonly description: string;
}

/** Every port of every row, as a plan places it. Ascending. */
export function listedPorts(plan: HostPlan): ListedPort[] {
	return services
		.flatMap((row) => {
			const placements = plan.placements.filter((placement) => placement.service === row.name);
			return (placements.length > 0 ? placements : [null]).flatMap((placement) =>
				row.ports.map((port: Port) => ({
					port: placement?.ports?.[port.name] ?? port.port,
					planned: port.port,
					protocol: port.protocol,
					purpose: port.purpose,
					service: row.name,
					range: row.range,
					kind: row.kind,
					state: row.door && row.door.path !== '/' ? 'door' : row.status,
					host: placement?.host ?? null,
					publicName:
						plan.publicNames.find((route) => route.service === row.name && (route.port ?? 'main') === port.name)?.name ?? null,
					description: row.ports.length > 1 ? port.purpose : row.description,
				})),
			);
		})
		.sort((a, b) => a.port - b.port);
}

function listPorts({ plan, range, host, json }: Options, io: Io): number {
	if (range !== undefined) rangeNamed(range);
	if (host !== undefined && !plan.hosts.some((known) => known.name === host))
		throw new Error(`The plan ${plan.name} has no host "${host}". It has ${plan.hosts.map((known) => known.name).join(', ')}.`);
	const listed = listedPorts(plan).filter(
		(entry) => (range === undefined || entry.range === range) && (host === undefined || entry.host === host),
	);
	if (json) io.out(JSON.stringify(listed, null, '\t'));
	else for (const line of byRange(listed)) io.out(line);
	return 0;
}

/** A heading for each range, its rows below it, columns aligned through all of them. */
function byRange(listed: readonly ListedPort[]): string[] {
	const lines = table(
		listed.map((entry) => [
			entry.port === entry.planned ? String(entry.port) : `${entry.port} (planned ${entry.planned})`,
			entry.service,
			entry.protocol,
			entry.kind === 'external' ? entry.kind : `${entry.kind}, ${entry.state}`,
			entry.publicName ?? entry.host ?? '-',
			entry.description,
		]),
	);
	return ranges.flatMap((range) => {
		const rows = lines.filter((_, index) => listed[index]?.range === range.name);
		if (rows.length === 0) return [];
		const reserved = range.reserved.length > 0 ? `, reserved: ${range.reserved.map(spanText).join(', ')}` : '';
		return [
			`${range.name}: ${range.title} (${range.spans.map(spanText).join(', ')}${reserved})`,
			...rows.map((row) => `  ${row}`),
			'',
		];
	});
}

function checkPorts({ plan, json }: Options, io: Io): number {
	const root = join(import.meta.dirname, '..');
	const findings = checkPlan(plan, { folderExists: (folder) => existsSync(join(root, folder)) });
	if (json) io.out(JSON.stringify(findings, null, '\t'));
	else {
		for (const { code, message, fix } of findings) io.err(`${code}: ${message} ${fix}`);
		if (findings.length > 0) io.err(`The plan ${plan.name} has ${findings.length} finding${findings.length === 1 ? '' : 's'}.`);
		else
			io.out(`The plan ${plan.name} holds: ${listedPorts(plan).filter((entry) => entry.host).length} ports, none in conflict.`);
	}
	return findings.length > 0 ? 1 : 0;
}
