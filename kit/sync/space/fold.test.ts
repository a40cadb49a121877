import { expect, test } from 'bun:test';
import { counter, field, foldedAt, foldedTotal, mergeRegisters, type Register, text } from '@mana/model';
import fc from 'fast-check';
import type { DeviceId, Op } from '../cell.ts';
import { namedRecordId } from '@mana/model';
import { placeKey } from '../merge.ts';
import { isLeftover } from '../tombstone.ts';
import { decide } from './decide.ts';
import { after, empty, laptop, now, op, phone, push, record, rules, space, transaction } from './fixture.ts';
import type { Found, Request, TidyRequest } from './state.ts';

const SEED = Number(process.env['MANA_SEED'] ?? Date.now() % 1_000_000);
const stars = field.counter(3);

function tidy(more: Partial<TidyRequest>): TidyRequest {
	return { kind: 'tidy', space, purge: [], forget: [], fold: [], ...more };
}

function play(found: Found, ...requests: readonly Request[]): Found {
	return requests.reduce((state, request) => after(state, decide(state, [request], now, rules).change), found);
}

function partsOf(found: Found) {
	return [...found.cells.values()].filter(({ field }) => field === stars.number);
}

/** What the counter shows. */
function shown(found: Found): number {
	if (stars.form.kind !== 'keys') throw new Error('A counter has keys.');
	return stars.form.read(new Map(partsOf(found).map(({ key, value }) => [key, value])));
}

const count = (key: string, total: number): Op => op(3, total, counter, key);
const counted = play(empty, push(phone, transaction(1, count('+a', 5)), transaction(2, count('-a', 2)), transaction(3, count('+b', 7)))); // prettier-ignore
const folded = play(counted, tidy({ fold: partsOf(counted) }));

test('parts go into one sum for each direction, under one seq, and nothing that anybody reads changes', () => {
	expect(shown(counted)).toBe(10);
	expect(shown(folded)).toBe(10);
	expect(folded.space!.seq).toBe(counted.space!.seq + 1);
	const values = Object.fromEntries(partsOf(folded).map(({ key, value }) => [key, value]));
	expect(values).toEqual({ '+': 12, '-': 2, '+a': foldedAt(5), '-a': foldedAt(2), '+b': foldedAt(7) });
});

test('what comes late counts for what is more than was folded, and only once', () => {
	const late = play(folded, push(laptop, transaction(1, count('+a', 9))));
	expect(shown(late)).toBe(14);
	const again = play(late, push(namedRecordId('copy') as string as DeviceId, transaction(1, count('+a', 9), count('+b', 6))));
	expect(shown(again)).toBe(14);
	expect(again.space!.seq).toBe(late.space!.seq);
});

test('two parts of a counter that one action wrote both count', () => {
	expect(shown(play(folded, push(laptop, transaction(1, count('+a', 6), count('+b', 10)))))).toBe(14);
});

test('a part that was counted on meanwhile is left, and a record that somebody looked at has not moved on', () => {
	const due = partsOf(counted);
	const moved = play(counted, push(laptop, transaction(1, count('+b', 8))), tidy({ fold: due }));
	expect(shown(moved)).toBe(11);
	expect(moved.cells.get(placeKey(count('+b', 0)))!.value).toBe(8);
	const expecting = { ...transaction(1, op(1, 'title')), preconditions: [{ record, seq: counted.space!.seq, own: false }] };
	const [answer] = decide(folded, [push(laptop, expecting)], now, rules).answers;
	expect(answer).toMatchObject({ type: 'ack', refused: [] });
});

test('of an old part that was folded, and of an update that was merged, nothing is left but the horizon', () => {
	const typed = play(folded, push(laptop, transaction(1, op(4, new Uint8Array([1]), text, 'x'))));
	const merged = play(typed, push(laptop, transaction(2, op(4, null, text, 'x'), op(4, new Uint8Array([1, 2]), text, 'y'))));
	const leftovers = [...merged.cells.values()].filter(isLeftover);
	expect(leftovers).toHaveLength(4);
	const left = play(merged, tidy({ forget: [...merged.cells.values()] }));
	expect([...left.cells.values()].map(({ key }) => key).toSorted()).toEqual(['+', '-', 'y']);
	expect(shown(left)).toBe(10);
	expect(left.space).toMatchObject({ seq: merged.space!.seq, horizon: merged.space!.seq });
});

