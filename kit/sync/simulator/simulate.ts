import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { planOf, type Plan } from './plan.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulation.ts';
import type { Outcome, Task } from './worker.ts';

const HELP = `Plays seeded histories of the sync engine and checks its invariants (docs/sync.md).

  bun kit/sync/simulator/simulate.ts --seconds 60 --seed 1     as many histories as fit, from a seed on
  bun kit/sync/simulator/simulate.ts --seed 17 --replay         one history, made as small as it still fails
  bun kit/sync/simulator/simulate.ts --seed 17 --replay --keep 3,8,12   only these steps of its plan
`;

const { values } = parseArgs({
	options: {
		seconds: { type: 'string', default: '10' },
		seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
		workers: { type: 'string', default: String(availableParallelism()) },
		replay: { type: 'boolean', default: false },
		keep: { type: 'string' },
		help: { type: 'boolean', default: false },
	},
});
const seed = Number(values.seed);
const MOST_SHOWN = 20;

if (values.help) console.log(HELP);
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
	console.log(JSON.stringify(small.config));
	for (const step of small.steps) console.log(JSON.stringify(step));
	console.log(String(attempt(small) ?? failure));
	console.log(`${replayCommand(seed)} --keep ${small.steps.map((step) => whole.steps.indexOf(step)).join(',')}`);
	console.log('0 passed, 1 failed');
	return 1;
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
