import Archive from '@lucide/svelte/icons/archive';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import Calendar from '@lucide/svelte/icons/calendar';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Check from '@lucide/svelte/icons/check';
import Clock from '@lucide/svelte/icons/clock';
import Folder from '@lucide/svelte/icons/folder';
import House from '@lucide/svelte/icons/house';
import Inbox from '@lucide/svelte/icons/inbox';
import List from '@lucide/svelte/icons/list';
import ListTodo from '@lucide/svelte/icons/list-todo';
import Plus from '@lucide/svelte/icons/plus';
import Redo from '@lucide/svelte/icons/redo-2';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import Star from '@lucide/svelte/icons/star';
import Sun from '@lucide/svelte/icons/sun';
import Tag from '@lucide/svelte/icons/tag';
import Trash from '@lucide/svelte/icons/trash-2';
import Undo from '@lucide/svelte/icons/undo-2';

/**
 * Icons that plain data may name (places and commands of an app's `app.ts`). Components import theirs directly from
 * `@lucide/svelte/icons/…`, so that this table stays short.
 */
export const icons = {
	archive: Archive,
	'arrow-right': ArrowRight,
	calendar: Calendar,
	'calendar-days': CalendarDays,
	check: Check,
	clock: Clock,
	folder: Folder,
	house: House,
	inbox: Inbox,
	list: List,
	'list-todo': ListTodo,
	plus: Plus,
	redo: Redo,
	search: Search,
	settings: Settings,
	star: Star,
	sun: Sun,
	tag: Tag,
	trash: Trash,
	undo: Undo,
} as const;

export type IconName = keyof typeof icons;
