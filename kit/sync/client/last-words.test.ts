import { describe, expect, test } from 'bun:test';
import type { SpaceId } from '../cell.ts';
import type { Mana } from './api.ts';
import { chunkShelf } from './conversation/chunk-shelf.ts';
import type { Disk } from './disk.ts';
import { JournalStore } from './journal-store.ts';
import { recoverLastWords } from './recovered-words.ts';
import { adoptGuest, forgetAccount, openMana } from './open.ts';
import { QuarantineStore } from './quarantined.ts';
import { platformOf, type TestPlatform } from './test-platform.ts';
import { tasks, World } from './test-world.ts';

const person = { person: 'ada' };
const add = (mana: Mana, title: string) => void mana.write('Add', (tx) => tx.create(tasks, { title }));
const titles = (mana: Mana) => mana.query(tasks).rows.map((row) => row.title);

/** A page that ends while its disk still works at what it was given: what it `reaches` is there, but the page never hears of it. */
function dying(platform: TestPlatform, reaches: boolean): TestPlatform {
	return {
		...platform,
		openDisk: async (name) => {
			const disk = await platform.openDisk(name);
			const late: Disk = {
				durable: true,
				async run(mode, areas, work) {
					if (mode !== 'write-strict') return disk.run(mode, areas, work);
					if (reaches) await disk.run(mode, areas, work);
					return new Promise(() => undefined);
				},
				close: () => undefined,
				destroy: () => disk.destroy(),
			};
			return late;
		},
	};
}

describe('what a page wrote and was left before the disk had it', () => {
	for (const reaches of [false, true])
		test(`is there when the next one opens, once${reaches ? ', also when it had reached the disk' : ''}`, async () => {
			const platform = platformOf(new World());
			const before = await openMana({ account: person, platform });
			await before.write('Add', (tx) => tx.create(tasks, { title: 'stored' })).saved;
			await before.close();
			const last = await openMana({ account: person, platform: dying(platform, reaches) });
			add(last, 'one');
			add(last, 'two');
			await Promise.resolve();
			platform.leave();
			const next = await openMana({ account: person, platform });
			expect(titles(next).toSorted()).toEqual(['one', 'stored', 'two']);
			expect(next.outbox()).toHaveLength(3);
			expect([...platform.kept.keys()].filter((name) => name.startsWith('last-words'))).toEqual([]);
		});

	test('comes along when it was a guest, and goes with an account that is removed', async () => {
		const platform = platformOf(new World());
		const guest = await openMana({ account: 'guest', platform: dying(platform, false) });
		add(guest, 'as a guest');
		platform.leave();
		await adoptGuest('ada', platform);
		const mana = await openMana({ account: person, platform });
		expect(titles(mana)).toEqual(['as a guest']);
		const last = await openMana({ account: person, platform: dying(platform, false) });
		add(last, 'unsent');
		platform.leave();
		expect([...platform.kept.values()].join()).toContain('"label":"Add"');
		await forgetAccount(person, platform);
		expect([...platform.kept.values()].join()).not.toContain('"label":"Add"');
	});

	test('goes to the quarantine when the space was taken from this device meanwhile', async () => {
		const platform = platformOf(new World());
		const last = await openMana({ account: person, platform: dying(platform, false) });
		add(last, 'too late');
		platform.leave();
		const disk = await platform.openDisk('mana-ada');
		const store = () => new JournalStore(disk, platform.env.randomBytes, chunkShelf);
		await store().wipe({ space: null, name: '', at: 1 });
		await store().load();
		const from = { space: 'space' as SpaceId, name: 'Family', at: 7 };
		await recoverLastWords(platform.notes, 'mana-ada/personal', store(), from);
		expect(await new QuarantineStore(async () => disk).written()).toMatchObject([{ ...from, transaction: { label: 'Add' } }]);
		expect((await store().load()).outbox).toEqual([]);
	});
});
