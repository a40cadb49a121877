export { type Matches, parseFilter } from './filter.ts';
export { apple, caldav, calendarData, calendarServer } from './names.ts';
export { overlaps, type Span } from './time-range.ts';
export { trimmed } from './trim.ts';
