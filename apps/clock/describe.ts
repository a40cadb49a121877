import type { Collection } from '@mana/model';
import { dayAt, speakDay, speakMoment, speakTime } from '@mana/time';
import { m } from '@mana/ui/i18n';
import type { Describer } from '@mana/ui/shell/manifest';
import { spokenLength } from './durations.ts';
import {
	alarms,
	cities,
	countdowns,
	entries,
	focus,
	rounds,
	sequences,
	sequenceSteps,
	type SoundName,
	soundNames,
	sounds,
	stopwatches,
	timers,
} from './model.ts';
import { nameIn } from './places/index.ts';
import { soundName, weekdayName } from './words.ts';

/** What each field is called in the middle of a sentence, by its name in the model. */
const words: Readonly<Record<string, () => string>> = {
	zone: m.clock_field_zone,
	name: m.clock_field_name,
	position: m.clock_field_place,
	label: m.clock_field_label,
	sequence: m.clock_field_sequence,
	time: m.clock_field_time,
	weekdays: m.clock_field_weekday,
	day: m.clock_field_day,
	sound: m.clock_field_sound,
	snoozeMinutes: m.clock_field_snooze,
	onSince: m.clock_field_on,
	skipDay: m.clock_field_skip,
	answeredUntil: m.clock_field_answered,
	snoozedUntil: m.clock_field_snoozed,
	lengthMs: m.clock_field_length,
	endsAt: m.clock_field_end,
	leftMs: m.clock_field_left,
	startedAt: m.clock_field_start,
	endedAt: m.clock_field_end,
	elapsedMs: m.clock_field_length,
	laps: m.clock_field_lap,
	phase: m.clock_field_phase,
	round: m.clock_field_round,
	focusMinutes: m.clock_field_focus_minutes,
	breakMinutes: m.clock_field_break_minutes,
	longBreakMinutes: m.clock_field_long_break_minutes,
	rounds: m.clock_field_rounds,
	goesOn: m.clock_field_goes_on,
	aim: m.clock_field_aim,
	hue: m.clock_field_hue,
	about: m.clock_field_about,
	aboutLink: m.clock_field_link,
	link: m.clock_field_link,
	note: m.clock_field_about,
	billable: m.clock_field_billable,
	yearly: m.clock_field_yearly,
	ownSound: m.clock_field_sound,
	file: m.clock_field_sound,
	swellSeconds: m.clock_field_swell,
	sleepMinutes: m.clock_field_sleep,
	windDownMinutes: m.clock_field_wind_down,
	bedtimeAnsweredUntil: m.clock_field_answered,
};
const collections: readonly Collection[] = [
	cities,
	alarms,
	timers,
	stopwatches,
	focus,
	rounds,
	entries,
	countdowns,
	sequences,
	sequenceSteps,
	sounds,
];
const names: ReadonlyMap<string, string> = new Map(
	collections.flatMap(({ number, fields }) =>
		Object.entries(fields).map(([name, field]) => [`${number}/${field.number}`, name] as const),
	),
);

/** Clocks, alarms, timers, rounds and time that was counted, in words. */
export const describer: Describer = {
	record(mana, collection, id) {
		switch (collection) {
			case cities.number:
				return m.clock_called_city({ name: mana.get(cities, id)?.name ?? '' });
			case alarms.number: {
				const alarm = mana.get(alarms, id);
				return m.clock_called_alarm({ name: [alarm?.time, alarm?.label].filter(Boolean).join(' ') });
			}
			case timers.number:
				return m.clock_called_timer({ name: mana.get(timers, id)?.label ?? '' });
			case stopwatches.number:
				return m.clock_stopwatch();
			case countdowns.number:
				return m.clock_called_countdown({ name: mana.get(countdowns, id)?.label ?? '' });
			case sequences.number:
				return m.clock_called_sequence({ name: mana.get(sequences, id)?.label ?? '' });
			case sequenceSteps.number:
				return m.clock_called_step({ name: mana.get(sequenceSteps, id)?.label ?? '' });
			case sounds.number:
				return m.clock_called_sound({ name: mana.get(sounds, id)?.name ?? '' });
			case entries.number:
				return m.clock_called_entry({ name: mana.get(entries, id)?.note ?? '' });
			default:
				return m.clock_focus();
		}
	},
	field: (collection, field) => words[names.get(`${collection}/${field}`) ?? '']?.(),
	value(_, { collection, field, key }, value, { tag, timeZone }) {
		const name = names.get(`${collection}/${field}`);
		if (name === 'weekdays') return weekdayName(Number(key), tag, 'long');
		if (name === 'laps') return spokenLength(Number(key), tag);
		if (value === null) return name === 'onSince' ? m.clock_value_off() : m.clock_value_none();
		if (name === 'name' && collection === cities.number) return nameIn(String(value), tag);
		if (name === 'ownSound') return m.clock_sound_own();
		if (name === 'sound') return soundName(soundNames.find((sound): sound is SoundName => sound === value) ?? 'bell');
		if (name === 'time') return speakTime(String(value), tag);
		const today = dayAt(Date.now(), timeZone);
		if (name === 'day' || name === 'skipDay') return speakDay(String(value), today, tag);
		if (typeof value !== 'number') return undefined;
		if (name?.endsWith('Ms')) return spokenLength(value, tag);
		if (name?.endsWith('Seconds')) return spokenLength(value * 1_000, tag);
		if (name?.endsWith('Minutes')) return spokenLength(value * 60_000, tag);
		return name?.endsWith('At') || name?.endsWith('Until') || name === 'onSince'
			? speakMoment(value, today, tag, timeZone)
			: undefined;
	},
};
