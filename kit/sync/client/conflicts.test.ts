import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import type { Client } from './client.ts';
import { TestBrowser, tasks, World } from './test-world.ts';

/** One record; A writes its title offline at noon, B a minute later online, then A comes back. */
async function conflict() {
	const world = new World();
	const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
	const [a, b] = [await browsers[0].open(), await browsers[1].open()];
	await world.pass(2_000);
	let id!: RecordId;
	a.mana.write('Add', (tx) => void (id = tx.create(tasks, { title: 'Home' })));
	await world.pass(2_000);
	browsers[0].online = false;
	browsers[0].cut();
	const mineAt = world.now;
	a.mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'Mine', tags: ['x'], rank: 7 }));
	await world.pass(60_000);
	const theirsAt = world.now;
	b.mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'Theirs', rank: 7, tags: ['y'] }));
	await world.pass(2_000);
	const title = (of: Client) => of.mana.get(tasks, id)?.title;
	const back = async () => {
		browsers[0].online = true;
		await world.pass(60_000);
	};
	return { world, browsers, a, b, id, mineAt, theirsAt, title, back };
}

test('what lost is told with both values and times, and nothing that merged or is the same', async () => {
	const { a, b, id, mineAt, theirsAt, title, back } = await conflict();
	await back();
	expect([title(a), title(b)]).toEqual(['Theirs', 'Theirs']);
	expect(a.mana.conflicts()).toMatchObject([
		{
			collection: tasks.number,
			record: id,
			field: tasks.fields.title.number,
			label: 'Rename',
			mine: { value: 'Mine', at: mineAt },
			theirs: { value: 'Theirs', at: theirsAt },
		},
	]);
	expect(b.mana.conflicts()).toEqual([]);
});

test('taking mine writes it again, for everybody; leaving theirs only forgets', async () => {
	for (const decision of ['mine', 'theirs'] as const) {
		const { world, a, b, title, back } = await conflict();
		await back();
		await a.mana.settleConflict(a.mana.conflicts()[0]!.id, decision);
		await world.pass(2_000);
		expect([title(a), title(b)]).toEqual(decision === 'mine' ? ['Mine', 'Mine'] : ['Theirs', 'Theirs']);
		expect(a.mana.conflicts()).toEqual([]);
	}
});

test('all tabs tell of a conflict, it survives a restart, and is gone everywhere when one tab settled it', async () => {
	const { world, browsers, a, back } = await conflict();
	const second = await browsers[0].open();
	await world.pass(2_000);
	await back();
	expect(second.mana.conflicts()).toEqual(a.mana.conflicts());
	expect(second.mana.conflicts()).toHaveLength(1);
	await second.mana.settleConflict(second.mana.conflicts()[0]!.id, 'theirs');
	await world.pass(1_000);
	expect(a.mana.conflicts()).toEqual([]);
	const other = await conflict();
	await other.back();
	other.browsers[0].kill(other.a);
	const again = await other.browsers[0].open();
	expect(again.mana.conflicts()).toHaveLength(1);
	await again.mana.settleConflict(again.mana.conflicts()[0]!.id, 'theirs');
	other.browsers[0].kill(again);
	expect((await other.browsers[0].open()).mana.conflicts()).toEqual([]);
});
