import { describe, expect, test } from 'bun:test';
import { collection, field, guarded, InvalidValue, lens, outline, type RecordId, type Row } from '@mana/model';
import { Outdated, Stale } from './api.ts';
import type { Client } from './client.ts';
import { openMemoryMana } from './open-memory.ts';
import { TestBrowser, World } from './test-world.ts';

const pages = collection(
	'wiki/pages',
	{ app: 9, number: 1 },
	{
		title: field.text(1, { fallback: '' }),
		stars: field.counter(2),
		votes: field.map(3),
		parent: field.parent(4),
		address: field.unique(5),
		price: guarded(field.integer(6)),
		read: field.greatest(7),
		file: field.blob(8),
		tags: field.set(9),
	},
);
type Page = Row<typeof pages>;

/** Two browsers of one person with one record that both know. */
async function two(): Promise<{
	world: World;
	browsers: TestBrowser[];
	a: Client;
	b: Client;
	id: RecordId;
	page: (of: Client) => Page;
}> {
	const world = new World();
	const browsers = [new TestBrowser(world), new TestBrowser(world)];
	const [a, b] = [await browsers[0]!.open(), await browsers[1]!.open()];
	await world.pass(2_000);
	let id!: RecordId;
	a.mana.write('Add', (tx) => void (id = tx.create(pages, { title: 'Home', price: 1 })));
	await world.pass(2_000);
	return { world, browsers, a, b, id, page: (of) => of.mana.get(pages, id)! };
}

describe('a counter', () => {
	test('counts every step of everybody once, offline too, and says the same everywhere', async () => {
		const { world, browsers, a, b, id, page } = await two();
		for (const browser of browsers) browser.online = false;
		for (const browser of browsers) browser.cut();
		for (const add of [1, 1, 1]) a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add } }));
		for (const add of [5, -2]) b.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add } }));
		expect([page(a).stars, page(b).stars]).toEqual([3, 3]);
		for (const browser of browsers) browser.online = true;
		await world.pass(60_000);
		expect([page(a).stars, page(b).stars]).toEqual([6, 6]);
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 1 } }));
		await world.pass(2_000);
		expect([page(a).stars, page(b).stars]).toEqual([7, 7]);
	});

	test('leaves out a step that was refused, and no other', async () => {
		const { world, a, b, id, page } = await two();
		world.server.refuse = (value) => (value === 'bad' ? 'Nothing bad.' : null);
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 1 } }));
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 10 }, title: 'bad' }));
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 100 } }));
		await world.pass(2_000);
		expect(page(b).stars).toBe(101);
		await a.mana.resolve(a.mana.refused()[0]!.transaction.n, 'drop');
		expect(page(a).stars).toBe(101);
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 1 } }));
		await world.pass(2_000);
		expect([page(a).stars, page(b).stars]).toEqual([102, 102]);
	});

	test('takes nothing back that never was: a step that is refused after its undo', async () => {
		const { world, a, b, id, page } = await two();
		world.server.refuse = (value) => (value === 'bad' ? 'Nothing bad.' : null);
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 4 }, title: 'bad' }));
		expect(a.mana.history.undo()).toBe(true);
		await world.pass(2_000);
		expect(a.mana.refused()).toHaveLength(1);
		expect([page(a).stars, page(b).stars]).toEqual([0, 0]);
	});

	test('counts each step of a cloned profile and of its original', async () => {
		const { world, browsers, a, id, page } = await two();
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 1 } }));
		await world.pass(2_000);
		const twin = new TestBrowser(world);
		Object.assign(twin, { disk: browsers[0]!.disk.clone() });
		const c = await twin.open();
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 1 } }));
		c.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 1 } }));
		await world.pass(60_000);
		expect([page(a).stars, page(c).stars]).toEqual([3, 3]);
	});

	test('is taken back by counting the other way, whoever counted since', async () => {
		const { world, a, b, id, page } = await two();
		a.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 3 } }));
		await world.pass(2_000);
		b.mana.write('Star', (tx) => tx.update(pages, id, { stars: { add: 10 } }));
		await world.pass(2_000);
		expect(a.mana.history.undo()).toBe(true);
		await world.pass(2_000);
		expect([page(a).stars, page(b).stars]).toEqual([10, 10]);
		expect(a.mana.history.redo()).toBe(true);
		expect(a.mana.history.undo()).toBe(true);
		await world.pass(2_000);
		expect([page(a).stars, page(b).stars]).toEqual([10, 10]);
	});
});

