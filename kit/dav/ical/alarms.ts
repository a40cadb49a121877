import { durationMs } from './duration.ts';
import { type Component, lineOf } from './component.ts';
import type { Instance } from './instances.ts';
import { parameterOf } from './lines.ts';
import { instantIn } from './moments.ts';

/** How often an alarm is repeated at most. */
const MOST_REPEATS = 100;

/** When an alarm goes off for one instance of what it stands in, ms since 1970 (RFC 5545 §3.8.6). */
export function triggersOf(alarm: Component, { from, to }: Pick<Instance, 'from' | 'to'>, zone: string): number[] {
	const trigger = lineOf(alarm, 'TRIGGER');
	if (!trigger) return [];
	const by = durationMs(trigger.value);
	const first =
		by === null ? instantIn(trigger, zone) : (parameterOf(trigger, 'RELATED')?.toUpperCase() === 'END' ? to : from) + by;
	if (first === null) return [];
	const again = durationMs(lineOf(alarm, 'DURATION')?.value);
	const repeats = again === null ? 0 : Math.min(MOST_REPEATS, Number(lineOf(alarm, 'REPEAT')?.value ?? 0) || 0);
	return Array.from({ length: repeats + 1 }, (_, i) => first + i * (again ?? 0));
}
