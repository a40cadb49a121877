import { textMatch } from '../collation.ts';
import { DavFailure } from '../failure.ts';
import {
	type Component,
	type ContentLine,
	instantIn,
	nameOf,
	parameterOf,
	textOf as plainText,
	withKnownZones,
} from '../ical/index.ts';
import { attribute, child, elements, type XmlElement } from '../xml.ts';
import { caldav } from './names.ts';
import { type Inside, overlaps, type Span } from './time-range.ts';

/** Whether a calendar object is wanted. */
export type Matches = (calendar: Component) => boolean;

type Test<T> = (of: T) => boolean;

/**
 * What a `calendar-query` asks for (RFC 4791 §9.7), to be held against one calendar object after the other.
 *
 * @param zone in which times are that name none
 * @throws DavFailure 400 when it cannot be read, 403 for what is not supported
 */
export function parseFilter(filter: XmlElement, zone: string): Matches {
	const root = child(filter, caldav('comp-filter'));
	if (!root || attribute(root, 'name')?.toUpperCase() !== 'VCALENDAR')
		throw new DavFailure(403, 'A filter begins with VCALENDAR.', caldav('valid-filter'));
	const test = componentTest(root, zone);
	return (calendar) => test({ component: withKnownZones(calendar), around: [] });
}

/** The span that every object has to do with that fits a filter; `null` where it asks about other things than when something takes place. */
export function spanOf(filter: XmlElement): Span | null {
	const root = child(filter, caldav('comp-filter'));
	const component = root && child(root, caldav('comp-filter'));
	const range = component && child(component, caldav('time-range'));
	return range ? parseSpan(range) : null;
}

function componentTest(filter: XmlElement, zone: string): Test<Inside> {
	const tests: Test<Inside>[] = [];
	for (const part of elements(filter)) {
		switch (part.name) {
			case caldav('time-range'): {
				const span = parseSpan(part);
				tests.push((inside) => overlaps(inside, span, zone));
				break;
			}
			case caldav('comp-filter'):
				tests.push(
					anyOf(
						part,
						({ component, around }, name): Inside[] =>
							component.components
								.filter((one) => one.name === name)
								.map((one) => ({ component: one, around: [...around, component] })),
						componentTest(part, zone),
					),
				);
				break;
			case caldav('prop-filter'):
				tests.push(
					anyOf(part, ({ component }, name) => component.lines.filter((line) => nameOf(line) === name), propertyTest(part, zone)),
				);
				break;
			case caldav('is-not-defined'):
				break;
			default:
				throw new DavFailure(403, `A filter has no ${part.name}.`, caldav('supported-filter'));
		}
	}
	return (inside) => tests.every((test) => test(inside));
}

/** One of the parts of this name has to fit; with `is-not-defined` there must be none. */
function anyOf<T>(filter: XmlElement, parts: (of: Inside, name: string) => readonly T[], test: Test<T>): Test<Inside> {
	const name = attribute(filter, 'name')?.toUpperCase();
	if (name === undefined) throw new DavFailure(400, 'A filter names what it is about.', caldav('valid-filter'));
	const absent = child(filter, caldav('is-not-defined')) !== undefined;
	return (inside) => {
		const found = parts(inside, name);
		return absent ? found.length === 0 : found.some(test);
	};
}

function propertyTest(filter: XmlElement, zone: string): Test<ContentLine> {
	const tests: Test<ContentLine>[] = [];
	for (const part of elements(filter)) {
		if (part.name === caldav('text-match')) {
			const match = textTest(part);
			tests.push((line) => match(plainText(line.value)));
		} else if (part.name === caldav('time-range')) {
			const { from, to } = parseSpan(part);
			tests.push((line) => {
				const at = instantIn(line, zone);
				return at !== null && at >= from && at < to;
			});
		} else if (part.name === caldav('param-filter')) tests.push(parameterTest(part));
		else if (part.name !== caldav('is-not-defined'))
			throw new DavFailure(403, `A filter of properties has no ${part.name}.`, caldav('supported-filter'));
	}
	return (line) => tests.every((test) => test(line));
}

function parameterTest(filter: XmlElement): Test<ContentLine> {
	const name = attribute(filter, 'name')?.toUpperCase() ?? '';
	const absent = child(filter, caldav('is-not-defined')) !== undefined;
	const wanted = child(filter, caldav('text-match'));
	const match = wanted ? textTest(wanted) : () => true;
	return (line) => {
		const value = parameterOf(line, name);
		return absent ? value === undefined : value !== undefined && match(value);
	};
}

function textTest(match: XmlElement): Test<string> {
	const words = { usual: 'i;ascii-casemap', unsupported: caldav('supported-collation'), invalid: caldav('valid-filter') };
	return textMatch(match, words);
}

/** @throws DavFailure 400 */
export function parseSpan(range: XmlElement): Span {
	const [start, end] = ['start', 'end'].map((name) => {
		const value = attribute(range, name);
		if (value === undefined) return null;
		const at = /^\d{8}T\d{6}Z$/.test(value) ? instantIn({ name, parameters: [], value }, 'UTC') : null;
		if (at === null) throw new DavFailure(400, `A time-range has times in UTC, not "${value}".`, caldav('valid-filter'));
		return at;
	});
	if (start === null && end === null) throw new DavFailure(400, 'A time-range has a start or an end.', caldav('valid-filter'));
	const span = { from: start ?? -Infinity, to: end ?? Infinity };
	if (span.from >= span.to) throw new DavFailure(400, 'A time-range ends after its start.', caldav('valid-filter'));
	return span;
}
