import { ask, auth } from '@mana/ui/session/auth';

export type WayKind = 'push' | 'webhook' | 'matrix' | 'ntfy' | 'apprise';

/** A way to reach the person, as mana-notify shows it: without what is secret about it. */
export interface Way {
	readonly id: string;
	readonly kind: WayKind;
	readonly label: string;
	/** Where it leads; empty when nobody can read that any more. */
	readonly place: string;
	readonly on: boolean;
	/** Why the last message did not arrive. */
	readonly trouble: string | null;
	/** In milliseconds since 1970. */
	readonly pausedUntil: number | null;
	readonly deliveredAt: number | null;
}

/** How a word that was sent to try a way stands. */
export interface Trial {
	readonly state: 'waiting' | 'sending' | 'delivered' | 'failed' | 'doubtful' | 'cancelled' | 'replaced' | 'expired';
	readonly reason: string | null;
}

/** A mail that could not leave, for the owner. */
export interface OutboxMail {
	readonly id: string;
	readonly at: number;
	readonly to: string;
	readonly subject: string;
	readonly text: string;
}

/** How it stands with the mail that comes in, for the owner. */
export interface IncomingMails {
	readonly state: 'off' | 'connecting' | 'open' | 'elsewhere' | 'lost';
	/** In milliseconds since 1970. */
	readonly since: number | null;
	readonly reason: string | null;
	/** In what form addresses are. */
	readonly pattern: string | null;
	/** What could not be taken, or waits after it failed. */
	readonly mails: readonly {
		readonly id: string;
		readonly kind: 'task' | 'invitation' | 'answer';
		readonly from: string;
		readonly at: number;
		readonly state: 'waiting' | 'refused';
		readonly reason: string;
	}[];
}

/** Mail of which kinds a person can have an address for. */
export type MailKind = 'task' | 'invitation';

/** At which addresses a person takes mail. */
export interface MailAddresses {
	/** Whether this Mana reads a mailbox at all. */
	readonly open: boolean;
	/** `address` is `null` where they have none. */
	readonly addresses: readonly { readonly kind: MailKind; readonly address: string | null; readonly madeAt: number }[];
}

/** What was given up, for owner and admins. */
export interface GivenUp {
	readonly id: string;
	readonly channel: WayKind | 'email' | 'inbox';
	readonly state: 'failed' | 'doubtful';
	readonly topics: readonly string[];
	readonly person: string | null;
	readonly reason: string;
	readonly at: number;
}

/** The browser's side of mana-notify. @throws AuthProblem */
export const notifyApi = {
	pushKey: () => call<{ key: string }>('GET', '/v1/push-key'),
	ways: () => call<{ channels: readonly Way[] }>('GET', '/v1/channels'),
	add: (way: { kind: WayKind; label: string; target: object }) => call<Way>('POST', '/v1/channels', way),
	change: (id: string, change: { label?: string; on?: boolean }) => call<Way>('PATCH', `/v1/channels/${id}`, change),
	remove: (id: string) => call<unknown>('DELETE', `/v1/channels/${id}`),
	tryOut: (id: string) => call<{ id: string }>('POST', `/v1/channels/${id}/trials`),
	trial: (id: string) => call<Trial>('GET', `/v1/trials/${id}`),
	outbox: () => call<{ smtp: boolean; mails: readonly OutboxMail[] }>('GET', '/v1/outbox'),
	sendMail: (id: string) => call<unknown>('POST', `/v1/outbox/${id}/sending`),
	removeMail: (id: string) => call<unknown>('DELETE', `/v1/outbox/${id}`),
	mailAddresses: () => call<MailAddresses>('GET', '/v1/mail-addresses'),
	renewMailAddress: (kind: MailKind) => call<{ address: string }>('PUT', `/v1/mail-addresses/${kind}`),
	endMailAddress: (kind: MailKind) => call<unknown>('DELETE', `/v1/mail-addresses/${kind}`),
	incoming: () => call<IncomingMails>('GET', '/v1/incoming'),
	givenUp: () => call<{ deliveries: readonly GivenUp[] }>('GET', '/v1/deliveries/given-up'),
	again: (id: string) => call<unknown>('POST', `/v1/deliveries/${id}/attempts`),
};

async function call<T>(method: string, path: string, body?: object): Promise<T> {
	const { token } = await auth.token();
	return ask<T>(method, path, body, { door: '/api/mana-notify', token });
}
