import { problem, type RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { appriseTarget } from './channels/apprise.ts';
import type { OwnChannelName } from './channels/channel.ts';
import { matrixTarget } from './channels/matrix.ts';
import { ntfyTarget } from './channels/ntfy.ts';
import { pushTarget } from './channels/push.ts';
import { webhookTarget } from './channels/webhook.ts';
import { newId } from './ids.ts';
import type { Ending } from './outcome.ts';
import type { ChannelRow, Db, NotifyStore } from './store.ts';

/** Ways that one person may have. */
const MOST = 50;
/** After so many failures in a row nothing is sent there for a while: the first pause, doubled up to the longest, in milliseconds. */
const breaker = { failures: 5, firstMs: 15 * 60_000, longestMs: 6 * 3_600_000 };

const label = z
	.string()
	.trim()
	.min(1)
	.max(80)
	.regex(/^[^\p{Cc}]*$/u, 'No control characters.');

export const newChannelSchema = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('push'), label, target: pushTarget }),
	z.strictObject({ kind: z.literal('webhook'), label, target: webhookTarget }),
	z.strictObject({ kind: z.literal('matrix'), label, target: matrixTarget }),
	z.strictObject({ kind: z.literal('ntfy'), label, target: ntfyTarget }),
	z.strictObject({ kind: z.literal('apprise'), label, target: appriseTarget }),
]);
export type NewChannel = z.output<typeof newChannelSchema>;

export const channelChangeSchema = z.strictObject({ label: label.optional(), on: z.boolean().optional() });

/** A way as its person sees it; what is secret about it is never shown again. */
export const channelCard = z.object({
	id: z.string(),
	kind: z.enum(['push', 'webhook', 'matrix', 'ntfy', 'apprise']),
	label: z.string(),
	/** Where it leads, without secrets: a host, or a room. */
	place: z.string(),
	on: z.boolean(),
	/** Why the last message did not arrive, or `null`. */
	trouble: z.string().nullable(),
	/** Nothing is sent there before, in milliseconds since 1970. */
	pausedUntil: z.number().nullable(),
	/** When something arrived there last, in milliseconds since 1970. */
	deliveredAt: z.number().nullable(),
});
export type ChannelCard = z.output<typeof channelCard>;

export interface OwnChannelParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly random: RandomBytes;
}

/** Adds a way to reach a person. The same browser or address again takes the place of what was there. @throws Problem `too-many-channels` */
export async function addChannel(
	{ store, clock, random }: OwnChannelParts,
	person: string,
	added: NewChannel,
): Promise<ChannelCard> {
	return store.db.transaction().execute(async (trx) => {
		const existing = await channelsOf(trx, person);
		const same = existing.find(
			({ kind, target }) => kind === added.kind && addressOf(kind, target) === addressOf(kind, added.target),
		);
		if (!same && existing.length >= MOST)
			throw problem(409, 'too-many-channels', `There are ${MOST} ways already. Remove one that is not needed.`);
		const row: ChannelRow = {
			id: same?.id ?? newId(random),
			person,
			kind: added.kind,
			label: added.label,
			target: JSON.stringify(added.target),
			failures: 0,
			paused_until: null,
			trouble: null,
			is_on: 1,
			delivered_at: same?.delivered_at ?? null,
			created_at: same?.created_at ?? clock.now(),
		};
		await trx
			.insertInto('channel')
			.values(row)
			.onConflict((conflict) => conflict.column('id').doUpdateSet(row))
			.execute();
		return cardOf(row);
	});
}

export async function listChannels({ store }: OwnChannelParts, person: string): Promise<ChannelCard[]> {
	return (await channelsOf(store.db, person)).map(cardOf);
}

