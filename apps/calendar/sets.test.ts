import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { hiddenBy, isShown } from './sets.ts';

const ids = fc.uniqueArray(fc.constantFrom<string[]>('work', 'family', 'holidays', 'tasks', 'birthdays', 'theirs'));

test('a set shows of what is listed exactly its own, once and for all, and leaves the rest as it was', () => {
	fc.assert(
		fc.property(ids, ids, ids, (shown, listed, before) => {
			const [wanted, hidden] = [new Set(shown), new Set(before)];
			const { add, remove } = hiddenBy(wanted, listed, hidden);
			const after = new Set([...before.filter((id) => !remove.includes(id)), ...add]);
			expect(isShown(wanted, listed, after)).toBe(true);
			expect(listed.filter((id) => !after.has(id))).toEqual(listed.filter((id) => wanted.has(id)));
			const others = (all: Iterable<string>) => [...all].filter((id) => !listed.includes(id)).toSorted();
			expect(others(after)).toEqual(others(before));
			expect(hiddenBy(wanted, listed, after)).toEqual({ add: [], remove: [] });
			if (add.length + remove.length > 0) expect(isShown(wanted, listed, hidden)).toBe(false);
		}),
	);
});
