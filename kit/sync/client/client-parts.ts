import type { SpaceId } from '../cell.ts';
import type { Hello } from '../frames.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Breathe } from './breathe.ts';
import type { Client } from './client.ts';
import type * as conversation from './conversation/index.ts';
import type { Disk } from './disk.ts';
import type { Environment } from './environment.ts';
import type { KeptPart } from './conversation/keeping.ts';
import type { Later } from './later.ts';
import type { TokenSource } from './link.ts';
import type { Network, Notes, StorageUse } from './platform.ts';
import type { ClientStore } from './store.ts';
import type { Channel, Locks } from './tabs.ts';

/** Where this account syncs to. */
export interface Remote extends Network {
	readonly token: TokenSource;
	/** Collections that this build knows, for HELLO. */
	readonly schema: Hello['schema'];
	/** The collections that the person looks at, which a first download brings first. */
	first?(): readonly number[];
	/** What of this build's collections a device keeps unless the person wants everything; without it, everything. */
	readonly parts?: readonly KeptPart[];
	/** The person whose data this is; a token of somebody else is not used. */
	readonly person: string;
	/** The shared space that is synced; left out, the personal one. */
	readonly space?: SpaceId;
	/** How one converses with it: loaded only where there is somebody to converse with. */
	readonly conversation: typeof conversation;
}

export interface ClientParts {
	readonly env: Environment;
	readonly store: ClientStore;
	/** A store on another disk, for when `store` fails. */
	storeOn(disk: Disk): ClientStore;
	readonly later: Later;
	/** Small notes that outlive the disk. */
	readonly notes: Notes;
	/** Gives the thread away between two steps of what a tab loads when it opens. */
	readonly breathe: Breathe;
	readonly channel: Channel;
	readonly locks: Locks;
	/** Name of the account, for the lock of its leader. */
	readonly name: string;
	/** `null` for a guest. */
	readonly remote: Remote | null;
	/** Opens the files of the space, for a client that is open. */
	files(client: Client): Promise<Blobs>;
	/** How full this device is. */
	storage(): Promise<StorageUse>;
	/** Called once, at the first edit: the moment to ask for lasting storage. */
	edited?(): void;
	/** What the space is called, for what goes to the quarantine. */
	spaceName?(): string;
	/** Called once when the client ends. */
	ended?(): void;
	/** Told of what must not happen, for logs. */
	report(error: unknown): void;
}
