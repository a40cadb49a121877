import { m } from '@mana/ui/i18n';
import type { FeedState } from './feed-state.ts';

/** Why a feed could not be read, and what can be done. */
export function problemWords({ problem, status }: Pick<FeedState, 'problem' | 'status'>): string {
	switch (problem) {
		case null:
			return '';
		case 'refused':
			return m.calendar_feed_refused();
		case 'unreachable':
			return m.calendar_feed_unreachable();
		case 'answered':
			return status === 401 || status === 403
				? m.calendar_feed_forbidden()
				: status === 404 || status === 410
					? m.calendar_feed_gone()
					: m.calendar_feed_answered({ status: String(status) });
		case 'not-a-calendar':
			return m.calendar_feed_no_calendar();
		case 'too-large':
			return m.calendar_feed_too_large();
	}
}
