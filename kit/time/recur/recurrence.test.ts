import { describe, expect, test } from 'bun:test';
import { instantOf, isZone, offsetAt, wallAt } from '../zone.ts';
import { instances } from './instances.ts';
import { BadRecurrence, formatMoment, type Moment, parseMoment } from './moment.ts';
import { divide, occurrences, occurrencesWithin, once, type Recurrence } from './recurrence.ts';
import { parseRule } from './rule.ts';

const at = (text: string) => parseMoment(text);
const utc = (instant: number) => formatMoment({ wall: instant, form: 'utc' });

function repeated(start: string, rule: string, zone: string | null, more: Partial<Recurrence> = {}): Recurrence {
	return { ...once(at(start), zone), rules: [parseRule(rule)], ...more };
}

function begins(recurrence: Recurrence, count = 4, viewer = 'UTC'): string[] {
	const found: string[] = [];
	for (const { instant } of occurrences(recurrence, -Infinity, viewer)) if (found.push(utc(instant)) === count) break;
	return found;
}

describe('clocks that are changed', () => {
	test('nine o’clock stays nine o’clock, so that the moment moves', () => {
		expect(begins(repeated('20260328T090000', 'FREQ=DAILY', 'Europe/Berlin'), 3)).toEqual([
			'20260328T080000Z',
			'20260329T070000Z',
			'20260330T070000Z',
		]);
	});

	test('a time that does not exist is read as before the change, one that comes twice is the first', () => {
		const daily = repeated('20260328T023000', 'FREQ=DAILY', 'Europe/Berlin');
		expect(begins(daily, 3)).toEqual(['20260328T013000Z', '20260329T013000Z', '20260330T003000Z']);
		expect(begins(repeated('20261024T023000', 'FREQ=DAILY', 'Europe/Berlin'), 3)).toEqual([
			'20261024T003000Z',
			'20261025T003000Z',
			'20261026T013000Z',
		]);
		expect(begins(repeated('20260307T023000', 'FREQ=DAILY', 'America/New_York'), 2)).toEqual([
			'20260307T073000Z',
			'20260308T073000Z',
		]);
	});

	test('two times that are one moment are one occurrence', () => {
		const hourly = repeated('20260329T013000', 'FREQ=HOURLY;COUNT=4', 'Europe/Berlin');
		expect(begins(hourly, 9)).toEqual(['20260329T003000Z', '20260329T013000Z', '20260329T023000Z']);
	});

	test('half hours, and a day that never was', () => {
		expect(offsetAt('Australia/Lord_Howe', Date.UTC(2026, 0, 1))).toBe(11 * 3_600_000);
		expect(offsetAt('Australia/Lord_Howe', Date.UTC(2026, 6, 1))).toBe(10.5 * 3_600_000);
		expect(utc(instantOf('Pacific/Apia', at('20111229T120000').wall))).toBe('20111229T220000Z');
		expect(utc(instantOf('Pacific/Apia', at('20111231T120000').wall))).toBe('20111230T220000Z');
		expect(formatMoment({ wall: wallAt('Asia/Kathmandu', Date.UTC(2026, 0, 1)), form: 'local' })).toBe('20260101T054500');
	});

	test('zones have names', () => {
		expect([isZone('Europe/Berlin'), isZone('Mars/Olympus'), isZone('')]).toEqual([true, false, false]);
	});
});

describe('UNTIL', () => {
	test('in UTC is a moment, whatever the zone of the start', () => {
		const until = (moment: string) =>
			begins(repeated('20260101T090000', `FREQ=DAILY;UNTIL=${moment}`, 'America/New_York'), 9).length;
		expect([until('20260103T140000Z'), until('20260103T135959Z'), until('20260103T090000')]).toEqual([3, 2, 3]);
	});

	test('in the hour that comes twice is told apart by the moment', () => {
		const until = (moment: string) =>
			begins(repeated('20261025T020000', `FREQ=MINUTELY;INTERVAL=30;UNTIL=${moment}`, 'Europe/Berlin'), 9);
		expect(until('20261025T010000Z')).toEqual(['20261025T000000Z', '20261025T003000Z']);
	});

	test('as a day counts days for what is all day, and ends before the first time of the day for what is not', () => {
		expect(begins(repeated('20260101', 'FREQ=DAILY;UNTIL=20260103', null), 9)).toHaveLength(3);
		expect(begins(repeated('20260101', 'FREQ=DAILY;UNTIL=20260103T120000Z', null), 9)).toHaveLength(3);
		expect(begins(repeated('20260101T090000', 'FREQ=DAILY;UNTIL=20260103', null), 9)).toHaveLength(2);
	});
});

