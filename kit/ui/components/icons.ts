import Activity from '@lucide/svelte/icons/activity';
import AlarmClock from '@lucide/svelte/icons/alarm-clock';
import Bell from '@lucide/svelte/icons/bell';
import CalendarDay from '@lucide/svelte/icons/calendar-1';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import CalendarRange from '@lucide/svelte/icons/calendar-range';
import Check from '@lucide/svelte/icons/check';
import Folder from '@lucide/svelte/icons/folder';
import Globe from '@lucide/svelte/icons/globe';
import Grid from '@lucide/svelte/icons/grid-3x3';
import House from '@lucide/svelte/icons/house';
import Inbox from '@lucide/svelte/icons/inbox';
import List from '@lucide/svelte/icons/list';
import ListClock from '@lucide/svelte/icons/list-clock';
import Plus from '@lucide/svelte/icons/plus';
import Redo from '@lucide/svelte/icons/redo-2';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import Star from '@lucide/svelte/icons/star';
import Sun from '@lucide/svelte/icons/sun';
import Target from '@lucide/svelte/icons/target';
import Timer from '@lucide/svelte/icons/timer';
import Trash from '@lucide/svelte/icons/trash-2';
import Undo from '@lucide/svelte/icons/undo-2';
import Users from '@lucide/svelte/icons/users';

/**
 * Icons that plain data may name (places and commands of an app's `app.ts`). Components import theirs directly from
 * `@lucide/svelte/icons/…`, so that this table stays short.
 */
export const icons = {
	activity: Activity,
	'alarm-clock': AlarmClock,
	bell: Bell,
	'calendar-day': CalendarDay,
	'calendar-days': CalendarDays,
	'calendar-range': CalendarRange,
	check: Check,
	folder: Folder,
	globe: Globe,
	grid: Grid,
	house: House,
	inbox: Inbox,
	list: List,
	'list-clock': ListClock,
	plus: Plus,
	redo: Redo,
	search: Search,
	settings: Settings,
	star: Star,
	sun: Sun,
	target: Target,
	timer: Timer,
	trash: Trash,
	undo: Undo,
	users: Users,
} as const;

export type IconName = keyof typeof icons;
