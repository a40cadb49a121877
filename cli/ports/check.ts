import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkPlan, type Finding, type HostPlan, hostPlans } from '@mana/schema';
import type { Io } from '../command.ts';
import { UsageError } from '../place.ts';
import { planFrom } from '../plan.ts';
import { roomsIn } from '../../schema/house/rooms.ts';
import { listedPorts } from './list.ts';
import { noWords, optionsIn, printJson, type Subcommand } from './subcommand.ts';

/** What `--json` prints: one of these for each plan that was checked. */
interface Checked {
	readonly plan: string;
	readonly findings: readonly Finding[];
}

export const checkCommand: Subcommand = {
	name: 'check',
	usage: ['check [--plan PLAN | --all] [--json]'],
	summary: 'prove a plan, or all plans of the house, against every rule of the schema; a record of what once was may break them',
	run(args, io) {
		const { values, positionals } = optionsIn(args, {
			plan: { type: 'string' },
			all: { type: 'boolean' },
			json: { type: 'boolean' },
		});
		noWords(positionals);
		if (values.all && values.plan !== undefined) throw new UsageError('--all and --plan exclude each other.');
		const plans = values.all ? hostPlans.filter((plan) => !plan.record) : [planFrom(values.plan)];
		const root = join(import.meta.dirname, '../..');
		const checked = plans.map((plan) => ({ plan: plan.name, findings: findingsOf(plan, root) }));
		if (values.json) printJson(checked, io);
		else for (const [index, plan] of plans.entries()) report(plan, checked[index]?.findings ?? [], io);
		return checked.some(({ findings }: Checked) => findings.length > 0) ? 1 : 0;
	},
};

/** A plan against the rules, and the rows behind it against the folders of a checkout. */
export function findingsOf(plan: HostPlan, root: string): Finding[] {
	return checkPlan(plan, { folderExists: (folder) => existsSync(join(root, folder)), rooms: roomsIn(root) });
}

function report(plan: HostPlan, findings: readonly Finding[], io: Io): void {
	for (const { code, message, fix } of findings) io.err(`${code}: ${message} ${fix}`);
	if (findings.length > 0) io.err(`The plan ${plan.name} has ${findings.length} finding${findings.length === 1 ? '' : 's'}.`);
	else io.out(`The plan ${plan.name} holds: ${listedPorts(plan).filter((entry) => entry.host).length} ports, none in conflict.`);
}
