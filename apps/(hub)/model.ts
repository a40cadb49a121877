import { collection, field, namedRecordId, type RecordId, type Row } from '@mana/model';

/** The hub's permanent number: collection numbers on the wire start with it. */
const app = 1;

/** Who somebody is to the people they share spaces with. One record, in the personal space. */
export const profiles = collection(
	'hub/profiles',
	{ app, number: 1 },
	{
		/** Empty: the name that mana-auth has. */
		name: field.text(1, { fallback: '', max: 80 }),
		/** Square, resized before it is kept. */
		picture: field.blob(2),
		pronouns: field.text(3, { fallback: '', max: 40 }),
		/** A line or two about oneself. */
		about: field.text(4, { fallback: '', max: 300 }),
	},
);

/**
 * How somebody wants Mana to be. One record, in the personal space, so it is on all devices of the person. What was never chosen follows
 * the device: empty texts, and the first word of each choice.
 */
export const preferences = collection(
	'hub/preferences',
	{ app, number: 2 },
	{
		/** Language of the interface and of mails, BCP 47: `de`. */
		language: field.text(1, { fallback: '', max: 35 }),
		/** Whose way of writing dates and numbers is used, ISO 3166-1: `AT`. */
		region: field.text(2, { fallback: '', max: 3 }),
		/** IANA name: `Europe/Vienna`. */
		timeZone: field.text(3, { fallback: '', max: 64 }),
		weekStart: field.choice(4, ['region', 'monday', 'sunday', 'saturday']),
		hours: field.choice(5, ['region', '24', '12']),
		units: field.choice(6, ['region', 'metric', 'imperial']),
		theme: field.choice(7, ['system', 'light', 'dark']),
		contrast: field.choice(8, ['system', 'normal', 'more']),
		motion: field.choice(9, ['system', 'reduced']),
		textSize: field.choice(10, ['normal', 'large', 'larger']),
		underlinedLinks: field.flag(11),
		/** From when to when nothing may make a noise, on the person's clocks; both, or nothing is quiet. */
		quietFrom: field.clockTime(12),
		quietUntil: field.clockTime(13),
		/** When the person was asked about language, time zone and picture; `null`: not yet. */
		welcomedAt: field.instant(14),
		/** The colour of the screen in all apps, a hue in degrees; -1: each app has its own. */
		accent: field.integer(15, { fallback: -1, from: -1, to: 359 }),
	},
);

/**
 * What somebody was told, over all apps: the inbox. mana-notify makes the records, in the personal space; reading, snoozing and dismissing
 * (the trash) are the person's, on whichever device.
 */
export const notifications = collection(
	'hub/notifications',
	{ app, number: 3 },
	{
		/** What it is about, a name of `schema/topics.ts`. */
		topic: field.text(1, { fallback: '', max: 80 }),
		/** The app it comes from: `todo`. */
		app: field.text(2, { fallback: 'hub', max: 40 }),
		title: field.text(3, { fallback: '', max: 300 }),
		text: field.text(4, { fallback: '', max: 2_000 }),
		/** Where it leads: a path of this Mana. */
		link: field.text(5, { fallback: '', max: 2_000 }),
		at: field.instant(6),
		readAt: field.instant(7),
		/** Not shown before; then it comes anew. */
		snoozedUntil: field.instant(8),
	},
);

/** How somebody wants to hear: at once, gathered, or not at all. What was never chosen follows the app, and then the way's own habit. */
export const hearings = ['default', 'now', 'hourly', 'daily', 'off'] as const;
export type Hearing = (typeof hearings)[number];

/** How somebody wants to hear about one topic, or about one app, by each way. A record for each that they chose something for. */
export const notices = collection(
	'hub/notices',
	{ app, number: 4 },
	{
		/** A topic's name, or an app's id. */
		about: field.text(1, { fallback: '', max: 80 }),
		email: field.choice(2, hearings),
		push: field.choice(3, hearings),
		webhook: field.choice(4, hearings),
		matrix: field.choice(5, hearings),
		ntfy: field.choice(6, hearings),
		apprise: field.choice(7, hearings),
	},
);

export type Profile = Row<typeof profiles>;
export type Preferences = Row<typeof preferences>;
export type Notification = Row<typeof notifications>;
export type Notice = Row<typeof notices>;

/** There is one profile in a personal space, whichever device makes it. */
export const profileId = namedRecordId('hub/profile');

/** There is one record of preferences in a personal space, whichever device makes it. */
export const preferencesId = namedRecordId('hub/preferences');

/** The record in the inbox that a message makes. @param message its id at mana-notify */
export function notificationId(message: string): RecordId {
	return namedRecordId(`hub/notification/${message}`);
}

/** The record of what was chosen for a topic or an app. */
export function noticeId(about: string): RecordId {
	return namedRecordId(`hub/notice/${about}`);
}
