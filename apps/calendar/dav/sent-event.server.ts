import { caldav, parseSent } from '@mana/dav/caldav/index';
import { type Content, DavFailure } from '@mana/dav/index';
import { withKnownZones } from '@mana/dav/ical/index';
import { BadEvent, LIMITS, readWhole, type WholeEvent } from '../ical/whole-event.ts';

/** An event that a program sent, read. */
export interface SentEvent extends WholeEvent {
	readonly uid: string;
	/** To the letter. */
	readonly text: string;
}

/**
 * Reads a calendar object with one event and its changed occurrences.
 *
 * @throws DavFailure with the condition of RFC 4791 §5.3.2.1 that does not hold
 */
export function parseEvent(content: Content, zone: string): SentEvent {
	const { calendar, uid, text } = parseSent(content, LIMITS);
	try {
		return { uid, text, ...readWhole(withKnownZones(calendar), zone) };
	} catch (error) {
		if (error instanceof BadEvent) throw new DavFailure(403, error.message, caldav(error.condition));
		throw error;
	}
}
