import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { checkPlan, planNamed, ranges, services } from '../index.ts';
import { edits, type Pick, type PickNumber, type Subject } from './edits.fixture.ts';

const built = services
	.filter(({ status, door }) => status === 'running' && (!door || door.app === 'hub'))
	.map(({ owner }) => owner);
const folderExists = (folder: string) => built.some((owner) => owner === folder);
const plans = ['default', 'containers', 'two-machines'].map(planNamed);

test('every single fault in a plan or a row is found, or was none', () => {
	const seen = new Map<string, number>();
	let [found, harmless] = [0, 0];
	fc.assert(
		fc.property(fc.constantFrom(...Object.keys(edits)), fc.constantFrom(...plans), fc.gen(), (name, plan, gen) => {
			const subject: Subject = { plan, services, ranges };
			const pick: Pick = (values) => values[gen(fc.nat, Math.max(0, values.length - 1))]!;
			const number: PickNumber = (from, to) => gen(fc.integer, { min: from, max: to });
			const made = edits[name]!(subject, pick, number);
			if (!made) return;
			seen.set(name, (seen.get(name) ?? 0) + 1);
			const findings = checkPlan(made.subject.plan, { ...made.subject, folderExists });
			if (made.harmless) {
				harmless++;
				expect(findings).toEqual([]);
				return;
			}
			found++;
			expect(findings.length).toBeGreaterThan(0);
			const named = findings.flatMap(({ rows, message }) => [...rows, message]).join(' ');
			if (!made.about.some((one) => named.includes(one)))
				throw new Error(`${name}: ${named} names none of ${made.about.join(', ')}`);
			for (const { message, fix } of findings) expect([message.endsWith('.'), fix.endsWith('.')]).toEqual([true, true]);
		}),
		{ numRuns: 3000 },
	);
	expect(Object.keys(edits).filter((name) => !seen.has(name))).toEqual([]);
	expect(found + harmless).toBeGreaterThan(2000);
	expect(found).toBeGreaterThan(1500);
});
