import type { ServiceName } from './services.ts';

/** What a field of a topic holds: words, where to go (`https://…`, or a path of this Mana), or milliseconds since 1970. */
export type DataKind = 'text' | 'link' | 'instant';

/**
 * Who may send a kind of message: services, or `oneself`: a person's own devices, to that person alone and at a time that they chose
 * themselves, so it waits for no quiet hours.
 */
export type TopicSender = ServiceName | 'oneself';

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
}

/**
 * Everything that mana-notify tells people. A new message is one row here, one entry in each language of
 * `infra/notify/words/`, and a call of `openNotifier().send()`.
 */
export const topics = {
	'verify-address': {
		from: ['mana-auth'],
		data: { name: 'text', link: 'link', until: 'instant' },
		app: 'hub',
		security: true,
		secret: true,
	},
	'reset-password': {
		from: ['mana-auth'],
		data: { name: 'text', link: 'link', until: 'instant' },
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
		from: ['mana-auth', 'mana-user'],
		data: { name: 'text', link: 'link', until: 'instant' },
		app: 'hub',
		security: true,
		secret: false,
	},
	'erasure-planned': {
		from: ['mana-auth', 'mana-user'],
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
	},
	/** An event's reminder: `at` is when it begins. */
	'event-soon': {
		from: ['calendar-server'],
		data: { title: 'text', at: 'instant', link: 'link' },
		app: 'calendar',
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

/** Whether people's own devices plan messages of this kind for them. */
export function isForOneself(name: TopicName): boolean {
	const { from }: Topic = topics[name];
	return from.includes('oneself');
}
