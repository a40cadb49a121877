import { takesPlace } from '../one-day.server.ts';
import type { Whole } from '../whole.server.ts';
import type { SentEvent } from './sent-event.server.ts';

/**
 * The occurrences, by their names, that a program of a guest takes out of their own event: each is a no (RFC 6638 §3.2.2.1). What one invites
 * to oneself is simply left out.
 *
 * @param whole the guest's event as it was @param address theirs @param zone in which times are that name none
 */
export function daysTakenOut(whole: Whole, { said }: SentEvent, address: string, zone: string): string[] {
	const { event, guests } = whole;
	const [host, me] = [event.organizer?.toLowerCase(), address.toLowerCase()];
	const invited = guests.some((one) => one.deletedAt === null && one.address.toLowerCase() === me);
	if (host === undefined || host === me || !invited) return [];
	return said.fields.except.filter((day) => !event.except.has(day) && takesPlace(whole, day, zone));
}
