import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: 'clock',
	number: 5,
	name: () => m.clock_name(),
	purpose: () => m.clock_purpose(),
	glyph: 'M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M12 8v4.2l2.8 1.8M4 6.5 6.5 4M20 6.5 17.5 4',
	hue: 60,
	places: [
		{ id: 'world', name: () => m.clock_world(), href: '/clock', icon: 'globe', shortcut: 'g w' },
		{ id: 'alarms', name: () => m.clock_alarms(), href: '/clock/alarms', icon: 'alarm-clock', shortcut: 'g a' },
		{ id: 'timers', name: () => m.clock_timers(), href: '/clock/timers', icon: 'timer', shortcut: 'g m' },
		{ id: 'focus', name: () => m.clock_focus(), href: '/clock/focus', icon: 'target', shortcut: 'g f' },
		{ id: 'time', name: () => m.clock_time(), href: '/clock/time', icon: 'list-clock', shortcut: 'g e' },
	],
	commands: [
		{ id: 'new', name: () => m.clock_new_anything(), icon: 'plus', run: (house) => house.quickAdd('clock') },
		{ id: 'new-alarm', name: () => m.clock_new_alarm(), icon: 'alarm-clock', run: (house) => house.go('/clock/alarms?new') },
		{ id: 'stopwatch', name: () => m.clock_stopwatch(), icon: 'timer', run: (house) => house.go('/clock/stopwatch') },
		{ id: 'countdowns', name: () => m.clock_countdowns(), run: (house) => house.go('/clock/countdowns') },
		{ id: 'night', name: () => m.clock_night(), run: (house) => house.go('/clock/night') },
		{ id: 'sounds', name: () => m.clock_sounds(), run: (house) => house.go('/clock/sounds') },
		{ id: 'trash', name: () => m.clock_trash(), icon: 'trash', run: (house) => house.go('/clock/trash') },
	],
	widgets: [{ id: 'now', name: () => m.clock_widget(), size: 'column', load: () => import('./parts/NowWidget.svelte') }],
	search: () => import('./search.ts'),
	describe: () => import('./describe.ts'),
	focus: () => import('./parts/FocusOn.svelte'),
	quickAdd: () => import('./parts/QuickAdd.svelte'),
	attends: () => import('./parts/Attend.svelte'),
};
