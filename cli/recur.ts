import { BadRecurrence, formatMoment, instances, occurrences, once, parseMoment, parseRule } from '@mana/time/recur/index';
import { isZone } from '@mana/time/zone';
import type { Command } from './command.ts';
import { readArguments, UsageError } from './place.ts';

const MOST = 1_000;

export const recurCommand: Command = {
	name: 'recur',
	summary: 'print the instances of a recurrence rule, for bug reports',
	usage: [
		'mana recur RRULE --start DTSTART [--limit N]            instances on the clock of DTSTART, as RFC 5545 writes them',
		'mana recur RRULE --start DTSTART --zone ZONE [--limit N]   the moments of these, in UTC',
		'mana recur RRULE --start DTSTART --from MOMENT [--limit N]  what is not before a moment',
		'',
		`DTSTART is 20261126, 20261126T090000 or 20261126T090000Z. The limit is ${MOST} unless told otherwise.`,
		'For example: mana recur "FREQ=MONTHLY;BYDAY=-1FR" --start 20260130T170000 --zone Europe/Berlin --limit 12',
	],
	async run(args, io) {
		const { values, positionals } = readArguments(args, {
			start: { type: 'string' },
			limit: { type: 'string' },
			from: { type: 'string' },
			zone: { type: 'string' },
		});
		const [rule, ...rest] = positionals;
		if (rule === undefined || rest.length > 0)
			throw new UsageError('Say one rule, in quotes: mana recur "FREQ=DAILY" --start 20261126');
		if (values.start === undefined) throw new UsageError('Say when it begins: --start 20261126T090000');
		const limit = values.limit === undefined ? MOST : Number(values.limit);
		if (!Number.isInteger(limit) || limit < 1)
			throw new UsageError(`--limit takes a whole number from 1 on, not "${values.limit}".`);
		if (values.zone !== undefined && !isZone(values.zone))
			throw new UsageError(`There is no zone "${values.zone}"; write one like Europe/Berlin.`);
		try {
			io.out([...textsOf(rule, values.start, values.from, values.zone, limit)].join(','));
			return 0;
		} catch (error) {
			if (!(error instanceof BadRecurrence)) throw error;
			io.err(error.message);
			return 1;
		}
	},
};

function* textsOf(
	rule: string,
	start: string,
	from: string | undefined,
	zone: string | undefined,
	limit: number,
): Generator<string> {
	const first = parseMoment(start);
	const parsed = parseRule(rule);
	const least = from === undefined ? -Infinity : parseMoment(from).wall;
	let left = limit;
	if (zone === undefined)
		for (const wall of instances(parsed, first, Math.max(least, first.wall))) {
			yield formatMoment({ wall, form: first.form });
			if (--left === 0) return;
		}
	else
		for (const { instant } of occurrences({ ...once(first, zone), rules: [parsed] }, least, zone)) {
			yield formatMoment({ wall: instant, form: 'utc' });
			if (--left === 0) return;
		}
}
