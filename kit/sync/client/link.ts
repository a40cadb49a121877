import type { SpaceId } from '../cell.ts';
import type { HistoryQuestion, RecordChanges } from '../record-history.ts';

/**
 * A way to the server. The session does not know whether it is a socket, a series of HTTP requests, or the simulator's network.
 */
export interface Connector {
	/** Starts to connect; the handlers hear how it goes. Never throws. */
	open(handlers: LinkHandlers): Link;
}

export interface LinkHandlers {
	/** Frames may be sent. */
	opened(): void;
	received(frame: Uint8Array): void;
	/** Nothing comes any more. `done`: the answer of an 'exchange' is complete; `lost`: anything else. Not called after `Link.close`. */
	closed(how: 'done' | 'lost'): void;
}

export interface Link {
	/**
	 * A 'stream' stays open. An 'exchange' takes what is sent in the same turn as `opened`, answers it and is `done`; when nothing was
	 * pushed, the server holds the answer until there is something to tell.
	 */
	readonly kind: 'stream' | 'exchange';
	send(frame: Uint8Array): void;
	/** Called once, whether it goes on or has ended by itself. */
	close(): void;
}

/** A token for the server, from the session that the browser has with mana-auth. */
export interface Token {
	readonly token: string;
	/** ms since 1970, by the server's clock */
	readonly expiresAt: number;
}

/** Fetches a fresh token. Throws `SignedOut` when the session is over; any other error means "cannot be asked now". */
export type TokenSource = () => Promise<Token>;

/** Asks for a page of the history of a record. Throws `HistoryUnavailable`. */
export type AskHistory = (question: HistoryQuestion) => Promise<RecordChanges>;

/** The same in a space and with a token; whatever it throws beside `HistoryUnavailable` means that there was no answer. */
export type HistorySource = (space: SpaceId, question: HistoryQuestion, token: string) => Promise<RecordChanges>;

/** The server does not know this browser's session any more. */
export class SignedOut extends Error {
	override readonly name = 'SignedOut';
}
