import { textMatch } from '../collation.ts';
import { DavFailure } from '../failure.ts';
import { type ContentLine, nameOf, parameterOf, textOf as plainText } from '../ical/lines.ts';
import { type Card, propertyName } from '../vcard/index.ts';
import { attribute, child, elements, type XmlElement } from '../xml.ts';
import { carddav } from './names.ts';

/** Whether a card is wanted. */
export type CardMatches = (card: Card) => boolean;

type Test<T> = (of: T) => boolean;

/**
 * What an `addressbook-query` asks for (RFC 6352 §10.5), to be held against one card after the other.
 *
 * @throws DavFailure 400 when it cannot be read, 403 for what is not supported
 */
export function parseCardFilter(filter: XmlElement): CardMatches {
	const tests = elements(filter).map((part) => {
		if (part.name !== carddav('prop-filter')) throw unsupported(`A filter has no ${part.name}.`);
		return propertyFilter(part);
	});
	// A filter that says nothing wants everything (§10.5: RFC 6352 errata, as all servers read it).
	return tests.length === 0 ? () => true : combined(filter, tests);
}

function propertyFilter(filter: XmlElement): Test<Card> {
	const name = attribute(filter, 'name')?.toUpperCase();
	if (name === undefined || name === '') throw new DavFailure(400, 'A filter names what it is about.', carddav('valid-filter'));
	// With a group it means the property of that group, without one that of any.
	const named = (line: ContentLine) => (name.includes('.') ? nameOf(line) === name : propertyName(line) === name);
	const parts = elements(filter);
	if (child(filter, carddav('is-not-defined'))) return (card) => !card.lines.some(named);
	const tests = parts.map((part): Test<ContentLine> => {
		if (part.name === carddav('text-match')) {
			const match = text(part);
			return ({ value }) => match(plainText(value));
		}
		if (part.name === carddav('param-filter')) return parameterFilter(part);
		throw unsupported(`A filter of properties has no ${part.name}.`);
	});
	if (tests.length === 0) return (card) => card.lines.some(named);
	const holds = combined(filter, tests);
	return (card) => card.lines.some((line) => named(line) && holds(line));
}

function parameterFilter(filter: XmlElement): Test<ContentLine> {
	const name = attribute(filter, 'name')?.toUpperCase() ?? '';
	const wanted = child(filter, carddav('text-match'));
	const match = wanted ? text(wanted) : () => true;
	if (child(filter, carddav('is-not-defined'))) return (line) => parameterOf(line, name) === undefined;
	const values = ({ parameters }: ContentLine) =>
		parameters.filter((one) => one.name.toUpperCase() === name).flatMap((one) => one.values);
	return (line) => values(line).some(match);
}

/** All of the tests, or (the usual) any of them. */
function combined<T>(filter: XmlElement, tests: readonly Test<T>[]): Test<T> {
	const how = attribute(filter, 'test') ?? 'anyof';
	if (how === 'anyof') return (of) => tests.some((test) => test(of));
	if (how === 'allof') return (of) => tests.every((test) => test(of));
	throw new DavFailure(400, 'A filter tests for anyof or allof.', carddav('valid-filter'));
}

function text(match: XmlElement): Test<string> {
	return textMatch(match, {
		usual: 'i;unicode-casemap',
		unsupported: carddav('supported-collation'),
		invalid: carddav('valid-filter'),
	});
}

function unsupported(why: string): DavFailure {
	return new DavFailure(403, why, carddav('supported-filter'));
}
