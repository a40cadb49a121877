import type { Content } from '../words/content.ts';

/** Ways that a person adds for themselves, each with a file of its own here. */
export const ownChannelNames = ['push', 'webhook', 'matrix', 'ntfy', 'apprise'] as const;
export type OwnChannelName = (typeof ownChannelNames)[number];
export const channelNames = ['email', 'inbox', ...ownChannelNames] as const;
export type ChannelName = (typeof channelNames)[number];

/** What a channel is given: where to, and what to say. */
export interface Parcel {
	/** 32 hexadecimal digits, the same however often it is sent: a Message-ID, transaction id or idempotency key is made from it. */
	readonly id: string;
	/** Where to, as the channel's own `target` schema reads it. */
	readonly target: unknown;
	readonly content: Content;
	/** What it is about, by its name in the schema; `digest` for several things at once. */
	readonly topic: string;
	/** BCP 47 tag of the words in it. */
	readonly language: string;
	/** When it was asked for, in milliseconds since 1970. */
	readonly at: number;
	/** When it is over, in milliseconds since 1970. */
	readonly expires: number | null;
	/** Whether it is about the safety of an account, or rings at a moment that its reader chose. */
	readonly urgent: boolean;
	/** The record in the reader's inbox, or the parcel's own id: what else is told of the same thing has the same one. */
	readonly about: string;
	/** How the reader stops mails of this kind with one click (RFC 8058). */
	readonly unsubscribe?: { readonly link: string; readonly label: string };
}

/** How an attempt ended. Whatever else is thrown counts as `later` before it was handed over, and as `doubtful` after. */
export type Outcome =
	| { readonly kind: 'delivered'; readonly receipt?: string }
	/** The far side will never take it. @property gone nothing will ever be taken there */
	| { readonly kind: 'refused'; readonly reason: string; readonly gone?: true }
	/** It certainly did not take it this time. @property afterMs how long it asked to be left alone */
	| { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number }
	/** There is nothing left to tell, or nobody to tell it to. */
	| { readonly kind: 'moot'; readonly reason: string }
	/** It was not even tried, and that counts for nothing. @property until in milliseconds since 1970 */
	| { readonly kind: 'postponed'; readonly reason: string; readonly until: number };

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

/** What a chat or a phone shows: all but the subject, in one text. */
export function plainText({ paragraphs, note }: Content): string {
	return [...paragraphs, ...(note === undefined ? [] : [note])].join('\n\n');
}
