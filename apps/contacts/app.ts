import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: 'contacts',
	number: 4,
	name: () => m.contacts_name(),
	purpose: () => m.contacts_purpose(),
	glyph: 'M12 4.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5M4.75 20.25c.6-3.6 3.5-5.75 7.25-5.75s6.65 2.15 7.25 5.75',
	hue: 300,
	places: [
		{ id: 'all', name: () => m.contacts_all(), href: '/contacts', icon: 'users', shortcut: 'g c' },
		{ id: 'favourites', name: () => m.contacts_favourites(), href: '/contacts/favourites', icon: 'star', shortcut: 'g f' },
		{ id: 'coming', name: () => m.contacts_coming(), href: '/contacts/coming', icon: 'calendar-days', shortcut: 'g b' },
		{ id: 'groups', name: () => m.contacts_groups(), href: '/contacts/groups', icon: 'folder', shortcut: 'g g' },
	],
	commands: [
		{ id: 'new', name: () => m.contacts_add(), icon: 'plus', run: (house) => house.quickAdd('contacts') },
		{ id: 'new-group', name: () => m.contacts_new_group(), icon: 'folder', run: (house) => house.go('/contacts/groups?new') },
		{ id: 'new-list', name: () => m.contacts_new_list(), icon: 'plus', run: (house) => house.go('/contacts/find') },
		{ id: 'archive', name: () => m.contacts_archived(), run: (house) => house.go('/contacts/archive') },
		{ id: 'duplicates', name: () => m.contacts_duplicates(), icon: 'users', run: (house) => house.go('/contacts/duplicates') },
		{ id: 'elsewhere', name: () => m.contacts_elsewhere(), icon: 'globe', run: (house) => house.go('/contacts/elsewhere') },
		{ id: 'import', name: () => m.contacts_import(), run: (house) => house.go('/contacts/import') },
		{ id: 'export', name: () => m.contacts_export(), run: (house) => house.go('/contacts/export') },
		{ id: 'map', name: () => m.contacts_map(), run: (house) => house.go('/contacts/map') },
		{ id: 'trash', name: () => m.contacts_trash(), icon: 'trash', run: (house) => house.go('/contacts/trash') },
	],
	widgets: [{ id: 'coming', name: () => m.contacts_widget(), size: 'column', load: () => import('./parts/TodayWidget.svelte') }],
	tags: () => import('./tag-use.ts'),
	search: () => import('./search.ts'),
	people: () => import('./people.ts'),
	dated: [
		{
			id: 'birthdays',
			name: () => m.contacts_dated_birthdays(),
			load: async () => ({ dated: (await import('./dated.ts')).birthdays }),
		},
		{
			id: 'anniversaries',
			name: () => m.contacts_dated_anniversaries(),
			load: async () => ({ dated: (await import('./dated.ts')).anniversaries }),
		},
	],
	describe: () => import('./describe.ts'),
	quickAdd: () => import('./parts/QuickAdd.svelte'),
	takes: {
		words: 'alone',
		imports: {
			page: '/contacts/import',
			types: { 'text/vcard': ['.vcf', '.vcard'], 'text/x-vcard': ['.vcf'], 'text/directory': ['.vcf'] },
		},
	},
};