/** Renames it, or switches it off or on; on again it begins without its old failures. @throws Problem `unknown-channel` */
export async function changeChannel(
	{ store }: OwnChannelParts,
	person: string,
	id: string,
	{ label: name, on }: z.output<typeof channelChangeSchema>,
): Promise<ChannelCard> {
	const row = await store.db
		.updateTable('channel')
		.set({
			id,
			...(name === undefined ? {} : { label: name }),
			...(on === undefined ? {} : { is_on: on ? 1 : 0 }),
			...(on === true ? { failures: 0, paused_until: null, trouble: null } : {}),
		})
		.where('id', '=', id)
		.where('person', '=', person)
		.returningAll()
		.executeTakeFirst();
	if (!row) throw unknownChannel();
	return cardOf(row);
}

/** @throws Problem `unknown-channel` */
export async function removeChannel({ store }: OwnChannelParts, person: string, id: string): Promise<void> {
	const { numDeletedRows } = await store.db
		.deleteFrom('channel')
		.where('id', '=', id)
		.where('person', '=', person)
		.executeTakeFirst();
	if (numDeletedRows === 0n) throw unknownChannel();
}

export function channelsOf(db: Db, person: string): Promise<ChannelRow[]> {
	return db.selectFrom('channel').selectAll().where('person', '=', person).orderBy('created_at').orderBy('id').execute();
}

export function channelById(db: Db, id: string): Promise<ChannelRow | undefined> {
	return db.selectFrom('channel').selectAll().where('id', '=', id).executeTakeFirst();
}

/** What a way learns from an attempt: what is gone is switched off, and what fails time and again is left alone for a while. */
export async function noteEnding(db: Db, id: string, ending: Ending, now: number): Promise<void> {
	if (
		ending.kind === 'postponed' ||
		ending.kind === 'expired' ||
		ending.kind === 'moot' ||
		(ending.kind === 'doubtful' && ending.ours)
	)
		return;
	if (ending.kind === 'delivered') {
		const well = { failures: 0, paused_until: null, trouble: null, delivered_at: now };
		await db.updateTable('channel').set(well).where('id', '=', id).execute();
		return;
	}
	const row = await channelById(db, id);
	if (!row) return;
	const failures = row.failures + 1;
	const over = failures - breaker.failures;
	const pauseMs = over < 0 ? 0 : Math.min(breaker.firstMs * 2 ** over, breaker.longestMs);
	await db
		.updateTable('channel')
		.set({
			failures,
			trouble: ending.reason.slice(0, 500),
			paused_until: pauseMs === 0 ? null : now + pauseMs,
			...(ending.kind === 'refused' && ending.gone ? { is_on: 0 } : {}),
		})
		.where('id', '=', id)
		.execute();
}

export function unknownChannel() {
	return problem(404, 'unknown-channel', 'You have no such way (any more).');
}

function cardOf({ id, kind, label: name, target, is_on, trouble, paused_until, delivered_at }: ChannelRow): ChannelCard {
	const place = addressOf(kind, target);
	return {
		id,
		kind,
		label: name,
		place: kind === 'push' || kind === 'webhook' ? new URL(place).host : place,
		on: is_on === 1,
		trouble,
		pausedUntil: paused_until,
		deliveredAt: delivered_at,
	};
}

/** What makes two targets the same one. @param target as it is kept, or parsed */
function addressOf(kind: OwnChannelName, target: string | NewChannel['target']): string {
	const parsed: unknown = typeof target === 'string' ? JSON.parse(target) : target;
	switch (kind) {
		case 'push':
			return pushTarget.parse(parsed).endpoint;
		case 'webhook':
			return webhookTarget.parse(parsed).url;
		case 'matrix': {
			const { homeserver, room } = matrixTarget.parse(parsed);
			return `${room} (${new URL(homeserver).host})`;
		}
		case 'ntfy': {
			const { server, topic } = ntfyTarget.parse(parsed);
			return `${new URL(server).host}/${topic}`;
		}
		case 'apprise': {
			const { server, key } = appriseTarget.parse(parsed);
			return `${new URL(server).host}/${key}`;
		}
	}
}
