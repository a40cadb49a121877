import { describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import type { Client } from './client.ts';
import { TestBrowser, tasks, World } from './test-world.ts';

const titles = (client: Client) => client.mana.query(tasks).rows.map((row) => row.title);

function add(client: Client, title: string): RecordId {
	let id!: RecordId;
	client.mana.write('Add task', (tx) => {
		id = tx.create(tasks, { title });
	});
	return id;
}

describe('two browsers', () => {
	test('see what the other writes', async () => {
		const world = new World();
		const [a, b] = [await new TestBrowser(world).open(), await new TestBrowser(world).open()];
		await world.pass(2_000);
		expect(a.mana.sync.phase).toBe('live');
		add(a, 'Water');
		expect(a.mana.sync.unsent).toBe(1);
		await world.pass();
		expect(titles(b)).toEqual(['Water']);
		expect(a.mana.sync.unsent).toBe(0);
		expect(a.mana.outbox()).toEqual([]);
	});

	test('merge what they wrote while offline, and the later edit of one field wins', async () => {
		const world = new World();
		const [one, two] = [new TestBrowser(world), new TestBrowser(world)];
		const [a, b] = [await one.open(), await two.open()];
		await world.pass(2_000);
		const [x, y] = [add(a, 'x'), add(a, 'y')];
		await world.pass();
		for (const browser of [one, two]) {
			browser.online = false;
			browser.cut();
		}
		a.mana.write('Tick', (tx) => tx.update(tasks, x, { done: true }));
		b.mana.write('Rename', (tx) => tx.update(tasks, x, { title: 'x2' }));
		b.mana.write('Rename', (tx) => tx.update(tasks, y, { title: 'earlier' }));
		await world.pass(3_000);
		a.mana.write('Rename', (tx) => tx.update(tasks, y, { title: 'later' }));
		expect(a.mana.sync).toMatchObject({ phase: 'offline', unsent: 2 });
		await world.pass(1_000);
		one.online = two.online = true;
		await world.pass(120_000);
		for (const client of [a, b]) {
			expect(client.mana.get(tasks, x)).toMatchObject({ title: 'x2', done: true });
			expect(client.mana.get(tasks, y)).toMatchObject({ title: 'later' });
			expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		}
	});

	test('sync over HTTP exchanges when there is no socket', async () => {
		const world = new World();
		const one = new TestBrowser(world);
		one.exchange = true;
		const [a, b] = [await one.open(), await new TestBrowser(world).open()];
		await world.pass(5_000);
		expect(a.mana.sync.phase).toBe('live');
		add(a, 'by post');
		add(b, 'by wire');
		await world.pass(5_000);
		expect(titles(b).sort()).toEqual(['by post', 'by wire']);
		expect(titles(a).sort()).toEqual(['by post', 'by wire']);
		expect(a.mana.sync.unsent).toBe(0);
	});
});

describe('tabs that are told by several others', () => {
	test('show nothing before what its writer had seen, whoever is told first', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const [, writer, reader] = [await browser.open(), await browser.open(), await browser.open()];
		const far = await new TestBrowser(world).open();
		await world.pass(2_000);
		const letThrough = browser.delay(1, 3);
		add(far, 'cause');
		await world.pass();
		expect(titles(writer)).toEqual(['cause']);
		add(writer, 'effect');
		await world.pass();
		expect(titles(writer).sort()).toEqual(['cause', 'effect']);
		expect(titles(reader)).toEqual([]);
		letThrough();
		await world.pass();
		expect(titles(reader).sort()).toEqual(['cause', 'effect']);
	});

	test('show nothing before what its writer had seen, though they wrote something in between themselves', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		browser.online = false;
		const [first, second, reader] = [await browser.open(), await browser.open(), await browser.open()];
		await world.pass(2_000);
		const letThrough = browser.delay(1, 3);
		add(first, 'cause');
		await world.pass();
		add(second, 'effect');
		await world.pass();
		add(reader, 'beside');
		await world.pass();
		expect(titles(second).sort()).toEqual(['beside', 'cause', 'effect']);
		expect(titles(reader)).toEqual(['beside']);
		letThrough();
		await world.pass();
		expect(titles(reader).sort()).toEqual(['beside', 'cause', 'effect']);
	});

	test('show what three tabs of one browser wrote in its order, and by themselves when somebody was silent', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		browser.online = false;
		const [first, second, reader] = [await browser.open(), await browser.open(), await browser.open()];
		await world.pass(2_000);
		browser.delay(1, 3);
		add(first, 'one');
		await world.pass();
		add(second, 'two');
		await world.pass();
		expect(titles(second).sort()).toEqual(['one', 'two']);
		expect(titles(reader)).toEqual([]);
		await world.pass(15_000);
		expect(titles(reader).sort()).toEqual(['one', 'two']);
	});
});

