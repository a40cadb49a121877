import type { TopicName } from '@mana/schema';
import type { Store } from '@mana/store';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { ChannelName, OwnChannelName } from './channels/channel.ts';
import type { IncomingTables } from './incoming/tables.ts';

/**
 * - `planned`: its time has not come; nothing but this row exists.
 * - `told`: its deliveries exist and say how far each is.
 * - `settled`: it was told, and its person has dealt with it where they planned it.
 * - `cancelled`, `replaced` (by a newer state of the same thing), `expired`: nothing is told.
 */
export type MessageState = 'planned' | 'told' | 'settled' | 'cancelled' | 'replaced' | 'expired';

/**
 * - `waiting`: to be sent at `run_at`, for the first time or again.
 * - `sending`: some process has it until `lease_until`.
 * - `delivered`: the far side said that it has it.
 * - `failed`: it cannot be delivered; `reason` says why, and somebody can have it tried again.
 * - `doubtful`: perhaps it arrived, and the far side could not tell a second one from the first. Sent again only if somebody says so.
 * - `cancelled`, `replaced`, `expired`: it was not sent, and will not be.
 */
export type DeliveryState = 'waiting' | 'sending' | 'delivered' | 'failed' | 'doubtful' | 'cancelled' | 'replaced' | 'expired';

export interface Tables extends IncomingTables {
	message: {
		id: string;
		/** The service that sent it; `oneself`: a device of the person. */
		sender: string;
		key: string;
		topic: TopicName;
		/** Whom it is for; an address and its language where that is nobody of this Mana. */
		person: string | null;
		address: string | null;
		language: string | null;
		/** The fields of its topic, as JSON. */
		data: string;
		collapse: string | null;
		state: MessageState;
		due_at: number;
		expires_at: number | null;
		created_at: number;
	};
	delivery: {
		id: string;
		channel: ChannelName;
		person: string | null;
		/** Where to, in the channel's own terms; `null`: found out when it is sent, since a person's address changes. */
		target: string | null;
		/** Names the gathering that a digest is, so that all of its messages find the same one. */
		slot: string | null;
		state: DeliveryState;
		run_at: number;
		expires_at: number | null;
		/** How often it was taken; the number of the last taking proves that an outcome is the present worker's. */
		attempts: number;
		/** How many attempts failed since somebody last asked for it: what the limit counts. */
		tries: number;
		lease_until: number | null;
		/** 1 from the moment in which the far side could have it until it answered. */
		handed: number;
		/** How often nobody knew whether it had arrived. */
		doubts: number;
		reason: string | null;
		/** What the far side called it. */
		receipt: string | null;
		created_at: number;
		finished_at: number | null;
	};
	delivery_message: { delivery_id: string; message_id: string };
	/** A way to reach one person, besides their mailbox and their inbox. */
	channel: {
		id: string;
		person: string;
		kind: OwnChannelName;
		/** What the person calls it. */
		label: string;
		/** Where to, with the secrets of the person's that it takes: sealed (`targets.ts`). */
		target: string;
		/** How many deliveries failed in a row. */
		failures: number;
		/** Nothing is sent there before, in milliseconds since 1970. */
		paused_until: number | null;
		/** Why the last one failed, or why it is off. */
		trouble: string | null;
		/** 0 when it was switched off, by the person or because the far side said that it is gone. */
		is_on: number;
		delivered_at: number | null;
		created_at: number;
	};
	/** A register of what people chose, as their own space has it now. The value is JSON. */
	register: { space: string; collection: number; record: string; field: number; value: string };
	/** Which message a record of an inbox is. */
	inbox_record: { record: string; message_id: string };
	/** What stands in the inboxes, as the spaces of their people have it now. */
	inbox_entry: {
		space: string;
		record: string;
		/** When it came, in milliseconds since 1970; 0 until that is known. */
		told_at: number;
		read_at: number | null;
		/** 1: it is in the trash. */
		is_gone: number;
	};
	/** Keys that all copies share. */
	instance_key: { name: string; value: string };
}

