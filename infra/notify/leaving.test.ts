import { expect, test } from 'bun:test';
import { serviceSealing } from '@mana/service';
import { erased, exported } from '@mana/service/leaving';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { eachEngine } from '@mana/store/testing';
import { notifyLeaving } from './leaving.ts';
import { migrationsWith } from './migrations.ts';
import type { NotifyStore, Tables } from './store.ts';

eachEngine('leaving mana-notify', (engine) => {
	test('names every table there is, and takes one person out of each of them and nobody else', async () => {
		const migrations = migrationsWith(serviceSealing(() => 'a secret of at least thirty-two characters', 'mana-notify'));
		const store = await engine.open<Tables>({ service: 'mana-notify', migrations });
		await everyTableIsEntered(store.db, notifyLeaving);
		for (const person of ['ada', 'grace']) await tell(store, person);
		const held = async (person: string) => {
			const lines: string[] = [];
			for await (const { table, row } of exported(store.db, notifyLeaving, { person, address: null }))
				lines.push(table, JSON.stringify(row));
			return lines.join(' ');
		};
		expect(await held('ada')).toContain('The kettle is on');
		expect(await held('ada')).not.toContain('a secret of the channel');
		const report = await store.db.transaction().execute((db) => erased(db, notifyLeaving, { person: 'ada', address: null }));
		expect(report).toEqual(
			['inbox_record', 'delivery_message', 'delivery', 'message', 'channel', 'mail_in', 'mail_address'].map((table) => ({
				table,
				erased: 1,
				left: 0,
			})),
		);
		expect(await held('ada')).toBe('');
		// What was told to their address before they were anybody, or with a link that is for a mailbox only.
		await tell(store, 'a stranger', 'ada@mana.example');
		const addressed = await store.db
			.transaction()
			.execute((db) => erased(db, notifyLeaving, { person: 'ada', address: 'ada@mana.example' }));
		expect(addressed.filter((one) => one.erased > 0).map(({ table }) => table)).toEqual([
			'inbox_record',
			'delivery_message',
			'delivery',
			'message',
			'mail_in',
		]);
		expect(await held('grace')).toContain('The kettle is on');
	});
});

async function tell({ db }: NotifyStore, person: string, address: string | null = null): Promise<void> {
	const at = { created_at: 1, due_at: 1, expires_at: null };
	await db
		.insertInto('message')
		.values({
			...at,
			id: `message of ${person}`,
			sender: 'mana-auth',
			key: person,
			topic: 'invitation',
			person: address === null ? person : null,
			address,
			language: null,
			data: JSON.stringify({ title: 'The kettle is on' }),
			collapse: null,
			state: 'told',
		})
		.execute();
	await db
		.insertInto('delivery')
		.values({
			id: `delivery of ${person}`,
			channel: address === null ? 'inbox' : 'email',
			person: address === null ? person : null,
			target: address,
			slot: null,
			state: 'delivered',
			run_at: 1,
			expires_at: null,
			attempts: 1,
			tries: 1,
			lease_until: null,
			handed: 0,
			doubts: 0,
			reason: null,
			receipt: null,
			created_at: 1,
			finished_at: 2,
		})
		.execute();
	await db
		.insertInto('delivery_message')
		.values({ delivery_id: `delivery of ${person}`, message_id: `message of ${person}` })
		.execute();
	await db
		.insertInto('inbox_record')
		.values({ record: `record of ${person}`, message_id: `message of ${person}` })
		.execute();
	await db
		.insertInto('channel')
		.values({
			id: `channel of ${person}`,
			person,
			kind: 'webhook',
			label: 'My own',
			target: 'a secret of the channel',
			failures: 0,
			paused_until: null,
			trouble: null,
			is_on: 1,
			delivered_at: null,
			created_at: 1,
		})
		.execute();
	await db
		.insertInto('mail_address')
		.values({ token: `token of ${person}`, kind: 'task', person, about: '', made_at: 1 })
		.execute();
	await db
		.insertInto('mail_in')
		.values({
			key: `mail to ${person}`,
			mailbox: 'all@mail.example/INBOX',
			validity: '1',
			uid: 1,
			token: `token of ${person}`,
			kind: 'task',
			person,
			from_address: address ?? 'friend@mail.example',
			at: 1,
			state: 'taken',
			run_at: 1,
			tries: 0,
			reason: null,
			filed: 1,
			finished_at: 2,
		})
		.execute();
}
