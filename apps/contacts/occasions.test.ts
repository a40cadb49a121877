import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { contact, detail, met } from './cards.fixture.ts';
import { inTouchBy, lastContacted, toContact } from './in-touch.ts';
import { comingOccasions, nextOn, yearsOn } from './occasions.ts';

const seed = 20261126;
const today = '2026-11-26';

describe('a day that comes round', () => {
	test('is today, later this year, or next year', () => {
		expect(nextOn('1990-11-26', today)).toBe(today);
		expect(nextOn('1990-12-24', today)).toBe('2026-12-24');
		expect(nextOn('--01-05', today)).toBe('2027-01-05');
	});

	test('on 29 February is the 28th where there is none', () => {
		expect(nextOn('1992-02-29', '2027-01-01')).toBe('2027-02-28');
		expect(nextOn('1992-02-29', '2027-03-01')).toBe('2028-02-29');
		expect(yearsOn('1992-02-29', '2027-02-28')).toBe(35);
	});

	test('does not come round before it was', () => {
		expect(nextOn('2030-01-01', today)).toBe('2030-01-01');
		expect(yearsOn('2030-01-01', today)).toBeNull();
	});

	test('is so many years ago, where the year is known', () => {
		expect(yearsOn('1990-11-27', today)).toBe(35);
		expect(yearsOn('1990-11-26', today)).toBe(36);
		expect(yearsOn('--11-26', today)).toBeNull();
	});

	test('is never further away than a year, and nothing of it lies between', () => {
		const day = fc
			.date({ min: new Date('1900-01-01'), max: new Date('2100-12-31'), noInvalidDate: true })
			.map((at) => at.toISOString().slice(0, 10));
		fc.assert(
			fc.property(day, day, (born, now) => {
				const next = nextOn(`--${born.slice(5)}`, now);
				expect(next >= now).toBe(true);
				expect(Date.parse(next) - Date.parse(now)).toBeLessThanOrEqual(366 * 86_400_000);
				expect(nextOn(`--${born.slice(5)}`, next)).toBe(next);
			}),
			{ seed },
		); // prettier-ignore
	});
});

test('birthdays, anniversaries and own dates stand in order, as far ahead as one looks', () => {
	const ana = contact('Ana', { birthday: '1990-12-01', anniversary: '2015-11-26' });
	const ben = contact('Ben', { birthday: '--03-01' });
	const gone = contact('Gone');
	const dates = [detail(ben, { kind: 'date', label: 'name-day', day: '--11-30' }), detail(gone, { kind: 'date', label: 'x', day: '--11-30' })];
	const coming = comingOccasions([ana, ben], dates, today, 14);
	expect(coming.map(({ contact, kind, on, years }) => [contact.shownAs, kind, on, years])).toEqual([
		['Ana', 'anniversary', '2026-11-26', 11],
		['Ben', 'date', '2026-11-30', null],
		['Ana', 'birthday', '2026-12-01', 36],
	]);
	expect(comingOccasions([ana, ben], dates, today, 366)).toHaveLength(4);
}); // prettier-ignore

describe('keeping in touch', () => {
	const ana = contact('Ana', { keepInTouchDays: 30 });
	const ben = contact('Ben', { keepInTouchDays: 90 });
	const cy = contact('Cy');

	test('was last contacted who was last met, whoever else was there', () => {
		const last = lastContacted([met('2026-10-01', ana, ben), met('2026-09-01', ana), met('2026-11-01', ben)]);
		expect([last.get(ana.id), last.get(ben.id), last.get(cy.id)]).toEqual(['2026-10-01', '2026-11-01', undefined]);
	});

	test('it is time for those whose days are over, the longest overdue first, and never for others', () => {
		const last = lastContacted([met('2026-10-01', ana), met('2026-07-01', ben)]);
		expect(toContact([cy, ana, ben], last, today).map(({ contact, by }) => [contact.shownAs, by])).toEqual([
			['Ben', '2026-09-29'],
			['Ana', '2026-10-31'],
		]);
		expect(inTouchBy(cy, undefined, today)).toBeNull();
		expect(toContact([ana], lastContacted([met(today, ana)]), today)).toEqual([]);
	});
});
