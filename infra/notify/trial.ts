import { problem, type RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { newId } from './ids.ts';
import { addDelivery } from './inbox.ts';
import { channelById, unknownChannel } from './own-channels.ts';
import type { DeliveryState, MessageRow, NotifyStore } from './store.ts';

/** Between two trials of one way, in milliseconds. */
const PAUSE_MS = 3_000;

export interface TrialParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly random: RandomBytes;
}

/** Sends a word by one way, so that its person sees whether it works. @returns the delivery's id @throws Problem `unknown-channel` */
export async function tryChannel({ store, clock, random }: TrialParts, person: string, channel: string): Promise<string> {
	const now = clock.now();
	return store.db.transaction().execute(async (trx) => {
		const row = await channelById(trx, channel);
		if (row?.person !== person) throw unknownChannel();
		const key = `${channel} ${Math.floor(now / PAUSE_MS)}`;
		const message: MessageRow = {
			id: newId(random),
			sender: 'mana-notify',
			key,
			topic: 'channel-test',
			person,
			address: null,
			language: null,
			data: JSON.stringify({ label: row.label, link: '/settings/notifications' }),
			collapse: null,
			state: 'told',
			due_at: now,
			expires_at: null,
			created_at: now,
		};
		const added = await trx
			.insertInto('message')
			.values(message)
			.onConflict((conflict) => conflict.columns(['sender', 'key']).doNothing())
			.returning('id')
			.executeTakeFirst();
		if (!added) throw problem(429, 'too-soon', 'A word is on its way already. Wait a moment.', { retryAfterMs: PAUSE_MS });
		return addDelivery(trx, message, { channel: row.kind, target: channel, at: now, slot: null }, { clock, random });
	});
}

/** How a trial stands. @throws Problem `unknown-trial` */
export async function trialOf(
	{ db }: NotifyStore,
	person: string,
	id: string,
): Promise<{ state: DeliveryState; reason: string | null }> {
	const row = await db
		.selectFrom('delivery')
		.select(['state', 'reason'])
		.where('id', '=', id)
		.where('person', '=', person)
		.executeTakeFirst();
	if (!row) throw problem(404, 'unknown-trial', 'Nothing of this name was sent to you.');
	return row;
}
