import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: 'contacts',
	number: 4,
	name: () => m.contacts_name(),
	purpose: () => m.contacts_purpose(),
	glyph: 'M12 4.5a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5M4.75 20.25c.6-3.6 3.5-5.75 7.25-5.75s6.65 2.15 7.25 5.75',
	hue: 300,
	places: [{ id: 'all', name: () => m.contacts_all(), href: '/contacts', icon: 'users', shortcut: 'g c' }],
	commands: [
		{ id: 'import', name: () => m.contacts_import(), run: (house) => house.go('/contacts/import') },
		{ id: 'export', name: () => m.contacts_export(), run: (house) => house.go('/contacts/export') },
	],
	describe: () => import('./describe.ts'),
};
