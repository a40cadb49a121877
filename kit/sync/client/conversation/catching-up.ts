import type { Cell } from '../../cell.ts';
import type { Delta, Move, Reach, Snapshot, Subbed } from '../../frames.ts';
import { Arrival } from './arrival.ts';
import type * as reading from './chunks.ts';
import { Download, type ChunkSource } from './download.ts';
import type { Line } from './line.ts';
import type { SessionHost } from './session-host.ts';
import type { Subscription } from './subscription.ts';
import type { RemotePatch } from '../store.ts';

const MOST_FAILED_DOWNLOADS = 3;
/** Bytes of DELTAs after which the server is told that they were taken in: a quarter of what it lets be on its way. */
const TELL_AFTER_BYTES = 64 * 1024;

interface CatchingUpParts {
	readonly host: Pick<
		SessionHost,
		'space' | 'isUnsure' | 'first' | 'chunk' | 'fetched' | 'preview' | 'getReady' | 'confirmed' | 'state'
	>;
	readonly subscription: Subscription;
	readonly chunks: ChunkSource | null;
	/** Loads what reads chunks. */
	reading(): Promise<typeof reading>;
	readonly line: Line;
	/** The server wants to be told what was taken in. */
	lively(): boolean;
	/** What is held here is about to be replaced: comparing it makes no sense. */
	disturb(): void;
	/** Runs what merges these cells. */
	around(cells: readonly Cell[], merge: () => void): void;
	/** A part of what the server has came. */
	came(): void;
	/** A checkpoint was taken in. */
	confirmed(): void;
	/** What is heard from now on waits until this is done, and then is done as well. */
	hold(work: Promise<unknown>, then: () => void): void;
	lost(code: string, detail: string): void;
}

/** How one connection brings what the server has: chunks, DELTAs and records that left, taken in when they make a checkpoint. */
export class CatchingUp {
	/** The newest checkpoint of the space that we heard of. */
	head = 0;
	/** What is on its way takes the place of what we have. Nothing is sent before that: it may be about what is no more. */
	anew = false;
	/** The server has forgotten things that we should have been told of. Asked from the start it does not say so again. */
	forgotten = false;
	/** Bytes of DELTAs that the server was not told of yet. */
	untold = 0;
	readonly #parts: CatchingUpParts;
	readonly #arrival = new Arrival();
	/** Downloads that failed, one after another: after a few, the state comes by DELTA. */
	#failedDownloads = 0;

	constructor(parts: CatchingUpParts) {
		this.#parts = parts;
	}

	/** Whether the server may answer with a snapshot. */
	get takesSnapshots(): boolean {
		return this.#parts.chunks !== null && this.#failedDownloads < MOST_FAILED_DOWNLOADS;
	}

	/** Nothing is on its way that would make another checkpoint. */
	get isQuiet(): boolean {
		return !this.#arrival.begun;
	}

	/** All that we heard of is here, and of the part that was asked for. */
	get isDone(): boolean {
		return this.#parts.subscription.isSettled && this.#parts.host.space.seq >= this.head;
	}

	/** The state was asked for. */
	asked(): void {
		const { host, subscription } = this.#parts;
		this.forgotten = host.isUnsure || (subscription.restarted && this.forgotten);
		this.anew = subscription.restarted || this.forgotten;
		// A first download is most often by chunks: what reads them is here when they come. Who fetches one hears what fails.
		if (host.space.seq === 0 && this.takesSnapshots) this.#parts.reading().catch(() => undefined);
	}

	/** The server has forgotten things that we should have been told of: what we have is void. */
	void(): void {
		this.anew = this.forgotten = true;
	}

	/** The server begins to tell this part, perhaps anew. */
	subbed({ epoch, seq }: Subbed): void {
		const { host, subscription, disturb, line } = this.#parts;
		const { space } = host;
		this.#arrival.drop();
		subscription.see(disturb);
		this.head = seq;
		line.watchdog.moved();
		const isOther = epoch !== space.epoch || seq < space.seq;
		// After a loss of power nothing tells what of the unsent had arrived in the earlier history, was brought back to this one and is folded by now.
		if (isOther && space.seq === 0 && space.epoch !== 0) this.void();
		const renewed = this.forgotten || (this.anew && !isOther);
		if (renewed || isOther) this.#arrival.replace(epoch, renewed || space.seq > 0, renewed);
	}

