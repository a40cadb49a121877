import { expect, test } from 'bun:test';
import { serviceSealing, systemRandom } from '@mana/service';
import { eachEngine } from '@mana/store/testing';
import { migrationsWith } from '../migrations.ts';
import type { Tables } from '../store.ts';
import { addressesOf, addressOfThing, renewAddress } from './addresses.ts';
import { addressPattern } from './pattern.ts';
import { due, hold, HOLD_MS, type IncomingRow, keepFound, release, settleIncoming, unfiled } from './store.ts';

const row = (uid: number, more: Partial<IncomingRow> = {}): IncomingRow => ({
	key: `mail ${uid}`,
	mailbox: 'box',
	validity: '1',
	uid,
	token: 'token',
	kind: 'task',
	person: 'ada',
	from_address: 'ada@mana.example',
	at: 1_795_787_116_000,
	state: 'waiting',
	run_at: 1_795_787_116_000,
	tries: 0,
	reason: null,
	filed: 0,
	finished_at: null,
	...more,
});

eachEngine('what comes in by mail', (engine) => {
	const open = () =>
		engine.open<Tables>({
			service: 'mana-notify',
			migrations: migrationsWith(serviceSealing(() => 'a secret of at least thirty-two characters', 'mana-notify')),
		});

	test('is read by one process at a time, and by another one when that is gone', async () => {
		const { db } = await open();
		expect(await hold(db, 'box', 'first', 1_000)).toEqual({ validity: '', uid: 0 });
		expect(await hold(db, 'box', 'second', 2_000)).toBeNull();
		expect(await hold(db, 'box', 'first', 3_000)).not.toBeNull();
		expect(await hold(db, 'box', 'second', 3_000 + HOLD_MS)).not.toBeNull();
		await release(db, 'second');
		expect(await hold(db, 'box', 'first', 4_000)).not.toBeNull();
	});

	test('is kept once, found again elsewhere after the mailbox numbered anew, and put away when all who get it have it', async () => {
		const store = await open();
		const { db } = store;
		await hold(db, 'box', 'me', 1);
		await keepFound(store, 'box', { validity: '1', uid: 2 }, [
			row(1),
			row(2),
			row(2, { key: 'mail 2 to another', token: 'other' }),
		]);
		await keepFound(store, 'box', { validity: '1', uid: 3 }, [row(3, { key: 'mail 1' })]);
		expect((await due(db, 'box', row(1).run_at)).map(({ key }) => key).toSorted()).toEqual([
			'mail 1',
			'mail 2',
			'mail 2 to another',
		]);
		await settleIncoming(db, 'mail 2', { state: 'taken', finished_at: 1 });
		expect((await unfiled(db, 'box', '1')).map(({ uid }) => uid)).toEqual([3]);
		await settleIncoming(db, 'mail 2 to another', { state: 'taken', finished_at: 1 });
		expect((await unfiled(db, 'box', '1')).map(({ uid }) => uid)).toEqual([2, 2, 3]);
		await keepFound(store, 'box', { validity: '2', uid: 9 }, [row(9, { key: 'mail 1', validity: '2' })]);
		expect((await due(db, 'box', row(1).run_at)).map(({ uid, validity }) => [uid, validity])).toEqual([[9, '2']]);
	});

	test('comes to addresses that stay the same for a thing, and are others for each person', async () => {
		const parts = {
			store: await open(),
			clock: { now: () => 1_795_787_116_000 },
			random: systemRandom,
			pattern: addressPattern('mana+*@post.example'),
		};
		const thing = { kind: 'answer', about: 'lunch', person: 'ada' } as const;
		const first = await addressOfThing(parts, 'calendar-server', thing);
		expect(await addressOfThing(parts, 'calendar-server', thing)).toBe(first);
		expect(await addressOfThing(parts, 'calendar-server', { ...thing, about: 'tea' })).not.toBe(first);
		await expect(addressOfThing(parts, 'todo-server', thing)).rejects.toMatchObject({ code: 'mail-not-yours' });
		const mine = await renewAddress(parts, 'ada', 'task');
		expect(await renewAddress(parts, 'grace', 'task')).not.toBe(mine);
		expect((await addressesOf(parts, 'ada')).addresses).toContainEqual({
			kind: 'task',
			address: mine,
			madeAt: 1_795_787_116_000,
		});
	});
});
