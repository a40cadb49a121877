import type { SyncState } from '@mana/sync/client/api';
import { speakAgo, speakTime, timeAt } from '@mana/time';
import { m } from '../i18n/index.ts';

/** How it stands between this device and the server, for the pill: one word or two, and whether somebody should look. */
export interface SyncWords {
	readonly tone: 'well' | 'working' | 'waiting' | 'attention';
	readonly short: string;
	readonly long: string;
}

/**
 * What the sync pill says: what is unsent, since when and why; nothing alarming while all is well.
 *
 * @param now ms since 1970
 */
export function syncWords(sync: SyncState, now: number, locale: string): SyncWords {
	if (!sync.durable) return { tone: 'attention', short: m.sync_not_kept(), long: m.sync_not_kept_long() };
	if (sync.refused > 0)
		return {
			tone: 'attention',
			short: m.sync_refused({ count: sync.refused }),
			long: m.sync_refused_long({ count: sync.refused }),
		};
	switch (sync.phase) {
		case 'guest':
			return { tone: 'well', short: m.sync_guest(), long: m.sync_guest_long() };
		case 'stopped':
			return { tone: 'attention', short: m.sync_stopped(), long: sync.problem?.detail ?? m.sync_stopped_long() };
		case 'signed-out':
			return { tone: 'attention', short: m.sync_signed_out(), long: m.sync_signed_out_long() };
		case 'connecting':
			if (sync.firstSync) return { tone: 'working', short: m.sync_first(), long: m.sync_first_long() };
			return { tone: 'working', short: m.sync_connecting(), long: unsent(sync, now, locale) ?? m.sync_connecting_long() };
		case 'offline':
			return {
				tone: 'waiting',
				short: sync.unsent > 0 ? m.sync_unsent({ count: sync.unsent }) : m.sync_offline(),
				long: whyOffline(sync, now, locale),
			};
		case 'live':
			if (sync.unsent > 0)
				return { tone: 'working', short: m.sync_sending(), long: unsent(sync, now, locale) ?? m.sync_sending() };
			return { tone: 'well', short: m.sync_live(), long: m.sync_live_long() };
	}
}

function whyOffline(sync: SyncState, now: number, locale: string): string {
	const again = sync.retryAt && sync.retryAt > now ? m.sync_retry_at({ time: speakTime(timeAt(sync.retryAt), locale) }) : '';
	return [unsent(sync, now, locale) ?? m.sync_offline_long(), sync.problem?.detail ?? '', again].filter(Boolean).join(' ');
}

function unsent(sync: SyncState, now: number, locale: string): string | null {
	if (sync.unsent === 0) return null;
	const since = sync.unsentSince === null ? '' : speakAgo(sync.unsentSince, now, locale);
	return m.sync_unsent_long({ count: sync.unsent, since });
}
