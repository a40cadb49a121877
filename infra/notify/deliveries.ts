import { problem } from '@mana/service';
import { z } from 'zod';
import { channelNames } from './channels/channel.ts';
import { type DeliveryRow, messagesOf, type NotifyStore } from './store.ts';

/** Shown at once; the rest is older. */
const SHOWN = 200;

/** A delivery that did not arrive, or perhaps did. What it says is nobody's business but the addressee's. */
export const deadLetter = z.object({
	id: z.string(),
	channel: z.enum(channelNames),
	state: z.enum(['failed', 'doubtful']),
	topics: z.array(z.string()),
	/** The person's id; `null` for somebody who is none here. */
	person: z.string().nullable(),
	reason: z.string(),
	/** In milliseconds since 1970. */
	at: z.number(),
});
export type DeadLetter = z.output<typeof deadLetter>;

/** What was given up, the newest first. */
export async function deadLetters({ db }: NotifyStore): Promise<DeadLetter[]> {
	const rows = await db
		.selectFrom('delivery')
		.selectAll()
		.where('state', 'in', ['failed', 'doubtful'])
		.orderBy('finished_at', 'desc')
		.limit(SHOWN)
		.execute();
	return Promise.all(
		rows.map(async ({ id, channel, state, person, reason, finished_at }) => ({
			id,
			channel,
			state: state as DeadLetter['state'],
			topics: [...new Set((await messagesOf(db, id)).map(({ topic }) => topic))],
			person,
			reason: reason ?? '',
			at: finished_at ?? 0,
		})),
	);
}

/** Has a delivery that was given up tried again, with all its attempts. @throws Problem `not-given-up` */
export async function tryAgain({ db }: NotifyStore, id: string, now: number): Promise<void> {
	const fresh: Partial<DeliveryRow> = { state: 'waiting', run_at: now, tries: 0, doubts: 0, expires_at: null, finished_at: null };
	const { numUpdatedRows } = await db
		.updateTable('delivery')
		.set(fresh)
		.where('id', '=', id)
		.where('state', 'in', ['failed', 'doubtful'])
		.executeTakeFirst();
	if (numUpdatedRows === 0n)
		throw problem(404, 'not-given-up', 'No delivery of this name was given up: it arrived, or is still tried.');
}
