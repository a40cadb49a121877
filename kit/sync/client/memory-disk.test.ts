import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Area, DiskTransaction } from './disk.ts';
import { MemoryDisk } from './memory-disk.ts';

type Step =
	| { readonly kind: 'put'; readonly at: number; readonly value: number }
	| { readonly kind: 'remove'; readonly from: number; readonly to: number };

const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({ kind: fc.constant('put' as const), at: fc.nat(12), value: fc.nat() }),
	fc.record({ kind: fc.constant('remove' as const), from: fc.nat(12), to: fc.nat(12) }),
);

test('a transaction reads what it wrote over what was there, and leaves exactly that, or nothing when it fails', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.tuple(fc.array(step), fc.boolean())), async (transactions) => {
			const disk = new MemoryDisk();
			let model = new Map<number, number>();
			for (const [steps, fails] of transactions) {
				const next = new Map(model);
				const done = disk.run('write', ['journal'], async (tx) => {
					for (const one of steps) {
						play(tx, one, next);
						expect(await listed(tx)).toEqual(sorted(next));
						for (let at = 0; at <= 12; at++) expect(await tx.get('journal', ['s', at])).toBe(next.get(at));
					}
					if (fails) throw new Error('on purpose');
				});
				if (fails) await expect(done).rejects.toThrow('on purpose');
				else await done;
				if (!fails) model = next;
				expect(await disk.run('read', ['journal'], listed)).toEqual(sorted(model));
			}
		}),
	);
});

test('a copy of the disk in the middle of a transaction has nothing of it', async () => {
	const disk = new MemoryDisk();
	let copy = disk;
	await disk.run('write', ['journal'], async (tx) => {
		tx.put('journal', ['s', 1], 'half');
		copy = disk.clone();
		tx.put('journal', ['s', 2], 'whole');
	});
	expect(await copy.run('read', ['journal'], listed)).toEqual([]);
	expect(await disk.run('read', ['journal'], listed)).toHaveLength(2);
});

const area: Area = 'journal';

function play(tx: DiskTransaction, one: Step, model: Map<number, number>): void {
	if (one.kind === 'put') {
		tx.put(area, ['s', one.at], one.value);
		model.set(one.at, one.value);
	} else {
		tx.remove(area, 's', one.from, one.to);
		for (const at of model.keys()) if (at >= one.from && at <= one.to) model.delete(at);
	}
}

function listed(tx: DiskTransaction): Promise<{ readonly at: number; readonly value: unknown }[]> {
	return tx.list(area, 's');
}

function sorted(model: ReadonlyMap<number, number>): { at: number; value: number }[] {
	return [...model].sort(([a], [b]) => a - b).map(([at, value]) => ({ at, value }));
}