describe('a server that goes back to an older state without saying so', () => {
	/** Two browsers know a task; one of them renames it and adds another after the copy was made to which the server goes back. */
	async function wentBack() {
		const world = new World();
		const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
		const [author, reader] = [await browsers[0].open(), await browsers[1].open()];
		await world.pass(2_000);
		const old = add(author, 'old');
		await world.pass();
		const copy = world.server.backup();
		author.mana.write('Rename', (tx) => tx.update(tasks, old, { title: 'renamed' }));
		await world.pass();
		add(author, 'lost');
		await world.pass();
		expect(titles(reader).sort()).toEqual(['lost', 'renamed']);
		for (const browser of browsers) browser.online = false;
		world.server.fallBack(copy);
		await world.pass(1_000);
		// Meanwhile the order goes on, beyond where both had been.
		const other = new TestBrowser(world);
		const third = await other.open();
		await world.pass(2_000);
		for (let i = 0; i < 5; i++) add(third, `new ${i}`);
		await world.pass();
		expect(third.space.seq).toBeGreaterThan(author.space.seq);
		return { world, browsers, author, reader, third };
	}
	const everything = ['lost', 'new 0', 'new 1', 'new 2', 'new 3', 'new 4', 'renamed'];

	test('gets back from a device what it had acknowledged to it', async () => {
		const { world, browsers, author, third } = await wentBack();
		browsers[0].online = true;
		await world.pass(120_000);
		expect(titles(third).sort()).toEqual(everything);
		expect(titles(author).sort()).toEqual(everything);
		expect(author.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect(author.space.epoch).toBe(third.space.epoch);
	});

	test('has whoever only read what it lost show what it has', async () => {
		const { world, browsers, reader, third } = await wentBack();
		browsers[1].online = true;
		await world.pass(400_000);
		expect(titles(reader)).toEqual(titles(third));
		expect(titles(reader)).not.toContain('lost');
	});

	test('is not suspected for what another tab has sent', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const [first, second] = [await browser.open(), await browser.open()];
		await world.pass(2_000);
		for (let i = 0; i < 4; i++) add(i % 2 ? first : second, `t${i}`);
		await world.pass();
		const { device } = first;
		browser.kill(first);
		await world.pass(20_000);
		add(second, 'after');
		await world.pass(5_000);
		expect(second.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect(second.device).toBe(device);
	});
});

describe('a browser', () => {
	test('keeps what it wrote, sent or not, over a restart', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const first = await browser.open();
		await world.pass(2_000);
		add(first, 'sent');
		await world.pass();
		browser.online = false;
		browser.cut();
		await first.mana.write('Add', (tx) => tx.create(tasks, { title: 'unsent' })).saved;
		browser.kill(first);
		const second = await browser.open();
		expect(titles(second).sort()).toEqual(['sent', 'unsent']);
		expect(second.mana.outbox().map(({ label }) => label)).toEqual(['Add']);
		browser.online = true;
		await world.pass(5_000);
		expect(second.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect(world.server.cells.size).toBe(4);
	});

	test('reads pages and journal after checkpoints', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const first = await browser.open();
		await world.pass(2_000);
		for (let i = 0; i < 450; i++) add(first, `t${i}`);
		await world.pass(20_000);
		const id = add(first, 'late');
		first.mana.write('Tick', (tx) => tx.update(tasks, id, { done: true }));
		await world.pass();
		browser.kill(first);
		const second = await browser.open();
		expect(titles(second)).toHaveLength(451);
		expect(second.mana.get(tasks, id)).toMatchObject({ title: 'late', done: true });
		expect(await browser.disk.run('read', ['pages'], (tx) => tx.list('pages', 'personal'))).toHaveLength(3);
	});

	test('keeps what the server refused, until the person decides', async () => {
		const world = new World();
		world.server.refuse = (value) => (value === 'bad' ? 'Expected something good.' : null);
		const browser = new TestBrowser(world);
		const client = await browser.open();
		await world.pass(2_000);
		add(client, 'bad');
		add(client, 'good');
		await world.pass();
		expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0, refused: 1 });
		expect(titles(client).sort()).toEqual(['bad', 'good']);
		browser.kill(client);
		const again = await browser.open();
		await world.pass(2_000);
		expect(again.mana.refused()).toMatchObject([{ code: 'invalid', detail: 'Expected something good.', label: 'Add task' }]);
		world.server.refuse = () => null;
		await again.mana.resolve(again.mana.refused()[0]!.transaction.n, 'retry');
		await world.pass();
		expect(again.mana.sync).toMatchObject({ refused: 0, unsent: 0 });
		expect([...world.server.cells.values()].map(({ value }) => value)).toContain('bad');
	});

	test('shows the server value again when a refused edit is dropped', async () => {
		const world = new World();
		const client = await new TestBrowser(world).open();
		await world.pass(2_000);
		const id = add(client, 'good');
		await world.pass();
		world.server.refuse = () => 'No more.';
		client.mana.write('Rename', (tx) => tx.update(tasks, id, { title: 'bad' }));
		await world.pass();
		expect(client.mana.get(tasks, id)?.title).toBe('bad');
		await client.mana.resolve(client.mana.refused()[0]!.transaction.n, 'drop');
		expect(client.mana.get(tasks, id)?.title).toBe('good');
	});

	test('tears down a connection that does not answer, and says so', async () => {
		const world = new World();
		const client = await new TestBrowser(world).open();
		await world.pass(2_000);
		world.server.mute = true;
		add(client, 'x');
		await world.pass(12_000);
		expect(client.mana.sync).toMatchObject({ phase: 'offline', unsent: 1, problem: { code: 'no-answer' } });
		world.server.mute = false;
		await world.pass(60_000);
		expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0, problem: null });
	});

	test('goes on locally when it is signed out, and syncs when it is signed in', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const client = await browser.open();
		await world.pass(2_000);
		browser.signedIn = false;
		browser.online = true;
		world.server.bye({ code: 'unauthorised', detail: '', retryAfterMs: null });
		add(client, 'x');
		await world.pass(3_000);
		expect(client.mana.sync).toMatchObject({ phase: 'signed-out', unsent: 1 });
		browser.signedIn = true;
		client.wake();
		await world.pass(1_000);
		expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
	});

	test('gives a way that is slow more time at each attempt, also while somebody looks', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		browser.tokenMs = 4_500;
		const client = await browser.open();
		client.wake();
		await world.pass(12_000);
		expect(client.mana.sync).toMatchObject({ phase: 'live', problem: null });
	});

	test('pauses as shortly as at first after it was tried many times while somebody looked', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const client = await browser.open();
		await world.pass(2_000);
		browser.online = false;
		browser.cut();
		client.wake();
		await world.pass(16_000);
		browser.online = true;
		await world.pass(3_000);
		expect(client.mana.sync).toMatchObject({ phase: 'live' });
	});

	test('takes the restored history of the server and sends what it has not sent', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const client = await browser.open();
		await world.pass(2_000);
		add(client, 'in the backup');
		await world.pass();
		const backup = world.server.backup();
		add(client, 'after the backup');
		await world.pass();
		browser.online = false;
		browser.cut();
		add(client, 'unsent');
		world.server.restore(backup);
		browser.online = true;
		await world.pass(30_000);
		expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect(titles(client)).toContain('in the backup');
		expect(titles(client)).toContain('unsent');
		const other = await new TestBrowser(world).open();
		await world.pass(2_000);
		expect(titles(other).sort()).toEqual(titles(client).sort());
	});

	test('becomes another device when a copy of its profile is in use', async () => {
		const world = new World();
		const one = new TestBrowser(world);
		const a = await one.open();
		await world.pass(2_000);
		await a.close();
		const two = new TestBrowser(world);
		Object.assign(two, { disk: clone(one.disk) });
		one.online = two.online = false;
		const [left, right] = [await one.open(), await two.open()];
		await left.mana.write('Add', (tx) => tx.create(tasks, { title: 'left' })).saved;
		await right.mana.write('Add', (tx) => tx.create(tasks, { title: 'right' })).saved;
		expect(left.device).toBe(right.device);
		one.online = two.online = true;
		await world.pass(60_000);
		expect(left.device).not.toBe(right.device);
		for (const client of [left, right]) {
			expect(titles(client).sort()).toEqual(['left', 'right']);
			expect(client.mana.sync.unsent).toBe(0);
		}
	});

	test('goes on in memory when its disk fails, and still syncs', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const client = await browser.open();
		await world.pass(2_000);
		add(client, 'stored');
		await world.pass();
		browser.disk.fault = (request) => {
			if (request === 'put') throw new Error('quota');
		};
		const { saved } = client.mana.write('Add', (tx) => tx.create(tasks, { title: 'in memory' }));
		expect(
			await saved.then(
				() => null,
				(error: Error) => error.name,
			),
		).toBe('StorageFailed');
		await world.pass(5_000);
		expect(client.mana.sync).toMatchObject({ durable: false, phase: 'live', unsent: 0 });
		expect([...world.server.cells.values()].map(({ value }) => value)).toContain('in memory');
	});
});

