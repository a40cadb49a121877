import type { RecordId } from '@mana/model';
import { addDays, type Day, daysBetween, weekdayOf } from '@mana/time';
import type { Task } from '../model.ts';

/** How much was done, day by day, and in a row. */
export interface Statistics {
	/** Completed on each of the last days, the oldest first, today last; days without anything too. */
	readonly days: readonly { readonly day: Day; readonly count: number }[];
	/** Completed in each of the last weeks, by their first day; the oldest first. */
	readonly weeks: readonly { readonly day: Day; readonly count: number }[];
	/** Days in a row on which something was done, up to today, or to yesterday while today is still to come. */
	readonly streak: number;
	/** The longest of them within what is known. */
	readonly best: number;
	readonly today: number;
	/** Completed within the days shown, by project (`null`: the inbox), most first. */
	readonly projects: readonly { readonly project: RecordId | null; readonly count: number }[];
	/** Minutes of what was estimated among them. */
	readonly minutes: number;
}

export interface StatisticsWorld {
	readonly today: Day;
	/** The day of a moment, in ms since 1970. */
	dayOf(at: number): Day;
	/** The first day of weeks: 0 is Monday. */
	readonly weekStart: number;
	/** How many days are shown, and how many weeks. */
	readonly days: number;
	readonly weeks: number;
}

/** Counts what was completed. Steps count for nothing: they are part of what they are steps of. */
export function statisticsOf(tasks: Iterable<Task>, { today, dayOf, weekStart, days, weeks }: StatisticsWorld): Statistics {
	const byDay = new Map<Day, number>();
	const byProject = new Map<RecordId | null, number>();
	const first = addDays(today, 1 - days);
	let minutes = 0;
	for (const { completedAt, deletedAt, parent, project, estimate } of tasks) {
		if (completedAt === null || deletedAt !== null || parent !== null) continue;
		const day = dayOf(completedAt);
		byDay.set(day, (byDay.get(day) ?? 0) + 1);
		if (day < first || day > today) continue;
		byProject.set(project, (byProject.get(project) ?? 0) + 1);
		minutes += estimate ?? 0;
	}
	const count = (day: Day): number => byDay.get(day) ?? 0;
	const thisWeek = addDays(today, -((weekdayOf(today) - weekStart + 7) % 7));
	return {
		days: Array.from({ length: days }, (_, at) => addDays(first, at)).map((day) => ({ day, count: count(day) })),
		weeks: Array.from({ length: weeks }, (_, at) => addDays(thisWeek, 7 * (at + 1 - weeks))).map((day) => ({
			day,
			count: Array.from({ length: 7 }, (_, away) => count(addDays(day, away))).reduce((sum, one) => sum + one, 0),
		})),
		streak: streakTo(today, byDay),
		best: longest([...byDay.keys()].filter((day) => day <= today).toSorted()),
		today: count(today),
		projects: [...byProject].map(([project, held]) => ({ project, count: held })).toSorted((a, b) => b.count - a.count),
		minutes,
	};
}

function streakTo(today: Day, byDay: ReadonlyMap<Day, number>): number {
	let day = byDay.has(today) ? today : addDays(today, -1);
	let streak = 0;
	for (; byDay.has(day); day = addDays(day, -1)) streak++;
	return streak;
}

function longest(days: readonly Day[]): number {
	let [best, run] = [0, 0];
	for (const [at, day] of days.entries()) {
		const before = days[at - 1];
		run = before !== undefined && daysBetween(before, day) === 1 ? run + 1 : 1;
		best = Math.max(best, run);
	}
	return best;
}