test('what says that a part was folded is greater than every total, and reads as nothing to whoever does not know of it', () => {
	fc.assert(
		fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), (a, b, total) => {
			const of = (value: Register['value'], stamp: number): Register => ({ value, stamp, actor: 1 });
			expect(foldedTotal(foldedAt(a))).toBe(a);
			expect(Number(foldedAt(a))).toBe(0);
			expect(mergeRegisters(stars.number, of(foldedAt(a), 1), of(total, 2)).value).toBe(foldedAt(a));
			expect(mergeRegisters(stars.number, of(foldedAt(a), 1), of(foldedAt(b), 2)).value).toBe(foldedAt(Math.max(a, b)));
		}),
		{ seed: SEED, verbose: 1 },
	);
});

/** Steps of some writers, what comes late or twice, folding, and forgetting of what nobody has anything unsent about. */
const deeds = fc.array(
	fc.oneof(
		{ weight: 6, arbitrary: fc.record({ kind: fc.constant('step' as const), key: fc.nat(3), up: fc.boolean(), add: fc.integer({ min: 1, max: 9 }), sends: fc.nat(2) }) }, // prettier-ignore
		{ weight: 3, arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat() }) },
		{ weight: 2, arbitrary: fc.record({ kind: fc.constant('fold' as const), which: fc.nat(15) }) },
		{ weight: 1, arbitrary: fc.constant({ kind: 'forget' as const }) },
	),
	{ minLength: 5, maxLength: 60 },
);

test('folding and forgetting at any moment, with whatever comes late or twice, change nothing that a counter shows', () => {
	fc.assert(
		fc.property(deeds, (all) => {
			let found = empty;
			let sent = 0;
			// How often the part that a writer counts on was folded: it goes on under another name then, as a tab does.
			const lives = new Map<string, number>();
			// What each part was last written to hold; of those written, what was accepted at least once counts.
			const totals = new Map<string, number>();
			const accepted = new Map<string, number>();
			let waiting: Op[] = [];
			const send = (op: Op) => {
				found = play(found, push(namedRecordId(`device ${sent++}`) as string as DeviceId, transaction(1, op)));
				accepted.set(op.key, Math.max(accepted.get(op.key) ?? 0, Number(op.value)));
			};
			for (const deed of all) {
				if (deed.kind === 'step') {
					const writer = `${deed.up ? '+' : '-'}${deed.key}`;
					const key = `${writer}.${lives.get(writer) ?? 0}`;
					const total = (totals.get(key) ?? 0) + deed.add;
					totals.set(key, total);
					waiting.push(count(key, total));
					for (let i = 0; i < deed.sends; i++) send(count(key, total));
				} else if (deed.kind === 'late' && waiting.length > 0) {
					send(waiting[deed.which % waiting.length]!);
				} else if (deed.kind === 'fold') {
					found = play(found, tidy({ fold: partsOf(found).filter((_, i) => (deed.which >> (i % 4)) % 2 === 0) }));
					for (const { key, value } of partsOf(found)) {
						const [writer, life] = key.split('.');
						if (life !== undefined && foldedTotal(value) !== null)
							lives.set(writer!, Math.max(lives.get(writer!) ?? 0, Number(life) + 1));
					}
				} else if (deed.kind === 'forget') {
					// Whoever has something undecided about one of them is below the horizon then, and says it anew; what was answered is sent no more.
					const unsent = new Set(
						waiting.filter(({ key, value }) => Number(value) > (accepted.get(key) ?? 0)).map(({ key }) => key),
					);
					waiting = waiting.filter(({ key }) => unsent.has(key));
					found = play(found, tidy({ forget: partsOf(found).filter(({ key }) => !unsent.has(key)) }));
				}
				const expected = [...accepted].reduce((sum, [key, total]) => sum + (key.startsWith('-') ? -total : total), 0);
				expect(shown(found)).toBe(expected);
			}
		}),
		{ seed: SEED, numRuns: 400, verbose: 1 },
	);
});
