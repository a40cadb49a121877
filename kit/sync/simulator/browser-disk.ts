import { type Area, type DiskTransaction, StorageFailed, StorageFull } from '../client/disk.ts';
import { memoryNotes } from '../client/memory-notes.ts';
import { type OutboxRow, storedOf } from '../client/outbox-row.ts';
import type { Notes } from '../client/platform.ts';
import { QUARANTINE, type QuarantineRow } from '../client/quarantine.ts';
import type { DeviceRow, SpaceRow, StoredTransaction } from '../client/store.ts';
import type { Dice } from './dice.ts';
import type { DiskFailure } from './deed.ts';
import { Violation } from './violation.ts';
import type { Claimed } from './fencing.ts';
import type { Timeline } from './timeline.ts';

type Row = { readonly area: Area; readonly space: string; readonly at: number; readonly value: unknown };

/** Who uses a disk: jobs go through its `run`. */
interface User {
	run(job: () => void): void;
}

export interface DiskParts {
	readonly timeline: Timeline;
	readonly dice: Dice;
	/** How long a transaction takes, ms: from, to. */
	readonly diskMs: readonly [number, number];
	/** Something was written that must not be. */
	report(error: unknown): void;
	/** It forces nothing to the platter, whatever it says. */
	readonly lazyDisk: boolean;
}

/**
 * A profile's database, shared by its tabs: one transaction after another, each taking its time. A killed tab's transactions end with
 * it. Only a strict transaction reaches the platter at once (`durability` of IndexedDB); a power cut takes back what came after the last.
 */
export class BrowserDisk {
	readonly #parts: DiskParts;
	/** What lies beside the database and works when that does not. No cut of power takes any of it here; in a browser the last moment may be lost. */
	readonly #notes: Map<string, string>;
	#rows: Map<string, Row>;
	#platter: Map<string, Row>;
	#busyUntil = 0;
	#crashes = 0;
	#failing: { readonly how: DiskFailure; readonly until: number } | null = null;

	constructor(parts: DiskParts, rows: ReadonlyMap<string, Row> = new Map(), notes: ReadonlyMap<string, string> = new Map()) {
		this.#parts = parts;
		this.#notes = new Map(notes);
		this.#rows = new Map(rows);
		this.#platter = this.#rows;
	}

