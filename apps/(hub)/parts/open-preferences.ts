import type { Mana } from '@mana/sync/client/api';
import { m } from '@mana/ui/i18n';
import { unchosen } from '@mana/ui/preferences/chosen';
import type { PreferencesSource } from '@mana/ui/preferences/preferences.svelte';
import type { Session } from '@mana/ui/session/session.svelte';
import { preferences, preferencesId } from '../model.ts';
import { showOwnPortrait } from './own-portrait.ts';
import { RecordOfOne } from './record-of-one.ts';
import { tellAuth } from './tell-auth.ts';

/** The preferences of who is here, kept as a record of their own space. */
export function openPreferences(home: Mana, session: Session): PreferencesSource {
	const record = new RecordOfOne(home, preferences, preferencesId);
	tellAuth(home, session);
	showOwnPortrait(home, session.account ?? 'guest');
	return {
		get chosen() {
			return record.row ?? unchosen;
		},
		get whole() {
			return home.sync.phase === 'guest' || (home.sync.phase === 'live' && home.sync.firstSync === null);
		},
		travels: session.person !== null,
		subscribe(listener) {
			const stops = [record.subscribe(listener), home.subscribe(listener)];
			return () => stops.forEach((stop) => stop());
		},
		choose: (change) => record.write(m.hub_preference_changed(), change),
		fill: (gaps) => record.note(m.hub_preference_changed(), gaps),
	};
}
