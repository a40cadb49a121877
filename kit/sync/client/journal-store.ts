import type { RecordId } from '@mana/model';
import type { Cell, DeviceId } from '../cell.ts';
import { BadFrame, ByteReader, ByteWriter, readCells, writeCells } from '../codec/index.ts';
import { newDeviceId, type FillRandom } from '../ids.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import { visibleTo } from '../permission.ts';
import type { StoredFile } from './blobs/file-store.ts';
import { ChunkShelf } from './chunk-shelf.ts';
import { type Name, nameKey } from '../scope.ts';
import { type Keeping, NOTHING_KEPT } from './kept.ts';
import { remembered, type Conflict } from './conflicts.ts';
import { AREAS, type Area, type Disk, type DiskTransaction, type Key } from './disk.ts';
import { type OutboxRow, rowOf, storedOf } from './outbox-row.ts';
import { Pages } from './pages.ts';
import { QUARANTINE, type QuarantineRow } from './quarantine.ts';
import {
	deviceKeyOf,
	type Ahead,
	Fenced,
	PERSONAL,
	Taken,
	type ClientStore,
	type DeviceRow,
	type Facts,
	type FreshTransaction,
	type Loaded,
	type Origin,
	type PageCount,
	type RemotePatch,
	type SpaceRow,
	type StoredTransaction,
} from './store.ts';

/** Rows of a space in `meta`. Permanent; 1 is its device (`deviceKeyOf`), 2 the list of its chunks (`chunk-shelf.ts`). */
const [SPACE, CONFLICTS, KEEPING] = [0, 3, 4];

/**
 * Journal and pages on a transactional map (sync.md §6.13). Confirmed state is pages (rewritten at checkpoints) plus journal (patches
 * since); unconfirmed state is the outbox. A local write is one row of the outbox.
 */
export class JournalStore implements ClientStore {
	readonly #disk: Disk;
	readonly #random: FillRandom;
	readonly #name: string;
	readonly #deviceKey: Key;
	#pages = new Pages();
	#shelf: ChunkShelf;
	#journal = { entries: 0, bytes: 0, next: 0, checkpoint: 0 };
	/** Of what was loaded; `null` before that. */
	#life: DeviceId | null = null;

	/** @param name local name of the space: each has a state, an outbox and a device of its own */
	constructor(disk: Disk, random: FillRandom, name = PERSONAL) {
		this.#disk = disk;
		this.#name = name;
		this.#deviceKey = deviceKeyOf(name);
		this.#random = random;
		this.#shelf = new ChunkShelf(name);
	}

	get durable(): boolean {
		return this.#disk.durable;
	}

	get journalSize(): { readonly entries: number; readonly bytes: number } {
		return this.#journal;
	}

