import { type TopicName, topics } from '@mana/schema';
import { hub } from '@mana/schema/registry/models';
import type { Memberships, RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import type { ChannelName } from './channels/channel.ts';
import { newId } from './ids.ts';
import { channelsOf } from './own-channels.ts';
import { type Db, type DeliveryRow, type MessageRow, type NotifyStore, takeDue, withdraw } from './store.ts';
import { type Telling, waysFor, type Wishes } from './ways.ts';
import { type Handled, wishesOf } from './wishes.ts';

const AT_ONCE = 100;
/** How long a message waits for mana-sync to say whose space is whose, in milliseconds. */
const WAIT_MS = 2_000;

export interface InboxParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly random: RandomBytes;
	/** Whose own space is which; it knows nothing while it is not `current`. */
	readonly memberships: Pick<Memberships, 'current' | 'personalSpace'>;
}

/** Decides, for messages whose time has come, by which channels they are told. @returns of how many */
export async function planDue(parts: InboxParts): Promise<number> {
	const { store, clock } = parts;
	const now = clock.now();
	return store.db.transaction().execute(async (trx) => {
		const due = await takeDue(store, trx, now, AT_ONCE);
		for (const message of due)
			await trx
				.updateTable('message')
				.set(await plan(trx, message, now, parts))
				.where('id', '=', message.id)
				.execute();
		return due.length;
	});
}

/** Makes the deliveries of one message. @returns what becomes of its row */
async function plan(trx: Db, message: MessageRow, now: number, parts: InboxParts): Promise<Partial<MessageRow>> {
	const { topic, person, address, expires_at } = message;
	if (expires_at !== null && expires_at <= now) return { state: 'expired' };
	if (person === null) {
		await addDelivery(trx, message, { channel: 'email', target: address, at: now, slot: null }, parts);
		return { state: 'told' };
	}
	const { memberships } = parts;
	const { secret, security } = topics[topic];
	// How somebody wants to hear stands in their space. What keeps an account safe does not wait for that.
	if (!memberships.current && !secret && !security) return { due_at: now + WAIT_MS };
	const space = memberships.personalSpace(person);
	for (const telling of await tellingsOf(trx, topic, person, space, now)) await addDelivery(trx, message, telling, parts);
	await trx
		.insertInto('inbox_record')
		.values({ record: hub.notificationId(message.id), message_id: message.id })
		.onConflict((conflict) => conflict.column('record').doNothing())
		.execute();
	return { state: 'told' };
}

async function tellingsOf(trx: Db, topic: TopicName, person: string, space: string | null, now: number): Promise<Telling[]> {
	const wishes: Wishes = space === null ? { zone: 'UTC', quiet: null, notices: new Map() } : await wishesOf({ db: trx }, space);
	const own = (await channelsOf(trx, person)).filter(({ is_on }) => is_on === 1);
	return waysFor(topic, wishes, own, now);
}

/** What a delivery is made from, whatever decided about it. */
export type NewDelivery = Pick<Telling, 'at' | 'slot'> & { readonly channel: ChannelName; readonly target: string | null };

/** Puts a delivery of a message into the queue, or the message into the gathering that waits already. @returns its id */
export async function addDelivery(
	trx: Db,
	{ id: message, person, expires_at }: MessageRow,
	{ channel, target, at, slot }: NewDelivery,
	{ clock, random }: Pick<InboxParts, 'clock' | 'random'>,
): Promise<string> {
	const name = slot === null ? null : `${person} ${slot}`;
	const row: DeliveryRow = {
		id: newId(random),
		channel,
		person,
		target,
		slot: name,
		state: 'waiting',
		run_at: at,
		expires_at: name === null ? expires_at : null,
		attempts: 0,
		tries: 0,
		lease_until: null,
		handed: 0,
		doubts: 0,
		reason: null,
		receipt: null,
		created_at: clock.now(),
		finished_at: null,
	};
	await trx
		.insertInto('delivery')
		.values(row)
		.onConflict((conflict) => conflict.column('slot').doNothing())
		.execute();
	const { id } =
		name === null ? row : await trx.selectFrom('delivery').select('id').where('slot', '=', name).executeTakeFirstOrThrow();
	await trx.insertInto('delivery_message').values({ delivery_id: id, message_id: message }).execute();
	return id;
}

/** Takes over what people did with their inbox: what is settled there is told nowhere else, and what was put off comes again by the ways that ring. */
export async function takeOver(trx: Db, handled: readonly Handled[], parts: Pick<InboxParts, 'clock' | 'random'>): Promise<void> {
	const now = parts.clock.now();
	for (const { record, what } of handled) {
		const message = await trx
			.selectFrom('message')
			.innerJoin('inbox_record', 'inbox_record.message_id', 'message.id')
			.selectAll('message')
			.where('record', '=', record)
			.executeTakeFirst();
		if (!message?.person) continue;
		await endSnooze(trx, message);
		if (what === 'settled') await withdraw(trx, [message.id], 'cancelled', now);
		else if (what !== 'awake' && what.until > now) await snooze(trx, message, what.until, parts);
	}
}

/** The ways that ring for somebody; a mail and a program do not. */
const rings: readonly ChannelName[] = ['push', 'matrix', 'ntfy', 'apprise'];

async function snooze(trx: Db, message: MessageRow, until: number, parts: Pick<InboxParts, 'clock' | 'random'>): Promise<void> {
	const own = await channelsOf(trx, message.person!);
	for (const { id, kind, is_on } of own)
		if (is_on === 1 && rings.includes(kind))
			await addDelivery(
				trx,
				message,
				{ channel: kind, target: id, at: until, slot: `${snoozeOf(message)} ${id} ${until}` },
				parts,
			);
}

/** What was never tried leaves no row: the same moment may be chosen again, and is heard of again when the space is read anew. */
function endSnooze(trx: Db, message: MessageRow): Promise<unknown> {
	return trx
		.deleteFrom('delivery')
		.where('slot', 'like', `${message.person} ${snoozeOf(message)} %`)
		.where('state', '=', 'waiting')
		.execute();
}

const snoozeOf = ({ id }: MessageRow) => `snooze ${id}`;