test('keys of a map merge one by one', async () => {
	const { world, a, b, id, page } = await two();
	a.mana.write('Vote', (tx) => tx.update(pages, id, { votes: { ana: 1, ben: 2 } }));
	b.mana.write('Vote', (tx) => tx.update(pages, id, { votes: { cleo: 3 } }));
	await world.pass(2_000);
	b.mana.write('Vote', (tx) => tx.update(pages, id, { votes: { ben: null } }));
	await world.pass(2_000);
	for (const client of [a, b]) expect(page(client).votes).toEqual(new Map([['ana', 1], ['cleo', 3]])); // prettier-ignore
});

test('a file is a reference, and a row stays the same object while nothing in it changes', async () => {
	const { world, a, b, id, page } = await two();
	const file = { hash: 'ab'.repeat(32), size: 5, type: 'image/png', name: 'Rome.png' };
	a.mana.write('Attach', (tx) => tx.update(pages, id, { file, votes: { ana: true } }));
	await world.pass(2_000);
	expect(page(b).file).toEqual(file);
	const before = page(b);
	a.mana.write('Same', (tx) => tx.update(pages, id, { file: { ...file }, votes: { ana: true } }));
	await world.pass(2_000);
	expect(page(b)).toBe(before);
});

describe('a tree', () => {
	test('refuses a circle at once where it is known, and shows the same everywhere where only the server knows', async () => {
		const { world, a, b, id, page } = await two();
		let other!: RecordId;
		a.mana.write('Add', (tx) => void (other = tx.create(pages, { title: 'Other' })));
		await world.pass(2_000);
		a.mana.write('Move', (tx) => tx.update(pages, id, { parent: other }));
		expect(() => a.mana.write('Move', (tx) => tx.update(pages, other, { parent: id }))).toThrow(InvalidValue);
		b.mana.write('Move', (tx) => tx.update(pages, other, { parent: id })); // has not heard of it
		await world.pass(2_000);
		const shapes = [a, b].map((client) => outline(client.mana.query(pages).rows, (row) => row.parent));
		expect(shapes[0]!.map(({ row, children }) => [row.id, children.map((child) => child.row.id)])).toEqual([[other, [id]]]);
		expect(shapes[1]).toEqual(shapes[0]!);
		expect(b.mana.refused()).toMatchObject([{ code: 'circle', label: 'Move' }]);
		expect(page(b).parent).toBe(other);
	});
});

