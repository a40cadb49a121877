import { DavFailure } from '../failure.ts';
import { BadCalendar, type Component, lineOf, parseCalendar } from '../ical/index.ts';
import type { Content } from '../tree.ts';
import { caldav } from './names.ts';
import type { CalendarLimits } from './calendar.ts';

/** A calendar object as a program sent it. */
export interface SentCalendar {
	readonly calendar: Component;
	readonly uid: string;
	/** To the letter. */
	readonly text: string;
}

/** Longest UID that is kept, in characters. */
const LONGEST_UID = 255;

/**
 * Reads what a program wants to be kept as a calendar object: components of one kind with one UID, and the zones that they name.
 *
 * @throws DavFailure with the condition of RFC 4791 §5.3.2.1 that does not hold
 */
export function parseSent({ bytes, type }: Content, { component, bytes: most }: CalendarLimits): SentCalendar {
	const media = (type ?? 'text/calendar').split(';')[0]!.trim().toLowerCase();
	if (media !== 'text/calendar') throw new DavFailure(415, 'Send it as text/calendar.', caldav('supported-calendar-data'));
	if (bytes.length > most) throw new DavFailure(403, `A calendar object has at most ${most} bytes.`, caldav('max-resource-size'));
	const calendar = parsed(bytes);
	const kept = calendar.components.filter(({ name }) => name === component);
	const others = calendar.components.filter(({ name }) => name !== 'VTIMEZONE' && name !== component && !name.startsWith('X-'));
	if (kept.length === 0 && others.length === 0) throw invalidCalendar('There is nothing in this calendar.');
	if (kept.length === 0 || others.length > 0)
		throw new DavFailure(403, `${component} is kept here, nothing else.`, caldav('supported-calendar-component'));
	if (lineOf(calendar, 'METHOD'))
		throw new DavFailure(403, 'What is kept has no METHOD.', caldav('valid-calendar-object-resource'));
	const uids = new Set(kept.map((one) => lineOf(one, 'UID')?.value.trim() ?? ''));
	if (uids.size !== 1)
		throw new DavFailure(403, 'One file is one object, with one UID.', caldav('valid-calendar-object-resource'));
	const [uid] = [...uids] as [string];
	if (uid === '') throw invalidCalendar(`A ${component} has a UID.`);
	if (uid.length > LONGEST_UID) throw invalidCalendar(`A UID has at most ${LONGEST_UID} characters.`);
	return { calendar, uid, text: new TextDecoder().decode(bytes) };
}

/** What was sent is no calendar object, and why. */
export function invalidCalendar(why: string): DavFailure {
	return new DavFailure(403, why, caldav('valid-calendar-data'));
}

function parsed(bytes: Uint8Array): Component {
	try {
		return parseCalendar(bytes);
	} catch (error) {
		if (error instanceof BadCalendar) throw invalidCalendar(error.message);
		throw error;
	}
}
