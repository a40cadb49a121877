import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { isOrderKey, LONG_ORDER_KEY, MAX_ORDER_KEY, ordering, spread } from './order.ts';

/** Generators of several tabs, each seeded for itself. */
function tab(seed: number): (before: string | null, after: string | null) => string {
	let state = seed * 7919 + 17;
	return ordering(() => {
		state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
		return state / 0x80000000;
	});
}

test('a list that grows at any places, by any tabs, stays in order', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 60 }), fc.nat(1000), (insertions, seed) => {
			const tabs = [tab(seed), tab(seed + 1), tab(seed + 2)];
			const keys: string[] = [];
			for (const [where, who] of insertions) {
				const at = where % (keys.length + 1);
				keys.splice(at, 0, tabs[who]!(keys[at - 1] ?? null, keys[at] ?? null));
			}
			expect(keys.toSorted()).toEqual(keys);
			expect(new Set(keys).size).toBe(keys.length);
			expect(keys.every(isOrderKey)).toBe(true);
		}),
		{ numRuns: 1000 },
	);
});

test('runs that two devices insert at the same place do not mix, forwards and backwards', () => {
	const run = (seed: number, before: string | null, after: string | null, forwards: boolean): string[] => {
		const between = tab(seed);
		const keys: string[] = [];
		for (let i = 0; i < 70; i++) {
			if (forwards) keys.push(between(keys.at(-1) ?? before, after));
			else keys.unshift(between(before, keys[0] ?? after));
		}
		return keys;
	};
	const places: (readonly [string | null, string | null])[] = [[null, null], ['a0', null], [null, 'a0'], ['a0', 'a1'], ['a0V', 'a0W'], [null, 'a0V'], ['a0', 'a0V']]; // prettier-ignore
	for (const [before, after] of places)
		for (const ways of [
			[true, true],
			[false, false],
			[true, false],
		] as const)
			for (let seed = 1; seed <= 20; seed++) {
				const [ours, theirs] = [run(seed, before, after, ways[0]), run(seed + 100, before, after, ways[1])];
				expect(ours.toSorted()).toEqual(ours);
				const owners = [...ours, ...theirs].toSorted().map((key) => ours.includes(key));
				expect(owners.filter((owner, i) => i > 0 && owner !== owners[i - 1])).toHaveLength(1);
				expect(Math.max(...ours.map(({ length }) => length))).toBeLessThan(16);
			}
});

test('neighbours that cannot be parted still give a key right after the first', () => {
	const between = tab(1);
	const key = between('a1V', 'a1V');
	expect(key > 'a1V').toBe(true);
	expect(isOrderKey(key)).toBe(true);
	expect(between('a2', 'a1') > 'a2').toBe(true);
});

test('keys stay short where one device inserts, and below the longest where devices take turns at one place', () => {
	let last: string | null = null;
	const alone = tab(1);
	for (let i = 0; i < 3000; i++) last = alone(last, null);
	expect(last!.length).toBeLessThan(16);
	const tabs = [tab(2), tab(3)];
	let low = 'a0V';
	let turns = 0;
	while (low.length <= LONG_ORDER_KEY) low = tabs[turns++ % 2]!(low, 'a1V');
	expect(turns).toBeGreaterThan(8);
	expect(low.length).toBeLessThan(MAX_ORDER_KEY);
});

test('a list that is spread anew has short keys, the same on every device', () => {
	const keys = spread(1000);
	expect(spread(1000)).toEqual(keys);
	expect(keys.toSorted()).toEqual(keys);
	expect(keys.every((key) => isOrderKey(key) && key.length <= 3)).toBe(true);
});

test('what is no order key is told from one', () => {
	for (const key of ['a0', 'a1V', 'Zz', 'b10']) expect(isOrderKey(key)).toBe(true);
	for (const wrong of ['', '1', 'b1', 'a10', 'a-', `A${'0'.repeat(26)}`, 7, null, `a${'1'.repeat(MAX_ORDER_KEY)}`])
		expect(isOrderKey(wrong)).toBe(false);
});
