import { isForOneself, type TopicData, type TopicName, topics } from '@mana/schema';
import { hub } from '@mana/schema/registry/models';
import type { Memberships, Sealing } from '@mana/service';
import type { Clock } from '@mana/store';
import type { Attempt, Channel, Outcome, Parcel } from './channels/channel.ts';
import type { Contact, FindContact } from './contacts.ts';
import { channelById } from './own-channels.ts';
import { type DeliveryRow, KEEP_MS, messagesOf, type MessageRow, type NotifyStore } from './store.ts';
import { openTarget, SEALED_OTHERWISE } from './targets.ts';
import { unsubscribeToken } from './unsubscribe.ts';
import { wishesOf } from './wishes.ts';
import { contentOf, languageFor, type Reader, stopLabel, together } from './words/words.ts';

/** How long an inbox that is not there yet is waited for before it is looked for again, at the least and the most. */
const opening = { firstMs: 2_000, longestMs: 3_600_000 };

export interface DeliverParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly sealing: Sealing;
	readonly findContact: FindContact;
	readonly memberships: Pick<Memberships, 'current' | 'personalSpace'>;
	readonly publicUrl: string;
	/** Signs the links that stop mails. */
	readonly linkKey: string;
}

/** Finds out where a delivery goes and what it says, and gives it to its channel. */
export async function deliver(parts: DeliverParts, delivery: DeliveryRow, channel: Channel, attempt: Attempt): Promise<Outcome> {
	const [first, ...others] = await messagesOf(parts.store.db, delivery.id);
	if (first === undefined) return { kind: 'moot', reason: 'There is nothing to tell any more.' };
	const contact = delivery.person === null ? null : await parts.findContact(delivery.person, attempt.signal);
	if (delivery.person !== null && contact === null) return { kind: 'moot', reason: 'The person is not here any more.' };
	const where = await placeOf(parts, delivery, first, contact);
	if ('kind' in where) return where;
	const reader = await readerOf(parts, delivery, first, contact);
	const say = (message: MessageRow) => contentOf(message.topic, dataOf(message), reader, parts.publicUrl);
	const language = languageFor(reader.language);
	const isOne = others.length === 0;
	const parcel: Parcel = {
		id: delivery.id,
		target: where.target,
		content: together([say(first), ...others.map(say)], language, parts.publicUrl),
		topic: isOne ? first.topic : 'digest',
		language,
		at: first.created_at,
		expires: delivery.expires_at,
		urgent: topics[first.topic].security || isForOneself(first.topic),
		about: isOne ? hub.notificationId(first.id) : delivery.id,
		...(isOne && delivery.channel === 'email' ? stopOf(parts, first, language) : {}),
	};
	return channel.send(parcel, attempt);
}

type Place = { readonly target: unknown };

async function placeOf(
	parts: DeliverParts,
	delivery: DeliveryRow,
	message: MessageRow,
	contact: Contact | null,
): Promise<Place | Outcome> {
	if (delivery.channel === 'email') {
		const address = delivery.target ?? contact?.address;
		return address === undefined ? { kind: 'refused', reason: 'Nobody knows where it should go.' } : { target: address };
	}
	if (delivery.channel !== 'inbox') return ownPlace(parts, delivery);
	const { memberships } = parts;
	const space = memberships.personalSpace(delivery.person ?? '');
	if (space !== null) return { target: { space, record: hub.notificationId(message.id), app: topics[message.topic].app } };
	if (memberships.current) return untilOpened(delivery, parts.clock.now());
	return { kind: 'later', reason: 'mana-sync is not heard, so nobody knows which space is theirs.' };
}

/**
 * Somebody who has just come has no space of their own yet, or mana-notify has not heard of it: what is told them waits for it, as long again
 * as it did. `index.ts` has it tried at once when it hears of a space.
 */
function untilOpened({ created_at }: DeliveryRow, now: number): Outcome {
	const ageMs = now - created_at;
	if (ageMs > KEEP_MS) return { kind: 'moot', reason: 'The person never had a space of their own.' };
	const until = now + Math.min(Math.max(ageMs, opening.firstMs), opening.longestMs);
	return { kind: 'postponed', until, reason: 'The person has no space of their own yet.' };
}

/** A way that the person added: while it rests after many failures nothing is tried. */
async function ownPlace({ store, clock, sealing }: DeliverParts, { target, person }: DeliveryRow): Promise<Place | Outcome> {
	const row = target === null ? undefined : await channelById(store.db, target);
	if (!row || row.person !== person) return { kind: 'moot', reason: 'This way was removed.' };
	if (row.is_on === 0) return { kind: 'moot', reason: 'This way was switched off.' };
	if (row.paused_until !== null && row.paused_until > clock.now())
		return { kind: 'postponed', until: row.paused_until, reason: `It rests after ${row.failures} failures in a row.` };
	const opened = openTarget(sealing, row);
	return opened === null ? { kind: 'refused', reason: SEALED_OTHERWISE, gone: true } : { target: opened.target };
}

/** In which language, on which clock and in which time zone somebody reads: as they chose, else as mana-auth knows. */
async function readerOf(
	{ store, memberships }: DeliverParts,
	{ person }: DeliveryRow,
	{ language }: MessageRow,
	contact: Contact | null,
): Promise<Reader> {
	const space = person === null ? null : memberships.personalSpace(person);
	const wishes = space === null ? null : await wishesOf(store, space);
	const { region = '', hours = 'region', zone = null } = wishes ?? {};
	return { language: language ?? wishes?.language ?? contact?.language ?? null, region, hours, zone };
}

/** The link that stops mails of one kind. What is about safety has none, and what goes to nobody of this Mana neither. */
function stopOf(
	{ publicUrl, linkKey }: DeliverParts,
	{ topic, person }: MessageRow,
	language: string,
): Pick<Parcel, 'unsubscribe'> {
	if (person === null || topics[topic].security || topics[topic].secret) return {};
	const token = unsubscribeToken(linkKey, { person, topic });
	return {
		unsubscribe: { link: new URL(`/api/mana-notify/v1/unsubscribe/${token}`, publicUrl).href, label: stopLabel(language) },
	};
}

/** Checked when the message was taken. @throws TypeError when a topic has changed since */
function dataOf(message: MessageRow): TopicData<TopicName> {
	const data = JSON.parse(message.data) as Readonly<Record<string, unknown>>;
	const missing = Object.keys(topics[message.topic]?.data ?? {}).filter((field) => !(field in data));
	if (!(message.topic in topics) || missing.length > 0)
		throw new TypeError(`"${message.topic}" was sent by an older release and lacks ${missing.join(', ') || 'its words'}.`);
	return data as TopicData<TopicName>;
}