describe('what comes besides, falls out, or is moved', () => {
	const weekly = repeated('20260105T090000', 'FREQ=WEEKLY;COUNT=4', 'UTC');

	test('RDATE and EXDATE', () => {
		const extra = [at('20260107T090000'), at('20260105T090000')];
		const except = [at('20260112T090000'), at('20260119')];
		expect(begins({ ...weekly, extra, except }, 9)).toEqual(['20260105T090000Z', '20260107T090000Z', '20260126T090000Z']);
	});

	test('an EXDATE in UTC hits an occurrence of a zone', () => {
		const berlin = repeated('20260105T090000', 'FREQ=WEEKLY;COUNT=2', 'Europe/Berlin', { except: [at('20260112T080000Z')] });
		expect(begins(berlin, 9)).toEqual(['20260105T080000Z']);
	});

	test('the start is an occurrence even where the rule does not say so', () => {
		expect(begins(repeated('20260106T090000', 'FREQ=WEEKLY;BYDAY=MO;COUNT=2', 'UTC'), 9)).toEqual([
			'20260106T090000Z',
			'20260112T090000Z',
			'20260119T090000Z',
		]);
	});

	test('one that was moved is where it was moved to, and one that was cancelled is nowhere', () => {
		const change = (id: string, start: string | null, andFollowing = false) => ({
			id: at(id).wall,
			start: start === null ? null : at(start),
			andFollowing,
		});
		const moved: Recurrence = {
			...weekly,
			changed: [change('20260112T090000', '20260114T100000'), change('20260119T090000', null)],
		};
		expect(begins(moved, 9)).toEqual(['20260105T090000Z', '20260114T100000Z', '20260126T090000Z']);
		const from = at('20260113T000000').wall;
		expect(occurrencesWithin(moved, from, from + 3 * 86_400_000, 'UTC').map(({ id }) => id)).toEqual([
			at('20260112T090000').wall,
		]);
		const later: Recurrence = { ...weekly, changed: [change('20260119T090000', '20260120T110000', true)] };
		const expected = ['20260105T090000Z', '20260112T090000Z', '20260120T110000Z', '20260127T110000Z'];
		expect(begins(later, 9)).toEqual(expected);
		const [before, after] = divide(later, at('20260126T090000').wall);
		expect([...begins(before!, 9), ...begins(after, 9)]).toEqual(expected);
	});

	test('days begin where the viewer is', () => {
		const birthday = repeated('20260329', 'FREQ=YEARLY', null);
		expect(begins(birthday, 1, 'Europe/Berlin')).toEqual(['20260328T230000Z']);
		expect(begins(birthday, 1, 'America/New_York')).toEqual(['20260329T040000Z']);
	});

	test('a rule by the second is cut off, so that nobody waits', () => {
		const noisy = repeated('20260101T000000', 'FREQ=SECONDLY', 'UTC');
		expect(occurrencesWithin(noisy, noisy.start.wall, Infinity, 'UTC', 500)).toHaveLength(500);
	});
});

describe('SKIP', () => {
	const months = (skip: string) => {
		const rule = parseRule(`RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=${skip};COUNT=4`);
		return [...instances(rule, at('20260131'))].map((wall) => formatMoment({ wall, form: 'day' }));
	};

	test('leaves out, takes the day before, or the day after', () => {
		expect(months('OMIT')).toEqual(['20260131', '20260331', '20260531', '20260731']);
		expect(months('BACKWARD')).toEqual(['20260131', '20260228', '20260331', '20260430']);
		expect(months('FORWARD')).toEqual(['20260131', '20260301', '20260331', '20260501']);
	});
});

test('a rule that never happens ends', () => {
	const never = [
		'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
		'FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31',
		'FREQ=SECONDLY;BYMONTH=1;BYYEARDAY=200',
	];
	const steps = ['FREQ=HOURLY;INTERVAL=24;BYHOUR=5', 'FREQ=SECONDLY;BYSETPOS=2;BYSECOND=1', 'FREQ=MONTHLY;INTERVAL=12;BYMONTH=2'];
	for (const rule of [...never, ...steps]) expect([...instances(parseRule(rule), at('20260101T040000'))]).toEqual([]);
});

test('what is no rule is refused with a sentence', () => {
	const wrong: readonly [string, string][] = [
		['', 'The rule has no FREQ.'],
		['FREQ=OFTEN', 'FREQ=OFTEN is not known'],
		['FREQ=DAILY;COUNT=0', 'COUNT must be a whole number from 1'],
		['FREQ=DAILY;COUNT=2;UNTIL=20260101', 'COUNT and UNTIL cannot stand together.'],
		['FREQ=DAILY;FREQ=WEEKLY', 'FREQ stands there twice.'],
		['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY cannot stand beside FREQ=WEEKLY.'],
		['FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO cannot stand beside FREQ=MONTHLY.'],
		['FREQ=DAILY;BYSETPOS=1', 'BYSETPOS needs another BY'],
		['FREQ=MONTHLY;BYDAY=XX', '"XX" is no day of the week'],
		['FREQ=MONTHLY;BYDAY=0MO', 'there is no 0th MO'],
		['FREQ=YEARLY;RSCALE=CHINESE', 'The calendar CHINESE is not known here'],
		['FREQ=YEARLY;SKIP=FORWARD', 'SKIP needs RSCALE=GREGORIAN'],
		['FREQ=DAILY;UNTIL=20260230', 'There is no 20260230.'],
		['FREQ=DAILY;UNTIL=soon', '"soon" is no date'],
		['FREQ=DAILY;BYEASTER=1', 'BYEASTER is no part of a rule.'],
		['FREQ=DAILY;x', '"x" has no value'],
	];
	for (const [rule, sentence] of wrong) {
		expect(() => parseRule(rule)).toThrow(BadRecurrence);
		expect(() => parseRule(rule)).toThrow(sentence);
	}
	const two: Recurrence = {
		...repeated('20260101', 'FREQ=DAILY', null),
		rules: [parseRule('FREQ=DAILY'), parseRule('FREQ=WEEKLY')],
	};
	const second: Moment = at('20260102');
	expect(() => divide(two, second.wall)).toThrow('several rules');
});

test('what programs write by habit is understood', () => {
	expect(parseRule('RRULE:freq=weekly;byday=MO, FR;')).toEqual(parseRule('FREQ=WEEKLY;BYDAY=FR,MO,MO'));
	expect(parseRule('FREQ=MONTHLY;BYDAY=2 TH')).toEqual(parseRule('FREQ=MONTHLY;BYDAY=+2TH'));
});
