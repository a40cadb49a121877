import type { RecordId } from '@mana/model';

/** Why a feed could not be read: where it is must not be called, there is nothing there, it answers with an error, it is no calendar, it is too large. */
export type FeedProblem = 'refused' | 'unreachable' | 'answered' | 'not-a-calendar' | 'too-large';

/** How the feed of a subscription stands. Times in ms since 1970. */
export interface FeedState {
	readonly calendar: RecordId;
	/** When it was read last; `null`: not since this began. */
	readonly readAt: number | null;
	/** When it is looked at next. */
	readonly next: number;
	/** Of the last attempt; `null`: none. */
	readonly problem: FeedProblem | null;
	/** What it answered with, where it answered with an error. */
	readonly status: number | null;
}
