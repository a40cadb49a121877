import type { Area, Disk, DiskTransaction } from '../client/disk.ts';
import type { DeviceRow, SpaceRow } from '../client/store.ts';
import type { Dice } from './dice.ts';
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
	/** It forces nothing to the platter, whatever it says. */
	readonly lazyDisk: boolean;
}

/**
 * A profile's database, shared by its tabs: one transaction after another, each taking its time. A killed tab's transactions end with
 * it. Only a strict transaction reaches the platter at once (`durability` of IndexedDB); a power cut takes back what came after the last.
 */
export class BrowserDisk {
	readonly #parts: DiskParts;
	#rows: Map<string, Row>;
	#platter: Map<string, Row>;
	#busyUntil = 0;
	#crashes = 0;

	constructor(parts: DiskParts, rows: ReadonlyMap<string, Row> = new Map()) {
		this.#parts = parts;
		this.#rows = new Map(rows);
		this.#platter = this.#rows;
	}

	/** The same content on another machine. */
	clone(): BrowserDisk {
		return new BrowserDisk(this.#parts, this.#rows);
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

	for(user: User): Disk {
		return {
			durable: true,
			run: (mode, _areas, work) => this.#run(user, mode, work),
			close: () => undefined,
			destroy: () => Promise.reject(new Error('Nothing here destroys data.')),
		};
	}

	#run<T>(user: User, mode: 'read' | 'write' | 'write-strict', work: (tx: DiskTransaction) => Promise<T>): Promise<T> {
		const { promise, resolve, reject } = Promise.withResolvers<T>();
		const { timeline, dice, diskMs, lazyDisk } = this.#parts;
		const crashes = this.#crashes;
		this.#busyUntil = Math.max(this.#busyUntil, timeline.now) + dice.int(...diskMs);
		timeline.at(this.#busyUntil, () =>
			user.run(() => {
				if (crashes !== this.#crashes) return;
				const rows = mode === 'read' ? this.#rows : new Map(this.#rows);
				// The work awaits nothing but its own reads, so that it is over before anything else happens.
				void work(new Transaction(rows)).then((result) => {
					if (mode !== 'read') this.#rows = rows;
					if (mode === 'write-strict' && !lazyDisk) this.#platter = rows;
					timeline.after(dice.int(0, 1), () => user.run(() => resolve(result)));
				}, reject);
			}),
		);
		return promise;
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
