import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { faultsIn } from './bundle/judge.ts';
import { planOfBundle } from './bundle/plan.ts';
import { readBundle } from './bundle/read.ts';
import { planOf, type Plan } from './plan.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulation.ts';
import type { Outcome, Task } from './worker.ts';

/** How often a bundle is played, each time with other luck. */
const BUNDLE_SEEDS = 20;
const HELP = `Plays seeded histories of the sync engine and checks its invariants (docs/sync.md).

  bun kit/sync/simulator/simulate.ts --seconds 60 --seed 1     as many histories as fit, from a seed on
  bun kit/sync/simulator/simulate.ts --seed 17 --replay         one history, made as small as it still fails
  bun kit/sync/simulator/simulate.ts --seed 17 --replay --keep 3,8,12   only these steps of its plan
  bun kit/sync/simulator/simulate.ts --bundle FILE      what the inspector of a browser saved: its trace is judged, then played ${BUNDLE_SEEDS} times
`;

const { values } = parseArgs({
	options: {
		seconds: { type: 'string', default: '10' },
		seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
		workers: { type: 'string', default: String(availableParallelism()) },
		replay: { type: 'boolean', default: false },
		keep: { type: 'string' },
		bundle: { type: 'string' },
		help: { type: 'boolean', default: false },
	},
});
const seed = Number(values.seed);
const MOST_SHOWN = 20;

if (values.help) console.log(HELP);
else if (values.bundle !== undefined) process.exitCode = playBundle(readFileSync(values.bundle, 'utf8'));
else if (values.replay) process.exitCode = replay(seed, values.keep);
else process.exitCode = await explore(seed, Number(values.seconds), Number(values.workers));

/** Plays seeds on all cores until the time is over. */
async function explore(first: number, seconds: number, workers: number): Promise<number> {
	const start = performance.now();
	const outcomes = await Promise.all(
		Array.from({ length: workers }, (_, i) => work({ first: first + i, step: workers, untilMs: Date.now() + seconds * 1000 })),
	);
	const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
	const failures = outcomes.flatMap((outcome) => outcome.failures).sort((a, b) => a.seed - b.seed);
	for (const failure of failures.slice(0, MOST_SHOWN))
		console.log(`seed ${failure.seed}: ${failure.what}\n  ${replayCommand(failure.seed)}`);
	const rate = Math.round((passed + failures.length) / ((performance.now() - start) / 1000));
	console.log(`seeds from ${first}, ${workers} workers, ${rate} histories/s`);
	console.log(`${passed} passed, ${failures.length} failed`);
	return failures.length > 0 ? 1 : 0;
}

function work(task: Task): Promise<Outcome> {
	const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
	const worker = new Worker(new URL('./worker.ts', import.meta.url).href);
	worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => {
		worker.terminate();
		resolve(data);
	});
	worker.addEventListener('error', ({ message }) => reject(new Error(message)));
	worker.postMessage(task, []);
	return promise;
}

/** Judges what a browser told, and plays histories like it. */
function playBundle(text: string): number {
	const bundle = readBundle(text);
	const faults = faultsIn(bundle);
	const { steps } = planOfBundle(bundle);
	console.log(`bundle of ${new Date(bundle.at).toISOString()}: ${bundle.trace.length} events, ${steps.length} steps`);
	for (const { index, what } of faults) console.log(`event ${index}: ${what}`);
	let failed = faults.length > 0 ? 1 : 0;
	for (let seed = 1; seed <= BUNDLE_SEEDS; seed++) {
		const plan = planOfBundle(bundle, seed);
		if (attempt(plan) === null) continue;
		failed++;
		tell(shrink(plan));
	}
	console.log(`${1 + BUNDLE_SEEDS - failed} passed, ${failed} failed`);
	return failed > 0 ? 1 : 0;
}

/** Plays one seed again, with all of its steps or some, and tells the smallest story that fails like it. */
function replay(seed: number, keep: string | undefined): number {
	const whole = planOf(seed);
	const plan = keep === undefined ? whole : { ...whole, steps: keep.split(',').map((index) => whole.steps[Number(index)]!) };
	const failure = attempt(plan);
	if (failure === null) {
		console.log('1 passed, 0 failed');
		return 0;
	}
	const small = keep === undefined ? shrink(plan) : plan;
	tell(small);
	console.log(`${replayCommand(seed)} --keep ${small.steps.map((step) => whole.steps.indexOf(step)).join(',')}`);
	console.log('0 passed, 1 failed');
	return 1;
}

/** Tells a history that fails, and how. */
function tell(plan: Plan): void {
	console.log(JSON.stringify(plan.config));
	for (const step of plan.steps) console.log(JSON.stringify(step));
	console.log(String(attempt(plan)));
}

function attempt(plan: Plan): unknown {
	try {
		simulate(plan);
		return null;
	} catch (error) {
		return error instanceof Error && error.name !== 'Violation' ? error.stack : error;
	}
}

function replayCommand(seed: number): string {
	return `bun kit/sync/simulator/simulate.ts --seed ${seed} --replay`;
}
