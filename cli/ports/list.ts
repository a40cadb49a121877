import { type HostPlan, type Kind, type Port, rangeNamed, ranges, type RangeName, services, spanText } from '@mana/schema';
import { UsageError } from '../place.ts';
import { planFrom } from '../plan.ts';
import { table } from '../table.ts';
import { asUsage, noWords, optionsIn, printJson, type Subcommand } from './subcommand.ts';

/** What a row is at present; `door`: an app's front end, whose port leads to the hub. */
const states = ['running', 'planned', 'external', 'door'] as const;
const kinds = ['own', 'embedded', 'external'] as const satisfies readonly Kind[];

/** One port of a plan as `--json` prints it. */
export interface ListedPort {
	readonly port: number;
	/** The number of the schema, where the plan's is another one. */
	readonly planned: number;
	readonly protocol: string;
	readonly purpose: string;
	readonly service: string;
	readonly range: RangeName;
	readonly kind: Kind;
	readonly state: (typeof states)[number];
	/** `null` where the plan runs the service nowhere. */
	readonly host: string | null;
	readonly publicName: string | null;
	readonly description: string;
}

export const listCommand: Subcommand = {
	name: 'list',
	usage: ['list [--range RANGE] [--host HOST] [--state STATE] [--kind KIND] [--plan PLAN] [--json]'],
	summary: `every port, in its range. STATE: ${states.join(', ')}; KIND: ${kinds.join(', ')}`,
	run(args, io) {
		const { values, positionals } = optionsIn(args, {
			range: { type: 'string' },
			host: { type: 'string' },
			state: { type: 'string' },
			kind: { type: 'string' },
			plan: { type: 'string' },
			json: { type: 'boolean' },
		});
		noWords(positionals);
		const { range, host, state, kind } = values;
		const plan = planFrom(values.plan);
		asUsage(() => range !== undefined && rangeNamed(range));
		oneOf('state', states, state);
		oneOf('kind', kinds, kind);
		if (host !== undefined) hostOf(plan, host);
		const listed = listedPorts(plan).filter(
			(entry) =>
				(range === undefined || entry.range === range) &&
				(host === undefined || entry.host === host) &&
				(state === undefined || entry.state === state) &&
				(kind === undefined || entry.kind === kind),
		);
		if (values.json) printJson(listed, io);
		else if (listed.length === 0) io.out('No port fits.');
		else for (const line of byRange(listed)) io.out(line);
		return 0;
	},
};

/** The host of a plan that `--host` names. @throws UsageError */
export function hostOf(plan: HostPlan, name: string) {
	const host = plan.hosts.find((known) => known.name === name);
	if (!host)
		throw new UsageError(`The plan ${plan.name} has no host "${name}". It has ${plan.hosts.map(({ name }) => name).join(', ')}.`);
	return host;
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
					state: row.door && row.door.path !== '/' ? ('door' as const) : row.status,
					host: placement?.host ?? null,
					publicName:
						plan.publicNames.find((route) => route.service === row.name && (route.port ?? 'main') === port.name)?.name ?? null,
					description: row.ports.length > 1 ? port.purpose : row.description,
				})),
			);
		})
		.sort((a, b) => a.port - b.port);
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

function oneOf(option: string, known: readonly string[], value: string | undefined): void {
	if (value !== undefined && !known.includes(value))
		throw new UsageError(`There is no ${option} "${value}". There are ${known.join(', ')}.`);
}
