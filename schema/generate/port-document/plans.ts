import type { HostPlan, Placement } from '../../plans.ts';
import type { ServiceRow } from '../../row.ts';
import type { Facts } from '../generator.ts';
import { code, listed, parts, table } from './markdown.ts';

/** Which service runs on which machine, a table for each host of each plan. */
export function planSections({ plans, services }: Facts): string {
	return parts(
		'## Host plans',
		`A host plan says which service runs on which machine. The first is the one in use; ${code('mana up --plan NAME --host NAME')} starts another, ` +
			`and a plan of your own is a file (${code('deploy/host-plan.schema.json')} helps your editor with it).`,
		table(
			['Plan', 'What it is', 'Hosts'],
			plans.map((plan) => [code(plan.name), plan.title, plan.hosts.map((host) => host.title).join(', ')]),
		),
		...plans.map((plan) => planSection(plan, services)),
	);
}

function planSection(plan: HostPlan, services: readonly ServiceRow[]): string {
	return parts(
		`### Plan ${code(plan.name)}: ${plan.title}`,
		plan.record ? 'A record of what once was: it is compared with, and nothing is generated from it.' : '',
		plan.note ?? '',
		...plan.hosts.map((host) => {
			const placements = services.flatMap((row) =>
				plan.placements
					.filter((placement) => placement.service === row.name && placement.host === host.name)
					.map((placement) => ({ row, placement })),
			);
			return parts(
				`**${host.title}** (host ${code(host.name)}, system ${host.system}, ${
					host.address === undefined ? 'no address stated' : `address ${code(host.address)}`
				})`,
				hostTable(plan, placements),
				...(host.occupants ?? []).map(
					(occupant) => `${occupant.port}/${occupant.protocol} is held there by ${occupant.name}, which is not ours.`,
				),
				host.excluded === undefined
					? ''
					: `Its system keeps ${host.excluded.map((span) => span.join('-')).join(', ')} from everyone.`,
			);
		}),
		plan.notDeployed.length === 0 ? '' : `**Not deployed:** ${listed(plan.notDeployed)}.`,
	);
}

/** Columns that would be empty for the whole host are left out. */
function hostTable(plan: HostPlan, placed: readonly { readonly row: ServiceRow; readonly placement: Placement }[]): string {
	const lines = placed.flatMap(({ row, placement }) =>
		row.ports.map((port, index) => [
			String(placement.ports?.[port.name] ?? port.port),
			index === 0 ? row.name : `${row.name} (${port.name})`,
			engineChosen(row, placement) ? 'the real engine' : row.status,
			placement.exposure ?? row.exposure,
			plan.publicNames
				.filter((name) => name.service === row.name && (name.port ?? 'main') === port.name)
				.map((name) => code(name.name))
				.join(', '),
			index === 0 && placement.scheduledTask ? code(placement.scheduledTask) : '',
		]),
	);
	const head = ['Port', 'Service', 'State', 'Exposure', 'Public name', 'Scheduled task'];
	const filled = head.map((_, column) => column < 4 || lines.some((line) => line[column] !== ''));
	const keep = (row: readonly string[]) => row.filter((_, column) => filled[column]).map((cell) => cell || '-');
	return lines.length === 0 ? 'Nothing is placed there.' : table(keep(head), lines.map(keep));
}

function engineChosen(row: ServiceRow, placement: Placement): boolean {
	return row.kind === 'external' || placement.engine === true;
}
