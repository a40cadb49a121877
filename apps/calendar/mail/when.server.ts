import { addDays, dayAt, speakTime, spellDay, timeAt } from '@mana/time';
import { BadRecurrence, parseRule } from '@mana/time/recur/index';
import { speakRule } from '@mana/time/speak-rule';
import { instantOf } from '@mana/time/zone';
import type { Event } from '../model.ts';
import { DAY, isDay, momentOf } from '../moments.ts';
import { lengthOf, zoneOf } from '../occurrences.ts';

/** When an event begins and ends, ms since 1970; `null` of one without a start. Of days, on the clocks of `zone`. */
export function spanOf(event: Event, zone: string): { readonly from: number; readonly to: number } | null {
	if (event.start === null) return null;
	const days = isDay(event.start);
	const from = instantOf(days ? zone : zoneOf(event, zone), momentOf(event.start).wall);
	return { from, to: days ? instantOf(zone, momentOf(event.start).wall + lengthOf(event)) : from + lengthOf(event) };
}

/** When an event is, for somebody of whom no zone is known: on its own clocks, which are named. @param zone of times that name none */
export function whenOf(event: Event, language: string, zone: string): string {
	const span = spanOf(event, zone);
	if (span === null || event.start === null) return '-';
	const rule = ruleWords(event.repeat, language);
	const more = rule === null ? '' : `, ${rule}`;
	if (isDay(event.start)) {
		const last = addDays(event.start, lengthOf(event) / DAY - 1);
		return [...new Set([event.start, last])].map((day) => spellDay(day, language)).join(' – ') + more;
	}
	const own = zoneOf(event, zone);
	const clock = (at: number) => speakTime(timeAt(at, own), language);
	const [first, last] = [dayAt(span.from, own), dayAt(span.to, own)];
	const end =
		span.from === span.to ? '' : first === last ? `–${clock(span.to)}` : ` – ${spellDay(last, language)}, ${clock(span.to)}`;
	return `${spellDay(first, language)}, ${clock(span.from)}${end} (${own.replaceAll('_', ' ')})${more}`;
}

function ruleWords(repeat: string | null, language: string): string | null {
	if (repeat === null || repeat.includes('\n')) return null;
	try {
		return speakRule(parseRule(repeat), language);
	} catch (error) {
		if (error instanceof BadRecurrence) return null;
		throw error;
	}
}
