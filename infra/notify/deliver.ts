import { type TopicData, type TopicName, topics } from '@mana/schema';
import type { Attempt, Channel, Outcome } from './channels/channel.ts';
import type { FindContact } from './contacts.ts';
import { type DeliveryRow, messagesOf, type MessageRow, type NotifyStore } from './store.ts';
import { contentOf, languageFor } from './words/words.ts';

export interface DeliverParts {
	readonly store: NotifyStore;
	readonly findContact: FindContact;
	readonly publicUrl: string;
}

/** Finds out where a delivery goes and what it says, and gives it to its channel. */
export async function deliver(
	{ store, findContact, publicUrl }: DeliverParts,
	delivery: DeliveryRow,
	channel: Channel,
	attempt: Attempt,
): Promise<Outcome> {
	const [message] = await messagesOf(store.db, delivery.id);
	if (message === undefined) return { kind: 'refused', reason: 'There is nothing to tell any more.' };
	const contact = delivery.person === null ? null : await findContact(delivery.person, attempt.signal);
	if (delivery.person !== null && contact === null) return { kind: 'refused', reason: 'The person is not here any more.' };
	const target = delivery.target ?? contact?.address;
	if (target === undefined) return { kind: 'refused', reason: 'Nobody knows where it should go.' };
	const language = message.language ?? contact?.language ?? null;
	const content = contentOf(message.topic, dataOf(message), { language, zone: null }, publicUrl);
	return channel.send({ id: delivery.id, target, content, language: languageFor(language), at: message.created_at }, attempt);
}

/** Checked when the message was taken. @throws TypeError when a topic has changed since */
function dataOf(message: MessageRow): TopicData<TopicName> {
	const data = JSON.parse(message.data) as Readonly<Record<string, unknown>>;
	const missing = Object.keys(topics[message.topic]?.data ?? {}).filter((field) => !(field in data));
	if (!(message.topic in topics) || missing.length > 0)
		throw new TypeError(`"${message.topic}" was sent by an older release and lacks ${missing.join(', ') || 'its words'}.`);
	return data as TopicData<TopicName>;
}