	async load(): Promise<Loaded> {
		try {
			return await this.#load();
		} catch (error) {
			if (!(error instanceof BadFrame)) throw error;
		}
		await this.#dropConfirmed();
		return { ...(await this.#load()), damaged: true };
	}

	async #load(): Promise<Loaded> {
		const found = await this.#disk.run('write', ['meta', 'outbox', 'journal', 'pages', 'chunks'], async (tx) => {
			const rows = await this.#rows(tx);
			if (rows.fresh) this.#put(tx, rows);
			const pages = await tx.list('pages', this.#name);
			const journal = await tx.list('journal', this.#name);
			const chunks = await this.#shelf.load(tx);
			const conflicts = await this.#conflicts(tx);
			const keeping = await this.#keeping(tx);
			const outbox = await tx.list('outbox', this.#name);
			return { ...rows, pages, journal, chunks, outbox, conflicts, keeping };
		});
		let cells: Cell[] = [];
		let gone: readonly Name[] = [];
		this.#pages = new Pages();
		for (const { at, value } of found.pages) this.#pages.loaded(at, append(cells, value as Uint8Array));
		this.#journal = { entries: 0, bytes: 0, next: found.space.journal, checkpoint: found.space.checkpoint };
		for (const { value } of found.journal) {
			const entry = value as JournalRow;
			const bytes = entry instanceof Uint8Array ? entry : entry.bytes;
			if (!(entry instanceof Uint8Array)) {
				gone = [...gone, ...entry.gone];
				cells = without(cells, entry.gone);
				this.#pages.forget(entry.gone);
			}
			this.#journaled(bytes, append(cells, bytes));
		}
		const { counting, fetched } = found.chunks();
		this.#shelf.outdate(counting, this.#pages);
		this.#shelf.forget(gone, this.#pages);
		const outbox = found.outbox.map(({ at, value }) => storedOf(at, value as OutboxRow));
		const { device, space, conflicts, keeping, fresh } = found;
		this.#life = device.life;
		const chunks = counting.map(({ chunk }) => chunk);
		return { device, space, chunks, fetched, gone, cells, outbox, conflicts, keeping, fresh };
	}

	glance(): Promise<{ device: DeviceRow; space: SpaceRow }> {
		return this.#disk.run('read', ['meta'], (tx) => this.#rows(tx));
	}

	get life(): DeviceId | null {
		return this.#life;
	}

	commitLocal(fresh: readonly FreshTransaction[], adopted?: DeviceRow['adopted']): Promise<readonly StoredTransaction[]> {
		return this.#disk.run('write-strict', ['meta', 'outbox'], async (tx) => {
			const { device, space } = await this.#rows(tx);
			if (!this.#isOurs(device)) throw new Taken('This space was taken from this device.');
			return this.#append(tx, { device: { ...device, adopted: adopted ?? device.adopted }, space }, fresh);
		});
	}

	recover(life: DeviceId, written: readonly (FreshTransaction & { readonly by: PageCount })[], from: Origin): Promise<void> {
		return this.#disk.run('write-strict', ['meta', 'outbox'], async (tx) => {
			const rows = await this.#rows(tx);
			if (rows.fresh || rows.device.life !== life) return this.#quarantine(tx, from, quarantineRows(written));
			const counted = new Map(rows.device.pages.map(({ page, count }) => [page, count]));
			const missing = written.filter(({ by: { page, count } }) => count > (counted.get(page) ?? 0));
			this.#append(tx, rows, missing);
		});
	}

	#append(
		tx: DiskTransaction,
		{ device, space }: { readonly device: DeviceRow; readonly space: SpaceRow },
		fresh: readonly FreshTransaction[],
	): readonly StoredTransaction[] {
		let { clock } = device;
		const stored = fresh.map(({ by: _by, ...transaction }, i): StoredTransaction => {
			clock = Math.max(transaction.stamp, clock + 1);
			return { ...transaction, n: space.nextN + i, stamp: clock, refused: null };
		});
		for (const transaction of stored) tx.put('outbox', [this.#name, transaction.n], rowOf(transaction));
		this.#put(tx, {
			device: { ...device, clock, pages: counting(device.pages, fresh) },
			space: { ...space, nextN: space.nextN + stored.length },
		});
		return stored;
	}

	outboxAfter(n: number): Promise<readonly StoredTransaction[]> {
		return this.#disk.run('read', ['outbox'], async (tx) => {
			const rows = await tx.list('outbox', this.#name, n + 1);
			return rows.map(({ at, value }) => storedOf(at, value as OutboxRow));
		});
	}

	async keepChunk(hash: ChunkHash, bytes: Uint8Array, generation: number): Promise<void> {
		const at = await this.#lead(['meta', 'chunks'], generation, (tx) => this.#shelf.keep(tx, hash, bytes));
		this.#shelf.kept(hash, at);
	}

	async applyRemote(patch: RemotePatch, generation: number): Promise<Uint8Array> {
		const bytes = bytesOf(patch.cells);
		const { reach, gone = [] } = patch;
		const journaled = patch.cells.length > 0 || gone.length > 0 || patch.replace;
		const areas: Area[] = ['meta', 'journal', 'pages', 'chunks'];
		if (patch.ahead) areas.push('outbox');
		if (reach) areas.push('files', 'bytes');
		let shelved = () => {};
		const space = await this.#lead(areas, generation, async (tx, { device, space }) => {
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
			if (reach) await this.#dropFiles(tx, reach);
			if (journaled)
				tx.put('journal', [this.#name, space.journal], (gone.length > 0 ? { gone, bytes } : bytes) satisfies JournalRow);
			const after: SpaceRow = {
				...space,
				epoch: patch.epoch,
				reach: reach === undefined ? space.reach : reach,
				scope: patch.scope === undefined ? space.scope : patch.scope,
				leaving: patch.leaving ?? space.leaving,
				seq: patch.replace ? patch.to : Math.max(space.seq, patch.to),
				journal: space.journal + (journaled ? 1 : 0),
				checkpoint: space.checkpoint + (patch.replace || patch.chunks ? 1 : 0),
			};
			if (patch.ahead) await this.#renumber(tx, { device, space: after }, patch.ahead);
			else this.#put(tx, { device, space: after });
			return after;
		});
		shelved();
		// Else another tab wrote in between.
		if (patch.chunks && this.#journal.checkpoint === space.checkpoint - 1) this.#journal.checkpoint++;
		if (patch.replace) {
			this.#pages = new Pages();
			this.#journal = { entries: 0, bytes: 0, next: space.journal - 1, checkpoint: space.checkpoint };
		}
		if (!journaled) return bytes;
		if (this.#journal.next === space.journal - 1) this.#journal.next = space.journal; // else another tab wrote in between
		this.#shelf.took(patch.chunks ?? [], patch.replace);
		this.#pages.forget(gone);
		this.#shelf.forget(gone, this.#pages);
		this.#journaled(bytes, patch.cells);
		return bytes;
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
			this.#put(tx, { device, space: { ...space, doneN: n } });
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
			this.#put(tx, {
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

	reissue(id: DeviceId, generation: number): Promise<void> {
		return this.#lead(['meta', 'outbox'], generation, (tx, rows) => this.#renumber(tx, rows, { device: id, transactions: [] }));
	}

	async wipe(from: Origin): Promise<void> {
		await this.#disk.run('write-strict', AREAS, async (tx) => {
			const { device, fresh } = await this.#rows(tx);
			if (!fresh && !this.#isOurs(device)) return;
			const unsent = await tx.list('outbox', this.#name);
			await this.#quarantine(
				tx,
				from,
				unsent.map(({ at: n, value }) => ({ n, row: value as OutboxRow })),
			);
			for (const area of AREAS) tx.remove(area, this.#name);
			tx.remove('meta', this.#deviceKey[0], this.#deviceKey[1], this.#deviceKey[1]);
		});
		this.#pages = new Pages();
		this.#shelf = new ChunkShelf(this.#name);
		this.#journal = { entries: 0, bytes: 0, next: 0, checkpoint: 0 };
	}

	quarantine(transactions: readonly FreshTransaction[], from: Origin): Promise<void> {
		return this.#disk.run('write-strict', ['outbox'], (tx) => this.#quarantine(tx, from, quarantineRows(transactions)));
	}

	claim(generation: number): Promise<boolean> {
		return this.#disk.run('write', ['meta'], async (tx) => {
			const { device, space } = await this.#rows(tx);
			if (device.generation > generation) return false;
			this.#put(tx, { device: { ...device, generation }, space });
			return true;
		});
	}

	async checkpoint(cellsOf: (collection: number, record: RecordId) => Iterable<Cell>, generation: number): Promise<boolean> {
		const pages = this.#pages;
		const dirty = pages.assignDirty();
		let shelved = () => {};
		const done = await this.#lead(['meta', 'journal', 'pages', 'chunks'], generation, async (tx, { device, space }) => {
			if (space.journal !== this.#journal.next || space.checkpoint !== this.#journal.checkpoint) return null;
			for (const [page, records] of dirty) {
				tx.put('pages', [this.#name, page], bytesOf(records.flatMap(([collection, id]) => [...cellsOf(collection, id)])));
			}
			tx.remove('journal', this.#name, -Infinity, space.journal - 1);
			shelved = this.#shelf.drop(tx);
			const after = { ...space, checkpoint: space.checkpoint + 1 };
			this.#put(tx, { device, space: after });
			return after;
		});
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

	/**
	 * What was confirmed cannot be read any more: it is downloaded again, and what is unconfirmed stays. A guest's, which no
	 * server has, loses only what cannot be read. Whoever leads still writes as if
	 * it were all there, so that one is fenced off.
	 */
	#dropConfirmed(): Promise<void> {
		return this.#disk.run('write', ['meta', 'journal', 'pages', 'chunks'], async (tx) => {
			const { device, space } = await this.#rows(tx);
			const only = space.epoch === 0; // nobody else has it
			for (const area of ['journal', 'pages', 'chunks'] as const) {
				if (!only) tx.remove(area, this.#name);
				else
					for (const { at, value } of await tx.list(area, this.#name))
						if (!isReadable(value)) tx.remove(area, this.#name, at, at);
			}
			new ChunkShelf(this.#name).count(tx, [], true);
			this.#put(tx, {
				device: { ...device, generation: device.generation + 1 },
				space: { ...space, ...(!only && { epoch: 0, seq: 0 }), checkpoint: space.checkpoint + 1 },
			});
		});
	}

	/** Where the conflicts stand: one row, for they are few, and gone with the space. */
	get #conflictsKey(): Key {
		return [this.#name, CONFLICTS];
	}

	async #conflicts(tx: DiskTransaction): Promise<readonly Conflict[]> {
		return ((await tx.get('meta', this.#conflictsKey)) as readonly Conflict[] | undefined) ?? [];
	}

	async #keeping(tx: DiskTransaction): Promise<Keeping> {
		return ((await tx.get('meta', [this.#name, KEEPING])) as Keeping | undefined) ?? NOTHING_KEPT;
	}

	#journaled(bytes: Uint8Array, cells: Iterable<Cell>): void {
		this.#journal.entries++;
		this.#journal.bytes += bytes.length;
		let last: Cell | null = null;
		for (const cell of cells) {
			// Cells of a record stand together.
			if (cell.record !== last?.record || cell.collection !== last.collection) this.#pages.dirty(cell.collection, cell.record);
			last = cell;
		}
	}

	/** Files of apps that this person may not read any more go, with their bytes. */
	async #dropFiles(tx: DiskTransaction, reach: readonly number[]): Promise<void> {
		for (const { at, value } of await tx.list('files', this.#name)) {
			if (visibleTo({ apps: reach }, (value as Pick<StoredFile, 'places'>).places).length > 0) continue;
			for (const area of ['files', 'bytes'] as const) tx.remove(area, this.#name, at, at);
		}
	}

	/** A transaction that only the leading tab may run. */
	#lead<T>(
		areas: readonly Area[],
		generation: number,
		work: (tx: DiskTransaction, rows: { device: DeviceRow; space: SpaceRow }) => Promise<T>,
	): Promise<T> {
		return this.#disk.run('write', areas, async (tx) => {
			const rows = await this.#rows(tx);
			if (rows.fresh || !this.#isOurs(rows.device)) throw new Fenced('This space was taken from this device.');
			if (rows.device.generation > generation) throw new Fenced('Another tab leads by now.');
			return work(tx, rows);
		});
	}

	/** Whether the store still is the one that was loaded. Who never loaded it has nothing that could be out of date. */
	#isOurs({ life }: DeviceRow): boolean {
		return this.#life === null || life === this.#life;
	}

	async #quarantine(tx: DiskTransaction, from: Origin, rows: readonly Pick<QuarantineRow, 'n' | 'row'>[]): Promise<void> {
		let next = ((await tx.list('outbox', QUARANTINE)).at(-1)?.at ?? 0) + 1;
		for (const row of rows) tx.put('outbox', [QUARANTINE, next++], { ...from, ...row } satisfies QuarantineRow);
	}

	async #rows(tx: DiskTransaction): Promise<{ device: DeviceRow; space: SpaceRow; fresh: boolean }> {
		const device = (await tx.get('meta', this.#deviceKey)) as DeviceRow | undefined;
		const space = (await tx.get('meta', [this.#name, SPACE])) as SpaceRow | undefined;
		return {
			// Stores from before lives had names bear that of the device, and those from before pages were counted have counted none.
			device: device
				? { ...device, life: device.life ?? device.device, pages: device.pages ?? [] }
				: newDeviceRow(newDeviceId(this.#random)),
			space: space
				? { ...space, reach: space.reach ?? null, scope: space.scope ?? null, leaving: space.leaving ?? [] }
				: {
						id: null,
						epoch: 0,
						seq: 0,
						actor: 0,
						reach: null,
						scope: null,
						leaving: [],
						nextN: 1,
						doneN: 0,
						journal: 1,
						checkpoint: 0,
					},
			fresh: !device,
		};
	}

	/** Becomes the device `id`, with `more` in the outbox. */
	async #renumber(
		tx: DiskTransaction,
		{ device, space }: { device: DeviceRow; space: SpaceRow },
		{ device: id, transactions: more, refuse }: Ahead,
	): Promise<void> {
		const rows = (await tx.list('outbox', this.#name))
			.map(({ at, value }) => storedOf(at, value as OutboxRow))
			.map((row) => (!row.refused && refuse?.which(row) ? { ...row, refused: refuse.reason } : row));
		// Nothing to add and nothing to take out: the numbers may stay, and the device with them.
		if (refuse && more.length === 0 && !rows.some(({ refused }) => refused === refuse.reason))
			return this.#put(tx, { device, space });
		tx.remove('outbox', this.#name);
		let nextN = 1;
		let nextRefused = -1; // refused ones are told apart from the new numbers by their sign
		const unsent = [
			...more.map((transaction) => ({ ...transaction, n: 0, refused: null })),
			...rows.filter(({ refused }) => !refused),
		];
		for (const transaction of unsent.sort((a, b) => a.stamp - b.stamp)) {
			const n = nextN++;
			tx.put('outbox', [this.#name, n], rowOf({ ...transaction, n }));
		}
		for (const transaction of rows.filter(({ refused }) => refused)) {
			const n = nextRefused--;
			tx.put('outbox', [this.#name, n], rowOf({ ...transaction, n }));
		}
		const clock = more.reduce((highest, { stamp }) => Math.max(highest, stamp), device.clock);
		this.#put(tx, { device: { ...device, device: id, clock }, space: { ...space, actor: 0, nextN, doneN: 0 } });
	}

	#put(tx: DiskTransaction, { device, space }: { device: DeviceRow; space: SpaceRow }): void {
		tx.put('meta', this.#deviceKey, device);
		tx.put('meta', [this.#name, SPACE], space);
	}
}

/** Whether a row of the journal or a page can be read; a chunk of which that is asked counts for nothing. */
function isReadable(row: unknown): boolean {
	try {
		return row instanceof Uint8Array && readCells(new ByteReader(row)) !== null;
	} catch (error) {
		if (error instanceof BadFrame) return false;
		throw error;
	}
}

function newDeviceRow(device: DeviceId): DeviceRow {
	return { device, life: device, clock: 0, skewMs: 0, generation: 0, person: null, pages: [], adopted: null };
}

function quarantineRows(transactions: readonly FreshTransaction[]): Pick<QuarantineRow, 'n' | 'row'>[] {
	return transactions.map((transaction, i) => ({ n: i + 1, row: rowOf({ ...transaction, n: i + 1, refused: null }) }));
}

/** Pages that are remembered; what one could not store is recovered by the next that opens. */
const PAGES = 16;

/** The pages that wrote last, each with what it has counted so far. */
function counting(pages: readonly PageCount[], fresh: readonly FreshTransaction[]): readonly PageCount[] {
	const counts = new Map(pages.map(({ page, count }) => [page, count]));
	for (const { by } of fresh) {
		if (!by) continue;
		counts.delete(by.page);
		counts.set(by.page, by.count);
	}
	return [...counts].slice(-PAGES).map(([page, count]) => ({ page, count }));
}

/** A patch as the journal keeps it: its cells, and what went before they came. */
type JournalRow = Uint8Array | { readonly gone: readonly Name[]; readonly bytes: Uint8Array };

function without(cells: readonly Cell[], gone: readonly Name[]): Cell[] {
	const names = new Set(gone.map(nameKey));
	return cells.filter((cell) => !names.has(nameKey(cell)));
}

/** Decodes cells, adds them to `all` and returns them. */
function append(all: Cell[], bytes: Uint8Array): Cell[] {
	const cells = readCells(new ByteReader(bytes));
	for (const cell of cells) all.push(cell);
	return cells;
}

function bytesOf(cells: readonly Cell[]): Uint8Array {
	const out = new ByteWriter();
	writeCells(out, cells);
	return out.finish().slice();
}
