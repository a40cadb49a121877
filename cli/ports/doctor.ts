import type { Host, HostPlan } from '@mana/schema';
import { copyOf, version } from '@mana/service';
import type { Io } from '../command.ts';
import { type Place, readArguments } from '../place.ts';
import { planFrom } from '../plan.ts';
import { table } from '../table.ts';
import { diagnose, type Diagnosis, type Found, type FoundPort } from './doctor/diagnose.ts';
import { expectedOn, keptNumbers, thisHost } from './doctor/expected.ts';
import { observe } from './doctor/observe.ts';
import { noWords, printJson, type Subcommand } from './subcommand.ts';

/** What `--json` prints. */
interface Report extends Diagnosis {
	readonly plan: string;
	readonly host: string;
	readonly home: string;
	readonly offset: number;
}

export const doctorCommand: Subcommand = {
	name: 'doctor',
	usage: ['doctor [--home DIR] [--port-offset N] [--plan PLAN] [--host HOST] [--json]'],
	summary:
		'compare this machine with the plan: who listens where, is it well, what does it say it is, and which strangers sit on our numbers',
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, {
			plan: { type: 'string' },
			host: { type: 'string' },
			json: { type: 'boolean' },
		});
		noWords(positionals);
		const plan = planFrom(values.plan);
		const host = thisHost(plan, values.host);
		const diagnosis = await examination(plan, host, place);
		if (values.json)
			printJson({ plan: plan.name, host: host.name, home: place.home, offset: place.offset, ...diagnosis } satisfies Report, io);
		else print(diagnosis, io);
		return diagnosis.findings.length > 0 ? 1 : 0;
	},
};

/** What this machine shows of a plan now. */
export async function examination(plan: HostPlan, host: Host, { home, offset }: Place): Promise<Diagnosis> {
	const expected = expectedOn(plan, host, offset);
	const kept = keptNumbers(offset);
	const numbers = new Set([...kept.keys(), ...expected.flatMap(({ ports }) => ports.map(({ port }) => port))]);
	const copy = copyOf(home);
	return diagnose({ expected, kept, copy, home, version }, await observe(expected, numbers, home, copy));
}

function print({ services, findings }: Diagnosis, io: Io): void {
	const rows = services.map((found) => [
		found.service,
		found.ports.map(({ expected }) => expected).join(', '),
		found.ports.map(listeningText).join(', '),
		found.health,
		found.name === null ? '–' : `${found.name} ${found.version}`,
	]);
	for (const line of table([['service', 'expected', 'listening', 'health', 'reports'], ...rows])) io.out(line);
	io.out('');
	for (const { code, message, fix } of findings) io.err(`${code}: ${message} ${fix}`);
	const all = `${services.length} service${services.length === 1 ? '' : 's'}`;
	const well = services.filter((found: Found) => found.health === 'ready').length;
	if (findings.length === 0) io.out(`All is as the plan has it: ${all}, each on its number and well; no stranger on ours.`);
	else io.err(`${findings.length} finding${findings.length === 1 ? '' : 's'}; ${well} of ${all} well.`);
}

function listeningText({ listening, ipv4, ipv6 }: FoundPort): string {
	if (listening === null) return 'nothing';
	return `${listening} (${[...(ipv4 ? ['IPv4'] : []), ...(ipv6 ? ['IPv6'] : [])].join(' and ')})`;
}
