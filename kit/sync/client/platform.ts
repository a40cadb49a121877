import type { Disk } from './disk.ts';
import type { ChunkSource } from './conversation/download.ts';
import type { Environment } from './environment.ts';
import type { Connector, HistorySource, TokenSource } from './link.ts';
import type { Channel, Locks } from './tabs.ts';

/** Everything outside of the client, in one table: the browser's by default, anything in tests. */
export interface Platform {
	readonly env: Environment;
	readonly locks: Locks;
	/** The ways to the server: asked for only where there is somebody to sync with. */
	network(): Promise<Network>;
	readonly token: TokenSource;
	/** Where the files of a space are sent to and come from: the spaces' address, without the space. */
	readonly spacesUrl: string;
	/** Small notes that outlive the databases: what tells a new browser from a wiped one. */
	readonly notes: Notes;
	openDisk(name: string): Promise<Disk>;
	deleteDisk(name: string): Promise<void>;
	channel(name: string): Channel;
	/** Asks that the browser does not clear our data when space is short. */
	persist(): void;
	/** Calls back when the page may be about to end: only what is done before the call returns is done for certain. Returns the way to stop. */
	onLeave(leave: () => void): () => void;
	/** How much of what the browser lets us use is used, as far as it tells. */
	storage(): Promise<StorageUse>;
	/** Calls back when it is worth trying at once: the network or the person came back. Returns the way to stop. */
	onWake(wake: () => void): () => void;
	report(error: unknown): void;
}

/** Ways to the server. */
export interface Network {
	readonly connector: Connector;
	/** Where the chunks of snapshots come from; without it the state comes by DELTA. */
	readonly chunks?: ChunkSource;
	/** Where the history of records comes from. */
	readonly history?: HistorySource;
}

/** Bytes on this device, of everything that this Mana keeps there. */
export interface StorageUse {
	readonly usedBytes: number;
	readonly quotaBytes: number;
}

/** The part of `localStorage` that we use. */
export interface Notes {
	getItem(name: string): string | null;
	setItem(name: string, value: string): void;
	removeItem(name: string): void;
	names(): readonly string[];
}
