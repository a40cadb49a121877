import { addDays, dayAt, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import { type MenuItem, today } from '@mana/ui';
import { m } from '@mana/ui/i18n';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import type { Notification } from '../model.ts';
import { type Inbox, isUnread } from './inbox.svelte.ts';

export const hourMs = 3_600_000;
const evening = 19;
const morning = 8;

/** When something may come again, in milliseconds since 1970; this evening only while it is well ahead. */
export function snoozeTimes(
	now: number,
	zone: string,
): { readonly hour: number; readonly evening: number | null; readonly tomorrow: number } {
	const day = dayAt(now, zone);
	const tonight = instantOf(zone, toUtc(day) + evening * hourMs);
	return {
		hour: now + hourMs,
		evening: tonight - now > hourMs ? tonight : null,
		tomorrow: instantOf(zone, toUtc(addDays(day, 1)) + morning * hourMs),
	};
}

/** What the clock of a notification offers. */
export function snoozeItems(row: Notification, inbox: Inbox): MenuItem[] {
	const times = snoozeTimes(Date.now(), preferences.timeZone);
	const item = (name: string, until: number): MenuItem => ({
		name,
		run: () => inbox.snooze(row, until, m.hub_inbox_snoozed({ when: today.moment(until) })),
	});
	return [
		item(m.hub_inbox_snooze_hour(), times.hour),
		...(times.evening === null ? [] : [item(m.hub_inbox_snooze_evening(), times.evening)]),
		item(m.hub_inbox_snooze_tomorrow(), times.tomorrow),
		{ name: isUnread(row) ? m.hub_inbox_read() : m.hub_inbox_unread(), run: () => inbox.toggle(row) },
	];
}
