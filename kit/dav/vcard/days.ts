import { type ContentLine, parameterOf } from '../ical/lines.ts';

/**
 * The day of a date property: `YYYY-MM-DD`, or `--MM-DD` where the year is not known; `null` where it is no whole day. Reads the short and the
 * long form of ISO 8601, times behind it, and how Apple leaves out a year.
 */
export function dayIn(line: Pick<ContentLine, 'value' | 'parameters'>): string | null {
	const text = line.value.trim();
	const match = /^(\d{4}|--)-?(\d\d)-?(\d\d)(?:[T ].*)?$/i.exec(text);
	if (!match) return null;
	const [year, month, day] = [match[1]!, match[2]!, match[3]!];
	const unknown = year === '--' || year === '0000' || parameterOf(line, 'X-APPLE-OMIT-YEAR') === year;
	if (!isDay(unknown ? '2000' : year, month, day)) return null;
	return `${unknown ? '-' : year}-${month}-${day}`;
}

function isDay(year: string, month: string, day: string): boolean {
	const at = new Date(`${year}-${month}-${day}T00:00:00Z`);
	return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** The year by which Apple says that there is none: a leap year nobody alive was born in. */
const NO_YEAR = '1604';

/** A line with a day as vCard 4 writes it (RFC 6350 §4.3.1): `19851026`, `--1026`. @param day as `dayIn` gives it */
export function dayLine(line: ContentLine, day: string): ContentLine {
	const parameters = line.parameters.filter(({ name }) => !['VALUE', 'X-APPLE-OMIT-YEAR'].includes(name.toUpperCase()));
	const value = day.startsWith('--') ? `--${day.slice(2).replace('-', '')}` : day.replaceAll('-', '');
	return { ...line, parameters, value };
}

/** The same as vCard 3 does. Without a year it is written as Apple does, which others read as a day long ago. */
export function oldDayLine(line: ContentLine, day: string): ContentLine {
	const { parameters, value } = dayLine(line, day);
	if (day.startsWith('--'))
		return {
			...line,
			parameters: [...parameters, { name: 'X-APPLE-OMIT-YEAR', values: [NO_YEAR] }],
			value: `${NO_YEAR}${day.slice(1)}`,
		};
	return { ...line, parameters, value: value === '' ? '' : day };
}
