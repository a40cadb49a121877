import { type AppTrash, trashKind } from '@mana/shared/trash';
import { speakTime } from '@mana/time';
import { getLocale, getTag, m } from '@mana/ui/i18n';
import { spokenLength } from './durations.ts';
import { alarms, cities, countdowns, entries, sequences, sequenceSteps, sounds, stopwatches, timers } from './model.ts';
import { nameIn } from './places/index.ts';

/** What of this app is shown in the trash. */
export const trash: AppTrash = {
	kinds: [
		trashKind(alarms, m.clock_alarm, {
			title: ({ label, time }) => [speakTime(time ?? '00:00', getTag()), label].filter(Boolean).join(' '),
		}),
		trashKind(timers, m.clock_timer, { title: ({ label, lengthMs }) => label || spokenLength(lengthMs, getTag()) }),
		trashKind(sequences, m.clock_sequence, { title: ({ label }) => label || m.clock_sequence() }),
		trashKind(sequenceSteps, m.clock_step, { title: () => null }),
		trashKind(stopwatches, m.clock_stopwatch, { title: ({ label }) => label || m.clock_stopwatch() }),
		trashKind(countdowns, m.clock_countdown, { title: ({ label }) => label || m.clock_countdown() }),
		trashKind(entries, m.clock_entry, { title: ({ note, label }) => note || label || m.clock_no_note() }),
		trashKind(sounds, m.clock_sound, { title: ({ name }) => name || m.clock_sound_own() }),
		trashKind(cities, m.clock_city, { title: ({ name }) => nameIn(name, getLocale()) }),
	],
	collections: [sequenceSteps],
};
