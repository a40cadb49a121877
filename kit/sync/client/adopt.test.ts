import { describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import type { Mana } from './api.ts';
import { MemoryDisk } from './memory-disk.ts';
import { adoptGuest, forgetAccount, openMana } from './open.ts';
import { platformOf } from './test-platform.ts';
import { tasks, World } from './test-world.ts';

function add(mana: Mana, title: string): RecordId {
	let id!: RecordId;
	mana.write('Add', (tx) => {
		id = tx.create(tasks, { title, tags: ['a'] });
	});
	return id;
}

const titles = (mana: Mana) => mana.query(tasks).rows.map((row) => row.title);

describe('signing up as a guest', () => {
	test('brings everything along under the same ids, sent as ordinary changes', async () => {
		const world = new World();
		const platform = platformOf(world);
		const guest = await openMana({ account: 'guest', platform });
		const id = add(guest, 'draft');
		guest.write('Rename', (tx) => tx.update(tasks, id, { title: 'final' }));
		await guest.write('Add', (tx) => tx.purge(tasks, tx.create(tasks, { title: 'gone' }))).saved;
		const mana = await openMana({ account: { person: 'ada' }, adopt: guest, platform });
		expect(mana.get(tasks, id)?.title).toBe('final');
		await world.pass(5_000);
		expect(mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect([...world.server.cells.values()].map(({ value }) => value)).not.toContain('gone');
		const again = await openMana({ account: 'guest', platform });
		expect(titles(again)).toEqual([]);
	});

	test('brings the files along, which are then the account’s to send', async () => {
		const world = new World();
		const platform = platformOf(world);
		const guest = await openMana({ account: 'guest', platform });
		const files = await guest.files();
		const place = { collection: tasks.number, record: add(guest, 'with a file') };
		const file = await files.add(new Blob(['holiday']), place);
		await files.idle();
		expect(files.state(file.hash)).toMatchObject({ here: true });
		const mana = await openMana({ account: { person: 'ada' }, adopt: guest, platform });
		expect(await (await (await mana.files()).get(file, place)).text()).toBe('holiday');
		const left = await platform.disks
			.get('mana-guest')!
			.run('read', ['files', 'bytes'], async (tx) => [
				...(await tx.list('files', 'personal')),
				...(await tx.list('bytes', 'personal')),
			]);
		expect(left).toEqual([]);
		await mana.close();
		await expect(mana.files()).rejects.toMatchObject({ name: 'StorageFailed' });
	});

	test('adds to what the account has here, and a newer edit of the account wins', async () => {
		const world = new World();
		const platform = platformOf(world);
		const guest = await openMana({ account: 'guest', platform });
		const id = add(guest, 'of the guest');
		await world.pass(60_000);
		const first = await openMana({ account: { person: 'ada' }, platform });
		first.write('Inbox', (tx) => tx.create(tasks, { title: 'of the account' }, id));
		await world.pass(1_000);
		await first.close();
		const mana = await openMana({ account: { person: 'ada' }, adopt: guest, platform });
		await world.pass(5_000);
		expect(mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect(titles(mana)).toHaveLength(1);
	});

	test('can be cut off anywhere and is completed by the next opening', async () => {
		for (let request = 0; request < 60; request++) {
			const world = new World(request + 1);
			const platform = platformOf(world);
			const guest = await openMana({ account: 'guest', platform });
			const ids = ['a', 'b', 'c'].map((title) => add(guest, title));
			const place = { collection: tasks.number, record: ids[0]! };
			const file = await (await guest.files()).add(new Blob(['holiday']), place);
			await guest.close();
			let left = request;
			const crash = () => {
				if (left-- <= 0) throw new Error('crash');
			};
			platform.disks.set('mana-ada', new MemoryDisk(true));
			for (const disk of platform.disks.values()) disk.fault = crash;
			await adoptGuest('ada', { ...platform, report: () => undefined });
			for (const disk of platform.disks.values()) disk.fault = null;
			const mana = await openMana({
				account: { person: 'ada' },
				adopt: await openMana({ account: 'guest', platform }),
				platform,
			});
			expect(
				mana
					.query(tasks)
					.rows.map((row) => row.id)
					.sort(),
			).toEqual(ids.sort());
			expect(await (await (await mana.files()).get(file, place)).text()).toBe('holiday');
			await world.pass(5_000);
			expect(mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		}
	});
});

test('a guest never has anything unsent, and a long guest life does not grow without bounds', async () => {
	const world = new World();
	const platform = platformOf(world);
	const guest = await openMana({ account: 'guest', platform });
	const id = add(guest, '0');
	for (let i = 1; i < 600; i++) guest.write('Rename', (tx) => tx.update(tasks, id, { title: String(i) }));
	await world.pass(20_000);
	expect(guest.sync).toMatchObject({ phase: 'guest', unsent: 0 });
	const rows = await platform.disks.get('mana-guest')!.run('read', ['outbox', 'pages'], async (tx) => {
		return [(await tx.list('outbox', 'personal')).length, (await tx.list('pages', 'personal')).length];
	});
	expect(rows).toEqual([0, 1]);
	await guest.close();
	const again = await openMana({ account: 'guest', platform });
	expect(titles(again)).toEqual(['599']);
});

test('forgetting an account removes it from the disk and stops its tabs', async () => {
	const world = new World();
	const platform = platformOf(world);
	const mana = await openMana({ account: { person: 'ada' }, platform });
	add(mana, 'secret');
	await world.pass(2_000);
	await forgetAccount({ person: 'ada' }, platform);
	await world.pass();
	expect(mana.sync).toMatchObject({ phase: 'stopped', problem: { code: 'forgotten' } });
	expect([...platform.disks.keys()]).toEqual([]);
	expect([...platform.kept.keys()]).toEqual([]);
});
