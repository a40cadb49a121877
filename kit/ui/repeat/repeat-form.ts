import { addDays, type Day, parts, toUtc, weekdayOf } from '@mana/time';
import { EVERY_DAY, formatRule, monthlyOn, presetsFor, type Rule } from '@mana/time/recur/index';

export const units = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Unit = (typeof units)[number];

/** How a rule is chosen by hand. */
export interface RepeatForm {
	readonly unit: Unit;
	readonly interval: number;
	/** 0 Monday … 6 Sunday; of weeks only, and never none. */
	readonly weekdays: readonly number[];
	/** Of months: on the date of the day, or on its weekday ("the second Tuesday"). */
	readonly monthlyBy: 'date' | 'weekday';
	readonly ends: 'never' | 'until' | 'count';
	readonly until: Day;
	readonly count: number;
}

export type PresetName = keyof ReturnType<typeof presetsFor>;

const MOST = 999;

/** The form that shows a rule, for a task of `day`; what it has no fields for is left out of it. */
export function formOf(rule: Rule, day: Day): RepeatForm {
	const weekdays = rule.byDay.filter(({ nth }) => nth === 0).map(({ weekday }) => weekday);
	return {
		unit: units.find((unit) => unit === rule.freq) ?? 'DAILY',
		interval: Math.min(rule.interval, MOST),
		weekdays: weekdays.length > 0 ? weekdays : [weekdayOf(day)],
		monthlyBy: rule.freq === 'MONTHLY' && rule.byDay.length > 0 ? 'weekday' : 'date',
		ends: rule.count !== null ? 'count' : rule.until ? 'until' : 'never',
		until: rule.until ? new Date(rule.until.wall).toISOString().slice(0, 10) : addDays(day, 90),
		count: Math.min(rule.count ?? 10, MOST),
	};
}

/** The rule that a form says, for a task of `day`. */
export function ruleFrom(form: RepeatForm, day: Day): Rule {
	const [, month, date] = parts(day);
	const base = (): Rule => {
		switch (form.unit) {
			case 'DAILY':
				return EVERY_DAY;
			case 'WEEKLY':
				return {
					...EVERY_DAY,
					freq: 'WEEKLY',
					byDay: form.weekdays.toSorted((a, b) => a - b).map((weekday) => ({ weekday, nth: 0 })),
				};
			case 'MONTHLY':
				return form.monthlyBy === 'weekday' ? presetsFor(day).monthlyByWeekday : monthlyOn(date);
			case 'YEARLY':
				return { ...EVERY_DAY, freq: 'YEARLY', byMonth: [month], byMonthDay: [date] };
		}
	};
	return ending({ ...base(), interval: form.interval }, form);
}

/** A rule with the end that a form says. */
export function ending(rule: Rule, { ends, until, count }: Pick<RepeatForm, 'ends' | 'until' | 'count'>): Rule {
	return {
		...rule,
		count: ends === 'count' ? count : null,
		until: ends === 'until' ? { wall: toUtc(until), form: 'day' } : null,
	};
}

/** The preset that a rule is, whenever it ends; `null` when it is none of them. */
export function presetOf(rule: Rule, day: Day): PresetName | null {
	const endless = formatRule({ ...rule, count: null, until: null });
	for (const [name, preset] of entriesOf(presetsFor(day))) if (formatRule(preset) === endless) return name;
	return null;
}

function entriesOf<T extends object>(record: T): [keyof T, T[keyof T]][] {
	return Object.entries(record) as [keyof T, T[keyof T]][];
}
