import type { DeviceId } from '../cell.ts';
import type { Ack, Digest } from '../frames.ts';
import type { Standing, SyncState } from './api.ts';
import type { Sending } from './blobs/sender.ts';
import type { Environment } from './environment.ts';
import type { Name } from '../name.ts';
import type { Keeping } from './kept.ts';
import type { PresenceMessage } from './conversation/presence.ts';
import type { SpaceRow, StoredTransaction } from './store.ts';

/** A line to the other tabs of this browser: BroadcastChannel in life. What is posted does not come back to the poster. */
export interface Channel {
	post(message: TabMessage): void;
	/** Only one listener. */
	listen(listener: (message: TabMessage) => void): void;
	close(): void;
}

/** Exclusive locks among the tabs of this browser: `navigator.locks` in life. */
export interface Locks {
	/** Waits for `name`, holds it until `work` settles. Gives up when `signal` aborts; then `work` was not called. */
	hold(name: string, signal: AbortSignal, work: () => Promise<void>): void;
}

/** The leading tab took in a checkpoint. */
interface Confirmed {
	readonly kind: 'confirmed';
	readonly device: DeviceId;
	readonly epoch: number;
	/** Cursor before; a tab that is not there has missed something. */
	readonly from: number;
	readonly to: number;
	/** The apps for which it is whole: a tab that stands elsewhere reads the disk. */
	readonly reach: SpaceRow['reach'];
	readonly cells: Uint8Array;
	/** Records that go, before the cells come. */
	readonly gone: readonly Name[];
	readonly leaving: SpaceRow['leaving'];
}

/** What tabs tell each other. All of it was on the disk before it was told. */
export type TabMessage =
	/** The leader is alive; `called`: somebody asked. */
	| { readonly kind: 'beat'; readonly generation: number; readonly called?: true }
	/** Is it? */
	| { readonly kind: 'calling' }
	/** The network or the person came back: the leader should try now. */
	| { readonly kind: 'waking' }
	/** A new tab asks how sync is going. */
	| { readonly kind: 'asking' }
	| {
			readonly kind: 'committed';
			readonly device: DeviceId;
			/** The checkpoint that its tab showed: nobody shows these before that. */
			readonly epoch: number;
			readonly seq: number;
			readonly transactions: readonly StoredTransaction[];
	  }
	| Confirmed
	/** The same of more than is taken in at once, in parts. */
	| (Omit<Confirmed, 'kind' | 'cells'> & { readonly kind: 'came'; readonly parts: readonly Uint8Array[] })
	/** What the person wants to be kept here. */
	| { readonly kind: 'keeping'; readonly keeping: Keeping }
	| { readonly kind: 'acked'; readonly device: DeviceId; readonly ack: Pick<Ack, 'n' | 'restamped' | 'refused'> }
	| { readonly kind: 'forgotten'; readonly device: DeviceId; readonly stamp: number }
	| {
			readonly kind: 'sync';
			/** Of the leader that says it. */
			readonly generation: number;
			readonly state: SyncState;
			readonly space: Pick<SpaceRow, 'id' | 'actor'>;
			readonly skewMs: number;
	  }
	/** Somebody looks at the inspector of another tab: the leader tells where it stands. */
	| { readonly kind: 'inspecting' }
	| { readonly kind: 'inspected'; readonly standing: Standing }
	/** Where tabs are, and who else is there. */
	| { readonly kind: 'presence'; readonly message: PresenceMessage }
	/** A tab that does not lead compares what it holds, which is a part (as a text): the leader asks for it, and what the server answers is told to all. */
	| { readonly kind: 'question'; readonly question: Digest; readonly part: string }
	| { readonly kind: 'answer'; readonly answer: Digest }
	/** It holds something else than the server: the leader writes anew what all of them read from the disk. */
	| { readonly kind: 'differs' }
	| { readonly kind: 'conflict-settled'; readonly id: string }
	/** The disk changed in a way that cannot be told in parts. */
	| { readonly kind: 'reload' }
	/** The space was taken from this person: nothing of it may stay. */
	| { readonly kind: 'revoked' }
	/** The data of this account is being removed from this device. */
	| { readonly kind: 'forgetting' }
	/** On the line of the files: other files lie on the disk than before. */
	| { readonly kind: 'files' }
	/** On the line of the files: how sending one is going, in the tab that does it. */
	| { readonly kind: 'file-sending'; readonly hash: string; readonly sending: Sending | null };

/** Tabs of an older build do not call, but wait for beats. */
const BEAT_MS = 2_000;
/** So often a tab calls the leader, which answers at once, also where its timers are slow; after so many calls without an answer nobody leads. */
const CALL_MS = 500;
const MOST_CALLS = 2;
/** So long somebody may take the lead before others do. */
const CLAIM_MS = 10_000;

