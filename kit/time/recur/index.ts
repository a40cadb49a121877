export { instances } from './instances.ts';
export { BadRecurrence, formatMoment, type Moment, parseMoment, type Wall } from './moment.ts';
export { type Change, divide, type Occurrence, occurrences, occurrencesWithin, once, type Recurrence } from './recurrence.ts';
export { type ByDay, EVERY_DAY, FREQUENCIES, type Frequency, formatRule, parseRule, readableRule, type Rule } from './rule.ts';
export { firstDay, monthlyOn, presetsFor, WORKDAYS } from './presets.ts';
