import { goto } from '$app/navigation';
import type { RecordId } from '@mana/model';
import { m } from '@mana/ui/i18n';
import { openMenu } from '@mana/ui/shell/menus.svelte';
import type { Shortcut } from '@mana/ui/shell/shortcuts.svelte';
import type { Task, TaskPriority } from '../model.ts';
import type { Todo } from '../todo.svelte.ts';
import { priorityName } from '../words.ts';
import { projectItems } from './menu-items.ts';
import { offerTimes } from './time-doings.ts';

/** A list that has, or last had, the focus: what the keys act on. */
export interface FocusedList {
	/** The selected tasks, or the one in focus. */
	chosen(): readonly Task[];
	open(id: RecordId): void;
}

const levels: readonly TaskPriority[] = ['none', 'urgent', 'high', 'medium', 'low'];

/** What keys do with the row in focus, beyond what every list does with arrows, Space, Enter and `x`. */
export function listShortcuts(todo: Todo): Shortcut[] {
	const chosen = (): readonly Task[] => todo.focused?.chosen() ?? [];
	const ids = (): RecordId[] => chosen().map(({ id }) => id);
	const when = (): boolean => rowInFocus() !== null && chosen().length > 0;
	return [
		{ keys: 'x', name: m.todo_keys_complete, run: () => todo.toggle(chosen()), when },
		{ keys: 'e', name: m.todo_keys_open, run: () => todo.focused?.open(ids()[0]!), when },
		{ keys: 'f', name: m.todo_focus_on, run: () => void goto(`/todo/focus/${ids()[0]}`), when },
		{
			keys: 'b',
			name: m.todo_time_keep,
			run: () => todo.times && offerTimes(todo.times, chosen()[0]!, rowInFocus()!),
			when: () => when() && todo.times?.possible === true && chosen().length === 1 && chosen()[0]!.completedAt === null,
		},
		{ keys: 't', name: m.todo_keys_today, run: () => void todo.scheduleIn(ids(), 0), when },
		{ keys: 'shift+t', name: m.todo_keys_tomorrow, run: () => void todo.scheduleIn(ids(), 1), when },
		{
			keys: 'v',
			name: m.todo_keys_project,
			run: () => openMenu(rowInFocus()!, m.todo_move_to(), projectItems(todo, chosen())),
			when,
		},
		...levels.map((priority, level) => ({
			keys: String(level),
			name: () => priorityName(priority),
			run: () => void todo.prioritise(ids(), priority),
			when,
		})),
	];
}

function rowInFocus(): HTMLElement | null {
	return document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
}
