import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import fc from 'fast-check';
import { openMemoryMana } from './open-memory.ts';
import { tasks } from './test-world.ts';

const act = fc.record({
	kind: fc.constantFrom('create', 'rank', 'title', 'trash', 'restore', 'purge', 'undo', 'ask'),
	which: fc.nat(9),
	rank: fc.option(fc.nat(3)),
});

test('what is looked up by a value is what one finds by searching, whatever was written between, followed or asked anew', () => {
	fc.assert(
		fc.property(fc.array(act, { maxLength: 40 }), fc.boolean(), (acts, trashToo) => {
			const mana = openMemoryMana();
			const where = trashToo ? { where: () => true } : {};
			const ids: RecordId[] = [];
			const asked = (rank: number | null) => mana.query(tasks, { ...where, by: { rank } });
			const followed = [null, 0, 1, 2, 3].map((rank) => ({ rank, query: asked(rank) }));
			const [one, none] = [
				() => mana.query(tasks, { ...where, by: { id: ids[0] ?? null } }),
				mana.query(tasks, { by: { id: null } }),
			];
			const stops = followed.map(({ query }) => query.subscribe(() => undefined));
			const agree = (): void => {
				const everything = ids.flatMap((id) => mana.get(tasks, id) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
				expect(mana.query(tasks, { where: () => true }).rows).toEqual(everything);
				expect(one().rows).toEqual(mana.query(tasks, where).rows.filter(({ id }) => id === ids[0]));
				expect(none.rows).toEqual([]);
				for (const { rank, query } of followed) {
					const all = mana.query(tasks, where).rows.filter((row) => row.rank === rank);
					expect(query.rows).toEqual(all);
					expect(asked(rank).rows).toEqual(all);
				}
			};
			for (const { kind, which, rank } of acts) {
				const id = ids[which % Math.max(1, ids.length)];
				if (kind === 'ask') agree();
				else if (kind === 'undo') mana.history.undo();
				else if (kind === 'create') mana.write('Add', (tx) => void ids.push(tx.create(tasks, { rank })));
				else if (id !== undefined)
					mana.write('Change', (tx) => {
						if (!tx.get(tasks, id)) return;
						if (kind === 'rank') tx.update(tasks, id, { rank });
						else if (kind === 'title') tx.update(tasks, id, { title: `t${which}` });
						else tx[kind](tasks, id);
					});
			}
			agree();
			for (const stop of stops) stop();
		}),
		{ numRuns: 100 },
	);
});
