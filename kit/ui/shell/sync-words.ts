import type { SyncState } from '@mana/sync/client/api';
import { m } from '../i18n/index.ts';

/** How it stands between this device and the server, for the pill: a word or two, and whether somebody should look. */
export interface SyncWords {
	readonly tone: 'well' | 'working' | 'waiting' | 'attention';
	readonly short: string;
}

/** What the sync pill says: nothing alarming while all is well. */
export function syncWords(sync: SyncState): SyncWords {
	if (sync.full) return { tone: 'attention', short: m.sync_full() };
	if (!sync.durable) return { tone: 'attention', short: m.sync_not_kept() };
	if (sync.refused > 0) return { tone: 'attention', short: m.sync_refused({ count: sync.refused }) };
	if (sync.outdated.length > 0) return { tone: 'attention', short: m.sync_outdated() };
	switch (sync.phase) {
		case 'guest':
			return sync.tight ? { tone: 'attention', short: m.sync_tight() } : { tone: 'well', short: m.sync_guest() };
		case 'stopped':
			return { tone: 'attention', short: m.sync_stopped() };
		case 'signed-out':
			return { tone: 'attention', short: m.sync_signed_out() };
		case 'connecting':
			return { tone: 'working', short: sync.firstSync ? m.sync_first() : m.sync_connecting() };
		case 'offline':
			return { tone: 'waiting', short: sync.unsent > 0 ? m.sync_unsent({ count: sync.unsent }) : m.sync_offline() };
		case 'live':
			if (sync.tight) return { tone: 'attention', short: m.sync_tight() };
			return sync.unsent > 0 ? { tone: 'working', short: m.sync_sending() } : { tone: 'well', short: m.sync_live() };
	}
}
