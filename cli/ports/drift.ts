import { type Change, driftLines, driftOf, type HostPlan, type Move, movesFrom, type State, stateOf } from '@mana/schema';
import { type Place, readArguments, UsageError } from '../place.ts';
import { planFrom } from '../plan.ts';
import { examination } from './doctor.ts';
import { expectedOn, thisHost } from './doctor/expected.ts';
import { asUsage, printJson, type Subcommand } from './subcommand.ts';

/** Stands for what listens on this machine now, in place of a plan. */
const reality = 'running';

/** What `--json` prints. */
interface Drift {
	readonly from: string;
	readonly to: string;
	readonly changes: readonly Change[];
	readonly moves: readonly Move[];
}

export const driftCommand: Subcommand = {
	name: 'drift',
	usage: ['drift PLAN [PLAN] [--json]', `drift ${reality} [PLAN] [--host HOST] [--home DIR] [--port-offset N] [--json]`],
	summary: `what the second plan (or the one in use) has otherwise than the first, or than what is ${reality}, and the order of moves that leads there`,
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, { host: { type: 'string' }, json: { type: 'boolean' } });
		const [before, after, ...more] = positionals;
		if (before === undefined || more.length > 0)
			throw new UsageError(`Name one plan, or "${reality}", and at most one to compare with.`);
		const to = planFrom(after);
		const isReal = before === reality;
		if (!isReal && values.host !== undefined)
			throw new UsageError(`--host belongs to "${reality}": a plan names its hosts itself.`);
		const from = isReal ? null : planFrom(before);
		const states = from ? { from: stateOf(from), to: stateOf(to) } : await realStates(to, values.host, place);
		const changes = driftOf(states.from, states.to);
		// A plan of somebody's own may have two services on one port; then no order leads there, and the plan is what is wrong.
		const moves = asUsage(() =>
			movesFrom(states.from.holdings, states.to.holdings, { hosts: [...to.hosts, ...(from?.hosts ?? [])] }),
		);
		const drift: Drift = { from: from?.name ?? reality, to: to.name, changes, moves };
		if (values.json) printJson(drift, io);
		else for (const line of driftLines(drift.from, drift.to, changes, moves)) io.out(line);
		return changes.length > 0 ? 1 : 0;
	},
};

/** What listens on this machine, and what a plan really starts there, both with their numbers under the offset. */
async function realStates(plan: HostPlan, hostName: string | undefined, place: Place): Promise<{ from: State; to: State }> {
	const host = thisHost(plan, hostName);
	const { services } = await examination(plan, host, place);
	const planned = stateOf(plan).holdings.filter((holding) => holding.host === host.name);
	const here = expectedOn(plan, host, place.offset).flatMap(({ service, ports }) =>
		ports.flatMap(({ name, port }) =>
			planned
				.filter((holding) => holding.service === service && holding.portName === name)
				.map((holding) => ({ ...holding, port })),
		),
	);
	const real = here.flatMap((holding) => {
		const found = services
			.find(({ service }) => service === holding.service)
			?.ports.find(({ name }) => name === holding.portName)?.listening;
		return found === undefined || found === null ? [] : [{ ...holding, port: found }];
	});
	return { from: { holdings: real, publicNames: [] }, to: { holdings: here, publicNames: [] } };
}
