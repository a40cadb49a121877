import { planOf } from './plan.ts';
import { simulate } from './simulation.ts';

declare const self: Worker;

/** Seeds `first`, `first + step`, … until a moment (ms since 1970). */
export interface Task {
	readonly first: number;
	readonly step: number;
	readonly untilMs: number;
}

export interface Outcome {
	readonly passed: number;
	readonly failures: readonly { readonly seed: number; readonly what: string }[];
}

/** After so many it is known to be broken. */
const ENOUGH_FAILURES = 20;

self.addEventListener('message', ({ data }: MessageEvent<Task>) => {
	const failures: { seed: number; what: string }[] = [];
	let passed = 0;
	for (let seed = data.first; Date.now() < data.untilMs && failures.length < ENOUGH_FAILURES; seed += data.step) {
		try {
			simulate(planOf(seed));
			passed++;
		} catch (error) {
			failures.push({ seed, what: String(error) });
		}
	}
	postMessage({ passed, failures } satisfies Outcome);
});
