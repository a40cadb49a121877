import type { DeviceId, Transaction } from '../../cell.ts';
import type { Ack, Hello, Presence, Subbed, Welcome } from '../../frames.ts';
import type { Scope } from '../../scope.ts';
import type { PackedChunk } from '../../snapshot/chunk.ts';
import type { ChunkHash } from '../../snapshot/manifest.ts';
import type { SyncState } from '../api.ts';
import type * as checkups from './checkup.ts';
import type { ChecksHost } from './checks.ts';
import type * as reading from './chunks.ts';
import type { ChunkSource, NamedChunk } from './download.ts';
import type { Environment } from '../environment.ts';
import type { Grounded } from '../ground.ts';
import type { Connector, TokenSource } from '../link.ts';
import type { RemotePatch, SpaceRow } from '../store.ts';

/** What the session speaks about: the local state of one space. */
export interface SessionHost extends ChecksHost {
	readonly device: DeviceId;
	/** Cursor and id of the space; the id is `null` until the first contact. */
	readonly space: Pick<SpaceRow, 'id' | 'epoch' | 'seq' | 'reach' | 'scope' | 'leaving'>;
	/**
	 * The cursor to subscribe from: that of the space, or lower when something waits that was written before this device heard that its record
	 * is gone: the server may have forgotten that by now, and must say so.
	 */
	readonly from: number;
	/**
	 * Nothing is here, and what waits rests on something that was, or may have been sent under the number of another device, a copy of this one: until it
	 * is compared with what the server has it is not sent, for that may be forgotten by now.
	 */
	readonly isUnsure: boolean;
	/** Somebody else is somewhere in the space, or no more. */
	present(frame: Presence): void;
	/** The part of the space that is to be kept here from now on; `null`: everything. */
	readonly wanted: Scope | null;
	/** Records that unsent writes are about are `wanted` from now on, until they are finished with. */
	holdUnsent(): void;
	/** Decisions up to this `n` have been taken in. */
	readonly doneN: number;
	/** Decisions up to this `n` are on our disk; never above `doneN`. */
	readonly knownN: number;
	/** The `n` that the next local transaction gets. */
	readonly nextN: number;
	/** Transactions without a decision, in the order of `n`, from `from` on and without a gap. */
	unsentFrom(from: number): Iterable<Transaction & Grounded>;
	/** Whether something may only be sent in a conversation that began from a lower cursor. */
	isBelow(written: Grounded, asked: number): boolean;
	/** The server told who we are. Answers a problem when this is not the space that our data is from. */
	welcomed(welcome: Welcome): Problem | null;
	subbed(subbed: Subbed): void;
	/** Gets a checkpoint ready that is too large to be taken in at once: after that it is `confirmed`. `null`: it is not. */
	getReady(patch: RemotePatch): Promise<unknown> | null;
	/** One checkpoint's worth of confirmed cells; `replace`: the history before it is void. */
	confirmed(patch: RemotePatch): void;
	/** Collections that the person looks at: they come first in a first download. */
	readonly first: readonly number[];
	/** A chunk that an earlier attempt has brought. */
	chunk(hash: ChunkHash): PackedChunk | undefined;
	/** A chunk came: keep it, so that it is not fetched again when this download is cut off. */
	fetched(hash: ChunkHash, bytes: Uint8Array, chunk: PackedChunk): void;
	/** Part of a first download that may be shown already. It is no checkpoint. */
	preview(chunks: readonly NamedChunk[]): void;
	acked(ack: Ack): void;
	/** Less may be read than before: only these apps. What lies outside goes at once. */
	narrowed(apps: readonly number[]): void;
	/** Nothing may be read any more: everything goes at once. */
	revoked(): void;
	/**
	 * The server counts our transactions differently: look at the disk, and become another device if that does not explain it.
	 *
	 * @param wentBack it has forgotten what it had decided in this very history
	 */
	disown(wentBack: boolean): Promise<void>;
	clockMeasured(skewMs: number): void;
	state(change: Pick<Partial<SyncState>, 'phase' | 'retryAt' | 'problem' | 'firstSync' | 'digest'>): void;
}

export type Problem = NonNullable<SyncState['problem']>;

/** What a session is made of. */
export interface SessionParts {
	readonly env: Environment;
	readonly host: SessionHost;
	readonly connector: Connector;
	readonly token: TokenSource;
	readonly schema: Hello['schema'];
	readonly chunks?: ChunkSource;
	/** Loads what reads chunks. */
	readonly reading: () => Promise<typeof reading>;
	/** Loads what compares digests. */
	readonly checkup: () => Promise<typeof checkups>;
}
