import { speakTime } from '@mana/time';
import { getLocale, getTag, m } from '@mana/ui/i18n';

import type { Hit, Search } from '@mana/ui/shell/manifest';
import { alarms, cities, countdowns, entries, sequences, timers } from './model.ts';
import { nameIn } from './places/index.ts';
import { spokenLength } from './durations.ts';

/** Finds alarms, timers, cities and tracked time by their names. */
export const search: Search = (mana, words, limit) => {
	const wanted = fold(words);
	const scoreOf = (...texts: readonly string[]): number => {
		const folded = texts.map(fold);
		return folded.some((text) => text.startsWith(wanted)) ? 1 : folded.some((text) => text.includes(wanted)) ? 0.7 : 0;
	};
	const hits: Hit[] = [
		...mana.query(alarms).rows.map(({ id, label, time }) => ({
			id,
			title: label || m.clock_alarm(),
			detail: speakTime(time ?? '00:00', getTag()),
			href: '/clock/alarms',
			score: scoreOf(label, time ?? ''),
		})),
		...mana.query(timers).rows.map(({ id, label, lengthMs }) => ({
			id,
			title: label || m.clock_timer(),
			detail: spokenLength(lengthMs, getTag()),
			href: '/clock/timers',
			score: label === '' ? 0 : scoreOf(label),
		})),
		...mana.query(sequences).rows.map(({ id, label }) => ({
			id,
			title: label || m.clock_sequence(),
			href: '/clock/timers',
			score: label === '' ? 0 : scoreOf(label),
		})),
		...mana.query(cities).rows.map(({ id, name }) => ({
			id,
			title: nameIn(name, getLocale()),
			href: '/clock',
			score: scoreOf(name, nameIn(name, getLocale())),
		})),
		...mana.query(countdowns).rows.map(({ id, label }) => ({
			id,
			title: label || m.clock_countdown(),
			href: '/clock/countdowns',
			score: scoreOf(label),
		})),
		...mana.query(entries).rows.map(({ id, note, label }) => ({
			id,
			title: note || label || m.clock_no_note(),
			detail: label,
			href: '/clock/time',
			score: 0.8 * scoreOf(note, label),
		})),
	];
	return hits
		.filter(({ score }) => score > 0)
		.toSorted((a, b) => b.score - a.score)
		.slice(0, limit);
};

function fold(text: string): string {
	return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').trim();
}
