import { type RecordId, referenceOf, type Value } from '@mana/model';
import type { Place } from '@mana/sync/cell';
import type { Mana } from '@mana/sync/client/api';
import { tags } from '@mana/shared/model';
import { dayAt, speakDay, speakMinutes, speakMoment, speakTime } from '@mana/time';
import { m } from '@mana/ui/i18n';
import { repeatWords } from '@mana/ui/repeat/repeat-words';
import type { DateWays, Describer } from '@mana/ui/shell/manifest';
import { projects, STATUSES, tasks, type TaskPriority, templateItems, templates, views } from './model.ts';
import { priorityName, statusName, titleOf } from './words.ts';

const task = tasks.fields;
const item = templateItems.fields;

/** What each field is called in the middle of a sentence. */
const fieldNames: ReadonlyMap<string, () => string> = new Map([
	...named(tasks.number, {
		[task.title.number]: m.todo_field_title,
		[task.notes.number]: m.todo_field_notes,
		[task.completedAt.number]: m.todo_field_completed,
		[task.dueDay.number]: m.todo_field_day,
		[task.dueTime.number]: m.todo_field_time,
		[task.priority.number]: m.todo_field_priority,
		[task.tags.number]: m.todo_field_tag,
		[task.project.number]: m.todo_field_project,
		[task.parent.number]: m.todo_field_parent,
		[task.position.number]: m.todo_field_place,
		[task.files.number]: m.todo_field_files,
		[task.repeat.number]: m.todo_field_repeat,
		[task.repeatFrom.number]: m.todo_field_repeat,
		[task.occurrence.number]: m.todo_field_occurrence,
		[task.rounds.number]: m.todo_field_rounds,
		[task.status.number]: m.todo_field_status,
		[task.columns.number]: m.todo_field_column,
		[task.startDay.number]: m.todo_field_start,
		[task.estimate.number]: m.todo_field_estimate,
		[task.assignees.number]: m.todo_field_assignees,
		[task.reminders.number]: m.todo_field_reminders,
		[task.ranks.number]: m.todo_field_place,
	}),
	...named(projects.number, {
		[projects.fields.name.number]: m.todo_field_name,
		[projects.fields.hue.number]: m.todo_field_hue,
		[projects.fields.position.number]: m.todo_field_place,
		[projects.fields.archivedAt.number]: m.todo_field_archived,
		[projects.fields.parent.number]: m.todo_field_parent_project,
	}),
	...named(templates.number, {
		[templates.fields.name.number]: m.todo_field_name,
		[templates.fields.hue.number]: m.todo_field_hue,
		[templates.fields.kind.number]: m.todo_field_kind,
		[templates.fields.position.number]: m.todo_field_place,
	}),
	...named(templateItems.number, {
		[item.template.number]: m.todo_field_template,
		[item.kind.number]: m.todo_field_kind,
		[item.parent.number]: m.todo_field_parent,
		[item.position.number]: m.todo_field_place,
		[item.title.number]: m.todo_field_title,
		[item.notes.number]: m.todo_field_notes,
		[item.day.number]: m.todo_field_day,
		[item.time.number]: m.todo_field_time,
		[item.startDay.number]: m.todo_field_start,
		[item.priority.number]: m.todo_field_priority,
		[item.tags.number]: m.todo_field_tag,
		[item.repeat.number]: m.todo_field_repeat,
		[item.repeatFrom.number]: m.todo_field_repeat,
		[item.estimate.number]: m.todo_field_estimate,
		[item.assignees.number]: m.todo_field_assignees,
		[item.reminders.number]: m.todo_field_reminders,
		[item.hue.number]: m.todo_field_hue,
	}),
]);

const view = views.fields;
const viewNames: ReadonlyMap<number, () => string> = new Map([
	[view.name.number, m.todo_field_name],
	[view.query.number, m.todo_field_query],
	[view.position.number, m.todo_field_place],
]);

function named(collection: number, fields: Readonly<Record<number, () => string>>): (readonly [string, () => string])[] {
	return Object.entries(fields).map(([field, name]) => [`${collection}/${field}`, name] as const);
}

/** Tasks and projects in words. */
export const describer: Describer = {
	record(mana, collection, id) {
		if (collection === projects.number) return m.todo_called_project({ name: mana.get(projects, id)?.name ?? '' });
		if (collection === views.number) return m.todo_called_view({ name: mana.get(views, id)?.name ?? '' });
		if (collection === templates.number) return m.todo_called_template({ name: mana.get(templates, id)?.name ?? '' });
		const row = collection === templateItems.number ? mana.get(templateItems, id) : mana.get(tasks, id);
		return row ? m.todo_called_task({ title: titleOf(row) }) : m.todo_called_gone();
	},
	at(mana, collection, id) {
		if (collection === tasks.number) {
			const row = mana.get(tasks, id);
			return row && row.deletedAt === null ? { title: titleOf(row), href: `/todo?task=${id}` } : undefined;
		}
		const project = collection === projects.number ? mana.get(projects, id) : undefined;
		return project && project.deletedAt === null ? { title: project.name, href: `/todo/project/${id}` } : undefined;
	},
	field: (collection, field) =>
		collection === views.number ? (viewNames.get(field) ?? m.todo_field_layout)() : fieldNames.get(`${collection}/${field}`)?.(),
	value: (mana, place, value, ways) => (place.collection === tasks.number ? valueOfTask(mana, place, value, ways) : undefined),
};

function valueOfTask(mana: Mana, { field, key }: Place, value: Value, { tag, timeZone }: DateWays): string | undefined {
	const today = dayAt(Date.now(), timeZone);
	switch (field) {
		case task.completedAt.number:
			return value === null
				? m.todo_value_open()
				: m.todo_value_completed({ when: speakMoment(Number(value), today, tag, timeZone) });
		case task.dueDay.number:
			return value === null ? m.todo_no_day() : speakDay(String(value), today, tag);
		case task.startDay.number:
			return value === null ? m.todo_no_day() : speakDay(String(value), today, tag);
		case task.status.number:
			return statusName(STATUSES.find((one) => one === value) ?? 'todo');
		case task.estimate.number:
			return value === null ? undefined : speakMinutes(Number(value), tag);
		case task.occurrence.number:
			return value === null ? undefined : speakDay(String(value), today, tag);
		case task.repeat.number:
			return repeatWords(value === null ? null : String(value), 'due', tag);
		case task.repeatFrom.number:
			return value === 'completion' ? m.repeat_from_completion() : m.repeat_from_due();
		case task.dueTime.number:
			return value === null ? undefined : speakTime(String(value), tag);
		case task.priority.number:
			return priorityName((value ?? 'none') as TaskPriority);
		case task.tags.number: {
			const name = mana.get(tags, key as RecordId)?.name ?? '';
			return value === null ? m.todo_value_untagged({ name }) : m.todo_value_tagged({ name });
		}
		case task.project.number:
			return value === null ? m.todo_inbox() : (mana.get(projects, value as RecordId)?.name ?? undefined);
		case task.files.number: // of a whole row it is the name already
			return key.endsWith('.place') ? m.todo_value_place() : referenceOf(value)?.name;
		case task.position.number:
		case task.ranks.number:
			return m.todo_value_place();
		default:
			return undefined;
	}
}