describe('a unique name', () => {
	test('is pending until the server grants it, and refused with its whole action when somebody was quicker', async () => {
		const { world, browsers, a, b, id, page } = await two();
		browsers[1]!.online = false;
		browsers[1]!.cut();
		let mine!: RecordId;
		b.mana.write('Add', (tx) => void (mine = tx.create(pages, { title: 'Mine', address: 'Start' })));
		expect(b.mana.get(pages, mine)?.address).toEqual({ name: 'Start', granted: false });
		await world.pass(1_000);
		a.mana.write('Name', (tx) => tx.update(pages, id, { address: 'start' }));
		await world.pass(2_000);
		expect(page(a).address).toEqual({ name: 'start', granted: true });
		browsers[1]!.online = true;
		await world.pass(60_000);
		expect(b.mana.refused()).toMatchObject([{ code: 'taken', label: 'Add' }]);
		expect(b.mana.get(pages, mine)).toMatchObject({ title: 'Mine', address: null });
		expect(a.mana.get(pages, mine)).toBeUndefined();
		a.mana.write('Name', (tx) => tx.update(pages, id, { address: null }));
		await world.pass(2_000);
		await b.mana.resolve(b.mana.refused()[0]!.transaction.n, 'retry');
		await world.pass(2_000);
		expect(a.mana.get(pages, mine)).toMatchObject({ title: 'Mine', address: { name: 'Start', granted: true } });
	});

	test('is free again when its record is purged or its creation taken back, and asked for again by redo', async () => {
		const { world, a, b, id, page } = await two();
		a.mana.write('Name', (tx) => tx.update(pages, id, { address: 'Start' }));
		await world.pass(2_000);
		a.mana.write('Purge', (tx) => tx.purge(pages, id));
		await world.pass(2_000);
		let next!: RecordId;
		b.mana.write('Add', (tx) => void (next = tx.create(pages, { address: 'Start' })));
		await world.pass(2_000);
		expect(a.mana.get(pages, next)?.address).toEqual({ name: 'Start', granted: true });
		expect(b.mana.history.undo()).toBe(true);
		await world.pass(2_000);
		let third!: RecordId;
		a.mana.write('Add', (tx) => void (third = tx.create(pages, { address: 'start' })));
		await world.pass(2_000);
		expect(a.mana.get(pages, third)?.address?.granted).toBe(true);
		expect(b.mana.history.redo()).toBe(true);
		await world.pass(2_000);
		expect(b.mana.refused()).toMatchObject([{ code: 'taken' }]);
		expect(page(a)).toBeUndefined();
	});

	test('comes back by undo as a new request', async () => {
		const { world, a, id, page } = await two();
		for (const address of ['one', 'two']) {
			a.mana.write('Name', (tx) => tx.update(pages, id, { address }));
			await world.pass(2_000);
		}
		expect(a.mana.history.undo()).toBe(true);
		await world.pass(2_000);
		expect(page(a).address).toEqual({ name: 'one', granted: true });
	});

	test('survives a server that was restored from an older backup', async () => {
		const { world, a, b, id, page } = await two();
		const backup = world.server.backup();
		a.mana.write('Name', (tx) => tx.update(pages, id, { address: 'kept', stars: { add: 2 } }));
		await world.pass(2_000);
		world.server.restore(backup);
		await world.pass(60_000);
		for (const client of [a, b]) expect(page(client)).toMatchObject({ address: { name: 'kept', granted: true }, stars: 2 });
		expect(a.mana.refused()).toEqual([]);
	});
});

describe('a guarded field', () => {
	test('refuses a write over what its writer has not seen; trying again is a decision to overwrite', async () => {
		const { world, a, b, id, page } = await two();
		a.mana.write('Price', (tx) => tx.update(pages, id, { price: 2 }));
		b.mana.write('Price', (tx) => tx.update(pages, id, { price: 3 }));
		await world.pass(2_000);
		expect(page(a).price).toBe(2);
		expect(b.mana.refused()).toMatchObject([{ code: 'stale' }]);
		await b.mana.resolve(b.mana.refused()[0]!.transaction.n, 'retry');
		await world.pass(2_000);
		expect([page(a).price, page(b).price]).toEqual([3, 3]);
		expect(b.mana.refused()).toEqual([]);
	});

	test('takes several writes of one device after each other, offline too, and their undo', async () => {
		const { world, browsers, a, b, id, page } = await two();
		browsers[0]!.online = false;
		browsers[0]!.cut();
		for (const price of [2, 3, 4]) a.mana.write('Price', (tx) => tx.update(pages, id, { price }));
		expect(a.mana.history.undo()).toBe(true);
		browsers[0]!.online = true;
		await world.pass(60_000);
		expect(a.mana.refused()).toEqual([]);
		expect([page(a).price, page(b).price]).toEqual([3, 3]);
	});
});

