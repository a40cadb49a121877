import { type TopicData, type TopicName, topics } from '@mana/schema';
import type { Clock } from '@mana/store';
import type { Attempt, Channel, Outcome } from './channels/channel.ts';
import type { FindContact } from './contacts.ts';
import { channelById } from './own-channels.ts';
import { type DeliveryRow, messagesOf, type MessageRow, type NotifyStore } from './store.ts';
import { contentOf, languageFor } from './words/words.ts';

export interface DeliverParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly findContact: FindContact;
	readonly publicUrl: string;
}

/** Finds out where a delivery goes and what it says, and gives it to its channel. */
export async function deliver(parts: DeliverParts, delivery: DeliveryRow, channel: Channel, attempt: Attempt): Promise<Outcome> {
	const { store, findContact, publicUrl } = parts;
	const [message] = await messagesOf(store.db, delivery.id);
	if (message === undefined) return { kind: 'refused', reason: 'There is nothing to tell any more.' };
	const contact = delivery.person === null ? null : await findContact(delivery.person, attempt.signal);
	if (delivery.person !== null && contact === null) return { kind: 'refused', reason: 'The person is not here any more.' };
	const where = channel.name === 'email' ? mailbox(delivery.target ?? contact?.address) : await ownPlace(parts, delivery);
	if ('kind' in where) return where;
	const language = message.language ?? contact?.language ?? null;
	return channel.send(
		{
			id: delivery.id,
			target: where.target,
			content: contentOf(message.topic, dataOf(message), { language, zone: null }, publicUrl),
			topic: message.topic,
			language: languageFor(language),
			at: message.created_at,
			expires: delivery.expires_at,
			urgent: topics[message.topic].security,
		},
		attempt,
	);
}

type Place = { readonly target: unknown };

function mailbox(address: string | undefined): Place | Outcome {
	return address === undefined ? { kind: 'refused', reason: 'Nobody knows where it should go.' } : { target: address };
}

/** A way that the person added: while it rests after many failures nothing is tried. */
async function ownPlace({ store, clock }: DeliverParts, { target, person }: DeliveryRow): Promise<Place | Outcome> {
	const row = target === null ? undefined : await channelById(store.db, target);
	if (!row || row.person !== person) return { kind: 'refused', reason: 'This way was removed.' };
	if (row.is_on === 0) return { kind: 'refused', reason: 'This way was switched off.' };
	if (row.paused_until !== null && row.paused_until > clock.now())
		return { kind: 'postponed', until: row.paused_until, reason: `It rests after ${row.failures} failures in a row.` };
	return { target: JSON.parse(row.target) };
}

/** Checked when the message was taken. @throws TypeError when a topic has changed since */
function dataOf(message: MessageRow): TopicData<TopicName> {
	const data = JSON.parse(message.data) as Readonly<Record<string, unknown>>;
	const missing = Object.keys(topics[message.topic]?.data ?? {}).filter((field) => !(field in data));
	if (!(message.topic in topics) || missing.length > 0)
		throw new TypeError(`"${message.topic}" was sent by an older release and lacks ${missing.join(', ') || 'its words'}.`);
	return data as TopicData<TopicName>;
}
