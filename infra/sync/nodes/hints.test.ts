import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { SpaceId } from '@mana/sync';
import { GATHER_MS, Gathering, type Hint, hintsIn, payloadsOf } from './hints.ts';

const space = fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/).map((text) => text as SpaceId);
const hint = fc.record({ space, seq: fc.nat(Number.MAX_SAFE_INTEGER) });

describe('hints', () => {
	test('come out as they went in, in payloads that PostgreSQL takes', () => {
		fc.assert(
			fc.property(fc.array(hint, { maxLength: 900 }), (hints) => {
				const payloads = payloadsOf(hints);
				expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000 && payload !== '')).toBe(true);
				expect(payloads.flatMap(hintsIn)).toEqual(hints);
			}),
			{ numRuns: 30 },
		);
	});

	test('nothing that somebody else says breaks whoever hears it', () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				for (const { seq } of hintsIn(text)) expect(Number.isFinite(seq)).toBe(true);
			}),
		);
	});

	test('the first goes at once, the others together, the newest of each space', () => {
		const sent: Hint[][] = [];
		const due: { ms: number; again: () => void }[] = [];
		const gathering = new Gathering<SpaceId, number>(
			(gathered) => sent.push([...gathered].map(([space, seq]) => ({ space, seq }))),
			(ms, again) => due.push({ ms, again }),
		);
		const [a, b] = ['a', 'b'] as SpaceId[] as [SpaceId, SpaceId];
		gathering.add(a, 1);
		expect(sent).toEqual([[{ space: a, seq: 1 }]]);
		gathering.add(a, 2);
		gathering.add(b, 7);
		gathering.add(a, 3);
		expect(sent).toHaveLength(1);
		expect(due).toMatchObject([{ ms: GATHER_MS }]);
		due.shift()!.again();
		expect(sent[1]).toEqual([
			{ space: a, seq: 3 },
			{ space: b, seq: 7 },
		]);
		due.shift()!.again();
		expect(sent).toHaveLength(2);
		gathering.add(b, 8);
		expect(sent[2]).toEqual([{ space: b, seq: 8 }]);
	});
});