describe('an action that expects a record as it was', () => {
	test('throws at once when it is known that somebody changed it, and writes nothing', async () => {
		const { world, a, b, id, page } = await two();
		const form = page(b);
		a.mana.write('Rename', (tx) => tx.update(pages, id, { title: 'Changed' }));
		await world.pass(2_000);
		const save = () =>
			b.mana.write('Save', (tx) => {
				tx.expect(pages, form);
				tx.update(pages, id, { read: 5 });
			});
		expect(save).toThrow(Stale);
		expect(page(b).read).toBeNull();
	});

	test('is refused as a whole when the server knows more', async () => {
		const { world, a, b, id, page } = await two();
		a.mana.write('Rename', (tx) => tx.update(pages, id, { title: 'Changed' }));
		b.mana.write('Save', (tx) => {
			tx.expect(pages, page(b));
			tx.update(pages, id, { read: 5 });
		});
		await world.pass(2_000);
		expect(b.mana.refused()).toMatchObject([{ code: 'stale', label: 'Save' }]);
		expect(page(a).read).toBeNull();
	});

	test('may follow own edits of the same record, and survives a restart before it is sent', async () => {
		const { world, browsers, a, b, id, page } = await two();
		browsers[0]!.online = false;
		browsers[0]!.cut();
		for (const title of ['one', 'two'])
			a.mana.write('Save', (tx) => {
				tx.expect(pages, page(a));
				tx.update(pages, id, { title });
			});
		await world.pass(2_000);
		browsers[0]!.kill(a);
		const again = await browsers[0]!.open();
		browsers[0]!.online = true;
		await world.pass(60_000);
		expect(again.mana.refused()).toEqual([]);
		expect(page(b).title).toBe('two');
		const sent = world.server.frames.flatMap((frame) => (frame.type === 'push' ? frame.transactions : []));
		expect(sent.filter(({ preconditions }) => preconditions?.length === 1)).toHaveLength(2);
	});
});

describe('undo', () => {
	test('I20: says what it left alone because somebody wrote there since', async () => {
		const { world, a, b, id, page } = await two();
		a.mana.write('Edit', (tx) => tx.update(pages, id, { title: 'Mine', tags: ['x'] }));
		await world.pass(2_000);
		b.mana.write('Edit', (tx) => tx.update(pages, id, { title: 'Theirs' }));
		await world.pass(2_000);
		expect(a.mana.history.undo()).toBe(true);
		expect(a.mana.history.skipped).toEqual([{ collection: pages.number, record: id, field: pages.fields.title.number }]);
		expect(page(a)).toMatchObject({ title: 'Theirs', tags: new Set() });
	});

	test('leaves what was reached', () => {
		const mana = openMemoryMana();
		mana.write('Add', (tx) => tx.create(pages, { title: 'x' }));
		const { id } = mana.query(pages).rows[0]!;
		mana.write('Read', (tx) => tx.update(pages, id, { read: 5, title: 'y' }));
		expect(mana.history.undo()).toBe(true);
		expect(mana.get(pages, id)).toMatchObject({ read: 5, title: 'x' });
	});
});

