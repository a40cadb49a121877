import type { Cell, DeviceId } from '../cell.ts';
import { BadFrame } from '../codec/index.ts';
import type { Breathe } from './breathe.ts';
import type { FillRandom } from '../ids.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import { dropLoose, placesOfUnsent } from './file-rows.ts';
import type { MakeShelf, Shelf } from './shelf.ts';
import type { Name } from '../name.ts';
import { type Keeping, NOTHING_KEPT } from './kept.ts';
import { later, type Later } from './later.ts';
import { remembered, type Conflict } from './conflicts.ts';
import { AREAS, type Area, type Disk, type DiskTransaction, type Key } from './disk.ts';
import { type OutboxRow, rowOf, storedOf } from './outbox-row.ts';
import { pageOf, Pages } from './pages.ts';
import { putQuarantined, putUnsent } from './quarantine.ts';
import { type Rows, SpaceRows } from './space-rows.ts';
import { append, bytesOf, type JournalRow, without } from './journal-row.ts';
import {
	deviceKeyOf,
	Fenced,
	PERSONAL,
	Taken,
	type Ahead,
	type ClientStore,
	type DeviceRow,
	type Facts,
	type FreshTransaction,
	type Loaded,
	type Memory,
	type Origin,
	type PageCount,
	type RemotePatch,
	type SpaceRow,
	type StoredTransaction,
} from './store.ts';

/** Rows of a space in `meta`. Permanent; 0 and 1 are in `space-rows.ts`, 2 is the list of its chunks (`chunk-shelf.ts`). */
const CONFLICTS = 3;
const KEEPING = 4;

/** Where what was confirmed stands. */
const CONFIRMED: readonly Area[] = ['meta', 'journal', 'pages', 'chunks'];

/**
 * Journal and pages on a transactional map (sync.md §6.13). Confirmed state is pages (rewritten at checkpoints) plus journal (patches
 * since); unconfirmed state is the outbox. A local write is one row of the outbox.
 */
export class JournalStore implements ClientStore {
	readonly #disk: Disk;
	readonly #rows: SpaceRows;
	readonly #name: string;
	readonly #deviceKey: Key;
	#pages = new Pages();
	readonly #makeShelf: MakeShelf;
	readonly #repair: Later['repair'];
	#shelf: Shelf;
	#journal = { entries: 0, bytes: 0, next: 0, checkpoint: 0 };
	/** Of what was loaded; `null` before that. */
	#life: DeviceId | null = null;

	/** @param name local name of the space: each has a state, an outbox and a device of its own */
	constructor(disk: Disk, random: FillRandom, makeShelf: MakeShelf, name = PERSONAL, repair = later.repair) {
		this.#disk = disk;
		this.#repair = repair;
		this.#name = name;
		this.#deviceKey = deviceKeyOf(name);
		this.#rows = new SpaceRows(name, random);
		this.#makeShelf = makeShelf;
		this.#shelf = makeShelf(name);
	}

	get durable(): boolean {
		return this.#disk.durable;
	}

	get journalSize(): { readonly entries: number; readonly bytes: number } {
		return this.#journal;
	}

