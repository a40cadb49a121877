import type { RandomBytes } from '@mana/service';
import { privateKeyFrom } from './channels/push.ts';
import { type VapidKeys, vapidKeysFrom } from './channels/push-encryption.ts';
import type { NotifyStore } from './store.ts';

/** The key pair by which push services know this Mana; made once, and the same in every copy that shares the store. */
export async function vapidKeys({ db }: NotifyStore, random: RandomBytes): Promise<VapidKeys> {
	const value = Buffer.from(privateKeyFrom(random)).toString('base64url');
	await db
		.insertInto('instance_key')
		.values({ name: 'vapid', value })
		.onConflict((conflict) => conflict.column('name').doNothing())
		.execute();
	const kept = await db.selectFrom('instance_key').select('value').where('name', '=', 'vapid').executeTakeFirstOrThrow();
	return vapidKeysFrom(Buffer.from(kept.value, 'base64url'));
}
