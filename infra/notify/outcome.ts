import type { Outcome } from './channels/channel.ts';
import type { DeliveryRow } from './store.ts';

/** How long and how often it is tried. */
export const retry = { firstMs: 5_000, longestMs: 3_600_000, attempts: 14 };
const REASON_LENGTH = 2_000;

/** @property ours it was this process's end, and says nothing of the far side */
interface Doubtful {
	readonly kind: 'doubtful';
	readonly reason: string;
	readonly ours?: true;
}

/** How an attempt ended for the queue: as the channel said, or with nobody knowing. */
export type Ending = Outcome | Doubtful | { readonly kind: 'expired' };

/** @param jitter in [0,1): keeps what failed together from coming back together; @param now in milliseconds since 1970 */
export interface Circumstances {
	readonly repeatable: boolean;
	readonly now: number;
	readonly jitter: number;
}

/** What a delivery becomes after an attempt. */
export function after(delivery: DeliveryRow, ending: Ending, { repeatable, now, jitter }: Circumstances): Partial<DeliveryRow> {
	const isLast = delivery.tries + 1 >= retry.attempts;
	const finished = { lease_until: null, handed: 0, finished_at: now };
	switch (ending.kind) {
		case 'delivered':
			return { ...finished, state: 'delivered', reason: null, receipt: ending.receipt ?? null };
		case 'refused':
			return { ...finished, state: 'failed', reason: cut(ending.reason) };
		case 'moot':
			return { ...finished, state: delivery.doubts > 0 ? 'doubtful' : 'cancelled', reason: cut(ending.reason) };
		case 'expired':
			if (delivery.doubts > 0) return { ...finished, state: 'doubtful' };
			return { ...finished, state: 'expired', reason: 'It was over before it could be told.' };
		case 'postponed':
			return { state: 'waiting', lease_until: null, handed: 0, run_at: ending.until, reason: cut(ending.reason) };
		case 'doubtful': {
			const doubts = delivery.doubts + 1;
			const reason = cut(ending.reason);
			if (!repeatable || isLast) return { ...finished, state: 'doubtful', doubts, reason };
			return { ...again(delivery, now, jitter), doubts, reason };
		}
		case 'later': {
			const reason = cut(ending.reason);
			// Whoever gives up what may have arrived once says so.
			if (isLast)
				return {
					...finished,
					state: delivery.doubts > 0 ? 'doubtful' : 'failed',
					reason: `${reason} Tried ${retry.attempts} times.`,
				};
			return { ...again(delivery, now, jitter, ending.afterMs), reason };
		}
	}
}

/** Back to the others, after a time that doubles with every attempt up to an hour. */
function again({ tries }: DeliveryRow, now: number, jitter: number, askedMs = 0): Partial<DeliveryRow> {
	const full = Math.min(retry.firstMs * 2 ** tries, retry.longestMs);
	const waitMs = Math.max(Math.round(full * (0.5 + jitter / 2)), Math.min(askedMs, retry.longestMs));
	return { state: 'waiting', lease_until: null, handed: 0, run_at: now + waitMs, tries: tries + 1 };
}

function cut(reason: string): string {
	return reason.slice(0, REASON_LENGTH);
}
