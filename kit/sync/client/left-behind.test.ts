import { expect, test } from 'bun:test';
import type { SpaceId } from '../cell.ts';
import { chunkShelf } from './conversation/chunk-shelf.ts';
import { JournalStore } from './journal-store.ts';
import { LeftBehind, leaveBehind } from './left-behind.ts';
import { openMana } from './open.ts';
import { platformOf } from './test-platform.ts';
import { tasks, World } from './test-world.ts';

const ada = { person: 'ada', name: 'Ada' };
const cabin = { space: 'cabin' as SpaceId, name: 'Cabin' };

/** A device that sent one task, and wrote another and a file while it was offline. */
async function device() {
	const world = new World();
	const platform = platformOf(world);
	const mana = await openMana({ account: ada, platform });
	const add = (title: string) => mana.write(title, (tx) => void tx.create(tasks, { title })).saved;
	await add('sent');
	await world.pass(5_000);
	expect(mana.sync.unsent).toBe(0);
	platform.browser.online = false;
	await mana.close();
	return { world, platform };
}

async function write(platform: ReturnType<typeof platformOf>, title: string): Promise<void> {
	const mana = await openMana({ account: ada, platform });
	await mana.write(title, (tx) => void tx.create(tasks, { title })).saved;
	const files = await mana.files();
	const [row] = mana.query(tasks).rows;
	await files.add(new Blob(['the way']), { collection: tasks.number, record: row!.id });
	await files.idle();
	await mana.close();
}

test('what was never sent is kept apart, and nothing else of an account that is no more', async () => {
	const { platform } = await device();
	await write(platform, 'in a tunnel');
	await leaveBehind(ada, [], platform);
	expect([...platform.disks.keys()]).toEqual(['mana-left-ada']);
	const left = new LeftBehind(platform);
	expect(left.all).toEqual([ada]);
	const [written, files] = [await left.quarantine(ada).written(), await left.quarantine(ada).files()];
	expect(written.map(({ name, transaction }) => [name, transaction.label])).toEqual([['Ada', 'in a tunnel']]);
	expect(await (await left.quarantine(ada).content(files[0]!.id))?.text()).toBe('the way');

	await left.drop(ada);
	expect([[...platform.disks.keys()], [...platform.kept.keys()], left.all]).toEqual([[], [], []]);
});

test('where all was sent nothing is left and nobody is named', async () => {
	const { platform } = await device();
	await leaveBehind(ada, [], platform);
	expect(new LeftBehind(platform).all).toEqual([]);
	expect(platform.disks.has('mana-ada')).toBe(false);
	expect([...platform.kept.values()].join()).not.toContain('ada');
});

test('shared spaces leave what was not sent there under their names, and what a page had shown a moment before its end counts', async () => {
	const { world, platform } = await device();
	const disk = await platform.openDisk('mana-ada');
	const shared = new JournalStore(disk, world.environment().randomBytes, chunkShelf, cabin.space);
	await shared.load();
	const mana = await openMana({ account: ada, platform });
	void mana.write('at the last moment', (tx) => void tx.create(tasks, { title: 'late' }));
	platform.leave();
	await shared.commitLocal([{ stamp: 9, ops: [], preconditions: [], label: 'stack wood', at: 3 }]);
	await mana.close();
	await leaveBehind(ada, [cabin], platform);
	const written = await new LeftBehind(platform).quarantine(ada).written();
	expect(written.map(({ space, name, transaction }) => [space, name, transaction.label])).toEqual([
		[null, 'Ada', 'at the last moment'],
		[cabin.space, 'Cabin', 'stack wood'],
	]);
	expect([...platform.kept.keys()]).toEqual(['left-behind']);
});

test('cut off before the account went from the disk it is done again, and each thing is kept once', async () => {
	const { platform } = await device();
	await write(platform, 'in a tunnel');
	const cut = { ...platform, deleteDisk: () => Promise.reject(new Error('the tab was closed')) };
	expect(leaveBehind(ada, [], cut)).rejects.toThrow('the tab was closed');
	await leaveBehind(ada, [], platform);
	await leaveBehind(ada, [], platform);
	const left = new LeftBehind(platform);
	expect(left.all).toEqual([ada]);
	expect([(await left.quarantine(ada).written()).length, (await left.quarantine(ada).files()).length]).toEqual([1, 1]);
});
