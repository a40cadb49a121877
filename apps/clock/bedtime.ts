import { occurrences } from './alarm.ts';
import type { AlarmFacts } from './alarm.ts';
import type { Alarm } from './model.ts';

/** What decides when somebody is told to go to bed: a moment to get up at, how long they want to sleep, and how long they need before. */
export type BedtimeFacts = AlarmFacts & Pick<Alarm, 'sleepMinutes' | 'windDownMinutes'>;

/** An evening before an alarm, in ms since 1970. */
export interface Bedtime {
	/** When one is told. */
	readonly at: number;
	readonly bedAt: number;
	readonly wakeAt: number;
}

/** The evenings of which one is told after `after`, ascending; of a time to get up that is passed over there is none. @param here IANA name of the zone where the person is */
export function* bedtimes(alarm: BedtimeFacts, here: string, after: number): Generator<Bedtime> {
	const { sleepMinutes, windDownMinutes, onSince } = alarm;
	if (sleepMinutes === null || onSince === null) return;
	const sleepMs = sleepMinutes * 60_000;
	const leadMs = sleepMs + windDownMinutes * 60_000;
	// Who sets an alarm late in the evening is up.
	for (const wakeAt of occurrences(alarm, here, Math.max(after, onSince) + leadMs))
		yield { at: wakeAt - leadMs, bedAt: wakeAt - sleepMs, wakeAt };
}

/** The last evening up to `now`, and after `since`, of which one was told; `null` where there is none. */
export function lastBedtime(alarm: BedtimeFacts, here: string, since: number, now: number): Bedtime | null {
	let last: Bedtime | null = null;
	for (const bedtime of bedtimes(alarm, here, since)) {
		if (bedtime.at > now) break;
		last = bedtime;
	}
	return last;
}
