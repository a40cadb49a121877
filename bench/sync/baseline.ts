import { type Figure, moreIsBetter, shown } from './figure.ts';
import type { Machine, Report } from './report.ts';

/** How much worse than the baseline one figure of ours may be. */
export const TOLERANCE = 0.1;
/** 11 is a tenth worse than 10, whatever floating point says. */
const ROUNDING = 1e-9;

/** A figure of ours that got worse than allowed. */
export interface Regression {
	readonly workload: string;
	readonly figure: string;
	readonly before: number;
	readonly now: number;
	/** 0.25: a quarter worse. */
	readonly worseBy: number;
}

/**
 * The figures of ours that are more than 10 % worse than in an earlier report, by figure and workload that both have. A workload of
 * ours that the baseline could do and that fails now counts as infinitely worse.
 *
 * @throws when the reports are from different environments: then they say nothing about each other
 */
export function regressions(baseline: Report, now: Report): Regression[] {
	const differing = differences(baseline.machine, now.machine);
	if (differing.length > 0)
		throw new Error(
			`The baseline is from another environment (${differing.join('; ')}). Make one here with --json FILE --repeat 3.`,
		);
	return now.runs.flatMap(({ workload }) => {
		const before = figuresOf(baseline, workload);
		const after = figuresOf(now, workload);
		return before.flatMap((old) => {
			const found = after.find(({ name }) => name === old.name);
			const worseBy = found ? worse(old, found) : Infinity;
			return worseBy > TOLERANCE + ROUNDING
				? [{ workload, figure: old.name, before: old.value, now: found?.value ?? NaN, worseBy }]
				: [];
		});
	});
}

/** A line for people. */
export function told({ workload, figure, before, now, worseBy }: Regression): string {
	const by = Number.isFinite(worseBy) ? `${Math.round(worseBy * 100)} % worse` : 'not measured any more';
	return `${workload} ${figure}: ${shown(before)} → ${shown(now)}, ${by}`;
}

function worse(before: Figure, now: Figure): number {
	return moreIsBetter(before.unit) ? before.value / now.value - 1 : now.value / before.value - 1;
}

function figuresOf(report: Report, workload: string): readonly Figure[] {
	const run = report.runs.find((run) => run.workload === workload);
	return run?.entries.find(({ engine }) => engine === 'mana')?.figures ?? [];
}

/** What makes two machines incomparable. Memory does not, nor Node, on which only peers run. */
function differences(a: Machine, b: Machine): string[] {
	return (['cpu', 'cores', 'kernel', 'bun'] as const)
		.filter((name) => a[name] !== b[name])
		.map((name) => `${name}: ${a[name]} then, ${b[name]} now`);
}
