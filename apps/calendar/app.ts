import { m } from '@mana/ui/i18n';
import type { AppManifest, House } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: 'calendar',
	number: 3,
	name: () => m.calendar_name(),
	purpose: () => m.calendar_purpose(),
	glyph: 'M8 3v4M16 3v4M4 10h16M6 5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2',
	hue: 25,
	places: [
		{ id: 'day', name: () => m.calendar_day(), href: '/calendar/day', icon: 'calendar-day', shortcut: 'g d' },
		{ id: 'week', name: () => m.calendar_week(), href: '/calendar/week', icon: 'calendar-range', shortcut: 'g w' },
		{ id: 'month', name: () => m.calendar_month(), href: '/calendar/month', icon: 'calendar-days', shortcut: 'g m' },
		{ id: 'year', name: () => m.calendar_year(), href: '/calendar/year', icon: 'grid', shortcut: 'g y' },
		{ id: 'agenda', name: () => m.calendar_agenda(), href: '/calendar/agenda', icon: 'list', shortcut: 'g a' },
	],
	commands: [
		...[2, 3, 4, 5, 6, 7].map((count) => ({
			id: `${count}-days`,
			name: () => m.calendar_days_view({ count }),
			icon: 'calendar-range' as const,
			run: (house: House) => house.go(`/calendar/${count}-days`),
		})),
		{ id: 'quarter', name: () => m.calendar_quarter(), icon: 'calendar-days', run: (house) => house.go('/calendar/quarter') },
		{ id: 'new', name: () => m.calendar_new_event(), icon: 'plus', run: (house) => house.quickAdd('calendar') },
		{
			id: 'search',
			name: () => m.calendar_search(),
			icon: 'search',
			shortcut: 'g s',
			run: (house) => house.go('/calendar/search'),
		},
		{ id: 'subscriptions', name: () => m.calendar_subscriptions(), run: (house) => house.go('/calendar/subscriptions') },
		{ id: 'rooms', name: () => m.calendar_rooms(), run: (house) => house.go('/calendar/rooms') },
		{ id: 'import', name: () => m.calendar_import(), run: (house) => house.go('/calendar/import') },
		{ id: 'export', name: () => m.calendar_export(), run: (house) => house.go('/calendar/export') },
		{ id: 'elsewhere', name: () => m.calendar_elsewhere(), icon: 'globe', run: (house) => house.go('/calendar/elsewhere') },
		{ id: 'trash', name: () => m.calendar_trash(), icon: 'trash', run: (house) => house.go('/calendar/trash') },
	],
	widgets: [
		{ id: 'today', name: () => m.calendar_widget_today(), size: 'column', load: () => import('./parts/TodayWidget.svelte') },
	],
	dated: [{ id: 'events', name: () => m.calendar_dated(), load: () => import('./dated.ts') }],
	keepsTime: () => import('./blocks/offer.ts'),
	tags: () => import('./tag-use.ts'),
	search: () => import('./search.ts'),
	describe: () => import('./describe.ts'),
	quickAdd: () => import('./parts/QuickAdd.svelte'),
	takes: {
		words: 'alone',
		imports: { page: '/calendar/import', types: { 'text/calendar': ['.ics', '.ical', '.ifb'] } },
		links: { webcal: '/calendar/subscriptions?url=%s' },
	},
};
