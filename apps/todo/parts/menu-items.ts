import CalendarDays from '@lucide/svelte/icons/calendar-days';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus';
import Check from '@lucide/svelte/icons/check';
import Flag from '@lucide/svelte/icons/flag';
import Folder from '@lucide/svelte/icons/folder';
import Inbox from '@lucide/svelte/icons/inbox';
import LayoutTemplate from '@lucide/svelte/icons/layout-template';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Pin from '@lucide/svelte/icons/pin';
import SkipForward from '@lucide/svelte/icons/skip-forward';
import Target from '@lucide/svelte/icons/target';
import Trash from '@lucide/svelte/icons/trash-2';
import { goto } from '$app/navigation';
import { addDays, nextWeekday } from '@mana/time';
import { reportUnstored } from '@mana/ui/data/mana.svelte';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import { type Project, type Task, type TaskPriority, tasks } from '../model.ts';
import { lastUnder, type Line, subtreeOf } from '../project-tree.ts';
import type { Todo } from '../todo.svelte.ts';
import { priorityName } from '../words.ts';
import { offerTimes } from './time-doings.ts';

/** The menu of one or several tasks. */
export function taskItems(todo: Todo, chosen: readonly Task[], { open }: { readonly open: () => void }): MenuItem[] {
	const ids = chosen.map(({ id }) => id);
	const done = chosen.every(({ completedAt }) => completedAt !== null);
	return [
		...(chosen.length === 1 ? [{ name: m.todo_details(), icon: PanelRight, shortcut: 'enter', run: open }] : []),
		{ name: done ? m.todo_reopen() : m.todo_complete(), icon: Check, shortcut: 'x', run: () => todo.toggle(chosen) },
		...(chosen.length === 1 && !done
			? [{ name: m.todo_focus_on(), icon: Target, shortcut: 'f', run: () => void goto(`/todo/focus/${ids[0]}`) }]
			: []),
		...(chosen.some(({ repeat }) => repeat !== null) && !done
			? [{ name: m.todo_repeat_skip(), icon: SkipForward, run: () => todo.skip(chosen) }]
			: []),
		{ name: m.todo_schedule(), icon: CalendarDays, separated: true, items: dayItems(todo, chosen) },
		...(chosen.length === 1 && !done && todo.times?.possible
			? [{ name: m.todo_time_keep(), icon: CalendarPlus, shortcut: 'b', run: () => offerTimesAtRow(todo, chosen[0]!) }]
			: []),
		...(chosen.length === 1 && done ? keepItems(todo, ids[0]!) : []),
		{ name: m.todo_priority(), icon: Flag, items: priorityItems(todo, chosen) },
		{ name: m.todo_move_to(), icon: Folder, items: projectItems(todo, chosen) },
		{
			name: m.todo_template_save(),
			icon: LayoutTemplate,
			run: () => todo.withTemplates((templates) => templates.saveTasks(ids)),
		},
		{ name: m.todo_delete(), icon: Trash, shortcut: 'delete', tone: 'danger', separated: true, run: () => void todo.trash(ids) },
	];
}

/** For what is done, and would leave this device by and by. */
function keepItems({ mana }: Todo, id: Task['id']): MenuItem[] {
	if (mana.sync.phase === 'guest' || mana.kept.all(tasks)) return [];
	const pinned = mana.kept.isPinned(tasks, id);
	return [{ name: m.todo_keep_one(), icon: Pin, checked: pinned, run: () => reportUnstored(mana.kept.pin(tasks, id, !pinned)) }];
}

/** Free times for a task, at its row; where it has none in sight, in the middle of the page. */
function offerTimesAtRow({ times }: Todo, task: Task): void {
	const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(task.id)}"]`) ?? document.getElementById('main');
	if (times && row) offerTimes(times, task, row);
}

/** The days one mostly means. Any other is chosen in the details or typed. */
export function dayItems(todo: Todo, chosen: readonly Task[]): MenuItem[] {
	const ids = chosen.map(({ id }) => id);
	const only = chosen.length === 1 ? chosen[0]!.dueDay : undefined;
	const day = (name: string, value: string, shortcut?: string): MenuItem => ({
		name,
		checked: only === value,
		run: () => void todo.schedule(ids, value),
		...(shortcut && { shortcut }),
	});
	return [
		day(m.todo_schedule_today(), today.day, 't'),
		day(m.todo_schedule_tomorrow(), addDays(today.day, 1), 'shift+t'),
		day(m.todo_schedule_next_week(), nextWeekday(today.day, 0)),
		{ name: m.todo_schedule_none(), separated: true, disabled: only === null, run: () => void todo.schedule(ids, null) },
	];
}

export function priorityItems(todo: Todo, chosen: readonly Task[]): MenuItem[] {
	const levels: readonly TaskPriority[] = ['urgent', 'high', 'medium', 'low', 'none'];
	const ids = chosen.map(({ id }) => id);
	return levels.map((priority, index) => ({
		name: priorityName(priority),
		shortcut: String((index + 1) % levels.length),
		checked: chosen.every((task) => task.priority === priority),
		run: () => void todo.prioritise(ids, priority),
	}));
}

export function projectItems(todo: Todo, chosen: readonly Task[]): MenuItem[] {
	const ids = chosen.map(({ id }) => id);
	const item = (id: Task['project'], name: string): MenuItem => ({
		name,
		icon: id === null ? Inbox : Folder,
		checked: chosen.every(({ project }) => project === id),
		run: () => void todo.file(ids, id),
	});
	return [item(null, m.todo_inbox()), ...todo.projectLines.map((line) => item(line.row.id, indented(line)))];
}

/** Under which project another one may be put: none, and all but itself and what stands under it. */
export function parentItems(todo: Todo, project: Project): MenuItem[] {
	const lines = todo.projectLines;
	const own = subtreeOf(lines, project.id);
	const item = (parent: Project['parent'], name: string): MenuItem => ({
		name,
		checked: own[0]?.parent === parent,
		run: () => void todo.moveProject(project.id, lastUnder(lines, parent)),
	});
	return [
		item(null, m.todo_project_top()),
		...lines.filter((line) => !own.includes(line)).map((line) => item(line.row.id, indented(line))),
	];
}

/** A project's name, as far in as it stands in the tree: for menus and lists that know no depth of their own. */
export function indented({ row, depth }: Line<Project>): string {
	return '\u2003'.repeat(depth) + row.name;
}
