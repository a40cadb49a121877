import { percentile } from '../bench.ts';
import type { Figure } from './figure.ts';

/**
 * Latencies of an open loop, corrected for coordinated omission: each is counted from the moment at which it was meant to be sent, so
 * that a writer which was held up does not hide how long everybody behind it waited (Tene; wrk2). In ms.
 *
 * @param meant moments of the schedule
 * @param seen when each was seen, in the same order
 */
export function openLoop(meant: readonly number[], seen: readonly (number | undefined)[]): number[] {
	return meant.map((at, i) => {
		const arrived = seen[i];
		if (arrived === undefined) throw new Error(`Write ${i + 1} of ${meant.length} was never seen.`);
		return arrived - at;
	});
}

/** p50, p95, p99 and the worst, as figures. @param prefix e.g. `ack `*/
export function distribution(samples: readonly number[], prefix = ''): Figure[] {
	return [
		...([50, 95, 99] as const).map((share) => ({
			name: `${prefix}p${share}`,
			value: percentile(samples, share / 100),
			unit: 'ms' as const,
		})),
		{ name: `${prefix}max`, value: Math.max(...samples), unit: 'ms' },
	];
}

/** The middle one; of an even number the lower of the two. */
export function median(samples: readonly number[]): number {
	return percentile(samples, 0.5);
}
