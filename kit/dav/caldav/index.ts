export {
	calendarConditions,
	type CalendarLimits,
	calendarPerson,
	calendarProperties,
	componentsIn,
	quietCalendarNames,
} from './calendar.ts';
export { invalidCalendar, parseSent, type SentCalendar } from './content.ts';
export { type Matches, parseFilter } from './filter.ts';
export { hexOf, hueOf } from './hue.ts';
export { apple, caldav, calendarData, calendarServer } from './names.ts';
export { calendarReports } from './reports.ts';
export { overlaps, type Span } from './time-range.ts';
export { trimmed } from './trim.ts';
export { busyTimes, type BusyTime, freeBusy } from './free-busy.ts';
export { type Instance, instancesOf, recurrenceOf } from '../ical/instances.ts';
export { triggersOf } from '../ical/alarms.ts';
