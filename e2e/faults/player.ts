import type { Told } from './replica.ts';

/** What a client is told to do. */
export type Word = 'write' | 'stop' | 'wake' | 'state';

/** A client under trouble, whatever carries it. */
export interface Player {
	tell(word: Word): void;
	/** It stands still in the middle of whatever it did, and knows nothing of it. */
	pause(): Promise<void>;
	resume(): Promise<void>;
	/** It is gone at once: nothing is flushed, nobody is told. */
	kill(): Promise<void>;
}

export interface PlayerOptions {
	/** Which seat it takes; those who come later find there what the one before kept, if it kept anything. */
	readonly seat: number;
	/** Unique among all that ever played. */
	readonly writer: string;
	readonly seed: number;
	/** Transactions a second. */
	readonly rate: number;
	/** Its way to the server. */
	readonly url: string;
	readonly token: string;
	readonly heard: (told: Told) => void;
	/** It is gone although nobody killed it. */
	readonly ended: (how: string) => void;
}

/** Starts a client; settles when it is ready to be told something. */
export type StartPlayer = (options: PlayerOptions) => Promise<Player>;
