import { expect, test } from 'bun:test';
import { serviceSealing } from '@mana/service';
import { eachEngine, tracesOf } from '@mana/store/testing';
import { sql } from 'kysely';
import { deliver } from './deliver.ts';
import type { Channel } from './channels/channel.ts';
import { migrationsWith } from './migrations.ts';
import { addChannel, listChannels } from './own-channels.ts';
import type { Tables } from './store.ts';
import { openTarget, SEALED_OTHERWISE } from './targets.ts';
import { tryChannel } from './trial.ts';

const sealing = serviceSealing(() => 'a secret of at least thirty-two characters', 'mana-notify');
const otherwise = serviceSealing(() => 'another secret of thirty-two characters', 'mana-notify');
const clock = { now: () => Date.UTC(2026, 10, 27) };
const random = <Bytes extends Uint8Array<ArrayBuffer>>(bytes: Bytes): Bytes => crypto.getRandomValues(bytes);
const target = { homeserver: 'https://matrix.example', room: '!room:matrix.example', accessToken: 'syt_ada_secret-of-the-room' };

eachEngine('the secrets of ways', (engine) => {
	test('are sealed, also those that an older release kept as they were', async () => {
		const place = await engine.place();
		const migrations = migrationsWith(sealing);
		const older = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '004'));
		const before = await engine.open<Tables>({ service: 'mana-notify', place, migrations: older });
		await sql`insert into channel (id, person, kind, label, target, failures, is_on, created_at)
			values ('old', 'ada', 'matrix', 'Room', ${JSON.stringify(target)}, 0, 1, 1)`.execute(before.db);
		await before.close();
		const store = await engine.open<Tables>({ service: 'mana-notify', place, migrations });
		const row = await store.db.selectFrom('channel').selectAll().executeTakeFirstOrThrow();
		expect(openTarget(sealing, row)).toEqual({ kind: 'matrix', target });
		expect(await listChannels({ store, clock, random, sealing }, 'ada')).toMatchObject([
			{ id: 'old', place: '!room:matrix.example (matrix.example)', on: true, trouble: null },
		]);
		const parts = { store, clock, random, sealing };
		await addChannel(parts, 'ada', { kind: 'matrix', label: 'Room, again', target });
		await addChannel(parts, 'ada', {
			kind: 'ntfy',
			label: 'Phone',
			target: { server: 'https://ntfy.example', topic: 'mine', accessToken: 'tk_secret' },
		});
		expect((await listChannels(parts, 'ada')).map(({ label }) => label).sort()).toEqual(['Phone', 'Room, again']);
		await store.close();
		expect(await tracesOf(place, ['secret-of-the-room', 'tk_secret'])).toEqual([]);
	});

	test('that another secret sealed are asked for anew, and nothing is sent by them', async () => {
		const store = await engine.open<Tables>({ service: 'mana-notify', migrations: migrationsWith(sealing) });
		const { id } = await addChannel({ store, clock, random, sealing }, 'ada', { kind: 'matrix', label: 'Room', target });
		const parts = { store, clock, random, sealing: otherwise };
		expect(await listChannels(parts, 'ada')).toMatchObject([{ id, place: '', on: false, trouble: SEALED_OTHERWISE }]);
		await tryChannel(parts, 'ada', id);
		const delivery = await store.db.selectFrom('delivery').selectAll().executeTakeFirstOrThrow();
		const reaches = async (): Promise<never> => {
			throw new Error('Something was sent.');
		};
		const channel: Channel = { name: 'matrix', repeatable: true, concurrency: 1, send: reaches, close: () => undefined };
		const ending = await deliver(
			{
				...parts,
				findContact: async () => ({ address: 'ada@mana.example', verified: true, name: 'Ada', language: 'en' }),
				memberships: { current: true, personalSpace: () => null },
				publicUrl: 'https://mana.example',
				linkKey: 'key',
			},
			delivery,
			channel,
			{ signal: new AbortController().signal, handing: async () => undefined },
		);
		expect(ending).toEqual({ kind: 'refused', reason: SEALED_OTHERWISE, gone: true });
		// Added again it has another id, for nobody knows that it is the same room.
		await addChannel(parts, 'ada', { kind: 'matrix', label: 'Room', target });
		expect((await listChannels(parts, 'ada')).map(({ on }) => on).sort()).toEqual([false, true]);
	});
});
