import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { choiceText, quiet, readChoice } from './choice.ts';
import { ambiences } from './noise.ts';

test('a choice is read as it was kept', () => {
	const choice = fc.record({ kind: fc.constantFrom(null, ...ambiences), volume: fc.double({ min: 0, max: 1, noNaN: true }) });
	fc.assert(fc.property(choice, (kept) => expect(readChoice(choiceText(kept))).toEqual({ ...kept, volume: kept.volume + 0 })));
});

test('what is no choice is none, and never louder than it may be', () => {
	for (const text of [null, '', 'storm', 'rain NaN', 'rain 7', '{"kind":"rain"}', 'white -1'])
		expect(readChoice(text).volume).toBe(quiet.volume);
	expect([readChoice('storm 0.3').kind, readChoice('rain 7').kind]).toEqual([null, 'rain']);
	expect(readChoice('pink 0').volume).toBe(0);
});
