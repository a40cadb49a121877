import { apple, caldav, calendarServer, componentsIn, hueOf } from '@mana/dav/caldav/index';
import { dav, elements, type PropertyChange, textOf, type XmlElement, type XmlName } from '@mana/dav/index';
import { zoneInCalendar, zoneNamed } from '@mana/dav/ical/index';
import { refusing } from '@mana/dav/records/index';
import type { Draft } from '@mana/model';
import type { Calendar, calendars } from '../model.ts';
import { LIMITS } from '../ical/whole-event.ts';
import { deadProperties, keptText } from './calendars.server.ts';

type CalendarDraft = Draft<typeof calendars>;

/** What a property sets; `null`: it cannot be so. */
type Set = (value: XmlElement | null, text: string) => CalendarDraft | null;

const zoned = (zone: string | null): CalendarDraft | null => (zone === null ? null : { zone });

/** The properties that a calendar has fields for. */
const settable: ReadonlyMap<XmlName, Set> = new Map<XmlName, Set>([
	[dav('displayname'), (_, text) => (text.length > 120 ? null : { name: text })],
	[caldav('calendar-description'), (_, text) => (text.length > 2_000 ? null : { notes: text })],
	[
		apple('calendar-color'),
		(value, text) => {
			const hue = hueOf(text);
			// Grey has no hue: the calendar keeps its own.
			return hue === null ? (value === null || /^#?[\da-f]{6,8}$/i.test(text) ? {} : null) : { hue };
		},
	],
	[caldav('calendar-timezone'), (value, text) => (value === null || text === '' ? { zone: null } : zoned(zoneInCalendar(text)))],
	[caldav('calendar-timezone-id'), (value, text) => (value === null || text === '' ? { zone: null } : zoned(zoneNamed(text)))],
	[
		caldav('schedule-calendar-transp'),
		(value) => ({ shows: value && elements(value).some(({ name }) => name === caldav('transparent')) ? 'free' : 'busy' }),
	],
]);

/** Properties that are as they are. */
const fixed = new Set<XmlName>([
	dav('sync-token'),
	'{http://calendarserver.org/ns/}getctag',
	'{http://calendarserver.org/ns/}source',
	...[
		'supported-calendar-data',
		'supported-collation-set',
		'max-resource-size',
		'min-date-time',
		'max-date-time',
		'max-attendees-per-instance',
		'calendar-home-set',
		'calendar-user-address-set',
	].map(caldav),
]);

/**
 * What programs set of a calendar, as a change of its record. What we have no field for is kept.
 *
 * @throws RefusedProperties for what cannot be so
 */
export function settingsIn(changes: readonly PropertyChange[], before: Calendar | null): CalendarDraft {
	const draft: CalendarDraft = {};
	const source = before === null ? sourceIn(changes) : null;
	if (source !== null) Object.assign(draft, { kind: 'subscription', source });
	const refused: PropertyChange[] = [];
	const kept = new Map(deadProperties(before).map((one) => [one.name, one]));
	for (const change of changes) {
		const { name, value } = change;
		const set = settable.get(name);
		const said = set?.(value, value ? textOf(value) : '');
		if (name === calendarServer('source') && source !== null) continue;
		if (name === caldav('supported-calendar-component-set')) {
			if (before !== null || !componentsIn(value).includes(LIMITS.component)) refused.push(change);
		} else if (fixed.has(name) || said === null) refused.push(change);
		else if (said) Object.assign(draft, said);
		else if (value === null) kept.delete(name);
		else kept.set(name, value);
	}
	const davProperties = keptText([...kept.values()]);
	if (davProperties.length > 20_000) refused.push(...changes.filter(({ name }) => kept.has(name)));
	if (refused.length > 0) throw refusing(refused);
	return davProperties === (before?.davProperties ?? '') ? draft : { ...draft, davProperties };
}

/** The feed that a calendar is to show, as Apple's programs say it when they make one. */
function sourceIn(changes: readonly PropertyChange[]): string | null {
	const value = changes.find(({ name }) => name === calendarServer('source'))?.value;
	const text = value ? textOf(value) : '';
	return /^(?:https?|webcals?):\/\/\S+$/i.test(text) && text.length <= 2_000 ? text : null;
}
