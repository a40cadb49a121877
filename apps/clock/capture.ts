import type { Day } from '@mana/time';
import { type LanguagePack, quickAdd } from '@mana/time/phrase/index';
import { readDuration } from '@mana/time/phrase/duration';
import { parseRule } from '@mana/time/recur/index';

/** What a line asks of the clock. */
export type ClockCapture =
	| { readonly kind: 'timer'; readonly lengthMs: number; readonly label: string }
	| {
			readonly kind: 'alarm';
			readonly time: string;
			/** `0` Monday … `6` Sunday; none: it rings once. */
			readonly weekdays: readonly string[];
			/** The one day on which it rings, where the line names one. */
			readonly day: Day | null;
			readonly label: string;
	  };

export interface ClockContext {
	readonly today: Day;
	/** `HH:MM` */
	readonly time: string;
	/** Language packs, the person's own first. */
	readonly packs: readonly LanguagePack[];
}

const TIMER = /^\s*(?:timer|countdown|eieruhr|kurzzeitwecker|minuteur|temporizador)\b:?\s*/iu;
const ALARM = /^\s*(?:alarm|wecker|wake me(?: up)?|weck mich|réveil|alarma|despertador|sveglia)\b:?\s*/iu;
const workdays = ['0', '1', '2', '3', '4'];
/** Days as one says them of alarms, without an “every”. */
const DAYS: readonly (readonly [pattern: RegExp, weekdays: readonly string[]])[] = [
	[/(?<!\p{L})(?:weekdays|workdays|werktags|wochentags|an werktagen)(?!\p{L})/iu, workdays],
	[/(?<!\p{L})(?:weekends|am wochenende)(?!\p{L})/iu, ['5', '6']],
	[/(?<!\p{L})(?:daily|täglich)(?!\p{L})/iu, [...workdays, '5', '6']],
];
const LONGEST_MS = 360_000_000;

/**
 * Reads a line such as `timer 5 min tea`, `alarm 6:30 weekdays`, `Wecker morgen 7 Uhr Zug`. Without a first word a length of time makes a timer, and a time
 * an alarm. `null`: it is none of these (yet).
 */
export function readClockLine(line: string, context: ClockContext): ClockCapture | null {
	const [timer, alarm] = [TIMER.exec(line), ALARM.exec(line)];
	if (alarm) return readAlarm(line.slice(alarm[0].length), context);
	const found = readTimer(timer ? line.slice(timer[0].length) : line, timer !== null);
	return found ?? (timer ? null : readAlarm(line, context));
}

function readTimer(line: string, named: boolean): ClockCapture | null {
	const length = readDuration(line) ?? (named ? bareMinutes(line) : null);
	// `7:30` alone is rather a time of day.
	if (!length || length.ms > LONGEST_MS || length.ms < 1_000 || (!named && line.slice(length.start, length.end).includes(':')))
		return null;
	return { kind: 'timer', lengthMs: length.ms, label: tidy(line.slice(0, length.start) + line.slice(length.end)) };
}

/** `timer 5`: minutes are meant. */
function bareMinutes(line: string) {
	const match = /^(\d{1,3})(?![\p{L}\p{N}:.,])/u.exec(line);
	return match ? { ms: Number(match[1]) * 60_000, start: 0, end: match[0].length } : null;
}

function readAlarm(line: string, { today, time, packs }: ClockContext): ClockCapture | null {
	const said = DAYS.find(([pattern]) => pattern.test(line));
	const rest = said ? line.replace(said[0], ' ') : line;
	const capture = quickAdd(rest, { today, time, packs });
	if (capture.time === null) return null;
	const weekdays = said?.[1] ?? (capture.repeat === null ? [] : weekdaysOf(capture.repeat.rule));
	const named = capture.tokens.some(({ kind }) => kind === 'day');
	return {
		kind: 'alarm',
		time: capture.time,
		weekdays,
		day: weekdays.length === 0 && named ? capture.day : null,
		label: tidy(capture.title),
	};
}

/** The days of the week of a rule; none for one that is about months or years. */
function weekdaysOf(rule: string): string[] {
	const { freq, byDay } = parseRule(rule);
	if (freq === 'DAILY') return [...workdays, '5', '6'];
	return freq === 'WEEKLY' ? byDay.map(({ weekday }) => String(weekday)) : [];
}

function tidy(text: string): string {
	return text
		.replaceAll(/\s+/g, ' ')
		.replace(/^[\s,:–-]+|[\s,:–-]+$/gu, '')
		.replace(/^(?:for|für|pour|para|per)\s+/iu, '')
		.slice(0, 120);
}
