import type { HostPlan, Placement } from '../../plans.ts';
import { rangeOf } from '../../ranges.ts';
import type { ServiceRow } from '../../row.ts';
import type { Facts } from '../generator.ts';
import { code, parts, table } from './markdown.ts';

/** Each record of what once ran, against the numbers of today, service by service. */
export function driftSections({ plans, services }: Facts): string {
	const records = plans.filter((plan) => plan.record);
	return parts('## Drift', ...records.map((plan) => drift(plan, services)));
}

function drift(plan: HostPlan, services: readonly ServiceRow[]): string {
	const ran = services.flatMap((row) =>
		plan.placements.filter((placement) => placement.service === row.name).map((placement) => ({ row, placement })),
	);
	const moved = ran.filter(({ row, placement }) => numberOf(row, placement) !== row.ports[0].port);
	return parts(
		`### ${plan.title}`,
		plan.note ?? '',
		`${moved.length} of ${ran.length} services have another number in the schema. ${code(`mana ports drift ${plan.name}`)} prints an order of moves in which no two ever hold one number on one host.`,
		table(
			['Service', 'Host', `On ${plan.name}`, 'Schema', 'What it means'],
			ran.map(({ row, placement }) => [
				row.name,
				plan.hosts.find((host) => host.name === placement.host)?.title ?? placement.host,
				String(numberOf(row, placement)),
				String(row.ports[0].port),
				meaning(numberOf(row, placement), row, services),
			]),
		),
		...shared(plan, ran),
	);
}

function meaning(was: number, row: ServiceRow, services: readonly ServiceRow[]): string {
	if (was === row.ports[0].port) return 'stays';
	const owner = services.find((other) => other !== row && other.ports.some(({ port }) => port === was));
	const range = rangeOf(was);
	if (owner) return `moves; ${was} belongs to ${owner.name}`;
	if (range && range.name !== row.range) return `moves; ${was} lies in the range "${range.title}"`;
	return range ? `moves; ${was} is a free or reserved slot of its range` : `moves; ${was} lies in no range`;
}

/** Numbers that were in use on two machines: no collision, but one number for two things. */
function shared(plan: HostPlan, ran: readonly { readonly row: ServiceRow; readonly placement: Placement }[]): string[] {
	const numbers = Map.groupBy(ran, ({ row, placement }) => numberOf(row, placement));
	return [...numbers].flatMap(([number, users]) =>
		users.length < 2
			? []
			: [
					`${number} was in use twice: ${users
						.map(({ row, placement }) => `${row.name} on ${plan.hosts.find((host) => host.name === placement.host)?.title}`)
						.join(', ')}. That is no collision of two listeners, since the hosts differ, but one number then meant two things.`,
				],
	);
}

function numberOf(row: ServiceRow, placement: Placement): number {
	return placement.ports?.['main'] ?? row.ports[0].port;
}
