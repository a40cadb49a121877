import { chunkShelf } from './conversation/chunk-shelf.ts';
import { expect, test } from 'bun:test';
import { fieldNumber, laws, namedRecordId } from '@mana/model';
import type { Cell, Op } from '../cell.ts';
import { StorageFailed } from './disk.ts';
import { asAnother } from './large/index.ts';
import { JournalStore } from './journal-store.ts';
import { MemoryDisk } from './memory-disk.ts';
import { Replica } from './replica.ts';
import type { StoredTransaction } from './store.ts';
import { seeded, stillMemory } from './test-world.ts';

const title = fieldNumber(1, laws[0]!);

/** Drives a store at random, failing at random requests, and compares what it loads with a plain model. */
async function drive(seed: number): Promise<void> {
	const random = seeded(seed);
	const dice = (sides: number) => Math.floor(random() * sides);
	const fill = (bytes: Uint8Array) => bytes.map(() => dice(256));
	const disk = new MemoryDisk(true);
	let store = new JournalStore(disk, fill, chunkShelf);
	let { device } = (await store.load()).device;
	const model = { replica: new Replica(), outbox: [] as StoredTransaction[], nextN: 1, doneN: 0, seq: 0, clock: 0 };
	const op = (): Op => ({ collection: 257, record: namedRecordId(`r${dice(700)}`), field: title, key: '', value: dice(1e6) });
	const cell = (stamp: number): Cell => ({ ...op(), stamp, actor: 1 + dice(3) });
	for (let step = 0; step < 60; step++) {
		let left = dice(4) === 0 ? dice(6) : Infinity;
		disk.fault = () => {
			if (left-- <= 0) throw new Error('crash');
		};
		const done = await attempt(async () => {
			switch (dice(6)) {
				case 0:
				case 1: {
					const fresh = Array.from({ length: 1 + dice(3) }, () => ({
						stamp: dice(50),
						ops: [op()],
						preconditions: [],
						label: 'x',
						at: step,
					}));
					const stored = await store.commitLocal(fresh);
					return () => {
						for (const one of stored) {
							expect(one.n).toBe(model.nextN++);
							expect(one.stamp).toBeGreaterThan(model.clock);
							model.clock = one.stamp;
						}
						model.outbox.push(...stored);
					};
				}
				case 2: {
					const cells = Array.from({ length: dice(300) }, () => cell(step * 10 + dice(10)));
					const replace = dice(10) === 0;
					await store.applyRemote({ epoch: 1, to: model.seq + 1, cells, replace }, 0);
					return () => {
						model.seq++;
						if (replace) model.replica.replace(cells);
						else model.replica.merge(cells);
					};
				}
				case 3: {
					const n = model.doneN + dice(model.nextN - model.doneN);
					const refused = model.outbox
						.filter((one) => one.n > model.doneN && one.n <= n && dice(4) === 0)
						.map((one) => ({ ...one, refused: { code: 'invalid', detail: 'no' } }));
					await store.settle(n, refused, [], 0);
					return () => {
						model.outbox = [...refused, ...model.outbox.filter((one) => one.refused || one.n > n)];
						model.doneN = n;
					};
				}
				case 4:
					expect(
						await store.checkpoint(
							stillMemory((collection, record) => model.replica.cells(collection, record)),
							0,
						),
					).toBe(true);
					return () => undefined;
				default: {
					const another = asAnother(fill);
					const next = another.device;
					await store.reissue(another, 0);
					return () => {
						device = next;
						const refused = model.outbox.filter((one) => one.refused);
						const unsent = model.outbox.filter((one) => !one.refused).sort((a, b) => a.n - b.n);
						model.outbox = [
							...refused.sort((a, b) => a.n - b.n).map((one, i) => ({ ...one, n: -1 - i })),
							...unsent.map((one, i) => ({ ...one, n: i + 1 })),
						];
						model.nextN = unsent.length + 1;
						model.doneN = 0;
					};
				}
			}
		});
		disk.fault = null;
		done?.();
		if (done && dice(8) > 0) continue;
		store = new JournalStore(disk, fill, chunkShelf);
		const loaded = await store.load();
		const replica = new Replica();
		replica.merge(loaded.cells);
		expect(sorted(replica.allCells())).toEqual(sorted(model.replica.allCells()));
		expect(loaded.outbox).toEqual(model.outbox.toSorted((a, b) => a.n - b.n));
		expect(loaded.device.device).toBe(device);
		expect(loaded.space).toMatchObject({ seq: model.seq, nextN: model.nextN, doneN: model.doneN });
	}
}

async function attempt(work: () => Promise<() => void>): Promise<(() => void) | null> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof StorageFailed) return null;
		throw error;
	}
}

function sorted(cells: Iterable<Cell>): unknown {
	return [...cells].sort((a, b) => (a.record < b.record ? -1 : 1));
}

test('a disk that fails at any request keeps the state before or after, and never half of it', async () => {
	for (let seed = 1; seed <= 60; seed++) {
		try {
			await drive(seed);
		} catch (error) {
			throw new Error(`seed ${seed}`, { cause: error });
		}
	}
}, 60_000);
