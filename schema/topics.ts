import type { ServiceName } from './services.ts';

/**
 * What a field of a topic holds: words on one line, lines of words (there may be none), where to go (`https://…`, or a path of this Mana),
 * milliseconds since 1970, an e-mail address, or a calendar message (RFC 5546) that goes along with a mail.
 */
export type DataKind = 'text' | 'lines' | 'link' | 'instant' | 'address' | 'calendar';

/**
 * Who may send a kind of message: services, or `oneself`: a person's own devices, to that person alone and at a time that they chose
 * themselves, so it waits for no quiet hours.
 */
export type TopicSender = ServiceName | 'oneself';

/** What can be done about a message right where it is shown: it is done, or it comes again in an hour. */
export const messageActs = ['done', 'later'] as const;
export type MessageAct = (typeof messageActs)[number];

/** A kind of message that people get, and who may send it. */
export interface Topic {
	readonly from: readonly TopicSender[];
	/** What each message must say; the words around it are mana-notify's, in every language. */
	readonly data: Readonly<Record<string, DataKind>>;
	/** The app it belongs to, by which people sort and silence: `hub` for what concerns the account. */
	readonly app: string;
	/** It keeps somebody's account safe: nobody can switch it off, and it waits for no quiet hours. */
	readonly security: boolean;
	/** Whoever has its link can act with it, so it goes to a mailbox only, never to an inbox, a push service or a chat. */
	readonly secret: boolean;
	/** The buttons that a push of it has. `done` is for what the app behind the link can finish (`finish` of its manifest). */
	readonly acts?: readonly MessageAct[];
}

/** What a mail about an event says, to whom it is an event to come to. */
const invitation = {
	inviter: 'text',
	replyTo: 'address',
	title: 'text',
	when: 'text',
	place: 'lines',
	notes: 'lines',
	link: 'link',
	calendar: 'calendar',
} as const satisfies Topic['data'];

/**
 * Everything that mana-notify tells people. A new message is one row here, one entry in each language of
 * `infra/notify/words/`, and a call of `openNotifier().send()`.
 */
