import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { RowPlace } from './row-place.ts';

const seed = 20261127;

interface Row {
	readonly id: string;
}

const step = fc.record({
	at: fc.nat(12),
	remove: fc.nat(3),
	put: fc.array(fc.nat(12), { maxLength: 3 }),
	/** Rows that changed are other objects with the same id. */
	anew: fc.option(fc.nat(12)),
	wanted: fc.option(fc.nat(12)),
});

test('whatever comes, goes and changes, a row stands where looking through all rows finds it', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
			const place = new RowPlace<string>();
			let rows: readonly Row[] = Array.from({ length: 10 }, (_, id) => ({ id: String(id) }));
			let wanted: string | null = '5';
			for (const { at, remove, put, anew, wanted: other } of steps) {
				const rest = rows.toSpliced(at % (rows.length + 1), remove);
				const fresh = [...new Set(put)].map(String).filter((id) => !rest.some((row) => row.id === id));
				rows = rest
					.toSpliced(at % (rest.length + 1), 0, ...fresh.map((id) => ({ id })))
					.map((row) => (row.id === String(anew) ? { ...row } : row));
				if (other !== null) wanted = String(other);
				expect(place.of(rows, wanted)).toBe(rows.findIndex(({ id }) => id === wanted));
			}
		}),
		{ seed },
	);
});

test('a row that went away is not looked for among those that stayed', () => {
	let looks = 0;
	const row = (id: string): Row => ({
		get id() {
			looks++;
			return id;
		},
	});
	const rows = Array.from({ length: 1_000 }, (_, at) => row(String(at)));
	const place = new RowPlace<string>();
	expect(place.of(rows, '500')).toBe(500);
	looks = 0;
	expect(place.of(rows.toSpliced(500, 1), '500')).toBe(-1);
	expect(looks).toBe(0);
});

test('without a row there is no place', () => {
	expect(new RowPlace<string>().of([{ id: 'a' }], null)).toBe(-1);
});
