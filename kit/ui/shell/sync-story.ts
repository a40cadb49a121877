import type { SyncState } from '@mana/sync/client/api';
import { speakAgo, speakTime, timeAt } from '@mana/time';
import { m } from '../i18n/index.ts';

/**
 * What is unsent, since when and why, in whole sentences: what opens under the sync pill.
 *
 * @param now ms since 1970
 * @param zone IANA name of the person's time zone
 */
export function syncStory(sync: SyncState, now: number, locale: string, zone: string): string {
	if (sync.full) return sync.phase === 'guest' ? m.sync_full_guest_long() : fullStory(sync, now, locale);
	if (!sync.durable) return m.sync_not_kept_long();
	if (sync.refused > 0) return m.sync_refused_long({ count: sync.refused });
	if (sync.outdated.length > 0) return m.sync_outdated_long();
	const tight = sync.phase === 'guest' ? m.sync_tight_guest_long() : m.sync_tight_long();
	return [sync.tight ? tight : '', phaseStory(sync, now, locale, zone)].filter(Boolean).join(' ');
}

function fullStory(sync: SyncState, now: number, locale: string): string {
	return [m.sync_full_long(), unsent(sync, now, locale)].filter(Boolean).join(' ');
}

function phaseStory(sync: SyncState, now: number, locale: string, zone: string): string {
	switch (sync.phase) {
		case 'guest':
			return m.sync_guest_long();
		case 'stopped':
			return sync.problem?.detail ?? m.sync_stopped_long();
		case 'signed-out':
			return m.sync_signed_out_long();
		case 'connecting':
			return sync.firstSync ? m.sync_first_long() : (unsent(sync, now, locale) ?? m.sync_connecting_long());
		case 'offline':
			return whyOffline(sync, now, locale, zone);
		case 'live':
			return unsent(sync, now, locale) ?? m.sync_live_long();
	}
}

function whyOffline(sync: SyncState, now: number, locale: string, zone: string): string {
	const again =
		sync.retryAt && sync.retryAt > now ? m.sync_retry_at({ time: speakTime(timeAt(sync.retryAt, zone), locale) }) : '';
	return [unsent(sync, now, locale) ?? m.sync_offline_long(), again].filter(Boolean).join(' ');
}

function unsent(sync: SyncState, now: number, locale: string): string | null {
	if (sync.unsent === 0) return null;
	const since = sync.unsentSince === null ? '' : speakAgo(sync.unsentSince, now, locale);
	return m.sync_unsent_long({ count: sync.unsent, since });
}
