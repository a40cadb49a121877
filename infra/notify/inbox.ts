import { topics } from '@mana/schema';
import type { RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import type { ChannelName } from './channels/channel.ts';
import { newId } from './ids.ts';
import { channelsOf } from './own-channels.ts';
import { type Db, type DeliveryRow, type MessageRow, type NotifyStore, takeDue } from './store.ts';

const AT_ONCE = 100;

export interface InboxParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly random: RandomBytes;
}

/** Decides, for messages whose time has come, by which channels they are told. @returns of how many */
export async function planDue(parts: InboxParts): Promise<number> {
	const { store, clock } = parts;
	const now = clock.now();
	return store.db.transaction().execute(async (trx) => {
		const due = await takeDue(store, trx, now, AT_ONCE);
		for (const message of due) {
			const isOver = message.expires_at !== null && message.expires_at <= now;
			if (!isOver) for (const way of await waysOf(trx, message)) await addDelivery(trx, [message], way, parts);
			await trx
				.updateTable('message')
				.set({ state: isOver ? 'expired' : 'told' })
				.where('id', '=', message.id)
				.execute();
		}
		return due.length;
	});
}

/** A channel, and where to by it; see `delivery.target`. */
export interface Way {
	readonly channel: ChannelName;
	readonly target: string | null;
}

async function waysOf(trx: Db, { topic, person, address }: MessageRow): Promise<Way[]> {
	const { secret } = topics[topic];
	const mail: Way = { channel: 'email', target: address };
	if (person === null || secret) return [mail];
	const own = (await channelsOf(trx, person)).filter(({ is_on }) => is_on === 1);
	return [mail, ...own.map(({ kind, id }) => ({ channel: kind, target: id }))];
}

/** Puts a delivery of some messages to one addressee into the queue. @returns its id */
export async function addDelivery(
	trx: Db,
	messages: readonly [MessageRow, ...MessageRow[]],
	{ channel, target }: Way,
	{ clock, random }: Pick<InboxParts, 'clock' | 'random'>,
): Promise<string> {
	const [{ person, expires_at }] = messages;
	const now = clock.now();
	const row: DeliveryRow = {
		id: newId(random),
		channel,
		person,
		target,
		slot: null,
		state: 'waiting',
		run_at: now,
		expires_at,
		attempts: 0,
		tries: 0,
		lease_until: null,
		handed: 0,
		doubts: 0,
		reason: null,
		receipt: null,
		created_at: now,
		finished_at: null,
	};
	await trx.insertInto('delivery').values(row).execute();
	await trx
		.insertInto('delivery_message')
		.values(messages.map(({ id }) => ({ delivery_id: row.id, message_id: id })))
		.execute();
	return row.id;
}
