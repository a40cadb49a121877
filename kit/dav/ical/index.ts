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
export { type ContentLine, escapeText, nameOf, type Parameter, parameterOf, textOf, textsOf } from './lines.ts';
export { dateTimeLine, instantIn, momentIn } from './moments.ts';
