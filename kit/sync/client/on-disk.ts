import type { RecordId } from '@mana/model';
import { nameKey } from '../name.ts';
import type { Breathe } from './breathe.ts';
import { StorageFull } from './disk.ts';
import { insist } from './later.ts';
import type { OwnWrites } from './own-writes.ts';
import { isBehind, type Position } from './position.ts';
import type { Pending } from './pending.ts';
import type { DirtyPages, Loaded, PagesAhead } from './store.ts';
import type { TabState } from './tab-state.ts';

/** The leader writes pages after this quiet time, or when the journal is that big. */
const CHECKPOINT_AFTER_MS = 5_000;
const CHECKPOINT_BYTES = 1024 * 1024;
const POLL_MS = 5_000;
/** Cells that are put into memory in one step when a tab opens. */
const AT_ONCE = 2_048;

/** One tab and the disk that it shares with the others: takes the state from there, writes pages, and goes on in memory when the disk fails. */
export class OnDisk {
	readonly #state: TabState;
	readonly #writes: OwnWrites;
	readonly #alone: () => void;
	#polledAt = 0;
	#behind: string | null = null;

	/** @param alone nobody else shares our store from now on */
	constructor(state: TabState, writes: OwnWrites, alone: () => void) {
		this.#state = state;
		this.#writes = writes;
		this.#alone = alone;
	}

	/** Time has passed. */
	tick(): void {
		const now = this.#state.parts.env.elapsed();
		if (now - this.#polledAt < POLL_MS) return;
		this.#polledAt = now;
		void this.poll();
	}

	/** Writes pages when that is due. */
	checkpointWhenDue(): void {
		const { parts, keeper, changedAt } = this.#state;
		const now = parts.env.elapsed();
		const { entries, bytes } = keeper.store.journalSize;
		if (bytes <= CHECKPOINT_BYTES && (entries === 0 || now - changedAt <= CHECKPOINT_AFTER_MS)) return;
		this.checkpoint();
	}

	/** Writes pages, in the tab that leads: what was let go is off the disk then. */
	checkpoint(): void {
		const { parts, keeper, replica } = this.#state;
		this.#state.changedAt = parts.env.elapsed();
		keeper.write(async (store, generation) => {
			if (store.journalSize.entries === 0) return;
			const cells = (collection: number, id: RecordId) => replica.cells(collection, id);
			const done = await store.checkpoint({ cells, ahead: (dirty) => this.#ahead(dirty) }, generation);
			if (!done) await this.reload();
		});
	}

	async #ahead(dirty: DirtyPages): Promise<PagesAhead | null> {
		let records = 0;
		for (const page of dirty.values()) records += page.length;
		const large = await this.#state.large(records);
		return large && large.ahead(dirty, this.#state.replica, large.pace);
	}

	/** Loads everything anew when the disk has what this tab was not told, twice in a row: what is told late is not lost. */
	async poll(): Promise<void> {
		const disk = await this.#glance();
		const behind = disk && isBehind(this.#position(), disk) ? JSON.stringify(disk) : null;
		if (behind !== null && behind === this.#behind) await this.reload();
		this.#behind = behind;
	}

	/** Loads everything anew unless the disk is where this tab is. */
	async catchUp(): Promise<void> {
		const disk = await this.#glance();
		if (disk && (isBehind(this.#position(), disk) || disk.seq !== this.#state.space.seq)) await this.reload();
	}

	/** Takes the state from the disk, keeping what is not there yet. */
	reload(): Promise<void> {
		const { keeper } = this.#state;
		return keeper.inTurn(async () => {
			if (this.#state.closed) return;
			this.#state.session?.stop();
			try {
				const loaded = await keeper.store.load();
				if (this.#state.closed) return; // it was taken away, or forgotten, while it was read
				this.adopt(loaded);
			} catch (error) {
				await this.goVolatile(error);
			}
			if (this.#state.leads) this.#state.session?.start();
		});
	}

	/** Puts what was confirmed into memory in which nothing is yet, in slices: for a tab that opens, before anybody asks it for anything. */
	async fill({ chunks, gone, cells }: Pick<Loaded, 'chunks' | 'gone' | 'cells'>, breathe: Breathe): Promise<void> {
		const { replica } = this.#state;
		const take = async (step: () => void) => {
			step();
			const pause = breathe();
			if (pause) await pause;
		};
		for (const chunk of chunks) await take(() => replica.mergeChunks([chunk]));
		replica.evict(gone);
		for (let at = 0; at < cells.length; at += AT_ONCE) await take(() => replica.merge(cells.slice(at, at + AT_ONCE)));
	}

	/** What stands on the disk is what this tab shows from now on. @param replace puts what was confirmed into memory */
	adopt(loaded: Loaded, replace = ({ cells, chunks, gone }: Loaded) => this.#state.replica.replace(cells, chunks, gone)): void {
		const { device, space, fetched, outbox, conflicts, keeping, unsentFiles, damaged } = loaded;
		const state = this.#state;
		const { mana, replica, download } = state;
		mana.noteConflicts([], conflicts);
		state.keeping = keeping;
		state.unsentFiles = new Set(unsentFiles.map(nameKey));
		state.device = device.device;
		state.isFirst = device.device === device.life;
		state.space = { ...space, id: state.remote?.space ?? space.id };
		replica.seq = space.seq;
		mana.skewMs = device.skewMs;
		download.forget();
		for (const { hash, chunk } of fetched) download.fetched(hash, chunk);
		state.outbox.lastStamp = Math.max(state.outbox.lastStamp, device.clock);
		state.speakAs(space.actor);
		replica.batch(() => {
			replace(loaded);
			state.outbox.load(outbox, space);
			replica.sweep();
		});
		this.#writes.loaded(space.nextN);
		const { digest } = mana.sync;
		mana.refresh(damaged ? { digest: { ...digest, found: digest.found + 1, mended: digest.mended + 1 } } : {});
	}

	/**
	 * The disk failed: go on in memory, as a device of its own that syncs by itself. What stands in the outbox on the disk stays there
	 * and is sent once more when it can be read again; sending twice changes nothing, and of what was folded meanwhile a note tells (`twin.ts`).
	 */
	async goVolatile(error: unknown, failed: readonly Pending[] = []): Promise<void> {
		const state = this.#state;
		const { parts, keeper, mana } = state;
		parts.report(error);
		if (state.closed || !keeper.store.durable) return;
		state.session?.stop();
		keeper.generation = null;
		const { goOnInMemory } = await insist(parts.later.volatile, parts.env, parts.report);
		if (state.closed) return;
		await goOnInMemory(state, failed);
		mana.refresh({ durable: false, ...(error instanceof StorageFull && { full: true }) });
		this.#alone();
	}

	/** Where the disk is, once everything that this tab wrote is there; `null` when that cannot be known. */
	async #glance(): Promise<Position | null> {
		const { keeper, parts } = this.#state;
		try {
			await keeper.idle();
			if (this.#state.closed) return null;
			const { device, space, unsentFiles } = await keeper.store.glance();
			this.#state.unsentFiles = new Set(unsentFiles.map(nameKey));
			const { epoch, seq, reach, scope, nextN, doneN } = space;
			return { device: device.device, epoch, seq, reach, scope, nextN, doneN };
		} catch (error) {
			parts.report(error);
			return null;
		}
	}

	/** Where this tab is; a hole in its outbox counts as not knowing what comes after. */
	#position(): Position {
		const { outbox, device, space } = this.#state;
		const { doneN, firstMissing: nextN } = outbox;
		const { epoch, seq, reach, scope } = space;
		return { device, epoch, seq, reach, scope, nextN, doneN };
	}
}