describe('tabs of one browser', () => {
	test('stay in step, and one of them leads', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const [a, b] = [await browser.open(), await browser.open()];
		await world.pass(2_000);
		expect([a.mana.sync.leader, b.mana.sync.leader]).toEqual([true, false]);
		expect(b.mana.sync.phase).toBe('live');
		const id = add(b, 'from the follower');
		await world.pass();
		expect(titles(a)).toEqual(['from the follower']);
		expect(world.server.cells.size).toBe(2);
		a.mana.write('Tick', (tx) => tx.update(tasks, id, { done: true }));
		await world.pass();
		expect(b.mana.get(tasks, id)?.done).toBe(true);
		expect(b.mana.sync.unsent).toBe(0);
	});

	test('go on when the leading one is killed', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const [a, b] = [await browser.open(), await browser.open()];
		await world.pass(2_000);
		add(a, 'last words');
		await world.pass();
		browser.kill(a);
		add(b, 'next');
		await world.pass(1_000);
		expect(b.mana.sync).toMatchObject({ leader: true, phase: 'live', unsent: 0 });
		expect(world.server.cells.size).toBe(4);
	});

	test('take the lead from one that is frozen within two seconds, and its late writes are refused', async () => {
		const world = new World();
		const [browser, other] = [new TestBrowser(world), new TestBrowser(world)];
		const [a, b] = [await browser.open(), await browser.open()];
		const c = await other.open();
		await world.pass(2_000);
		const thaw = browser.freeze(1);
		await world.pass(2_000);
		expect(b.mana.sync).toMatchObject({ leader: true, phase: 'live' });
		expect(a.mana.sync.leader).toBe(true); // it does not know
		add(c, 'x');
		await world.pass(500); // a hears of it too, and wants to write it down
		expect(a.mana.sync.leader).toBe(false);
		add(b, 'y');
		thaw();
		await world.pass(2_000);
		expect([a.mana.sync.leader, b.mana.sync.leader]).toEqual([false, true]);
		for (const client of [a, b, c]) expect(titles(client).sort()).toEqual(['x', 'y']);
		expect(b.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
	});

	test('leave the lead where it is as long as somebody answers, however slow its timers are', async () => {
		const world = new World();
		const browser = new TestBrowser(world);
		const [a, b] = [await browser.open(), await browser.open()];
		await world.pass(2_000);
		a.tick = () => undefined; // hidden: its timers hardly run, but it hears
		await world.pass(60_000);
		expect([a.mana.sync.leader, b.mana.sync.leader]).toEqual([true, false]);
	});
});

function clone(disk: TestBrowser['disk']): TestBrowser['disk'] {
	return disk.clone();
}
