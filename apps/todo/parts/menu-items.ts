import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Check from '@lucide/svelte/icons/check';
import Flag from '@lucide/svelte/icons/flag';
import Folder from '@lucide/svelte/icons/folder';
import Inbox from '@lucide/svelte/icons/inbox';
import PanelRight from '@lucide/svelte/icons/panel-right';
import SkipForward from '@lucide/svelte/icons/skip-forward';
import Trash from '@lucide/svelte/icons/trash-2';
import { addDays, nextWeekday } from '@mana/time';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import type { Task, TaskPriority } from '../model.ts';
import type { Todo } from '../todo.svelte.ts';
import { priorityName } from '../words.ts';

/** The menu of one or several tasks. */
export function taskItems(todo: Todo, chosen: readonly Task[], { open }: { readonly open: () => void }): MenuItem[] {
	const ids = chosen.map(({ id }) => id);
	const done = chosen.every(({ completedAt }) => completedAt !== null);
	return [
		...(chosen.length === 1 ? [{ name: m.todo_details(), icon: PanelRight, shortcut: 'enter', run: open }] : []),
		{ name: done ? m.todo_reopen() : m.todo_complete(), icon: Check, shortcut: 'x', run: () => todo.toggle(chosen) },
		...(chosen.some(({ repeat }) => repeat !== null) && !done
			? [{ name: m.todo_repeat_skip(), icon: SkipForward, run: () => todo.skip(chosen) }]
			: []),
		{ name: m.todo_schedule(), icon: CalendarDays, separated: true, items: dayItems(todo, chosen) },
		{ name: m.todo_priority(), icon: Flag, items: priorityItems(todo, chosen) },
		{ name: m.todo_move_to(), icon: Folder, items: projectItems(todo, chosen) },
		{ name: m.todo_delete(), icon: Trash, shortcut: 'delete', tone: 'danger', separated: true, run: () => void todo.trash(ids) },
	];
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
	return [item(null, m.todo_inbox()), ...todo.projects.map(({ id, name }) => item(id, name))];
}