interface TabsParts {
	readonly env: Environment;
	readonly channel: Channel;
	readonly locks: Locks;
	/** Prefix of the lock's name: one leader per account. */
	readonly name: string;
	/** Takes the lead on the disk; false when a later leader exists. */
	claim(generation: number): Promise<boolean>;
	/** The latest leader's number on the disk. */
	latest(): Promise<number>;
	/** This tab leads from now on. */
	lead(generation: number): void;
	/** This tab leads no more. */
	follow(): void;
	heard(message: TabMessage): void;
}

/**
 * Tabs of one account: one leads (talks to the server), all others follow. The lead is an exclusive lock, and goes on when the leading
 * tab ends. A leader that is frozen keeps its lock, so after a second and a half the others agree on the next generation, whose lock is
 * free; the disk refuses what an earlier generation still wants to write (fencing), which sends it among the followers when it wakes.
 */
export class Tabs {
	readonly #parts: TabsParts;
	#generation = 0;
	#waiting: AbortController | null = null;
	#stepDown: (() => void) | null = null;
	/** When it began to take the lead on the disk. */
	#claimingAt: number | null = null;
	/** Calls that nobody answered. */
	#calls = 0;
	#stopCalling: (() => void) | null = null;
	#beatAt = -Infinity;
	#closed = false;

	constructor(parts: TabsParts) {
		this.#parts = parts;
	}

	get leading(): boolean {
		return this.#stepDown !== null;
	}

	/** Begins to listen, and to wait for the lead. `generation`: the latest one on the disk. */
	start(generation: number): void {
		this.#parts.channel.listen((message) => this.#hear(message));
		this.#generation = generation;
		this.#parts.channel.post({ kind: 'asking' });
		this.#stopCalling = this.#parts.env.every(CALL_MS, () => this.#call());
		this.#wait();
	}

	post(message: TabMessage): void {
		if (!this.#closed) this.#parts.channel.post(message);
	}

	/** Time has passed. Call it about once a second. */
	tick(): void {
		const now = this.#parts.env.elapsed();
		if (this.leading && now - this.#beatAt >= BEAT_MS) this.#beat(now);
	}

	/** The disk said that another tab leads. */
	fenced(): void {
		if (!this.leading) return;
		this.#release();
		void this.#parts.latest().then(
			(generation) => this.#join(Math.max(generation, this.#generation)),
			() => this.#join(this.#generation + 1), // a broken disk: whoever leads next finds out
		);
	}

	close(): void {
		this.#closed = true;
		this.#stopCalling?.();
		this.#waiting?.abort();
		this.#release();
		this.#parts.channel.close();
	}

	#hear(message: TabMessage): void {
		if (this.#closed) return;
		const generation = 'generation' in message ? message.generation : this.#generation;
		if (generation < this.#generation) return; // a leader of the past; the disk will tell it
		if (message.kind === 'calling' && this.#isUp) this.post({ kind: 'beat', generation, called: true });
		if (message.kind !== 'beat') return this.#parts.heard(message);
		this.#calls = 0;
		if (message.generation === this.#generation) return;
		this.#release();
		this.#join(message.generation);
	}

	/** Whether it leads or is about to. A disk that does not answer is no reason to wait for it for ever. */
	get #isUp(): boolean {
		return this.leading || (this.#claimingAt !== null && this.#parts.env.elapsed() - this.#claimingAt < CLAIM_MS);
	}

	/** Half a second has passed. */
	#call(): void {
		if (this.#isUp) this.#calls = 0;
		else if (this.#calls++ < MOST_CALLS) this.post({ kind: 'calling' });
		else {
			this.#calls = 0;
			this.#join(this.#generation + 1);
		}
	}

	#join(generation: number): void {
		if (this.#closed || (generation === this.#generation && this.#waiting)) return;
		this.#generation = generation;
		this.#waiting?.abort();
		this.#wait();
	}

	#wait(): void {
		const generation = this.#generation;
		const waiting = (this.#waiting = new AbortController());
		this.#parts.locks.hold(`${this.#parts.name}/${generation}`, waiting.signal, async () => {
			if (this.#closed || this.#waiting !== waiting) return;
			this.#waiting = null;
			this.#claimingAt = this.#parts.env.elapsed();
			const isNext = await this.#parts.claim(generation).finally(() => (this.#claimingAt = null));
			if (this.#closed || this.#generation !== generation) return;
			if (!isNext) return this.#join(Math.max(await this.#parts.latest(), generation + 1));
			const done = new Promise<void>((resolve) => (this.#stepDown = resolve));
			this.#beat(this.#parts.env.elapsed());
			this.#parts.lead(generation);
			await done;
		});
	}

	#beat(now: number): void {
		this.#beatAt = now;
		this.#parts.channel.post({ kind: 'beat', generation: this.#generation });
	}

	#release(): void {
		const stepDown = this.#stepDown;
		if (!stepDown) return;
		this.#stepDown = null;
		this.#parts.follow();
		stepDown();
	}
}
