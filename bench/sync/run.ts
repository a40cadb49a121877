import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { regressions, told } from './baseline.ts';
import { type Engine, enginesNamed } from './engines.ts';
import { install } from './install.ts';
import { askAbout, measure } from './measure.ts';
import { type About, type Report, type Run, thisMachine } from './report.ts';
import { tableOf } from './table.ts';
import { workloadsNamed } from './workloads/index.ts';

/**
 * `npm run bench -- sync`: us and the peers on the same work, under the rules of sync.md §5.4.
 *
 * @returns the exit code: 1 when ours failed, its replicas differed, or it got worse than the baseline
 */
export async function benchSync(args: readonly string[]): Promise<number> {
	const { only, peers, json, baseline, repeat } = optionsOf(args);
	const workloads = workloadsNamed(only);
	const say = (line: string) => console.error(`… ${line}`);
	const { engines, about } = await ready(enginesNamed(peers), say);
	const machine = await thisMachine();
	console.log(
		`${machine.cores} cores, ${machine.cpu}, ${machine.memoryGb} GB, Linux ${machine.kernel}, Bun ${machine.bun}, Node ${machine.node}`,
	);
	for (const engine of engines) console.log(describe(engine, about[engine.name]!));

	const runs: Run[] = [];
	for (const workload of workloads) {
		const run = await measure(workload, engines, repeat, say);
		runs.push(run);
		console.log(`\n${tableOf(run, workload, engines, about).join('\n')}`);
		// After each workload, so that what was measured is kept whatever comes.
		if (json)
			writeFileSync(
				json,
				`${JSON.stringify({ at: new Date().toISOString(), machine, engines: about, runs } satisfies Report, null, '\t')}\n`,
			);
	}
	const report: Report = { at: new Date().toISOString(), machine, engines: about, runs };
	return verdictOf(report, baseline);
}

function optionsOf(args: readonly string[]) {
	const { values } = parseArgs({
		args: [...args],
		options: {
			only: { type: 'string' },
			peers: { type: 'string' },
			json: { type: 'string' },
			baseline: { type: 'string' },
			repeat: { type: 'string' },
		},
	});
	const list = (text: string | undefined) => (text === undefined ? null : text.split(',').filter((name) => name !== ''));
	const baseline = values.baseline === undefined ? null : (JSON.parse(readFileSync(values.baseline, 'utf8')) as Report);
	const repeat = Number(values.repeat ?? (baseline ? 3 : 1));
	if (!Number.isInteger(repeat) || repeat < 1) throw new Error(`--repeat takes a whole number from 1, not "${values.repeat}".`);
	return { only: list(values.only), peers: list(values.peers), json: values.json, baseline, repeat };
}

/** The engines that could be installed and started. What could not is said, and the others go on. */
async function ready(wanted: readonly Engine[], say: (line: string) => void) {
	const engines: Engine[] = [];
	const about: Record<string, About> = {};
	for (const engine of wanted) {
		try {
			await install(engine, say);
			about[engine.name] = await askAbout(engine);
			engines.push(engine);
		} catch (error) {
			if (engine.name === 'mana') throw error;
			console.log(`${engine.label}: not run. ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	return { engines, about };
}

function describe({ label, licence }: Engine, { versions, config, ack }: About): string {
	const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
	return `${label} (${licence}): ${parts.join(', ')}. ${config}. Ack: ${ack ?? 'none'}.`;
}

function verdictOf(report: Report, baseline: Report | null): number {
	const failed = report.runs.filter(({ entries }) =>
		entries.some(({ engine, failure }) => engine === 'mana' && failure && failure.kind !== 'not-there'),
	);
	for (const { workload } of failed) console.log(`\nOurs failed in ${workload}.`);
	if (!baseline) return failed.length > 0 ? 1 : 0;
	const worse = regressions(baseline, report);
	console.log(
		worse.length === 0
			? '\nNothing is more than 10 % worse than the baseline.'
			: `\nWorse than the baseline:\n  ${worse.map(told).join('\n  ')}`,
	);
	return worse.length > 0 || failed.length > 0 ? 1 : 0;
}
