import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { RecordId } from '@mana/model';
import type { Cell } from '../../cell.ts';
import { anyCells } from '../../codec/arbitrary.ts';
import { minus, NOTHING_SUM, plus, sameSum, sumOfCell, sumOfRecord } from '../../digest.ts';
import { isLeftover } from '../../tombstone.ts';
import { placeKey } from '../../merge.ts';
import type { Client } from '../client.ts';
import { TestBrowser, tasks, World } from '../test-world.ts';
import { Checkup } from './checkup.ts';

/** Long enough that everybody compares, finds, mends and compares again. */
const LONG_MS = 2 * 330_000;

async function filled(): Promise<{ world: World; browser: TestBrowser; client: Client; ids: RecordId[] }> {
	const world = new World();
	const browser = new TestBrowser(world);
	const client = await browser.open();
	await world.pass(2_000);
	const ids: RecordId[] = [];
	for (let i = 0; i < 40; i++) client.mana.write('Add task', (tx) => ids.push(tx.create(tasks, { title: `task ${i}`, rank: i })));
	await world.pass(5_000);
	return { world, browser, client, ids };
}

const titles = (client: Client) =>
	client.mana
		.query(tasks)
		.rows.map(({ title }) => title)
		.sort();

/** What the server holds, by place. */
const held = ({ server }: World) => new Map([...server.cells].map(([place, { seq: _seq, ...cell }]) => [place, cell]));
const confirmed = ({ mana }: Client) => new Map([...mana.replica.allCells()].map((cell) => [placeKey(cell), cell]));

describe('a sum', () => {
	test('is the same in whatever order cells come, and changes with every part of every cell but leftovers', () => {
		fc.assert(
			fc.property(anyCells, (cells) => {
				const sum = cells.map(sumOfCell).reduce(plus, NOTHING_SUM);
				expect(cells.toReversed().map(sumOfCell).reduce(plus, NOTHING_SUM)).toEqual(sum);
				for (const [i, cell] of cells.entries()) {
					if (isLeftover(cell)) {
						expect(sumOfCell(cell)).toEqual(NOTHING_SUM);
						continue;
					}
					const others: Partial<Cell>[] = [
						{ stamp: cell.stamp === 0 ? 1 : 0 },
						{ actor: cell.actor ^ 1 },
						{ key: `${cell.key}x` },
					];
					others.push({ value: cell.value === null ? 0 : null }, { field: cell.field ^ 8 }, { collection: cell.collection ^ 1 });
					for (const other of others)
						expect(
							sameSum(
								cells
									.with(i, { ...cell, ...other })
									.map(sumOfCell)
									.reduce(plus, NOTHING_SUM),
								sum,
							),
						).toBe(false);
				}
			}),
			{ numRuns: 200 },
		);
	});

	test('of a record is that of its cells, and taking one out is taking its sum off', () => {
		fc.assert(
			fc.property(anyCells, (all) => {
				const cells = all.map((cell) => ({ ...cell, record: all[0]!.record }));
				if (cells.length === 0) return;
				const sum = sumOfRecord(cells[0]!.record, cells);
				expect(minus(sum, sumOfCell(cells[0]!))).toEqual(sumOfRecord(cells[0]!.record, cells.slice(1)));
			}),
		);
	});
});

describe('a device and its server', () => {
	test('agree after the first catch-up, and again every few minutes', async () => {
		const { world, client } = await filled();
		await world.pass(10_000);
		const { agreedAt, seq, found } = client.mana.sync.digest;
		expect(seq).toBe(world.server.space.seq);
		expect(found).toBe(0);
		await world.pass(330_000);
		expect(client.mana.sync.digest.agreedAt!).toBeGreaterThan(agreedAt! + 200_000);
	});

	test('agree while others write all the time', async () => {
		const { world, client } = await filled();
		const other = await new TestBrowser(world).open();
		for (let i = 0; i < 40; i++) {
			other.mana.write('Add task', (tx) => tx.create(tasks, { title: `other ${i}` }));
			await world.pass(500);
		}
		expect(client.mana.sync.digest).toMatchObject({ found: 0 });
		expect(client.mana.sync.digest.agreedAt).not.toBeNull();
	});

	test('agree over HTTP exchanges', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		browser.exchange = true;
		const client = await browser.open();
		await world.pass(2_000);
		client.mana.write('Add task', (tx) => tx.create(tasks, { title: 'by post' }));
		await world.pass(20_000);
		expect(client.mana.sync.digest).toMatchObject({ found: 0, seq: world.server.space.seq });
		expect(client.mana.sync.digest.agreedAt).not.toBeNull();
	});

	const damages: Record<string, (cells: Cell[]) => Cell[]> = {
		'a value that reads otherwise': ([first, ...rest]) => [{ ...first!, value: 'damaged' }, ...rest],
		'a cell that is lost': (cells) => cells.slice(1),
		'a whole record that is lost': (cells) => cells.filter(({ record }) => record !== cells[0]!.record),
		'a record that never was': (cells) => [...cells, { ...cells[0]!, record: 'zzzzzzzzzzzzzzzzzzzzzzzzzz' as RecordId }],
		'an older state of everything': (cells) => cells.map((cell) => ({ ...cell, stamp: cell.stamp - 1 })),
	};
	for (const [name, damage] of Object.entries(damages))
		test(`find and mend ${name}, in memory and on the disk, and leave what is unsent`, async () => {
			const { world, browser, client } = await filled();
			client.mana.replica.replace(damage([...client.mana.replica.allCells()]));
			world.server.mute = true;
			client.mana.write('Add task', (tx) => tx.create(tasks, { title: 'unsent' }));
			await world.pass(15_000);
			world.server.mute = false;
			await world.pass(LONG_MS);
			expect(client.mana.sync.digest).toMatchObject({ found: 1, mended: 1, seq: world.server.space.seq });
			expect(confirmed(client)).toEqual(held(world));
			expect(titles(client)).toContain('unsent');
			const again = await browser.open();
			expect(confirmed(again)).toEqual(held(world));
			expect(browser.reported).toEqual([]);
		});

	test('mend what a later comparison finds damaged once more', async () => {
		const { world, client } = await filled();
		for (let round = 1; round <= 3; round++) {
			client.mana.replica.replace([...client.mana.replica.allCells()].slice(1));
			await world.pass(LONG_MS);
			expect(client.mana.sync.digest).toMatchObject({ found: round, mended: round });
			expect(confirmed(client)).toEqual(held(world));
		}
	});
});

