import { problem, type RandomBytes, type Sealing } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { newId } from './ids.ts';
import type { Ending } from './outcome.ts';
import type { ChannelRow, Db, NotifyStore } from './store.ts';
import { openTarget, placeOf, SEALED_OTHERWISE, sealTarget, type Target, targetShapes } from './targets.ts';

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
	z.strictObject({ label, ...targetShapes.push }),
	z.strictObject({ label, ...targetShapes.webhook }),
	z.strictObject({ label, ...targetShapes.matrix }),
	z.strictObject({ label, ...targetShapes.ntfy }),
	z.strictObject({ label, ...targetShapes.apprise }),
]);
export type NewChannel = z.output<typeof newChannelSchema>;

export const channelChangeSchema = z.strictObject({ label: label.optional(), on: z.boolean().optional() });

/** A way as its person sees it; what is secret about it is never shown again. */
export const channelCard = z.object({
	id: z.string(),
	kind: z.enum(['push', 'webhook', 'matrix', 'ntfy', 'apprise']),
	label: z.string(),
	/** Where it leads, without secrets: a host, or a room; empty when nobody can read it any more. */
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
	readonly sealing: Sealing;
}

/** Adds a way to reach a person. The same browser or address again takes the place of what was there. @throws Problem `too-many-channels` */
export async function addChannel(
	{ store, clock, random, sealing }: OwnChannelParts,
	person: string,
	added: NewChannel,
): Promise<ChannelCard> {
	return store.db.transaction().execute(async (trx) => {
		const existing = await channelsOf(trx, person);
		const same = existing.find((row) => row.kind === added.kind && addressOf(openTarget(sealing, row)) === addressOf(added));
		if (!same && existing.length >= MOST)
			throw problem(409, 'too-many-channels', `There are ${MOST} ways already. Remove one that is not needed.`);
		const id = same?.id ?? newId(random);
		const row: ChannelRow = {
			id,
			person,
			kind: added.kind,
			label: added.label,
			target: sealTarget(sealing, id, added.target),
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
		return cardOf(sealing, row);
	});
}

export async function listChannels({ store, sealing }: OwnChannelParts, person: string): Promise<ChannelCard[]> {
	return (await channelsOf(store.db, person)).map((row) => cardOf(sealing, row));
}

/** Renames it, or switches it off or on; on again it begins without its old failures. @throws Problem `unknown-channel` */
export async function changeChannel(
	{ store, sealing }: OwnChannelParts,
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
	return cardOf(sealing, row);
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

function cardOf(sealing: Sealing, row: ChannelRow): ChannelCard {
	const { id, kind, label: name, is_on, trouble, paused_until, delivered_at } = row;
	const target = openTarget(sealing, row);
	return {
		id,
		kind,
		label: name,
		place: target === null ? '' : placeOf(target),
		on: is_on === 1 && target !== null,
		trouble: target === null ? SEALED_OTHERWISE : trouble,
		pausedUntil: paused_until,
		deliveredAt: delivered_at,
	};
}

/** What makes two ways the same one; of one that cannot be read nobody knows. */
function addressOf(target: Target | null): string | null {
	if (target === null) return null;
	if (target.kind === 'push') return target.target.endpoint;
	return target.kind === 'webhook' ? target.target.url : placeOf(target);
}
