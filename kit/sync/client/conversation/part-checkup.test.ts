import { collection, field, namedRecordId, type RecordId, routed, routeKey } from '@mana/model';
import { describe, expect, test } from 'bun:test';
import type { Cell } from '../../cell.ts';
import { bucketOf, plus, sumOfCell } from '../../digest.ts';
import type { Digest } from '../../frames.ts';
import { placeKey } from '../../merge.ts';
import { nameKey } from '../../name.ts';
import { type Scope, ScopeIndex } from '../../scope.ts';
import { sumOfScope } from '../../scope-sum.ts';
import type { Client } from '../client.ts';
import { TestBrowser, World } from '../test-world.ts';
import { Checkup } from './checkup.ts';

const jobs = collection(
	'test/jobs',
	{ app: 1, number: 2 },
	{ title: field.text(1, { fallback: '' }), done: routed(field.instant(2)) },
	{ keeps: { field: 'done', days: 90 } },
);
const DAY = 86_400_000;
/** Long enough that everybody compares, finds, mends and compares again. */
const LONG_MS = 2 * 330_000;

/** A browser that keeps what the model says, of a space in which there is more. */
async function start() {
	const world = new World();
	world.models = [jobs];
	const [desk, phone] = [new TestBrowser(world), new TestBrowser(world)];
	desk.models = phone.models = [jobs];
	const a = await desk.open();
	await world.pass(2_000);
	await a.mana.kept.keepAll(jobs, true);
	const ids: RecordId[] = [];
	for (let i = 0; i < 40; i++) {
		const done = i % 4 === 0 ? world.now - 400 * DAY : i % 4 === 1 ? world.now - DAY : null;
		a.mana.write('Add', (tx) => ids.push(tx.create(jobs, { title: `job ${i}`, ...(done !== null && { done }) })));
	}
	await world.pass(2_000);
	const b = await phone.open();
	await world.pass(2_000);
	return { world, desk, phone, a, b, ids };
}

/** What the server holds of the part that a client keeps, by place. */
function held({ server }: World, { space }: Client): Map<string, Cell> {
	const index = new ScopeIndex(space.scope!);
	const done = (cell: Cell) => server.cells.get(placeKey({ ...cell, field: jobs.fields.done.number, key: '' }))?.value ?? null;
	const inside = [...server.cells].filter(([, cell]) =>
		index.holds(cell, new Map([[jobs.fields.done.number, routeKey(done(cell))]])),
	);
	return new Map(inside.map(([place, { seq: _seq, ...cell }]) => [place, cell]));
}

const confirmed = ({ mana }: Client) => new Map([...mana.replica.allCells()].map((cell) => [placeKey(cell), cell]));

describe('a device that keeps a part', () => {
	test('agrees with its server about it, also while others write and records come and go', async () => {
		const { world, a, b, ids } = await start();
		for (let i = 0; i < 60; i++) {
			const done = [null, world.now, world.now - 400 * DAY][i % 3]!;
			a.mana.write('Change', (tx) => tx.update(jobs, ids[(i * 7) % 40]!, { done, title: `changed ${i}` }));
			await world.pass(500);
		}
		await world.pass(LONG_MS);
		for (const { mana } of [a, b]) {
			expect(mana.sync.digest).toMatchObject({ found: 0, seq: world.server.space.seq });
			expect(mana.sync.digest.agreedAt).toBeGreaterThan(world.now - 330_000);
		}
		expect(confirmed(b)).toEqual(held(world, b));
	});

	test('agrees about it over HTTP exchanges, and in a tab that does not lead', async () => {
		const { world, phone, a, b, ids } = await start();
		phone.exchange = true;
		phone.cut();
		const other = await phone.open();
		a.mana.write('Change', (tx) => tx.update(jobs, ids[0]!, { done: null }));
		a.mana.write('Change', (tx) => tx.update(jobs, ids[2]!, { done: world.now - 500 * DAY }));
		await world.pass(LONG_MS);
		for (const tab of [b, other]) {
			expect(tab.mana.sync.digest).toMatchObject({ found: 0, seq: world.server.space.seq });
			expect(confirmed(tab)).toEqual(held(world, b));
		}
	});

	const title = jobs.fields.title.number;
	const damages: Record<string, (cells: Cell[]) => Cell[]> = {
		'a value that reads otherwise': (cells) => cells.map((cell, i) => (i === 0 ? { ...cell, value: 'damaged' } : cell)),
		'a stamp from before': (cells) => cells.map((cell, i) => (i === 0 ? { ...cell, stamp: cell.stamp - 1 } : cell)),
		'a record that is lost': (cells) => cells.filter(({ record }) => record !== cells[0]!.record),
		'a record that never was': (cells) => [...cells, { ...cells[0]!, record: namedRecordId('never written') }],
		'a record that never was and stands outside of the part': (cells) => [
			...cells,
			{ ...cells[0]!, record: namedRecordId('never written'), field: jobs.fields.done.number, value: 1 },
		],
		'a record that is not of the part': (cells) => [
			...cells,
			...cells.slice(0, 2).map((cell) => ({ ...cell, collection: 0x0303 })),
		],
		'a record that reads as if it had left': (cells) =>
			cells.map((cell) => (cell.field === title ? cell : { ...cell, value: typeof cell.value === 'number' ? 1 : cell.value })),
	};
	for (const [name, damage] of Object.entries(damages))
		test(`finds and mends ${name}, in memory and on the disk, and leaves what is unsent`, async () => {
			const { world, phone, b } = await start();
			b.mana.replica.replace(damage([...b.mana.replica.allCells()]));
			world.server.mute = true;
			b.mana.write('Add', (tx) => tx.create(jobs, { title: 'unsent' }));
			await world.pass(15_000);
			world.server.mute = false;
			await world.pass(LONG_MS);
			expect(b.mana.sync.digest).toMatchObject({ found: 1, mended: 1, seq: world.server.space.seq });
			expect(confirmed(b)).toEqual(held(world, b));
			expect(b.mana.query(jobs).rows.map((row) => row.title)).toContain('unsent');
			const again = await phone.open();
			expect(confirmed(again)).toEqual(held(world, b));
			expect(phone.reported).toEqual([]);
		});

	test('loads only what differs of the part', async () => {
		const { world, b } = await start();
		const [first] = b.mana.replica.allCells();
		b.mana.replica.replace([...b.mana.replica.allCells()].map((cell) => (cell === first ? { ...cell, value: 'damaged' } : cell)));
		const before = world.server.frames.length;
		await world.pass(LONG_MS);
		const questions = world.server.frames.slice(before).filter((frame): frame is Digest => frame.type === 'digest');
		const asked = questions.find(({ buckets }) => buckets.length > 0)!;
		expect(asked).toMatchObject({ collection: jobs.number, buckets: [bucketOf(first!.record)] });
		expect(b.mana.sync.digest.mended).toBe(1);
	});
});

