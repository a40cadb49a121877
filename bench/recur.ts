import ICAL from 'ical.js';
import { rrulestr } from 'rrule';
import { instances, parseMoment, parseRule } from '../kit/time/recur/index.ts';
import { type Bench, percentile } from './bench.ts';

const start = '19970902T090000';
/** Rules of RFC 5545 §3.8.5.3, one of each kind. */
const rules = [
	'FREQ=DAILY;INTERVAL=10',
	'FREQ=DAILY;BYMONTH=1',
	'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR',
	'FREQ=MONTHLY;BYDAY=1FR',
	'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
	'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
	'FREQ=YEARLY;BYDAY=20MO',
	'FREQ=YEARLY;BYMONTH=6,7,8;BYDAY=TH',
	'FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200',
	'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
	'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16',
];
const many = 1_000;
const rounds = 5;

/** Recurrence beside the package that most use, and beside ical.js: the same instances, in the same process, by turns. */
export const recur: Bench = {
	name: `The first ${many.toLocaleString('en')} instances of a rule: ours, rrule, ical.js`,
	async run(report) {
		for (const rule of rules) {
			const ours: () => number[] = () => take(instances(parseRule(rule), parseMoment(start)));
			const theirs = () => rrulestr(`DTSTART:${start}Z\nRRULE:${rule};COUNT=${many}`).all().map(Number);
			const icals = () => byIcal(rule);
			const same = JSON.stringify(ours()) === JSON.stringify(theirs());
			const [mine, rrule, ical] = [ours, theirs, icals].map((work) => ({ work, samples: [] as number[] }));
			for (let round = 0; round < rounds; round++)
				for (const one of [mine!, rrule!, ical!]) {
					const began = performance.now();
					one.work();
					one.samples.push(performance.now() - began);
				}
			const own = percentile(mine!.samples, 0.5);
			const times = (samples: readonly number[]) => percentile(samples, 0.5) / own;
			report({
				name: rule,
				value: times(rrule!.samples),
				unit: '×',
				aim: { least: 1 },
				note: `rrule to ours (${own.toFixed(2)} ms); ical.js ${times(ical!.samples).toPrecision(3)}×${same ? '' : '; rrule has other instances'}`,
			});
		}
	},
};

function take(walls: Iterable<number>): number[] {
	const taken: number[] = [];
	for (const wall of walls) if (taken.push(wall) === many) break;
	return taken;
}

function byIcal(rule: string): number[] {
	const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromString('1997-09-02T09:00:00', undefined));
	const found: number[] = [];
	for (let time = iterator.next(); time && found.length < many; time = iterator.next()) found.push(time.toUnixTime());
	return found;
}
