import type { RandomBytes } from '@mana/service';
import { privateKeyFrom } from './channels/push.ts';
import { type VapidKeys, vapidKeysFrom } from './channels/push-encryption.ts';
import type { Db, NotifyStore } from './store.ts';

/** The key pair by which push services know this Mana; made once, and the same in every copy that shares the store. */
export async function vapidKeys({ db }: NotifyStore, random: RandomBytes): Promise<VapidKeys> {
	return vapidKeysFrom(Buffer.from(await keyNamed(db, 'vapid', privateKeyFrom(random)), 'base64url'));
}

/** What signs the links that stop mails. */
export function linkKey({ db }: NotifyStore, random: RandomBytes): Promise<string> {
	return keyNamed(db, 'links', random(new Uint8Array(32)));
}

/** The key that all copies have; `fresh` becomes it where there is none. @returns it in Base64url */
async function keyNamed(db: Db, name: string, fresh: Uint8Array): Promise<string> {
	await db
		.insertInto('instance_key')
		.values({ name, value: Buffer.from(fresh).toString('base64url') })
		.onConflict((conflict) => conflict.column('name').doNothing())
		.execute();
	return (await db.selectFrom('instance_key').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value;
}
