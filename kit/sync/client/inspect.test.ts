import { expect, test } from 'bun:test';
import { MOST_EVENTS } from './conversation/trace.ts';
import { TestBrowser, tasks, World } from './test-world.ts';

test('every tab tells where the leading one stands: cursor, head, what is on its way, and the last events', async () => {
	const world = new World();
	const browser = new TestBrowser(world);
	const a = await browser.open();
	const b = await browser.open();
	await world.pass(2_000);
	b.mana.write('Add', (tx) => tx.create(tasks, { title: 'Milk' }));
	await world.pass(2_000);
	world.server.mute = true;
	b.mana.write('Add', (tx) => tx.create(tasks, { title: 'Bread' }));
	await world.pass();
	const [ofA, asked] = [await a.mana.inspect(), b.mana.inspect()];
	await world.pass(500);
	const ofB = await asked;
	expect(ofA).toMatchObject({
		seq: 1,
		doneN: 1,
		nextN: 3,
		reach: null,
		part: null,
		space: world.server.space.id,
		device: a.device,
	});
	expect(ofA.conversation).toMatchObject({ stage: 'subscribed', over: 'stream', head: 1, onTheWay: 1, role: 'owner' });
	const told = ofA.conversation!.trace.map((event) => ('frame' in event ? `${event.what} ${event.frame}` : event.what));
	expect(told.filter((what) => what !== 'phase')).toEqual([
		'started',
		'opened',
		'sent hello',
		'heard welcome',
		'sent sub',
		'heard subbed',
		'heard credit',
		'heard delta',
		'wrote',
		'sent push',
		'heard delta',
		'heard ack',
		'wrote',
		'sent push',
	]);
	expect(ofB).toEqual(ofA);
});

test('when the leading tab does not answer, a tab tells what it knows itself, within a second', async () => {
	const world = new World();
	const browser = new TestBrowser(world);
	const a = await browser.open();
	const b = await browser.open();
	await world.pass(2_000);
	const thaw = browser.delay(1, 2);
	const asked = b.mana.inspect();
	await world.pass(1_000);
	expect(await asked).toMatchObject({ generation: null, conversation: null, device: a.device, seq: 0 });
	thaw();
});

test('a guest has no conversation to tell of', async () => {
	const world = new World();
	const client = await new TestBrowser(world, null).open();
	await world.pass(1_000);
	expect(await client.mana.inspect()).toMatchObject({ conversation: null, space: null });
});

test('the trace keeps the last events and no more', async () => {
	const world = new World();
	const client = await new TestBrowser(world).open();
	await world.pass(2_000);
	for (let i = 0; i < MOST_EVENTS; i++) {
		client.mana.write('Add', (tx) => tx.create(tasks, { rank: i }));
		await world.pass();
	}
	const { trace } = (await client.mana.inspect()).conversation!;
	expect(trace.length).toBe(MOST_EVENTS);
	expect(trace.findLast(({ what }) => what === 'wrote')).toMatchObject({ n: MOST_EVENTS, ops: 2 });
});
