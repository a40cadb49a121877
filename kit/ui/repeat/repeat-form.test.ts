import { expect, test } from 'bun:test';
import { addDays } from '@mana/time';
import { firstDay, formatRule, parseRule, presetsFor } from '@mana/time/recur/index';
import fc from 'fast-check';
import { ending, formOf, presetOf, type RepeatForm, ruleFrom, units } from './repeat-form.ts';

const days = fc.nat(2_000).map((ahead) => addDays('2026-11-23', ahead));
const forms: fc.Arbitrary<RepeatForm> = fc.record({
	unit: fc.constantFrom(...units),
	interval: fc.integer({ min: 1, max: 999 }),
	weekdays: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
	monthlyBy: fc.constantFrom('date', 'weekday'),
	ends: fc.constantFrom('never', 'until', 'count'),
	until: days,
	count: fc.integer({ min: 1, max: 999 }),
});

test('a rule that was chosen by hand is shown as it was chosen, after it was written and read', () => {
	fc.assert(
		fc.property(forms, days, (form, day) => {
			const written = formatRule(ruleFrom(form, day));
			expect(formatRule(ruleFrom(formOf(parseRule(written), day), day))).toBe(written);
			if (form.ends !== 'until') expect(firstDay(parseRule(written), day)).not.toBeNull();
		}),
	);
});

test('a preset is known again whenever it ends, and everything else is no preset', () => {
	fc.assert(
		fc.property(forms, days, (form, day) => {
			for (const rule of Object.values(presetsFor(day))) {
				const known = presetOf(ending(rule, form), day);
				expect(known && formatRule(presetsFor(day)[known])).toBe(formatRule(rule));
			}
		}),
	);
	expect(presetOf(parseRule('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO'), '2026-11-23')).toBeNull();
});
