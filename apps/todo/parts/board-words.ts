import { m } from '@mana/ui/i18n';
import { type BoardWorld, type Grouping, NONE } from '../board/columns.ts';
import type { Quadrant } from '../board/quadrants.ts';
import type { TaskPriority, TaskStatus } from '../model.ts';
import { priorityName, statusName } from '../words.ts';

/** What a board is grouped by. */
export function groupingName(grouping: Grouping): string {
	return {
		status: m.todo_group_status,
		priority: m.todo_group_priority,
		due: m.todo_group_due,
		project: m.todo_group_project,
		tag: m.todo_group_tag,
		person: m.todo_group_person,
		own: m.todo_group_own,
	}[grouping]();
}

const DAYS: Readonly<Record<string, () => string>> = {
	overdue: m.todo_overdue,
	today: m.todo_schedule_today,
	tomorrow: m.todo_schedule_tomorrow,
	week: m.todo_column_week,
	later: m.todo_column_later,
	[NONE]: m.todo_no_day,
};

/** What a column of a board is called. */
export function columnName(grouping: Grouping, key: string, { tags, projects, people, own }: BoardWorld): string {
	switch (grouping) {
		case 'status':
			return statusName(key as TaskStatus | 'done');
		case 'priority':
			return priorityName(key as TaskPriority);
		case 'due':
			return DAYS[key]?.() ?? key;
		case 'project':
			return projects.find(({ id }) => id === key)?.name ?? m.todo_inbox();
		case 'tag':
			return tags.find(({ id }) => id === key)?.name ?? m.todo_column_no_tag();
		case 'person':
			return people.find(({ person }) => person === key)?.name ?? m.todo_column_nobody();
		case 'own':
			return own.find(({ id }) => id === key)?.name ?? m.todo_column_unsorted();
	}
}

/** What a part of the grid is called, and what belongs there. */
export function quadrantName(quadrant: Quadrant): string {
	return { now: m.todo_quadrant_now, plan: m.todo_quadrant_plan, quick: m.todo_quadrant_quick, later: m.todo_quadrant_later }[
		quadrant
	]();
}