	async load(breathe: Breathe = () => null): Promise<Loaded> {
		try {
			return await this.#load(breathe);
		} catch (error) {
			if (!(error instanceof BadFrame)) throw error;
		}
		const { dropConfirmed } = await this.#repair();
		await this.#disk.run('write', CONFIRMED, (tx) => dropConfirmed(tx, this.#name, this.#rows, this.#makeShelf(this.#name)));
		return { ...(await this.#load(breathe)), damaged: true };
	}

	/** While it breathes nobody else may write by this store. */
	async #load(breathe: Breathe): Promise<Loaded> {
		const found = await this.#disk.run('write', ['meta', 'outbox', 'journal', 'pages', 'chunks', 'files'], async (tx) => {
			// Asked for at once: a database answers many questions in hardly more time than one.
			const [rows, pages, journal, chunks, conflicts, keeping, outbox, unsentFiles] = await Promise.all([
				this.#rows.read(tx),
				tx.list('pages', this.#name),
				tx.list('journal', this.#name),
				this.#shelf.load(tx),
				this.#conflicts(tx),
				this.#keeping(tx),
				tx.list('outbox', this.#name),
				placesOfUnsent(tx, this.#name),
			]);
			if (rows.fresh) this.#rows.put(tx, rows);
			return { ...rows, pages, journal, chunks, outbox, conflicts, keeping, unsentFiles };
		});
		const { loading } = found.chunks;
		if (loading) {
			await loading;
			if (this.#life !== null) return this.#load(breathe); // somebody may have written meanwhile
		}
		let cells: Cell[] = [];
		let gone: readonly Name[] = [];
		this.#pages = new Pages();
		for (const { at, value } of found.pages) {
			this.#pages.loaded(at, append(cells, value as Uint8Array));
			const pause = breathe();
			if (pause) await pause;
		}
		this.#journal = { entries: 0, bytes: 0, next: found.space.journal, checkpoint: found.space.checkpoint };
		for (const { value } of found.journal) {
			const entry = value as JournalRow;
			const bytes = entry instanceof Uint8Array ? entry : entry.bytes;
			if (!(entry instanceof Uint8Array)) {
				gone = [...gone, ...entry.gone];
				cells = without(cells, entry.gone);
				this.#pages.forget(entry.gone);
			}
			this.#journaled([bytes], append(cells, bytes));
			const pause = breathe();
			if (pause) await pause;
		}
		const { counting, fetched } = found.chunks.read();
		this.#shelf.outdate(counting, this.#pages);
		this.#shelf.forget(gone, this.#pages);
		const outbox = found.outbox.map(({ at, value }) => storedOf(at, value as OutboxRow));
		const { device, space, conflicts, keeping, unsentFiles, fresh } = found;
		this.#life = device.life;
		const chunks = counting.map(({ chunk }) => chunk);
		return { device, space, chunks, fetched, gone, cells, outbox, conflicts, keeping, unsentFiles, fresh };
	}

	glance(): Promise<Pick<Loaded, 'device' | 'space' | 'unsentFiles'>> {
		return this.#disk.run('read', ['meta', 'files'], async (tx) => {
			const [rows, unsentFiles] = await Promise.all([this.#rows.read(tx), placesOfUnsent(tx, this.#name)]);
			return { ...rows, unsentFiles };
		});
	}

	get life(): DeviceId | null {
		return this.#life;
	}

	commitLocal(fresh: readonly FreshTransaction[], adopted?: DeviceRow['adopted']): Promise<readonly StoredTransaction[]> {
		return this.#disk.run('write-strict', ['meta', 'outbox'], async (tx) => {
			const { device, space } = await this.#rows.read(tx);
			if (!this.#isOurs(device)) throw new Taken('This space was taken from this device.');
			return this.#rows.append(tx, { device: { ...device, adopted: adopted ?? device.adopted }, space }, fresh);
		});
	}

	recover(life: DeviceId, written: readonly (FreshTransaction & { readonly by: PageCount })[], from: Origin): Promise<void> {
		return this.#disk.run('write-strict', ['meta', 'outbox'], async (tx) => {
			const rows = await this.#rows.read(tx);
			if (rows.fresh || rows.device.life !== life) return putQuarantined(tx, from, written);
			const counted = new Map(rows.device.pages.map(({ page, count }) => [page, count]));
			const missing = written.filter(({ by: { page, count } }) => count > (counted.get(page) ?? 0));
			this.#rows.append(tx, rows, missing);
		});
	}

	async keepChunk(hash: ChunkHash, bytes: Uint8Array, generation: number): Promise<void> {
		const at = await this.#lead(['meta', 'chunks'], generation, (tx) => this.#shelf.keep(tx, hash, bytes));
		this.#shelf.kept(hash, at);
	}

	async applyRemote(patch: RemotePatch, generation: number): Promise<readonly Uint8Array[]> {
		const parts = patch.encoded ?? [bytesOf(patch.cells)];
		const { reach, gone = [] } = patch;
		const journaled = patch.cells.length > 0 || gone.length > 0 || patch.replace;
		const areas = [...CONFIRMED];
		if (patch.ahead) areas.push('outbox');
		if (reach) areas.push('files', 'bytes');
		let shelved = () => {};
		const space = await this.#lead(
			areas,
			generation,
			async (tx, { device, space }) => {
				if (patch.replace || patch.chunks)
					shelved = this.#shelf.count(
						tx,
						(patch.chunks ?? []).map(({ hash }) => hash),
						patch.replace,
					);
				if (patch.replace) {
					tx.remove('journal', this.#name);
					tx.remove('pages', this.#name);
				}
				if (reach) await this.#shelf.narrow(tx, reach);
				for (const [at, bytes] of journaled ? parts.entries() : []) {
					const row: JournalRow = at === 0 && gone.length > 0 ? { gone, bytes } : bytes;
					tx.put('journal', [this.#name, space.journal + at], row);
				}
				const after: SpaceRow = {
					...space,
					epoch: patch.epoch,
					reach: reach === undefined ? space.reach : reach,
					scope: patch.scope === undefined ? space.scope : patch.scope,
					leaving: patch.leaving ?? space.leaving,
					seq: patch.replace ? patch.to : Math.max(space.seq, patch.to),
					journal: space.journal + (journaled ? parts.length : 0),
					checkpoint: space.checkpoint + (patch.replace || patch.chunks ? 1 : 0),
				};
				const { ahead } = patch;
				const rows = { device, space: after };
				this.#rows.put(tx, ahead ? await ahead.renumber(tx, this.#name, rows, ahead) : rows);
				return after;
			},
			patch.ahead ? 'write-strict' : 'write',
		);
		shelved();
		// Else another tab wrote in between.
		if (patch.chunks && this.#journal.checkpoint === space.checkpoint - 1) this.#journal.checkpoint++;
		if (patch.replace) {
			this.#pages = new Pages();
			this.#journal = { entries: 0, bytes: 0, next: space.journal - parts.length, checkpoint: space.checkpoint };
		}
		this.#shelf.took(patch.chunks ?? [], patch.replace);
		if (!journaled) return parts;
		if (this.#journal.next === space.journal - parts.length) this.#journal.next = space.journal; // else another tab wrote in between
		this.#pages.forget(gone);
		this.#shelf.forget(gone, this.#pages);
		this.#journaled(parts, patch.cells);
		return parts;
	}

	makeRoom(): Promise<number> {
		return this.#disk.run('write', ['files', 'bytes'], (tx) => dropLoose(tx, this.#name, 0));
	}

	keep(change: (keeping: Keeping) => Keeping): Promise<Keeping> {
		return this.#disk.run('write', ['meta'], async (tx) => {
			const keeping = change(await this.#keeping(tx));
			tx.put('meta', [this.#name, KEEPING], keeping);
			return keeping;
		});
	}

	settle(n: number, refused: readonly StoredTransaction[], lost: readonly Conflict[], generation: number): Promise<void> {
		return this.#lead(['meta', 'outbox'], generation, async (tx, { device, space }) => {
			if (n <= space.doneN) return;
			tx.remove('outbox', this.#name, space.doneN + 1, n);
			for (const transaction of refused) {
				if (transaction.n > space.doneN) tx.put('outbox', [this.#name, transaction.n], rowOf(transaction));
			}
			if (lost.length > 0) tx.put('meta', this.#conflictsKey, remembered(await this.#conflicts(tx), lost));
			this.#rows.put(tx, { device, space: { ...space, doneN: n } });
		});
	}

	forgetConflict(id: string): Promise<void> {
		return this.#disk.run('write', ['meta'], async (tx) => {
			const left = (await this.#conflicts(tx)).filter((conflict) => conflict.id !== id);
			tx.put('meta', this.#conflictsKey, left);
		});
	}

	forget(stamp: number): Promise<void> {
		return this.#disk.run('write', ['outbox'], async (tx) => {
			for (const { at, value } of await tx.list('outbox', this.#name)) {
				const row = value as OutboxRow;
				if (row.refused && storedOf(at, row).stamp === stamp) tx.remove('outbox', this.#name, at, at);
			}
		});
	}

	learn({ person, skewMs, clock, ...facts }: Facts, generation: number): Promise<void> {
		return this.#lead(['meta', 'outbox'], generation, async (tx, { device, space }) => {
			const idle = clock !== undefined && space.nextN === space.doneN + 1;
			this.#rows.put(tx, {
				device: {
					...device,
					...(person !== undefined && { person }),
					...(skewMs !== undefined && { skewMs }),
					...(idle && { clock }),
				},
				space: { ...space, ...facts },
			});
		});
	}

	reissue(ahead: Ahead, generation: number): Promise<void> {
		return this.#lead(
			['meta', 'outbox'],
			generation,
			async (tx, rows) => this.#rows.put(tx, await ahead.renumber(tx, this.#name, rows, ahead)),
			'write-strict',
		);
	}

	async wipe(from: Origin): Promise<void> {
		await this.#disk.run('write-strict', AREAS, async (tx) => {
			const { device, fresh } = await this.#rows.read(tx);
			if (!fresh && !this.#isOurs(device)) return;
			await putUnsent(tx, from, this.#name);
			for (const area of AREAS) tx.remove(area, this.#name);
			tx.remove('meta', this.#deviceKey[0], this.#deviceKey[1], this.#deviceKey[1]);
		});
		this.#pages = new Pages();
		this.#shelf = this.#makeShelf(this.#name);
		this.#journal = { entries: 0, bytes: 0, next: 0, checkpoint: 0 };
	}

	quarantine(transactions: readonly FreshTransaction[], from: Origin): Promise<void> {
		return this.#disk.run('write-strict', ['outbox'], (tx) => putQuarantined(tx, from, transactions));
	}

	claim(generation: number): Promise<boolean> {
		return this.#disk.run('write', ['meta'], async (tx) => {
			const { device, space } = await this.#rows.read(tx);
			if (device.generation > generation) return false;
			this.#rows.put(tx, { device: { ...device, generation }, space });
			return true;
		});
	}

	async checkpoint(memory: Memory, generation: number): Promise<boolean> {
		const pages = this.#pages;
		const dirty = pages.assignDirty();
		const ahead = await memory.ahead(dirty);
		let shelved = () => {};
		const done = await this.#lead(CONFIRMED, generation, async (tx, { device, space }) => {
			if (space.journal !== this.#journal.next || space.checkpoint !== this.#journal.checkpoint || this.#pages !== pages)
				return null;
			const again = ahead?.again();
			for (const [page, records] of dirty) {
				const ready = again?.has(page) ? undefined : ahead?.pages.get(page);
				tx.put('pages', [this.#name, page], ready ?? pageOf(records, memory));
			}
			tx.remove('journal', this.#name, -Infinity, space.journal - 1);
			shelved = this.#shelf.drop(tx);
			const after = { ...space, checkpoint: space.checkpoint + 1 };
			this.#rows.put(tx, { device, space: after });
			return after;
		}).finally(() => ahead?.stop());
		if (!done) return false;
		pages.written(dirty);
		shelved();
		this.#journal = { entries: 0, bytes: 0, next: done.journal, checkpoint: done.checkpoint };
		return true;
	}

	close(): void {
		this.#disk.close();
	}

	destroy(): Promise<void> {
		return this.#disk.destroy();
	}

	/** Where the conflicts stand: one row, for they are few, and gone with the space. */
	get #conflictsKey(): Key {
		return [this.#name, CONFLICTS];
	}

	async #conflicts(tx: DiskTransaction): Promise<readonly Conflict[]> {
		return ((await tx.get('meta', this.#conflictsKey)) as readonly Conflict[] | undefined) ?? [];
	}

	async #keeping(tx: DiskTransaction): Promise<Keeping> {
		return { ...NOTHING_KEPT, ...((await tx.get('meta', [this.#name, KEEPING])) as Partial<Keeping> | undefined) };
	}

	#journaled(parts: readonly Uint8Array[], cells: Iterable<Cell>): void {
		this.#journal.entries += parts.length;
		for (const { length } of parts) this.#journal.bytes += length;
		let last: Cell | null = null;
		for (const cell of cells) {
			// Cells of a record stand together.
			if (cell.record !== last?.record || cell.collection !== last.collection) this.#pages.dirty(cell.collection, cell.record);
			last = cell;
		}
	}

	/**
	 * A transaction that only the leading tab may run. Where it makes this another device it is forced to the disk: after a loss of power the earlier
	 * one would send once more, under its own numbers, what the later one has sent.
	 */
	#lead<T>(
		areas: readonly Area[],
		generation: number,
		work: (tx: DiskTransaction, rows: Rows) => Promise<T>,
		mode: 'write' | 'write-strict' = 'write',
	): Promise<T> {
		return this.#disk.run(mode, areas, async (tx) => {
			const rows = await this.#rows.read(tx);
			if (rows.fresh || !this.#isOurs(rows.device)) throw new Fenced('This space was taken from this device.');
			if (rows.device.generation > generation) throw new Fenced('Another tab leads by now.');
			return work(tx, rows);
		});
	}

	/** Whether the store still is the one that was loaded. Who never loaded it has nothing that could be out of date. */
	#isOurs({ life }: DeviceRow): boolean {
		return this.#life === null || life === this.#life;
	}
}