test('names the part in its questions, and only where it keeps one', async () => {
	const { world, a, b } = await start();
	await world.pass(LONG_MS);
	const questions = world.server.frames.filter((frame): frame is Digest => frame.type === 'digest');
	const sum = sumOfScope(b.space.scope!);
	expect(a.space.scope).toBeNull();
	expect(new Set(questions.map(({ sums }) => JSON.stringify(sums)))).toEqual(
		new Set(['[]', JSON.stringify([{ of: jobs.number, ...sum }])]),
	);
});

const scope: Scope = {
	apps: null,
	collections: [],
	windows: [{ collection: jobs.number, field: jobs.fields.done.number, from: '', to: '0' }],
	records: [],
};

function cell(name: string, value: string): Cell {
	return {
		collection: jobs.number,
		record: namedRecordId(name),
		field: jobs.fields.title.number,
		key: '',
		value,
		stamp: 1,
		actor: 1,
	};
}

/** A comparison of a device that holds these cells of the part. */
function comparison(cells: readonly Cell[], leaving: readonly string[]) {
	const asked: Pick<Digest, 'collection' | 'buckets' | 'sums'>[] = [];
	const ended: string[] = [];
	const mended: (readonly Cell[])[] = [];
	const space = {
		seq: 1,
		scope,
		leaving: leaving.map((name) => ({ collection: jobs.number, record: namedRecordId(name), behind: true })),
	};
	const confirmed = {
		names: () => cells.values(),
		cells: (collection: number, record: RecordId) => cells.filter((one) => nameKey(one) === nameKey({ collection, record })),
		allCells: () => cells,
		lostCounts: 0,
	};
	const checkup = new Checkup({
		confirmed,
		space,
		elapsed: () => 0,
		ask: (question) => asked.push(question),
		agreed: () => ended.push('agreed'),
		differed: () => ended.push('differed') > 0,
		mend: (kept) => mended.push(kept),
		ended: (how) => ended.push(how),
	});
	checkup.step(1);
	const answer = (sums: Digest['sums'], more: Partial<Digest> = {}) =>
		checkup.heard({
			type: 'digest',
			space: '' as never,
			epoch: 1,
			seq: 1,
			collection: 0,
			buckets: [],
			more: false,
			sums,
			cells: [],
			...more,
		});
	return { asked, ended, mended, answer, confirmed, space, checkup };
}

const [kept, left] = [cell('kept', 'as it is'), cell('left', 'as it once was')];

test('what stays beyond the part is no difference, and is not mended away with what differs', () => {
	const { asked, ended, answer } = comparison([kept, left], ['left']);
	expect(asked).toEqual([{ collection: 0, buckets: [], sums: [{ of: jobs.number, ...sumOfScope(scope) }] }]);
	answer([{ of: jobs.number, ...sumOfCell(kept) }]);
	expect(ended).toEqual(['agreed', 'later']);

	const other = cell('kept', 'otherwise');
	const same = comparison([kept, left], ['left']);
	same.answer([{ of: jobs.number, ...sumOfCell(other) }]);
	const bucket = bucketOf(other.record);
	same.answer([{ of: bucket, ...sumOfCell(other) }], { collection: jobs.number });
	expect(same.asked.at(-1)).toMatchObject({ collection: jobs.number, buckets: [bucket] });
	same.answer([], { collection: jobs.number, buckets: [bucket], cells: [other] });
	expect(same.mended).toEqual([[left, other]]);
});

test('where the server says nothing of the part nothing of it is compared, and where it says that it is empty it is', () => {
	const silent = comparison([kept], []);
	silent.answer([]);
	expect(silent.ended).toEqual(['agreed', 'later']);
	const empty = comparison([kept], []);
	empty.answer([{ of: jobs.number, low: 0, high: 0 }]);
	expect(empty.ended).toEqual(['differed']);
});

test('a comparison that was not told of what went, or of what stays from now on, is begun anew', () => {
	const passed = comparison([kept, left], []);
	passed.confirmed.lostCounts++;
	passed.answer([{ of: jobs.number, ...plus(sumOfCell(kept), sumOfCell(left)) }]);
	expect(passed.ended).toEqual(['again']);
	const stays = comparison([kept, left], []);
	stays.space.leaving = [{ collection: jobs.number, record: left.record, behind: true }];
	stays.checkup.around([kept], () => undefined);
	expect(stays.ended).toEqual(['again']);
});
