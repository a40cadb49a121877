import { m } from '../i18n/index.ts';
import { toast } from '../shell/toasts.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { isTimeZone } from './resolve.ts';
import { zoneName } from './zone-name.ts';

/** The zone of this device that the person was asked about last. */
const key = 'mana.zone-asked';

/**
 * Asks whether to go by the clock of the device when that stands in another time zone than the person's: once for each zone that one comes
 * into. Closing the question keeps what is. Call it in an effect; returns how to take the question back.
 */
export function askAboutZone(): (() => void) | undefined {
	const { deviceZone, chosen } = preferences;
	if (chosen.timeZone === '' || canonical(chosen.timeZone) === canonical(deviceZone)) {
		localStorage.removeItem(key);
		return undefined;
	}
	if (localStorage.getItem(key) === deviceZone) return undefined;
	localStorage.setItem(key, deviceZone);
	const here = zoneName(deviceZone);
	return toast({
		text: m.zone_other({ here }),
		detail: m.zone_other_text({ own: zoneName(chosen.timeZone) }),
		action: { label: m.zone_use({ here }), run: () => preferences.choose({ timeZone: deviceZone }) },
		durationMs: 0,
	});
}

/** Browsers call some zones by different names. */
function canonical(zone: string): string {
	return isTimeZone(zone) ? new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone : zone;
}
