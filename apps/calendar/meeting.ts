import { DAY, MINUTE } from './moments.ts';
import type { Shown } from './shown.ts';

/** Letters of a room: those that nobody takes for another, and that stay the same where a server has no capitals. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const [GROUPS, IN_GROUP] = [5, 5];
/** So long before it starts one can be let in by everything that shows what comes next. */
const BEFORE = 10 * MINUTE;

/**
 * The address of a server at which meetings take place, as it is kept, from what somebody wrote: `meet.example.org` or `https://meet.example.org/`.
 *
 * @returns `null` where that is none: browsers let nobody be seen or heard where a connection is not encrypted
 */
export function meetingServer(typed: string): string | null {
	const text = typed.trim();
	const url = URL.parse(/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]*:\d+(\/|$)/.test(text) ? text : `https://${text}`);
	if (!url || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || text.length > 500)
		return null;
	const local = url.hostname === 'localhost' && url.protocol === 'http:';
	if ((url.protocol !== 'https:' && !local) || !/^[^.]+(\.[^.]+)+$|^localhost$|^\[/.test(url.hostname)) return null;
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * A room of such a server that nobody guesses: 125 bits of chance. Whoever has the link is in.
 *
 * @param fill puts chance into bytes
 */
export function meetingLink(server: string, fill: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
	const letters = [...fill(new Uint8Array(GROUPS * IN_GROUP))].map((byte) => LETTERS[byte % LETTERS.length]!).join('');
	const room = letters.match(new RegExp(`.{${IN_GROUP}}`, 'g'))!.join('-');
	return `${server}/${room}`;
}

/** Whether it is an address that a button may lead to. */
export function isMeeting(address: string): boolean {
	return /^https?:\/\/[^\s]+$/i.test(address);
}

/** Whether what stands in the calendar is a meeting that one can go into now, in ms since 1970. */
export function canJoin(one: Shown, now: number): boolean {
	return !one.wholeDay && !one.done && isMeeting(one.occurrence?.event.meeting ?? '') && isMeetingTime(one, now);
}

/** Whether it is time to go in: from shortly before the start until the end. Spans in ms since 1970. */
export function isMeetingTime({ from, to }: { readonly from: number; readonly to: number }, now: number): boolean {
	return now >= from - BEFORE && now < Math.min(to, from + DAY);
}