	/** Which apps may be read from now on. In front of SUBBED it is only noted: SUBBED says that it is about us. */
	reach({ apps }: Reach): void {
		const { subscription, disturb, line } = this.#parts;
		subscription.told(apps);
		if (line.stage !== 'subscribed') return;
		subscription.see(disturb);
		// What was set aside was read under the old right, perhaps a wider one that we were never whole for; the server begins this part anew.
		this.#arrival.forgetCells();
		// What is being fetched was chosen under the old right; and what comes from the start now would not take the place of what is here.
		if (this.#arrival.downloading || (line.isOpen && this.#isOfLess(0))) line.begin();
	}

	/** @param bytes how large the frame was */
	delta(delta: Delta, bytes: number): void {
		const { host, line, came, lost } = this.#parts;
		this.#tell(bytes);
		line.watchdog.moved();
		if (this.#isOfLess(delta.from)) return;
		this.#arrival.behind(host.space);
		if (!this.#arrival.add(delta)) return lost('gap', 'Something got lost on the way.');
		came();
		const first = delta.more && host.space.seq === 0 && !this.#arrival.downloading;
		if (first) host.state({ firstSync: { received: this.#arrival.received } });
		this.#confirm();
	}

	move(move: Move): void {
		this.#parts.line.watchdog.moved();
		if (this.#isOfLess(move.from)) return;
		this.#arrival.behind(this.#parts.host.space);
		this.#arrival.move(move);
	}

	snapshot(snapshot: Snapshot): void {
		const { host, subscription, chunks: source, line, lost } = this.#parts;
		const token = line.token.current;
		const { seq } = host.space;
		if (subscription.lacking && snapshot.from > 0) return;
		if (!source || token === null) return lost('protocol', 'The server sent a snapshot that nobody asked for.');
		this.#arrival.behind(host.space);
		const { replaces } = this.#arrival;
		const download = new Download({
			snapshot,
			first: new Set(host.first),
			have: (hash) => host.chunk(hash),
			fetch: async (hash, signal) => {
				const [bytes, { decodeChunk }] = await Promise.all([source(snapshot.space, hash, token, signal), this.#parts.reading()]);
				return { bytes, chunk: decodeChunk(bytes) };
			},
			fetched: (hash, bytes, chunk) => host.fetched(hash, bytes, chunk),
			ready: (chunks) => {
				if (seq === 0 && !replaces) host.preview(chunks);
			},
			progressed: (received) => {
				line.watchdog.moved();
				if (seq === 0) host.state({ firstSync: { received } });
			},
			done: (chunks) => {
				if (!this.#arrival.isFetching(download)) return;
				this.#failedDownloads = 0;
				this.#arrival.fetched(chunks);
				this.#confirm();
			},
			failed: () => {
				if (!this.#arrival.isFetching(download)) return;
				this.#failedDownloads++;
				lost('connection', 'The connection to the server was lost.');
			},
		});
		// What stands in windows always comes by a DELTA behind it.
		this.#arrival.fetch(download, snapshot.seq, snapshot.seq >= this.head && !subscription.parted);
	}

	/** The connection ended. */
	drop(): void {
		this.#arrival.drop();
		this.anew = false;
		this.untold = 0;
	}

	/** Tells the server from time to time what was taken in, so that it goes on. */
	#tell(bytes: number): void {
		const { host, line, lively } = this.#parts;
		const { id } = host.space;
		this.untold += bytes;
		if (!lively() || this.untold < TELL_AFTER_BYTES || line.over !== 'stream' || id === null) return;
		line.send({ type: 'credit', space: id, bytes: this.untold });
		this.untold = 0;
	}

	/**
	 * What comes from where we stand is not whole for what we may see now: the state is asked for from its start. Then it must take the place of what is
	 * here, for of what was forgotten in between it says nothing.
	 */
	#isOfLess(from: number): boolean {
		const { host, subscription } = this.#parts;
		const isBeside = host.space.seq > 0 && !this.#arrival.replaces;
		return subscription.lacking && !this.#arrival.downloading && (from > 0 || isBeside);
	}

	/** Takes in what has come, once it is a checkpoint. */
	#confirm(): void {
		const { host, subscription, hold } = this.#parts;
		const came = this.#arrival.take();
		if (!came) return;
		const patch = { ...came, ...subscription.whole() };
		const ready = host.getReady(patch);
		if (ready) hold(ready, () => this.#takeIn(patch));
		else this.#takeIn(patch);
	}

	#takeIn(patch: RemotePatch): void {
		const { host, subscription, disturb, around, confirmed, line } = this.#parts;
		line.watchdog.moved();
		if (patch.replace || patch.chunks || patch.gone || patch.scope !== undefined) disturb();
		around(patch.cells, () => host.confirmed(patch));
		subscription.isWhole();
		confirmed();
	}
}
