export { lines, ns, Program, props } from '@mana/dav/testing/program';

/** A calendar with one event of these lines, and further components behind it. */
export function event(...inside: readonly string[]): string {
	return [
		'BEGIN:VCALENDAR',
		'VERSION:2.0',
		'PRODID:-//Test//EN',
		'BEGIN:VEVENT',
		...inside,
		'END:VEVENT',
		'END:VCALENDAR',
		'',
	].join('\r\n');
}
