import type { Component } from '../ical/index.ts';
import { nameOf } from '../ical/index.ts';
import { attribute, child, elements, type XmlElement } from '../xml.ts';
import { caldav } from './names.ts';

/** The part of a calendar that a client wants to have (RFC 4791 §9.6): `calendar-data` with `comp` in it; all of it where nothing is said. */
export function trimmed(calendar: Component, wanted: XmlElement): Component {
	const comp = child(wanted, caldav('comp'));
	return comp ? part(calendar, comp) : calendar;
}

function part(component: Component, wanted: XmlElement): Component {
	const props = elements(wanted).filter(({ name }) => name === caldav('prop'));
	const names = new Set(props.map(nameIn));
	const bare = new Set(props.filter((one) => attribute(one, 'novalue') === 'yes').map(nameIn));
	const inside = elements(wanted).filter(({ name }) => name === caldav('comp'));
	return {
		...component,
		lines:
			names.size === 0 && child(wanted, caldav('allprop'))
				? component.lines
				: component.lines
						.filter((line) => names.has(nameOf(line)))
						.map((line) => (bare.has(nameOf(line)) ? { ...line, value: '' } : line)),
		components: child(wanted, caldav('allcomp'))
			? component.components
			: component.components.flatMap((one) => {
					const comp = inside.find((asked) => attribute(asked, 'name')?.toUpperCase() === one.name);
					return comp ? [part(one, comp)] : [];
				}),
	};
}

function nameIn(asked: XmlElement): string {
	return attribute(asked, 'name')?.toUpperCase() ?? '';
}
