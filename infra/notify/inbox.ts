import type { NotifyStore } from './store.ts';
import { type Db, type MessageRow, takeDue } from './store.ts';
import type { RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';

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
			if (!isOver) await addDelivery(trx, message, parts);
			await trx
				.updateTable('message')
				.set({ state: isOver ? 'expired' : 'told' })
				.where('id', '=', message.id)
				.execute();
		}
		return due.length;
	});
}

async function addDelivery(trx: Db, message: MessageRow, { clock, random }: InboxParts): Promise<void> {
	const id = Buffer.from(random(new Uint8Array(16))).toString('hex');
	await trx
		.insertInto('delivery')
		.values({
			id,
			channel: 'email',
			person: message.person,
			target: message.address,
			slot: null,
			state: 'waiting',
			run_at: clock.now(),
			expires_at: message.expires_at,
			attempts: 0,
			lease_until: null,
			handed: 0,
			doubts: 0,
			reason: null,
			receipt: null,
			created_at: clock.now(),
			finished_at: null,
		})
		.execute();
	await trx.insertInto('delivery_message').values({ delivery_id: id, message_id: message.id }).execute();
}
