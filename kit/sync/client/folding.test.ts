import { expect, test } from 'bun:test';
import { collection, counter, field, lawOf, type RecordId, systemFields } from '@mana/model';
import { isLeftover, isTombstone } from '../tombstone.ts';
import { aheadOf } from './large/ahead.ts';
import type { TidyRequest } from '../space/index.ts';
import type { Client } from './client.ts';
import { TestBrowser, World } from './test-world.ts';

const pages = collection(
	'wiki/pages',
	{ app: 9, number: 1 },
	{ title: field.text(1, { fallback: '' }), stars: field.counter(2) },
);

/** A server with two browsers, both of which know a page with some stars. */
async function start() {
	const world = new World();
	const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
	const [a, b] = [await browsers[0].open(), await browsers[1].open()];
	await world.pass(2_000);
	let id!: RecordId;
	a.mana.write('Add', (tx) => void (id = tx.create(pages, { title: 'Home' })));
	await world.pass(2_000);
	const star = (of: Client, add = 1) => of.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add } }));
	const stars = () => [a, b].map(({ mana }) => mana.get(pages, id)!.stars);
	const parts = () => [...world.server.cells.values()].filter(({ field }) => lawOf(field) === counter);
	star(a, 3);
	star(b, 4);
	await world.pass(2_000);
	const tidy = async (more: { fold: boolean }) => {
		const due = more.fold ? { fold: parts(), forget: [] } : { fold: [], forget: parts().filter(isLeftover) };
		await world.server.committer.submit({ kind: 'tidy', space: world.server.space.id, purge: [], ...due });
		await world.pass(2_000);
	};
	const away = () => {
		browsers[1].online = false;
		browsers[1].cut();
	};
	const back = async () => {
		browsers[1].online = true;
		b.wake();
		await world.pass(20_000);
	};
	return {
		world,
		browsers,
		a,
		b,
		id,
		star,
		stars,
		parts,
		away,
		back,
		fold: () => tidy({ fold: true }),
		forget: () => tidy({ fold: false }),
	};
}

const held = ({ mana }: Client) => [...mana.replica.allCells()].filter(({ field }) => lawOf(field) === counter);

test('devices let go of what was folded, on the disk too, show the same, and count on', async () => {
	const { world, browsers, a, b, id, star, stars, fold } = await start();
	expect(stars()).toEqual([7, 7]);
	await fold();
	await world.pass(20_000);
	expect(stars()).toEqual([7, 7]);
	for (const client of [a, b]) expect(held(client)).toHaveLength(1);
	star(a, 2);
	star(b, -1);
	await world.pass(2_000);
	expect(stars()).toEqual([8, 8]);
	const again = await browsers[1].open();
	expect(again.mana.get(pages, id)!.stars).toBe(8);
	await again.close();
});

test('a step that was on its way while its part was folded is shown and counts, once', async () => {
	const { stars, star, away, back, fold, b, id } = await start();
	away();
	star(b, 10);
	expect(stars()).toEqual([7, 17]);
	await fold();
	await back();
	expect(stars()).toEqual([17, 17]);
	expect(b.mana.sync).toMatchObject({ unsent: 0, refused: 0 });
	expect(b.mana.get(pages, id)!.stars).toBe(17);
});

test('who was away until what an unsent step rests on was forgotten counts nothing but the step', async () => {
	const { world, stars, star, away, back, fold, forget, parts, b } = await start();
	away();
	star(b, 10);
	await fold();
	await forget();
	expect(parts()).toHaveLength(1);
	await back();
	expect(world.server.space.horizon).toBeGreaterThan(0);
	expect(stars()).toEqual([17, 17]);
	expect(b.mana.sync).toMatchObject({ unsent: 0, refused: 0 });
});

test('whether a step was counted of which no answer came, before it was folded and forgotten, the person decides', async () => {
	const { world, stars, star, away, back, fold, forget, b } = await start();
	away();
	star(b, 10);
	await world.pass(1_000);
	const transactions = b.mana.outbox().map(({ transaction }) => transaction);
	const { space, committer } = world.server;
	await committer.submit({ kind: 'push', space: space.id, device: b.device, person: 'ada', known: 0, transactions });
	await world.pass(1_000);
	expect(stars()).toEqual([17, 17]);
	await fold();
	await forget();
	await back();
	expect(b.mana.refused()).toMatchObject([{ code: 'gone', label: 'Star' }]);
});

test('after a restore nobody brings back a sum, or a part that the backup may have forgotten', async () => {
	const { fold, parts } = await start();
	const before = parts();
	await fold();
	const folded = parts();
	const brought = (held: typeof before, server: typeof before) =>
		aheadOf(held, server)
			.flatMap(({ ops }) => ops.map(({ value }) => value))
			.toSorted();
	expect(brought(folded, [])).toEqual([]);
	expect(brought(folded, before)).toEqual([]);
	expect(brought(before, folded)).toEqual([]);
	expect(brought(before, [])).toEqual([3, 4]);
	const older = before.map((cell) => ({ ...cell, value: Number(cell.value) - 1 }));
	expect(brought(folded, older)).toEqual([3, 4]);
});

test('no count is taken back in a page that went for good: a piece of it would stand there anew', async () => {
	const { world, a, id } = await start();
	a.mana.write('Trash', (tx) => tx.trash(pages, id));
	await world.pass(2_000);
	const left = () => [...world.server.cells.values()].filter(({ record }) => record === id);
	const tidy = async (due: Pick<TidyRequest, 'purge' | 'forget'>) => {
		await world.server.committer.submit({ kind: 'tidy', space: world.server.space.id, fold: [], ...due });
		await world.pass(2_000);
	};
	await tidy({ purge: left().filter(({ field }) => field === systemFields.deletedAt.number), forget: [] });
	await tidy({ purge: [], forget: left().filter(isTombstone) });
	expect(left()).toEqual([]);
	expect(a.mana.history.undoable).toBeNull();
	expect(a.mana.history.undo()).toBe(false);
	expect(a.mana.history.skipped).toContainEqual({ collection: pages.number, record: id, field: pages.fields.stars.number });
	await world.pass(2_000);
	expect(left()).toEqual([]);
	expect(a.mana.get(pages, id)).toBeUndefined();
});
