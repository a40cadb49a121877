import type { TopicData, TopicName } from '@mana/schema';
import { call } from './client.ts';
import type { ServiceIdentity } from './service-token.ts';

/** Whom a message is for: a person of this Mana, or somebody who is not one yet. */
export type Addressee = { readonly person: string } | { readonly address: string; readonly language: string };

/** Something to tell somebody. */
export interface Message<Name extends TopicName = TopicName> {
	readonly topic: Name;
	readonly to: Addressee;
	readonly data: TopicData<Name>;
	/** Names this message among the sender's: sent again with the same key, it is told once. */
	readonly key: string;
	/** Not before this time, in milliseconds since 1970. */
	readonly at?: number;
	/** Not after this time, in milliseconds since 1970: what is over by then is not told at all. */
	readonly expires?: number;
	/** Replaces what still waits under the same word for the same addressee, as the newer state of the same thing. */
	readonly collapse?: string;
}

/** How a service tells people something: it hands the message to mana-notify, which keeps it until it is delivered. */
export interface Notifier {
	/**
	 * @returns the message's id, by which it can be cancelled
	 * @throws Problem 403 `topic-not-yours`, 409 `key-taken`, 422 `invalid-input`, 503 when mana-notify is away: try again with the same key
	 */
	send<Name extends TopicName>(message: Message<Name>): Promise<string>;
	/** @returns whether it was still to be told, and now is not */
	cancel(id: string): Promise<boolean>;
}

export interface NotifierOptions {
	/** Where mana-notify is: `context.addressOf('mana-notify')`. */
	readonly address: string;
	readonly identity: ServiceIdentity;
}

/**
 * A typed way to mana-notify. What must not be lost is written as a job in the sender's own transaction first (`@mana/store`, jobs),
 * and the job sends it with the same key each time.
 *
 * @example
 * const notifier = openNotifier({ address: addressOf('mana-notify'), identity });
 * await notifier.send({ topic: 'new-device', to: { person }, data: { name, device, place, at, link: '/settings' }, key: session });
 */
export function openNotifier({ address, identity }: NotifierOptions): Notifier {
	const send = call();
	const headers = async () => ({
		authorization: `Bearer ${await identity.token('mana-notify')}`,
		'content-type': 'application/json',
	});
	return {
		async send(message) {
			const response = await send(`${address}/v1/send`, {
				method: 'POST',
				headers: await headers(),
				body: JSON.stringify(message),
			});
			const { id } = (await response.json()) as { id: string };
			return id;
		},
		async cancel(id) {
			const response = await send(`${address}/v1/messages/${encodeURIComponent(id)}`, {
				method: 'DELETE',
				headers: await headers(),
			});
			const { cancelled } = (await response.json()) as { cancelled: boolean };
			return cancelled;
		},
	};
}
