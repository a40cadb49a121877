import { isForOneself, type TopicName } from '@mana/schema';
import { hub } from '@mana/schema/registry/models';
import { type Memberships, problem, type RandomBytes } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { Clock } from '@mana/store';
import { isSpaceId } from '@mana/sync';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import { newId } from './ids.ts';
import { checkMessage, findRoom, instant, messageSchema } from './send.ts';
import { type Db, type MessageRow, type NotifyStore, type Tables, withdraw } from './store.ts';

/** How many messages of one kind somebody may have planned. */
export const MOST_PLANNED = 200;
const SENDER = 'oneself';

/** All that is to be told of one kind: what a person's devices know of their alarms, for instance. */
export const planSchema = z.strictObject({
	messages: z
		.array(z.strictObject({ key: messageSchema.shape.key, at: instant, expires: instant, data: messageSchema.shape.data }))
		.max(MOST_PLANNED)
		.refine((messages) => new Set(messages.map(({ key }) => key)).size === messages.length, 'Each message has a key of its own.'),
});
export type Plan = z.output<typeof planSchema>;

/** What is planned of a kind, the next one first. */
export const plannedSchema = z.object({ messages: z.array(z.object({ key: z.string(), at: z.number() })) });

export interface PlanParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly random: RandomBytes;
	readonly writer: Pick<SpaceWriter<Tables>, 'write' | 'wake'>;
	readonly memberships: Pick<Memberships, 'personalSpace'>;
}

/**
 * Puts what a person planned for themselves in place of what they had planned before, of one kind. The same plan again changes nothing, and
 * what was told already is not told twice. What is in it no more is not told; was it told, it counts as dealt with: no other way tells of it,
 * and it is read in the inbox.
 *
 * @param topic a kind that the schema leaves to people themselves
 * @throws Problem 404 `unknown-plan`; 422 as for any message; 503 `queue-full`
 */
export async function replan(parts: PlanParts, person: string, topic: TopicName, { messages }: Plan): Promise<void> {
	refuseOthers(topic);
	const { store, clock } = parts;
	const now = clock.now();
	// Over by now: nobody is at fault who comes online late.
	const wanted = new Map(messages.filter(({ expires }) => expires > now).map((one) => [`${person} ${one.key}`, one]));
	for (const [key, { at, expires, data }] of wanted) checkMessage(SENDER, { topic, to: { person }, key, at, expires, data }, now);
	const kept = new Set(messages.map(({ key }) => `${person} ${key}`));
	await store.db.transaction().execute(async (trx) => {
		const known = await knownOf(trx, person, topic);
		const gone = known.filter(({ key }) => !kept.has(key));
		await drop(
			trx,
			gone.filter(({ state }) => state === 'planned').map(({ id }) => id),
		);
		for (const message of gone) if (message.state === 'told') await settle(trx, parts, message, now);
		const byKey = new Map(known.map((message) => [message.key, message]));
		if ([...wanted.keys()].some((key) => !byKey.has(key))) await findRoom(trx);
		for (const [key, { at, expires, data }] of wanted) {
			const row = { data: JSON.stringify(data), due_at: Math.max(at, now), expires_at: expires };
			const { state, id } = byKey.get(key) ?? {};
			if (id === undefined) await add(trx, parts, { ...row, key, topic, person, created_at: now });
			else if (state === 'planned') await trx.updateTable('message').set(row).where('id', '=', id).execute();
		}
	});
	parts.writer.wake();
}

/** What somebody has planned of a kind. @throws Problem 404 `unknown-plan` */
export async function plannedOf({ db }: NotifyStore, person: string, topic: TopicName): Promise<z.output<typeof plannedSchema>> {
	refuseOthers(topic);
	const planned = (await knownOf(db, person, topic)).filter(({ state }) => state === 'planned');
	return {
		messages: planned
			.map(({ key, due_at }) => ({ key: key.slice(person.length + 1), at: due_at }))
			.toSorted((a, b) => a.at - b.at),
	};
}

function refuseOthers(topic: TopicName): void {
	if (!isForOneself(topic))
		throw problem(
			404,
			'unknown-plan',
			`"${topic}" is for services to tell: schema/topics.ts says what people plan for themselves.`,
		);
}

function knownOf(db: Db, person: string, topic: TopicName): Promise<MessageRow[]> {
	return db
		.selectFrom('message')
		.selectAll()
		.where('person', '=', person)
		.where('sender', '=', SENDER)
		.where('topic', '=', topic)
		.execute();
}

async function drop(trx: Db, ids: readonly string[]): Promise<void> {
	if (ids.length > 0) await trx.deleteFrom('message').where('id', 'in', ids).where('state', '=', 'planned').execute();
}

async function add(
	trx: Db,
	{ random }: PlanParts,
	row: Pick<MessageRow, 'key' | 'topic' | 'person' | 'data' | 'due_at' | 'expires_at' | 'created_at'>,
): Promise<void> {
	await trx
		.insertInto('message')
		.values({ ...row, id: newId(random), sender: SENDER, address: null, language: null, collapse: null, state: 'planned' })
		// Another device of the person planned the same in this moment.
		.onConflict((conflict) => conflict.columns(['sender', 'key']).doNothing())
		.execute();
}

/** Its person stopped it where it rang: nothing else need tell them. */
async function settle(
	trx: Transaction<Tables>,
	{ writer, memberships }: PlanParts,
	{ id, person }: MessageRow,
	now: number,
): Promise<void> {
	await trx.updateTable('message').set({ state: 'settled' }).where('id', '=', id).execute();
	await withdraw(trx, [id], 'cancelled', now);
	const space = memberships.personalSpace(person ?? '');
	if (space === null || !isSpaceId(space) || !(await isInInbox(trx, id))) return;
	await writer.write(trx, space, (tx) => tx.update(hub.notifications, hub.notificationId(id), { readAt: now }));
}

async function isInInbox(trx: Db, message: string): Promise<boolean> {
	const delivery = await trx
		.selectFrom('delivery')
		.innerJoin('delivery_message', 'delivery_message.delivery_id', 'delivery.id')
		.select('id')
		.where('message_id', '=', message)
		.where('channel', '=', 'inbox')
		.where('state', '=', 'delivered')
		.executeTakeFirst();
	return delivery !== undefined;
}