describe('a disk that was damaged', () => {
	test('so that it cannot be read is downloaded anew, without what is unsent', async () => {
		const { world, browser, client } = await filled();
		browser.online = false;
		browser.cut();
		client.mana.write('Add task', (tx) => tx.create(tasks, { title: 'unsent' }));
		await world.pass(60_000);
		browser.kill(client);
		await browser.disk.run('write', ['pages', 'journal'], async (tx) => {
			for (const area of ['pages', 'journal'] as const)
				for (const { at, value } of await tx.list(area, 'personal'))
					tx.put(area, ['personal', at], (value as Uint8Array).slice(0, -3));
		});
		browser.online = true;
		const again = await browser.open();
		expect(again.mana.sync.durable).toBe(true);
		expect(again.mana.outbox()).toHaveLength(1);
		await world.pass(30_000);
		expect(titles(again)).toHaveLength(41);
		expect(titles(again)).toContain('unsent');
		expect(confirmed(again)).toEqual(held(world));
		expect(again.mana.sync).toMatchObject({ unsent: 0, digest: { found: 1, mended: 1 } });
		expect(browser.reported).toEqual([]);
	});

	test('loses of what a guest made only what cannot be read: nobody else has the rest', async () => {
		const world = new World();
		const browser = new TestBrowser(world, null);
		const client = await browser.open();
		await world.pass(2_000);
		for (let i = 0; i < 600; i++) client.mana.write('Add task', (tx) => tx.create(tasks, { title: `task ${i}` }));
		await world.pass(30_000);
		browser.kill(client);
		const pages = await browser.disk.run('write', ['pages'], async (tx) => {
			const [first, ...others] = await tx.list('pages', 'personal');
			tx.put('pages', ['personal', first!.at], (first!.value as Uint8Array).slice(0, -3));
			return others.length;
		});
		expect(pages).toBeGreaterThan(1);
		const again = await browser.open();
		expect(again.mana.sync.durable).toBe(true);
		expect(titles(again).length).toBeGreaterThan(300);
		expect(titles(again).length).toBeLessThan(600);
		again.mana.write('Add task', (tx) => tx.create(tasks, { title: 'more' }));
		await world.pass(30_000);
		browser.kill(again);
		expect(titles(await browser.open())).toContain('more');
	});

	test('while another tab leads, and nothing is lost of what that one writes', async () => {
		const { world, browser, client } = await filled();
		await world.pass(10_000);
		await browser.disk.run('write', ['pages'], async (tx) => {
			for (const { at, value } of await tx.list('pages', 'personal'))
				tx.put('pages', ['personal', at], (value as Uint8Array).slice(0, -3));
		});
		const other = await browser.open();
		client.mana.write('Add task', (tx) => tx.create(tasks, { title: 'meanwhile' }));
		await world.pass(60_000);
		for (const tab of [client, other]) {
			expect(titles(tab)).toHaveLength(41);
			expect(confirmed(tab)).toEqual(held(world));
		}
	});
});

test('a comparison that was stopped reads no further, also when its turn comes only then', () => {
	const asked: number[] = [];
	const turns: (() => void)[] = [];
	const comparison = (): (() => void) =>
		new Checkup({
			confirmed: { names: () => [].values(), cells: () => [], allCells: () => [], lostCounts: 0 },
			space: { seq: 1, scope: null, leaving: [] },
			elapsed: () => 0,
			ask: ({ collection }) => asked.push(collection),
			agreed: () => {},
			differed: () => false,
			mend: () => {},
			ended: () => {},
		}).start({ every: (_ms, job) => (turns.push(job), () => {}) });
	comparison()();
	turns[0]!();
	expect(asked).toEqual([]);
	comparison();
	turns[1]!();
	expect(asked).toEqual([0]);
});
