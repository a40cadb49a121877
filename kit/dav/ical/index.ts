export {
	BadCalendar,
	calendarLimits,
	type Component,
	line,
	lineOf,
	parseCalendar,
	parseComponents,
	withLines,
	writeComponent,
} from './component.ts';
export { type ContentLine, escapeText, nameOf, type Parameter, parameterOf, sameNames, textOf, textsOf } from './lines.ts';
export { durationMs, durationOf } from './duration.ts';
export { dateTimeLine, instantIn, momentIn, zoneOf } from './moments.ts';
export { withKnownZones, zoneInCalendar, zoneNamed } from './zones.ts';
export { timezoneOf } from './timezone.ts';