export type NotifyStore = Store<Tables>;
/** The store's own handle or a transaction's. */
export type Db = Kysely<Tables>;
export type MessageRow = Selectable<Tables['message']>;
export type DeliveryRow = Selectable<Tables['delivery']>;
export type ChannelRow = Selectable<Tables['channel']>;

/** Finished rows of both tables stay this long, in milliseconds, so that a repeated key is known and a page can show what happened. */
export const KEEP_MS = 30 * 86_400_000;

export function messageByKey(db: Db, sender: string, key: string): Promise<MessageRow | undefined> {
	return db.selectFrom('message').selectAll().where('sender', '=', sender).where('key', '=', key).executeTakeFirst();
}

export function messagesOf(db: Db, delivery: string): Promise<MessageRow[]> {
	return db
		.selectFrom('delivery_message')
		.innerJoin('message', 'message.id', 'delivery_message.message_id')
		.selectAll('message')
		.where('delivery_id', '=', delivery)
		.orderBy('message.created_at')
		.orderBy('message.id')
		.execute();
}

/** What is not finished, counted no further than `limit`. */
export async function unfinished(db: Db, limit: number): Promise<number> {
	const count = (table: 'message' | 'delivery', states: readonly string[]) =>
		db
			.selectFrom(
				db
					.selectFrom(table)
					.select('id')
					.where('state', 'in', states as never)
					.limit(limit)
					.as('open'),
			)
			.select(({ fn }) => fn.countAll<number>().as('rows'))
			.executeTakeFirstOrThrow();
	const [messages, deliveries] = [await count('message', ['planned']), await count('delivery', ['waiting', 'sending'])];
	return Number(messages.rows) + Number(deliveries.rows);
}

/** Takes what still waits under the same word for the same addressee out of the way. */
export async function replaceOlder(db: Db, newer: MessageRow): Promise<void> {
	if (newer.collapse === null) return;
	const older = db
		.selectFrom('message')
		.select('id')
		.where('collapse', '=', newer.collapse)
		.where('sender', '=', newer.sender)
		.where(newer.person === null ? 'address' : 'person', '=', newer.person ?? newer.address)
		.where('id', '!=', newer.id);
	await db.updateTable('message').set({ state: 'replaced' }).where('id', 'in', older).where('state', '=', 'planned').execute();
	await withdraw(db, older, 'replaced', newer.created_at);
}

type MessageIds = ReturnType<typeof idsOfMessages> | readonly string[];
const idsOfMessages = (db: Db) => db.selectFrom('message').select('id');

/** Ends deliveries that wait, if they tell nothing but the given messages. What is being sent goes on: it may have arrived. */
export async function withdraw(db: Db, messages: MessageIds, state: 'cancelled' | 'replaced', now: number): Promise<number> {
	const of = db.selectFrom('delivery_message').select('delivery_id').where('message_id', 'in', messages);
	const { numUpdatedRows } = await db
		.updateTable('delivery')
		.set({ state, finished_at: now })
		.where('id', 'in', of)
		.where('slot', 'is', null)
		.where('state', '=', 'waiting')
		// What may have arrived already is followed to its end.
		.where('doubts', '=', 0)
		.executeTakeFirst();
	await db
		.deleteFrom('delivery_message')
		.where('message_id', 'in', messages)
		.where(
			'delivery_id',
			'in',
			db.selectFrom('delivery').select('id').where('slot', 'is not', null).where('state', '=', 'waiting').where('doubts', '=', 0),
		)
		.execute();
	return Number(numUpdatedRows);
}

/** Takes messages whose time has come; inside the transaction that makes their deliveries, so that each is told once. */
export async function takeDue(store: NotifyStore, trx: Db, now: number, limit: number): Promise<MessageRow[]> {
	let due = trx
		.selectFrom('message')
		.selectAll()
		.where('state', '=', 'planned')
		.where('due_at', '<=', now)
		.orderBy('due_at')
		.limit(limit);
	// Another copy on PostgreSQL takes the next ones instead of waiting; SQLite has one writer anyway.
	if (store.engine === 'postgres') due = due.forUpdate().skipLocked();
	return due.execute();
}