export const topics = {
	// Neither says a name: the address may be a stranger's, and a name whatever somebody wants to tell them.
	'verify-address': {
		from: ['mana-auth'],
		data: { link: 'link', until: 'instant' },
		app: 'hub',
		security: true,
		secret: true,
	},
	'reset-password': {
		from: ['mana-auth'],
		data: { link: 'link', until: 'instant' },
		app: 'hub',
		security: true,
		secret: true,
	},
	/** To the old address, with the link that takes the change back. */
	'address-changed': {
		from: ['mana-auth'],
		data: { name: 'text', address: 'text', link: 'link', until: 'instant' },
		app: 'hub',
		security: true,
		secret: true,
	},
	/** To an account on this Mana. */
	'account-invitation': {
		from: ['mana-auth'],
		data: { inviter: 'text', link: 'link', until: 'instant' },
		app: 'hub',
		security: false,
		secret: true,
	},
	/** To a space: `place` is what it is called. */
	invitation: {
		from: ['mana-sync'],
		data: { inviter: 'text', place: 'text', link: 'link', until: 'instant' },
		app: 'hub',
		security: false,
		secret: true,
	},
	'new-device': {
		from: ['mana-auth'],
		data: { name: 'text', device: 'text', place: 'text', at: 'instant', link: 'link' },
		app: 'hub',
		security: true,
		secret: false,
	},
	'export-ready': {
		from: ['mana-auth'],
		data: { name: 'text', link: 'link', until: 'instant' },
		app: 'hub',
		security: true,
		secret: false,
	},
	'erasure-planned': {
		from: ['mana-auth'],
		data: { name: 'text', link: 'link', at: 'instant' },
		app: 'hub',
		security: true,
		secret: true,
	},
	/** An admin was asked to take somebody's second step away, at `at`: with the link that stops it. */
	'second-step-removal': {
		from: ['mana-auth'],
		data: { name: 'text', link: 'link', at: 'instant' },
		app: 'hub',
		security: true,
		secret: true,
	},
	/** The same for the inbox, beside that mail: it leads to where one is signed in anyway. */
	'second-step-notice': {
		from: ['mana-auth'],
		data: { link: 'link', at: 'instant' },
		app: 'hub',
		security: false,
		secret: false,
	},
	/** A task's reminder: `at` is when it is due. */
	'task-due': {
		from: ['todo-server'],
		data: { title: 'text', at: 'instant', link: 'link' },
		app: 'todo',
		security: false,
		secret: false,
		acts: ['done', 'later'],
	},
	/** Somebody speaks to a person in a comment: `title` is what it is about, `name` who says it, empty where nobody knows. */
	mentioned: {
		from: ['todo-server'],
		data: { name: 'lines', title: 'text', said: 'lines', link: 'link' },
		app: 'todo',
		security: false,
		secret: false,
	},
	/** An event's reminder: `at` is when it begins. */
	'event-soon': {
		from: ['calendar-server'],
		data: { title: 'text', at: 'instant', link: 'link' },
		app: 'calendar',
		security: false,
		secret: false,
		acts: ['later'],
	},
	/**
	 * To a guest who is nobody of this Mana (iMIP, RFC 6047): `when` is written out in the guest's language, `replyTo` is whoever invites, and
	 * `calendar` the message that calendar programs read.
	 */
	'event-invited': {
		from: ['calendar-server'],
		data: invitation,
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** What they were invited to is another time, at another place, or called something else. */
	'event-changed': {
		from: ['calendar-server'],
		data: invitation,
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** It does not take place, or not with them. */
	'event-cancelled': {
		from: ['calendar-server'],
		data: { inviter: 'text', replyTo: 'address', title: 'text', when: 'text', calendar: 'calendar' },
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** The time that they proposed is not taken; `when` is when it takes place. */
	'proposal-declined': {
		from: ['calendar-server'],
		data: { inviter: 'text', replyTo: 'address', title: 'text', when: 'text', calendar: 'calendar' },
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** A guest of this Mana would like another time than that of whoever invites, who is told: `when` is written out in their language. */
	'time-proposed': {
		from: ['calendar-server'],
		data: { name: 'text', title: 'text', when: 'text', said: 'lines', link: 'link' },
		app: 'calendar',
		security: false,
		secret: false,
	},
	/**
	 * To whoever invites: words that came to the address at which a guest answers, or an answer of somebody who is not that guest. `name` is who
	 * wrote, `invited` whom the address was given to.
	 */
	'guest-wrote': {
		from: ['calendar-server'],
		data: { name: 'text', invited: 'text', title: 'text', said: 'lines', link: 'link' },
		app: 'calendar',
		security: false,
		secret: false,
	},
	/** The same to somebody elsewhere who invited a person of this Mana. */
	'event-countered': {
		from: ['calendar-server'],
		data: { name: 'text', replyTo: 'address', title: 'text', when: 'text', notes: 'lines', calendar: 'calendar' },
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** To somebody elsewhere who invited a person of this Mana: `answer` is `accepted`, `tentative` or `declined`. */
	'event-answered': {
		from: ['calendar-server'],
		data: { name: 'text', replyTo: 'address', title: 'text', when: 'text', answer: 'text', notes: 'lines', calendar: 'calendar' },
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** To somebody who booked a time with a person: the link moves it or calls it off. */
	'booking-made': {
		from: ['calendar-server'],
		data: invitation,
		app: 'calendar',
		security: false,
		secret: true,
	},
	'booking-changed': {
		from: ['calendar-server'],
		data: invitation,
		app: 'calendar',
		security: false,
		secret: true,
	},
	/** To whoever is booked: `what` is `made`, `moved` or `cancelled`, `at` when it is, or would have been. */
	booked: {
		from: ['calendar-server'],
		data: { what: 'text', name: 'text', title: 'text', at: 'instant', link: 'link' },
		app: 'calendar',
		security: false,
		secret: false,
	},
	/**
	 * A birthday or another day of somebody that one knows: `what` is `birthday`, `anniversary`, a label of contacts or the person's own word,
	 * `years` how many it is then, empty where nobody knows, `at` noon of the day in UTC.
	 */
	'day-coming': {
		from: ['contacts-server'],
		data: { name: 'text', what: 'text', years: 'text', at: 'instant', link: 'link' },
		app: 'contacts',
		security: false,
		secret: false,
	},
	/** An alarm that somebody set for themselves: `at` is when it rings. */
	alarm: {
		from: ['oneself'],
		data: { label: 'text', at: 'instant', link: 'link' },
		app: 'clock',
		security: false,
		secret: false,
	},
	/** A timer that somebody started for themselves: `at` is when it is up. */
	timer: {
		from: ['oneself'],
		data: { label: 'text', at: 'instant', link: 'link' },
		app: 'clock',
		security: false,
		secret: false,
	},
	/** A mail that somebody sent to an address of their own could not be taken: `what` is the kind of mail, `why` a code. Once a day. */
	'mail-refused': {
		from: ['mana-notify'],
		data: { what: 'text', why: 'text', link: 'link' },
		app: 'hub',
		security: false,
		secret: false,
	},
	/** Whether a way that a person added works. */
	'channel-test': {
		from: ['mana-notify'],
		data: { label: 'text', link: 'link' },
		app: 'hub',
		security: false,
		secret: false,
	},
} as const satisfies Readonly<Record<string, Topic>>;

export type TopicName = keyof typeof topics;

/** What a message of a topic must say. */
export type TopicData<Name extends TopicName> = {
	readonly [Field in keyof (typeof topics)[Name]['data']]: (typeof topics)[Name]['data'][Field] extends 'instant'
		? number
		: string;
};

export const topicNames = Object.keys(topics) as [TopicName, ...TopicName[]];

/** What can be done about messages of this kind where they are shown. */
export function actsOf(name: TopicName): readonly MessageAct[] {
	const { acts = [] }: Topic = topics[name];
	return acts;
}

/** Whether people's own devices plan messages of this kind for them. */
export function isForOneself(name: TopicName): boolean {
	const { from }: Topic = topics[name];
	return from.includes('oneself');
}
