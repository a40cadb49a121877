import { nameKey } from '../../name.ts';
import { pageOf } from '../pages.ts';
import type { Replica, Touched } from '../replica.ts';
import type { DirtyPages, PagesAhead } from '../store.ts';
import type { Pace } from './pace.ts';

/** How often pages that moved on while they were encoded are encoded again, before the rest is done in the disk transaction. */
const ROUNDS = 3;

/** Encodes pages in slices, while the records on them go on. */
export async function ahead(dirty: DirtyPages, replica: Replica, pace: Pace): Promise<PagesAhead> {
	const pages = new Map<number, Uint8Array>();
	const homes = new Map<string, number>();
	let again = new Set(dirty.keys());
	const stop = replica.subscribe((touched: Touched) => {
		for (const [collection, ids] of touched)
			for (const record of ids) {
				const page = homes.get(nameKey({ collection, record }));
				if (page !== undefined) again.add(page);
			}
	});
	// All of them are to be encoded still while this goes on.
	await pace(
		(function* () {
			for (const [page, records] of dirty) {
				for (const [collection, record] of records) homes.set(nameKey({ collection, record }), page);
				yield;
			}
		})(),
	);
	for (let round = 0; again.size > (round === 0 ? 0 : 1) && round < ROUNDS; round++) {
		const now = again;
		again = new Set();
		await pace(
			(function* () {
				for (const page of now) {
					pages.set(page, pageOf(dirty.get(page)!, replica));
					yield;
				}
			})(),
		);
	}
	return { pages, again: () => again, stop };
}
