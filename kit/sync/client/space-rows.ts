import type { DeviceId } from '../cell.ts';
import { type FillRandom, newDeviceId } from '../ids.ts';
import type { DiskTransaction } from './disk.ts';
import { rowOf } from './outbox-row.ts';
import {
	deviceKeyOf,
	type DeviceRow,
	type FreshTransaction,
	type PageCount,
	type SpaceRow,
	type StoredTransaction,
} from './store.ts';

/** Where the row of a space stands in `meta`. Permanent. */
const SPACE = 0;

/** What stands on the disk of a device and one of its spaces. */
export interface Rows {
	readonly device: DeviceRow;
	readonly space: SpaceRow;
}

/** The two small rows of a space, read and written within somebody's transaction. */
export class SpaceRows {
	readonly #name: string;
	readonly #random: FillRandom;

	/** @param name local name of the space */
	constructor(name: string, random: FillRandom) {
		this.#name = name;
		this.#random = random;
	}

	/** `fresh`: nothing stood there, and these are what a new device begins with. */
	async read(tx: DiskTransaction): Promise<Rows & { readonly fresh: boolean }> {
		const found = await Promise.all([tx.get('meta', deviceKeyOf(this.#name)), tx.get('meta', [this.#name, SPACE])]);
		const [device, space] = found as [DeviceRow | undefined, SpaceRow | undefined];
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

	put(tx: DiskTransaction, { device, space }: Rows): void {
		tx.put('meta', deviceKeyOf(this.#name), device);
		tx.put('meta', [this.#name, SPACE], space);
	}

	/** Puts transactions into the outbox, in the order given, each under the next number and a stamp above all others of this device. */
	append(tx: DiskTransaction, { device, space }: Rows, fresh: readonly FreshTransaction[]): readonly StoredTransaction[] {
		let { clock } = device;
		const stored = fresh.map(({ by: _by, ...transaction }, i): StoredTransaction => {
			clock = Math.max(transaction.stamp, clock + 1);
			return { ...transaction, n: space.nextN + i, stamp: clock, refused: null };
		});
		for (const transaction of stored) tx.put('outbox', [this.#name, transaction.n], rowOf(transaction));
		this.put(tx, {
			device: { ...device, clock, pages: counting(device.pages, fresh) },
			space: { ...space, nextN: space.nextN + stored.length },
		});
		return stored;
	}
}

function newDeviceRow(device: DeviceId): DeviceRow {
	return { device, life: device, clock: 0, skewMs: 0, generation: 0, person: null, pages: [], adopted: null };
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
