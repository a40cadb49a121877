import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instances } from './instances.ts';
import { formatMoment, parseMoment } from './moment.ts';
import { formatRule, parseRule } from './rule.ts';

/** From libical's test suite (icalrecur_test.txt, MPL-2.0 or LGPL-2.1): rule, start, and the instances that it has. */
const vectors = readFileSync(join(import.meta.dir, 'vectors.txt'), 'utf8')
	.split(/\n\n+/)
	.map((block) => {
		const lines = block.split('\n');
		const value = (name: string) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
		const about = lines.find((line) => line.startsWith('# '))?.slice(2);
		return { about, rule: value('RRULE')!, start: value('DTSTART')!, from: value('START-AT'), expected: value('INSTANCES')! };
	})
	.filter(({ rule }) => rule !== undefined);

test('there are vectors', () => expect(vectors).toHaveLength(73));

for (const { about, rule, start, from, expected } of vectors)
	test(`${about}: ${rule}`, () => {
		const first = parseMoment(start);
		const all = expected.split(',');
		const found = (after?: string): string[] => {
			const walls = instances(parseRule(rule), first, after === undefined ? undefined : parseMoment(after).wall);
			const texts: string[] = [];
			for (const wall of walls) if (texts.push(formatMoment({ wall, form: first.form })) > all.length) break;
			return texts;
		};
		expect(found().join(',')).toBe(expected);
		// A window that begins later has the same instances.
		for (const after of from ? [from, ...all] : all) expect(found(after)).toEqual(all.filter((one) => one >= after));
		expect(formatRule(parseRule(formatRule(parseRule(rule))))).toBe(formatRule(parseRule(rule)));
	});
