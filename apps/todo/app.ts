import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: 'todo',
	number: 2,
	name: () => m.todo_name(),
	purpose: () => m.todo_purpose(),
	glyph: 'M9 12l2.2 2.2L15.5 10M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17',
	hue: 255,
	places: [
		{ id: 'inbox', name: () => m.todo_inbox(), href: '/todo', icon: 'inbox', shortcut: 'g i' },
		{ id: 'today', name: () => m.todo_today(), href: '/todo/today', icon: 'sun', shortcut: 'g t' },
		{ id: 'upcoming', name: () => m.todo_upcoming(), href: '/todo/upcoming', icon: 'calendar-days', shortcut: 'g u' },
		{ id: 'projects', name: () => m.todo_projects(), href: '/todo/projects', icon: 'folder', shortcut: 'g p' },
		{ id: 'search', name: () => m.todo_search(), href: '/todo/search', icon: 'search', shortcut: 'g s' },
	],
	commands: [
		{ id: 'new', name: () => m.todo_new_task(), icon: 'plus', run: (house) => house.quickAdd('todo') },
		{ id: 'new-project', name: () => m.todo_new_project(), icon: 'folder', run: (house) => house.go('/todo/projects?new') },
		{ id: 'board', name: () => m.todo_board(), shortcut: 'g b', run: (house) => house.go('/todo/filter?as=board') },
		{ id: 'new-view', name: () => m.todo_new_view(), shortcut: 'g f', run: (house) => house.go('/todo/filter') },
		{ id: 'plan', name: () => m.todo_plan(), shortcut: 'g d', run: (house) => house.go('/todo/plan') },
		{ id: 'templates', name: () => m.todo_templates(), run: (house) => house.go('/todo/templates') },
		{ id: 'tags', name: () => m.todo_tags(), run: (house) => house.go('/todo/tags') },
		{ id: 'completed', name: () => m.todo_completed(), icon: 'check', run: (house) => house.go('/todo/completed') },
		{ id: 'statistics', name: () => m.todo_statistics(), icon: 'activity', run: (house) => house.go('/todo/statistics') },
		{ id: 'import', name: () => m.todo_import(), run: (house) => house.go('/todo/import') },
		{ id: 'export', name: () => m.todo_export(), run: (house) => house.go('/todo/export') },
		{ id: 'trash', name: () => m.todo_trash(), icon: 'trash', run: (house) => house.go('/todo/trash') },
	],
	widgets: [{ id: 'today', name: () => m.todo_widget_today(), size: 'column', load: () => import('./parts/TodayWidget.svelte') }],
	dated: [{ id: 'tasks', name: () => m.todo_dated(), load: () => import('./dated.ts') }],
	tags: () => import('./tag-use.ts'),
	search: () => import('./search.ts'),
	describe: () => import('./describe.ts'),
	finish: () => import('./finish.ts'),
	quickAdd: () => import('./parts/QuickAdd.svelte'),
};
