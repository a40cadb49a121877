import Check from '@lucide/svelte/icons/check';
import Copy from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Trash from '@lucide/svelte/icons/trash-2';
import { m } from '@mana/ui/i18n';
import type { MenuItem } from '@mana/ui/shell/menus.svelte';
import { calendarOf } from '../actions.ts';
import type { Planner } from '../calendar.svelte.ts';
import { defaultCalendarId } from '../model.ts';
import type { Occurrence } from '../occurrences.ts';

/** The menu of an event in a view. */
export function menuOf(planner: Planner, occurrence: Occurrence): MenuItem[] {
	const { event, key } = occurrence;
	const open = { name: m.calendar_details(), icon: PanelRight, shortcut: 'enter', run: () => void planner.open(key) };
	const copy = { name: m.calendar_duplicate(), icon: Copy, run: () => void planner.duplicate(occurrence) };
	const file = { name: m.calendar_export_one(), icon: Download, run: () => void planner.saveFile(event.series ?? event.id) };
	if (!planner.mayWrite()) return [open, file];
	if (!planner.mayEdit(event)) return [open, copy, file];
	const task = planner.wantings.behind(occurrence);
	const tick = task
		? [
				{
					name: task.done ? m.calendar_task_reopen() : m.calendar_task_complete(),
					icon: Check,
					shortcut: 'x',
					run: () => planner.wantings.toggle(task),
				},
			]
		: [];
	const own = calendarOf(event);
	const calendars = planner.writable.map(({ id, name }) => ({
		name,
		checked: id === own,
		run: () => planner.change(occurrence, { calendar: id === defaultCalendarId ? null : id }, m.calendar_done_filed({ name })),
	}));
	return [
		open,
		...tick,
		copy,
		file,
		...(calendars.length > 1 ? [{ name: m.calendar_move_to(), separated: true, items: calendars }] : []),
		{
			name: m.calendar_delete(),
			icon: Trash,
			shortcut: 'delete',
			tone: 'danger',
			separated: true,
			run: () => planner.remove(occurrence),
		},
	];
}
