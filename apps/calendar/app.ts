import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: 'calendar',
	number: 3,
	name: () => m.calendar_name(),
	purpose: () => m.calendar_purpose(),
	glyph: 'M8 3v4M16 3v4M4 10h16M6 5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2',
	hue: 25,
	places: [{ id: 'agenda', name: () => m.calendar_agenda(), href: '/calendar', icon: 'calendar-days' }],
};
