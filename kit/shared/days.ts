import { addDays, type Day } from '@mana/time';

/** Whether a day is one that was asked for; `null` is no day at all. */
export type DayTest = (day: Day | null) => boolean;

/** Words for days, as distances from today; German ones beside the English, since people type them. */
const WORDS: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1, gestern: -1, heute: 0, morgen: 1 };
const SPANS: Readonly<Record<string, number>> = { week: 6, woche: 6, month: 30, monat: 30 };

/** What may stand behind `due:` and its like, for completion. */
export const DAY_VALUES = ['today', 'tomorrow', 'week', 'month', 'overdue', 'none', 'any', '<=today', '>today', '+7'] as const;

/**
 * Reads what was asked of a day: `today`, `+3`, `2026-12-24`, `<=tomorrow`, `today..+7`, `week`, `overdue`, `none`, `any`.
 *
 * @returns `null` for what is no such thing
 */
export function dayTest(value: string, today: Day): DayTest | null {
	const asked = value.toLowerCase();
	if (asked === 'none' || asked === 'keiner') return (day) => day === null;
	if (asked === 'any' || asked === 'irgendeiner') return (day) => day !== null;
	if (asked === 'overdue' || asked === 'überfällig') return (day) => day !== null && day < today;
	const span = SPANS[asked];
	if (span !== undefined) return between(today, addDays(today, span));
	const [, from, to] = /^(.*?)\.\.(.*)$/.exec(asked) ?? [];
	if (from !== undefined && to !== undefined) {
		const [first, last] = [dayOf(from, today), dayOf(to, today)];
		if ((from !== '' && first === null) || (to !== '' && last === null) || (from === '' && to === '')) return null;
		return between(first, last);
	}
	const [, sign = '', rest = ''] = /^(<=|>=|<|>)?(.*)$/.exec(asked) ?? [];
	const day = dayOf(rest, today);
	if (day === null) return null;
	const compare: Readonly<Record<string, DayTest>> = {
		'': (one) => one === day,
		'<': (one) => one !== null && one < day,
		'<=': (one) => one !== null && one <= day,
		'>': (one) => one !== null && one > day,
		'>=': (one) => one !== null && one >= day,
	};
	return compare[sign] ?? null;
}

function between(from: Day | null, to: Day | null): DayTest {
	return (day) => day !== null && (from === null || day >= from) && (to === null || day <= to);
}

function dayOf(text: string, today: Day): Day | null {
	const away = WORDS[text] ?? (/^[+-]\d{1,4}$/.test(text) ? Number(text) : undefined);
	if (away !== undefined) return addDays(today, away);
	if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
	const time = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? text : null;
}