describe('versions of a collection', () => {
	const hours = field.integer(1, { from: 0 });
	const place = { app: 9, number: 2 };
	const old = collection('wiki/jobs', place, { takes: hours, name: field.text(3) });
	const minutes = field.integer(2, { from: 0 });
	const up = lens(2, hours, minutes, { up: (value) => Number(value) * 60, down: (value) => Math.floor(Number(value) / 60) });
	const young = collection('wiki/jobs', place, { takes: minutes, name: field.text(3), note: field.text(4) }, { lenses: [up] });

	async function mixed() {
		const world = new World();
		const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
		browsers[0].models = [old];
		browsers[1].models = [young];
		const [a, b] = [await browsers[0].open(), await browsers[1].open()];
		await world.pass(2_000);
		let id!: RecordId;
		a.mana.write('Add', (tx) => void (id = tx.create(old, { takes: 2 })));
		await world.pass(2_000);
		return { world, browsers, a, b, id };
	}

	test('I16: old and new builds work on the same records, and fields that the old one does not know stay', async () => {
		const { world, a, b, id } = await mixed();
		expect(b.mana.get(young, id)?.takes).toBe(120);
		b.mana.write('Edit', (tx) => tx.update(young, id, { takes: 200, note: 'new' }));
		await world.pass(2_000);
		expect(a.mana.get(old, id)?.takes).toBe(3);
		a.mana.write('Edit', (tx) => tx.update(old, id, { name: 'Weed' }));
		await world.pass(2_000);
		expect(b.mana.get(young, id)).toMatchObject({ takes: 200, note: 'new', name: 'Weed' });
		a.mana.write('Edit', (tx) => tx.update(old, id, { takes: 5 }));
		await world.pass(2_000);
		expect(b.mana.get(young, id)).toMatchObject({ takes: 300, note: 'new' });
		b.mana.write('Edit', (tx) => tx.update(young, id, { takes: 200 }));
		await world.pass(2_000);
		expect([a.mana.get(old, id)?.takes, b.mana.get(young, id)?.takes]).toEqual([3, 200]);
	});

	test('I20: undo of a new build never overwrites a later edit of an old one', async () => {
		const { world, a, b, id } = await mixed();
		b.mana.write('Edit', (tx) => tx.update(young, id, { takes: 200 }));
		await world.pass(2_000);
		a.mana.write('Edit', (tx) => tx.update(old, id, { takes: 5 }));
		await world.pass(2_000);
		expect(b.mana.history.undo()).toBe(false);
		expect(b.mana.history.skipped).toHaveLength(1);
		b.mana.write('Edit', (tx) => tx.update(young, id, { takes: 10 }));
		expect(b.mana.history.undo()).toBe(true);
		await world.pass(2_000);
		expect([a.mana.get(old, id)?.takes, b.mana.get(young, id)?.takes]).toEqual([5, 300]);
	});

	test('an outbox survives the upgrade and the downgrade of its app', async () => {
		const { world, browsers, a, b, id } = await mixed();
		for (const browser of browsers) browser.online = false;
		for (const browser of browsers) browser.cut();
		a.mana.write('Edit', (tx) => tx.update(old, id, { takes: 7 }));
		await world.pass(1_000);
		b.mana.write('Edit', (tx) => tx.update(young, id, { note: 'kept' }));
		await world.pass(1_000);
		browsers[0].kill(a);
		browsers[1].kill(b);
		[browsers[0].models, browsers[1].models] = [[young], [old]];
		const [upgraded, downgraded] = [await browsers[0].open(), await browsers[1].open()];
		expect(upgraded.mana.get(young, id)?.takes).toBe(420);
		for (const browser of browsers) browser.online = true;
		await world.pass(60_000);
		expect(upgraded.mana.get(young, id)).toMatchObject({ takes: 420, note: 'kept' });
		expect(downgraded.mana.get(old, id)?.takes).toBe(7);
	});

	test('a build that is too old may read and no longer write; what it had written is sent by its successor', async () => {
		const { world, browsers, a, b, id } = await mixed();
		browsers[0].online = false;
		browsers[0].cut();
		a.mana.write('Edit', (tx) => tx.update(old, id, { takes: 9 }));
		await world.pass(1_000);
		world.server.minVersion = 2;
		browsers[0].online = true;
		await world.pass(60_000);
		expect(a.mana.sync).toMatchObject({ phase: 'live', outdated: [old.number], unsent: 0 });
		expect(a.mana.refused()).toMatchObject([{ code: 'outdated', label: 'Edit' }]);
		expect(() => a.mana.write('Edit', (tx) => tx.update(old, id, { takes: 1 }))).toThrow(Outdated);
		b.mana.write('Edit', (tx) => tx.update(young, id, { note: 'read it' }));
		await world.pass(2_000);
		expect([...a.mana.replica.registers(old.number, id)].some(([, { value }]) => value === 'read it')).toBe(true);
		browsers[0].kill(a);
		browsers[0].models = [young];
		const upgraded = await browsers[0].open();
		await world.pass(60_000);
		expect(upgraded.mana.refused()).toEqual([]);
		expect(upgraded.mana.sync.outdated).toEqual([]);
		expect(b.mana.get(young, id)?.takes).toBe(540);
	});
});
