import { deviceName } from '@mana/model/device-name';
import { networkOf, type Notifier } from '@mana/service';
import { digest } from './instance-keys.ts';
import type { Person } from './person.ts';
import { type Client, look, newId, type Realm, transact } from './realm.ts';
import { note } from './security-events.ts';
import { type Db, personById } from './store.ts';

/** With pauses that grow to an hour: most of a day without mana-notify. */
const tries = 24;
const dayMs = 24 * 60 * 60_000;

/** Somebody signed in on a device that was not known for theirs. */
export interface NewDevice {
	readonly person: string;
	readonly device: string;
	readonly place: string;
	readonly at: number;
}

/**
 * Remembers that a person uses a browser, when they sign in there. Of each new one but the first they are told, by mana-notify and in
 * their log: whoever learnt a password comes from a browser of their own.
 *
 * @param browser what the browser's cookie says of it; only its hash is kept
 */
export async function meetDevice(realm: Realm, { id: person }: Person, browser: string, client: Client): Promise<void> {
	const at = realm.clock.now();
	if (await look(realm, (db) => wasHereToday(db, person, browser, at))) return;
	await transact(realm, async (db) => {
		const known = db.selectFrom('known_device').select('hash').where('person_id', '=', person).limit(1);
		const isFirst = (await known.executeTakeFirst()) === undefined;
		const isKnown = (await known.where('hash', '=', digest(browser)).executeTakeFirst()) !== undefined;
		await db
			.insertInto('known_device')
			.values({ person_id: person, hash: digest(browser), at })
			.onConflict((conflict) => conflict.columns(['person_id', 'hash']).doUpdateSet({ at }))
			.execute();
		if (isFirst || isKnown) return;
		const device = deviceName(client.agent) ?? (client.agent.slice(0, 60) || '?');
		const told: NewDevice = { person, device, place: networkOf(client.address), at };
		await realm.jobs.enqueue('newDevice', told, { key: newId(realm), within: db, maxAttempts: tries });
		await note(realm, db, 'new-device', { person }, client);
	});
}

/** What is written for a year need not be written again on the same day: each time costs the disk a turn. */
async function wasHereToday(db: Db, person: string, browser: string, now: number): Promise<boolean> {
	const hash = digest(browser);
	const row = await db
		.selectFrom('known_device')
		.select('at')
		.where('person_id', '=', person)
		.where('hash', '=', hash)
		.executeTakeFirst();
	return row !== undefined && row.at <= now && row.at > now - dayMs;
}

/** Hands the news to mana-notify. @param job the id of the job, so that twice is once @throws what makes it worth another try */
export async function tellOfDevice(realm: Realm, notifier: Notifier, { person, ...news }: NewDevice, job: string): Promise<void> {
	const row = await personById(realm.store.db, person);
	if (row === undefined) return;
	const data = { name: row.name, link: '/settings/security#sessions', ...news };
	await notifier.send({ topic: 'new-device', to: { person }, data, key: job });
}