	/** The same content on another machine. */
	clone(): BrowserDisk {
		return new BrowserDisk(this.#parts, this.#rows, this.#notes);
	}

	get notes(): Notes {
		return memoryNotes(this.#notes);
	}

	/** Every row that is on the disk now. */
	rows(): readonly Row[] {
		return [...this.#rows.values()];
	}

	/** What stands there of the device and of the space; `null` before both do. */
	meta(): { readonly device: DeviceRow; readonly space: SpaceRow } | null {
		const meta = this.rows().flatMap(({ area, value }) => (area === 'meta' ? [value as Partial<DeviceRow & SpaceRow>] : []));
		const device = meta.find((row) => row.device !== undefined);
		const space = meta.find((row) => row.doneN !== undefined);
		return device && space ? { device: device as DeviceRow, space: space as SpaceRow } : null;
	}

	/** What stands in the outbox. */
	unsent(): { readonly transaction: StoredTransaction }[] {
		const rows = this.rows().filter(({ area, space }) => area === 'outbox' && space !== QUARANTINE);
		return rows.map(({ at, value }) => ({ transaction: storedOf(at, value as OutboxRow) }));
	}

	/** The numbers of what stands in the outbox. */
	unsentNumbers(): number[] {
		return this.rows().flatMap(({ area, space, at }) => (area === 'outbox' && space !== QUARANTINE ? [at] : []));
	}

	/** What was written and not accepted before the space was taken away. */
	quarantine(): { readonly transaction: StoredTransaction }[] {
		const rows = this.rows().filter(({ area, space }) => area === 'outbox' && space === QUARANTINE);
		return rows.map(({ value }) => value as QuarantineRow).map(({ n, row }) => ({ transaction: storedOf(n, row as OutboxRow) }));
	}

	/** Something else stands in a row than what was written there, on the platter too. */
	tamper({ area, space, at }: Row, value: unknown): void {
		const key = `${area}/${space}/${at}`;
		this.#rows = new Map(this.#rows).set(key, { area, space, at, value });
		this.#platter = new Map(this.#platter).set(key, { area, space, at, value });
	}

	/** Every transaction under way ends without effect. */
	crash(power: boolean): void {
		this.#crashes++;
		this.#busyUntil = 0;
		if (power) this.#rows = this.#platter;
	}

	/** For a while it does not keep what it is given. */
	fail(how: DiskFailure, ms: number): void {
		this.#failing = { how, until: this.#parts.timeline.now + ms };
	}

	/** It works again. */
	mend(): void {
		this.#failing = null;
	}

	/** Everything on it is gone. */
	clear(): void {
		this.crash(false);
		this.#rows = this.#platter = new Map();
		this.#notes.clear();
	}

	for(user: User): Claimed {
		const disk: Claimed = {
			claimed: null,
			durable: true,
			run: (mode, _areas, work) => this.#run(user, mode, work, disk.claimed),
			close: () => undefined,
			destroy: () => Promise.reject(new Error('Nothing here destroys data.')),
		};
		return disk;
	}

	/** @param claimed the generation under which somebody means to write as the leader */
	#run<T>(
		user: User,
		mode: 'read' | 'write' | 'write-strict',
		work: (tx: DiskTransaction) => Promise<T>,
		claimed: number | null,
	): Promise<T> {
		const { promise, resolve, reject } = Promise.withResolvers<T>();
		const { timeline, dice, diskMs, lazyDisk } = this.#parts;
		const crashes = this.#crashes;
		this.#busyUntil = Math.max(this.#busyUntil, timeline.now) + dice.int(...diskMs);
		timeline.at(this.#busyUntil, () =>
			user.run(() => {
				if (crashes !== this.#crashes) return;
				const failure = this.#failureOf(mode);
				if (failure) return timeline.after(dice.int(0, 1), () => user.run(() => reject(failure)));
				const leading = claimed === null ? 0 : (this.meta()?.device.generation ?? 0);
				const rows = mode === 'read' ? this.#rows : new Map(this.#rows);
				// The work awaits nothing but its own reads, so that it is over before anything else happens.
				void work(new Transaction(rows)).then((result) => {
					if (mode !== 'read') this.#rows = rows;
					if (claimed !== null && claimed < leading)
						this.#parts.report(new Violation('I21', `the disk takes what leader ${claimed} writes, and ${leading} leads`));
					if (mode === 'write-strict' && !lazyDisk) this.#platter = rows;
					timeline.after(dice.int(0, 1), () => user.run(() => resolve(result)));
				}, reject);
			}),
		);
		return promise;
	}

	#failureOf(mode: 'read' | 'write' | 'write-strict'): StorageFailed | null {
		const { how, until } = this.#failing ?? {};
		if (how === undefined || (how !== 'dead' && mode === 'read')) return null;
		if (how === 'abort' || until! <= this.#parts.timeline.now) this.#failing = null;
		if (until! <= this.#parts.timeline.now) return null;
		return how === 'full' ? new StorageFull('This disk is full.') : new StorageFailed('This disk fails.');
	}
}

class Transaction implements DiskTransaction {
	readonly #rows: Map<string, Row>;

	constructor(rows: Map<string, Row>) {
		this.#rows = rows;
	}

	async get(area: Area, [space, at]: readonly [string, number]): Promise<unknown> {
		return this.#rows.get(`${area}/${space}/${at}`)?.value;
	}

	async list(area: Area, space: string, from = -Infinity, to = Infinity): Promise<{ at: number; value: unknown }[]> {
		return this.#among(area, space, from, to).map(({ at, value }) => ({ at, value }));
	}

	put(area: Area, [space, at]: readonly [string, number], value: unknown): void {
		this.#rows.set(`${area}/${space}/${at}`, { area, space, at, value });
	}

	remove(area: Area, space: string, from = -Infinity, to = Infinity): void {
		for (const { at } of this.#among(area, space, from, to)) this.#rows.delete(`${area}/${space}/${at}`);
	}

	#among(area: Area, space: string, from: number, to: number): Row[] {
		const found: Row[] = [];
		for (const row of this.#rows.values())
			if (row.area === area && row.space === space && row.at >= from && row.at <= to) found.push(row);
		return found.sort((a, b) => a.at - b.at);
	}
}
