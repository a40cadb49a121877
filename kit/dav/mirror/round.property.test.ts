import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { cardKind, eventKind, fieldsOf, type Kind, Pair } from './pair.fixture.ts';

interface Edit {
	readonly side: 'here' | 'there';
	readonly uid: string;
	/** `null`: it is removed. */
	readonly field: string | null;
}

const editOf = ({ fields }: Kind): fc.Arbitrary<Edit> =>
	fc.record({
		side: fc.constantFrom('here', 'there'),
		uid: fc.constantFrom('a', 'b', 'c', 'd'),
		field: fc.constantFrom(...fields, null),
	});
const cuts = fc.array(fc.constantFrom(null, null, null, 'before', 'after'), { maxLength: 25 });
const seed = Date.now() & 0xffffff;

describe.each([eventKind, cardKind])('two $name that are kept the same', (kind) => {
	test(`come together again whatever is changed on either side and wherever the line is cut, lose nothing and then are still (seed ${seed})`, async () => {
		const epochs = fc.array(
			fc.record({ edits: fc.array(editOf(kind), { maxLength: 8 }), rounds: fc.array(cuts, { maxLength: 4 }) }),
			{
				minLength: 1,
				maxLength: 4,
			},
		);
		await fc.assert(
			fc.asyncProperty(epochs, fc.boolean(), async (all, tokens) => {
				const pair = new Pair(kind, tokens);
				let n = 0;
				for (const { edits, rounds } of all) {
					const before = pair.state();
					const said: { edit: Edit; value: string }[] = [];
					for (const one of edits) {
						const text = pair.get(one.side, one.uid);
						if (one.field === null && text === null) continue;
						const value = `value ${++n}`;
						said.push({ edit: one, value });
						pair.set(
							one.side,
							one.uid,
							one.field === null ? null : kind.make(one.uid, { ...(text ? fieldsOf(text) : {}), [one.field]: value }),
						);
					}
					for (const round of rounds) await pair.round(round);
					await pair.settle();
					const after = pair.state();
					expect(pair.stateThere()).toEqual(after);
					for (const uid of ['a', 'b', 'c', 'd']) {
						const own = (side: Edit['side']) => said.filter(({ edit }) => edit.side === side && edit.uid === uid);
						const ends = { here: own('here').at(-1)?.edit.field, there: own('there').at(-1)?.edit.field };
						const kept = [ends.here, ends.there].some((field) => typeof field === 'string');
						const removed = [ends.here, ends.there].includes(null);
						if (kept) expect(after).toHaveProperty([uid]);
						else if (removed) expect(after).not.toHaveProperty([uid]);
						else expect(after[uid]).toEqual(before[uid]!);
						for (const [side, other] of [
							['here', 'there'],
							['there', 'here'],
						] as const) {
							if (typeof ends[side] !== 'string') continue;
							const field = ends[side];
							const others = own(other).filter(({ edit }) => edit.field === field);
							const values = [own(side).at(-1)!.value, ...others.map(({ value }) => value)];
							expect(values).toContain(after[uid]![field]!);
						}
					}
					const writes = [pair.here.writes, pair.there.writes];
					await pair.settle();
					expect([pair.here.writes, pair.there.writes]).toEqual(writes);
				}
			}),
			{ seed, numRuns: 150 },
		);
	});

	test(`come together when they are changed between rounds that are cut (seed ${seed})`, async () => {
		const steps = fc.array(fc.oneof(editOf(kind), cuts), { minLength: 5, maxLength: 30 });
		await fc.assert(
			fc.asyncProperty(steps, fc.boolean(), async (all, tokens) => {
				const pair = new Pair(kind, tokens);
				const removed = new Set<string>();
				const made = new Set<string>();
				let n = 0;
				for (const step of all) {
					if (Array.isArray(step)) {
						await pair.round(step);
						continue;
					}
					const text = pair.get(step.side, step.uid);
					if (step.field === null) removed.add(step.uid);
					else made.add(step.uid);
					const fields = { ...(text ? fieldsOf(text) : {}), [step.field ?? '']: `value ${++n}` };
					pair.set(step.side, step.uid, step.field === null ? null : kind.make(step.uid, fields));
				}
				await pair.settle();
				expect(pair.stateThere()).toEqual(pair.state());
				for (const uid of made) if (!removed.has(uid)) expect(pair.state()).toHaveProperty([uid]);
				const writes = [pair.here.writes, pair.there.writes];
				await pair.settle();
				expect([pair.here.writes, pair.there.writes]).toEqual(writes);
			}),
			{ seed, numRuns: 150 },
		);
	});
});
