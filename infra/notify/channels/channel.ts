import type { Content } from '../words/content.ts';

export const channelNames = ['email'] as const;
export type ChannelName = (typeof channelNames)[number];

/** What a channel is given: where to, and what to say. */
export interface Parcel {
	/** Stays the same however often it is sent: the Message-ID, transaction id or idempotency key is made from it. */
	readonly id: string;
	readonly target: string;
	readonly content: Content;
	/** BCP 47 tag of the words in it. */
	readonly language: string;
	/** When it was asked for, in milliseconds since 1970. */
	readonly at: number;
}

/** How an attempt ended. Whatever else is thrown counts as `later` before it was handed over, and as `doubtful` after. */
export type Outcome =
	| { readonly kind: 'delivered'; readonly receipt?: string }
	/** The far side will never take it. */
	| { readonly kind: 'refused'; readonly reason: string }
	/** It certainly did not take it this time. @property afterMs how long it asked to be left alone */
	| { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number };

export interface Attempt {
	/** Aborted when the lease is over: somebody else may send it then. */
	readonly signal: AbortSignal;
	/** Called before the first byte by which the far side could have the message. */
	readonly handing: () => Promise<void>;
}

/** A way to reach somebody. */
export interface Channel {
	readonly name: ChannelName;
	/** Whether the far side can tell a repeated parcel from a new one, so that what is in doubt may be sent again. */
	readonly repeatable: boolean;
	/** How many parcels are under way at once in this process. */
	readonly concurrency: number;
	send(parcel: Parcel, attempt: Attempt): Promise<Outcome>;
	close(): void;
}
