import { type Day, dayAt, speakDay, speakTime, timeAt } from '@mana/time';
import { getTag, m } from '@mana/ui/i18n';
import { type Phase, type SoundName } from './model.ts';
import type { Ring } from './ringing.ts';

/** What a sound is called. */
export function soundName(sound: SoundName): string {
	return {
		bell: m.clock_sound_bell,
		marimba: m.clock_sound_marimba,
		pulse: m.clock_sound_pulse,
		birds: m.clock_sound_birds,
	}[sound]();
}

export function phaseName(phase: Phase): string {
	return { focus: m.clock_phase_focus, break: m.clock_phase_break, 'long-break': m.clock_phase_long_break }[phase]();
}

/** What rings, in words. @param zone IANA name of the zone where the person is */
export function ringTitle({ kind, at, label, phase, next, bedtime }: Ring, zone: string): string {
	if (bedtime)
		return bedtime.bedAt > at
			? m.clock_wind_down({ when: speakTime(timeAt(bedtime.bedAt, zone), getTag()) })
			: m.clock_bedtime_now();
	if (kind === 'sequence') {
		const name = label.trim() || m.clock_sequence();
		return next === undefined ? name : m.clock_sequence_next({ name, next: next || m.clock_step() });
	}
	if (kind === 'focus') return phase === 'focus' ? m.clock_ring_focus() : m.clock_ring_break();
	return label.trim() || (kind === 'alarm' ? m.clock_alarm() : m.clock_timer());
}

/** The days of an alarm: “Weekdays”, “Mon, Wed”. @param weekStart 0 Monday … 6 Sunday; @param tag BCP 47 */
export function weekdaysWords(weekdays: ReadonlySet<string>, weekStart: number, tag: string): string {
	const days = weekdayOrder(weekStart).filter((day) => weekdays.has(String(day)));
	if (days.length === 7) return m.clock_every_day();
	if (days.length === 5 && !weekdays.has('5') && !weekdays.has('6')) return m.clock_weekdays();
	if (days.length === 2 && weekdays.has('5') && weekdays.has('6')) return m.clock_weekends();
	return new Intl.ListFormat(tag, { type: 'unit', style: 'short' }).format(days.map((day) => weekdayName(day, tag, 'short')));
}

/** The days of the week in the order in which one's calendar has them. */
export function weekdayOrder(weekStart: number): number[] {
	return Array.from({ length: 7 }, (_, n) => (weekStart + n) % 7);
}

/** @param weekday 0 Monday … 6 Sunday */
export function weekdayName(weekday: number, tag: string, form: 'long' | 'short' | 'narrow'): string {
	// The fifth of January 2026 was a Monday.
	return new Intl.DateTimeFormat(tag, { weekday: form, timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + weekday));
}

/** A moment as people say it: “tomorrow 6:30”, “today 14:00”. */
export function momentWords(at: number, today: Day, tag: string, zone: string): string {
	const day = speakDay(dayAt(at, zone), today, tag);
	return `${day} ${speakTime(timeAt(at, zone), tag)}`;
}

/** Hours between the clocks of two places: “+8 h”, “−3:30 h”; `null` where they show the same. */
export function differenceWords(ms: number): string | null {
	if (ms === 0) return null;
	const total = Math.round(Math.abs(ms) / 60_000);
	const [hours, rest] = [Math.floor(total / 60), total % 60];
	return m.clock_difference({ hours: `${ms > 0 ? '+' : '−'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}` });
}
