import { type DataKind, type TopicName, topicNames, topics, type TopicSender } from '@mana/schema';
import { invalidInput, problem, type RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { type Db, messageByKey, type MessageRow, type NotifyStore, replaceOlder, unfinished, withdraw } from './store.ts';

/** What waits at most, messages and deliveries together: beyond it senders are asked to come back. */
const MOST_WAITING = 100_000;
/** How far ahead a message may be planned, in milliseconds. */
const FURTHEST_MS = 5 * 366 * 86_400_000;

/** A moment, in milliseconds since 1970. */
export const instant = z.number().int().min(0).max(8_640_000_000_000_000);
const text = z
	.string()
	.max(2_000)
	.regex(/^[^\p{Cc}]*$/u, 'No control characters.');
const kinds: Readonly<Record<DataKind, z.ZodType>> = {
	text: text.min(1),
	lines: z
		.string()
		.max(4_000)
		.regex(/^(?:[^\p{Cc}]|\n)*$/u, 'No control characters but line feeds.'),
	address: z.email().max(254),
	calendar: z
		.string()
		.max(40_000)
		.regex(
			/^BEGIN:VCALENDAR\r\n(?:.*\r\n)*METHOD:(?:REQUEST|REPLY|CANCEL|COUNTER|DECLINECOUNTER)\r\n/,
			'Give a calendar message (RFC 5546) with its METHOD.',
		),
	link: text.refine(
		(link) => isPath(link) || isWebAddress(link),
		'Give an http(s) address, or a path of this Mana: "/settings".',
	),
	instant,
};
const dataOf = new Map<TopicName, z.ZodType>(
	topicNames.map((name) => [
		name,
		z.strictObject(Object.fromEntries(Object.entries(topics[name].data).map(([field, kind]) => [field, kinds[kind]]))),
	]),
);

export const messageSchema = z.strictObject({
	topic: z.enum(topicNames),
	to: z.union([
		z.strictObject({ person: z.string().min(1).max(64) }),
		z.strictObject({ address: z.email().max(254), language: z.string().max(35) }),
	]),
	data: z.record(z.string(), z.union([z.string(), z.number()])),
	key: text.min(1).max(200),
	at: instant.optional(),
	expires: instant.optional(),
	collapse: text.min(1).max(200).optional(),
});
export type SentMessage = z.output<typeof messageSchema>;

export interface SendParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly random: RandomBytes;
}

/**
 * Takes a message: from here on it is not lost. The same key of the same sender is the same message.
 *
 * @returns its id, and whether it is new
 * @throws Problem `topic-not-yours`, `invalid-input`, `key-taken`, `queue-full`
 */
export async function takeMessage(parts: SendParts, sender: string, sent: SentMessage): Promise<{ id: string; isNew: boolean }> {
	const { store, clock, random } = parts;
	const now = clock.now();
	checkMessage(sender, sent, now);
	const row: MessageRow = {
		id: Buffer.from(random(new Uint8Array(16))).toString('hex'),
		sender,
		key: sent.key,
		topic: sent.topic,
		person: 'person' in sent.to ? sent.to.person : null,
		address: 'address' in sent.to ? sent.to.address : null,
		language: 'address' in sent.to ? sent.to.language : null,
		data: JSON.stringify(sent.data),
		collapse: sent.collapse ?? null,
		state: 'planned',
		due_at: Math.max(sent.at ?? now, now),
		expires_at: sent.expires ?? null,
		created_at: now,
	};
	return store.db.transaction().execute(async (trx) => {
		const known = await messageByKey(trx, sender, sent.key);
		if (known) return { id: sameAs(known, row), isNew: false };
		await findRoom(trx);
		const added = await trx
			.insertInto('message')
			.values(row)
			.onConflict((conflict) => conflict.columns(['sender', 'key']).doNothing())
			.returning('id')
			.executeTakeFirst();
		if (added === undefined) {
			// Another copy took the same message in this moment.
			const first = await messageByKey(trx, sender, sent.key);
			if (first) return { id: sameAs(first, row), isNew: false };
			throw problem(503, 'key-busy', 'The same message is being taken just now. Try again.', { retryAfterMs: 1_000 });
		}
		await replaceOlder(trx, row);
		return { id: row.id, isNew: true };
	});
}

/** @throws Problem 503 `queue-full` */
export async function findRoom(trx: Db): Promise<void> {
	if ((await unfinished(trx, MOST_WAITING)) >= MOST_WAITING)
		throw problem(503, 'queue-full', 'Too much waits to be sent. Keep the message and try again.', { retryAfterMs: 60_000 });
}

/** Takes back what was not told yet. @returns whether anything of it was stopped */
export async function cancelMessage({ store, clock }: SendParts, sender: string, id: string): Promise<boolean> {
	return store.db.transaction().execute(async (trx) => {
		const message = await trx
			.selectFrom('message')
			.select('state')
			.where('id', '=', id)
			.where('sender', '=', sender)
			.executeTakeFirst();
		if (!message) throw problem(404, 'unknown-message', 'You sent no such message, or it is long forgotten.');
		const { numUpdatedRows } = await trx
			.updateTable('message')
			.set({ state: 'cancelled' })
			.where('id', '=', id)
			.where('state', '=', 'planned')
			.executeTakeFirst();
		return numUpdatedRows + BigInt(await withdraw(trx, [id], 'cancelled', clock.now())) > 0n;
	});
}

/** @throws Problem `topic-not-yours`, `person-missing`, `invalid-input`, `too-far`, `already-over` */
export function checkMessage(sender: string, { topic, to, data, at, expires }: SentMessage, now: number): void {
	const { from, secret } = topics[topic];
	if (!from.some((name: TopicSender) => name === sender))
		throw problem(403, 'topic-not-yours', `${sender} does not send "${topic}": schema/topics.ts says who does.`);
	if ('address' in to && !secret)
		throw problem(422, 'person-missing', `"${topic}" is for people of this Mana: name the person instead of an address.`);
	const parsed = dataOf.get(topic)!.safeParse(data);
	if (!parsed.success)
		throw invalidInput(new z.ZodError(parsed.error.issues.map((issue) => ({ ...issue, path: ['data', ...issue.path] }))));
	if (at !== undefined && at > now + FURTHEST_MS)
		throw problem(422, 'too-far', 'A message can be planned for the next five years. Send it later.');
	if (expires !== undefined && expires <= Math.max(at ?? now, now))
		throw problem(422, 'already-over', 'It would be over before it is told: set "expires" after "at", and after now.');
}

function sameAs(known: MessageRow, row: MessageRow): string {
	const same =
		known.topic === row.topic && known.person === row.person && known.address === row.address && known.data === row.data;
	if (!same) throw problem(409, 'key-taken', 'Another message of yours has this key. Choose one for each thing that happens.');
	return known.id;
}

/** A path of this Mana, and not of another host: `//elsewhere` and `/\elsewhere` are addresses to browsers. */
function isPath(link: string): boolean {
	return /^\/(?![/\\])/.test(link);
}

function isWebAddress(link: string): boolean {
	const url = URL.parse(link);
	return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}