/** Takes up to `limit` deliveries of a channel that are due or whose worker is gone; no other worker gets the same. */
export function takeDeliveries(
	store: NotifyStore,
	channel: ChannelName,
	{ now, leaseUntil, limit }: { now: number; leaseUntil: number; limit: number },
): Promise<DeliveryRow[]> {
	return store.db.transaction().execute(async (trx) => {
		let due = trx
			.selectFrom('delivery')
			.select('id')
			.where('channel', '=', channel)
			.where(({ or, and, eb }) =>
				or([
					and([eb('state', '=', 'waiting'), eb('run_at', '<=', now)]),
					and([eb('state', '=', 'sending'), eb('lease_until', '<=', now)]),
				]),
			)
			.orderBy('run_at')
			.limit(limit);
		if (store.engine === 'postgres') due = due.forUpdate().skipLocked();
		const ids = (await due.execute()).map(({ id }) => id);
		if (ids.length === 0) return [];
		return trx
			.updateTable('delivery')
			.set({ state: 'sending', lease_until: leaseUntil, attempts: sql`attempts + 1` })
			.where('id', 'in', ids)
			.returningAll()
			.execute();
	});
}

/** Writes down how it stands, unless the lease was lost and another worker has the delivery now. */
export async function settle(db: Db, { id, attempts }: DeliveryRow, outcome: Partial<DeliveryRow>): Promise<boolean> {
	const { numUpdatedRows } = await db
		.updateTable('delivery')
		.set(outcome)
		.where('id', '=', id)
		.where('state', '=', 'sending')
		.where('attempts', '=', attempts)
		.executeTakeFirst();
	return numUpdatedRows > 0n;
}

/** When the next message or delivery is due; `null` when nothing waits. */
export async function nextDue(db: Db, channels: readonly ChannelName[]): Promise<number | null> {
	const first = async (table: 'message' | 'delivery') =>
		table === 'message'
			? db
					.selectFrom('message')
					.select(({ fn }) => fn.min('due_at').as('at'))
					.where('state', '=', 'planned')
					.executeTakeFirst()
			: db
					.selectFrom('delivery')
					.select(({ fn }) => fn.min('run_at').as('at'))
					.where('state', '=', 'waiting')
					.where('channel', 'in', channels)
					.executeTakeFirst();
	const times = [(await first('message'))?.at, channels.length > 0 ? (await first('delivery'))?.at : null];
	const known = times.filter((at) => at !== null && at !== undefined);
	return known.length === 0 ? null : Math.min(...known);
}

/** Has everything that waits for an inbox tried now. */
export async function tryInboxes(db: Db, now: number): Promise<void> {
	await db
		.updateTable('delivery')
		.set({ run_at: now })
		.where('channel', '=', 'inbox')
		.where('state', '=', 'waiting')
		.where('run_at', '>', now)
		.execute();
}

/** A file is one process's: what was being sent when the last one ended is nobody's now. */
export async function dropLeases(db: Db, now: number): Promise<void> {
	await db.updateTable('delivery').set({ lease_until: now }).where('state', '=', 'sending').execute();
}

/** Removes what is long finished; what failed or is doubtful stays as long, so that somebody can look at it. */
export async function forgetFinished(db: Db, now: number): Promise<void> {
	await db
		.deleteFrom('delivery')
		.where('finished_at', '<', now - KEEP_MS)
		.execute();
	await db
		.deleteFrom('message')
		.where('state', '!=', 'planned')
		.where('due_at', '<', now - KEEP_MS)
		.where('created_at', '<', now - KEEP_MS)
		.where(({ not, exists, selectFrom }) =>
			not(exists(selectFrom('delivery_message').select('message_id').whereRef('message_id', '=', 'message.id'))),
		)
		.execute();
}
