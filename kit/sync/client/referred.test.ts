import { collection, field, type RecordId, routed } from '@mana/model';
import { expect, test } from 'bun:test';
import type { Client } from './client.ts';
import { TestBrowser, World } from './test-world.ts';

const trips = collection('test/trips', { app: 3, number: 1 }, { title: field.text(1, { fallback: '' }) });
const notes = collection(
	'test/notes',
	{ app: 1, number: 1 },
	{ title: field.text(1, { fallback: '' }), trip: field.reference(2) },
	{ refers: { trip: 'test/trips' } },
);
const jobs = collection(
	'test/jobs',
	{ app: 2, number: 1 },
	{ title: field.text(1, { fallback: '' }), done: routed(field.instant(2)), parent: field.reference(3) },
	{ keeps: { field: 'done', days: 90 }, refers: { parent: 'test/jobs' } },
);
const links = collection(
	'test/links',
	{ app: 250, number: 2 },
	{
		fromCollection: field.integer(2, { fallback: 0 }),
		from: field.reference(3),
		toCollection: field.integer(4, { fallback: 0 }),
		to: field.reference(5),
	},
	{ refers: { from: { numberIn: 'fromCollection' }, to: { numberIn: 'toCollection' } }, ties: true },
);
const models = [trips, notes, jobs, links];
const HOUR = 3_600_000;
const LONG_AGO = Date.UTC(2020, 0);

/** A desk that writes, and a phone of the same person. */
async function start() {
	const world = new World(1);
	world.models = models;
	const [desk, phone] = [new TestBrowser(world), new TestBrowser(world)];
	desk.models = phone.models = models;
	const a = await desk.open();
	await world.pass(2_000);
	return { world, phone, a };
}

type Model = (typeof models)[number];

function add({ mana }: Client, model: Model, title: string, more: object = {}): RecordId {
	let id!: RecordId;
	mana.write('Add', (tx) => void (id = tx.create(model, { title, ...more })));
	return id;
}

/** What stands in memory, asked without looking. */
const held = ({ mana }: Client, { number }: Model) => [...mana.replica.ids(number)].sort();

/** Nobody but who looks at these has looked at anything for two hours, and room is short. */
async function tighten(world: World, phone: TestBrowser, client: Client, looked: Model): Promise<void> {
	client.mana.query(looked).subscribe(() => undefined);
	world.now += 2 * HOUR;
	await world.pass(3_000);
	phone.disk.limitBytes = Math.ceil(phone.disk.bytes * 1.09);
	await world.pass(70_000);
	phone.disk.limitBytes = Infinity;
	expect(client.mana.sync.durable).toBe(true);
}

test('what a record in view refers to stays when its app is let go, comes when it is referred to, and goes when it is no more', async () => {
	const { world, phone, a } = await start();
	const [named, later, other] = ['named', 'later', 'other'].map((title) => add(a, trips, title)) as [
		RecordId,
		RecordId,
		RecordId,
	];
	const note = add(a, notes, 'note', { trip: named });
	for (let i = 0; i < 20; i++) add(a, notes, 'x'.repeat(400));
	const b = await phone.open();
	await world.pass(2_000);
	expect(held(b, trips)).toEqual([named, later, other].sort());
	await tighten(world, phone, b, notes);
	expect(held(b, trips)).toEqual([named]);
	expect(b.mana.get(trips, named)).toMatchObject({ title: 'named' });

	a.mana.write('Go on', (tx) => tx.update(trips, named, { title: 'changed' }));
	const second = add(a, notes, 'second', { trip: later });
	await world.pass(5_000);
	expect(held(b, trips)).toEqual([named, later].sort());
	expect(b.mana.get(trips, named)).toMatchObject({ title: 'changed' });

	a.mana.write('Elsewhere', (tx) => {
		tx.update(notes, note, { trip: later });
		tx.update(notes, second, { trip: null });
	});
	await world.pass(5_000);
	expect(held(b, trips)).toEqual([later]);
	phone.kill(b);
	const c = await phone.open();
	expect(held(c, trips)).toEqual([later]);
	await world.pass(5_000);
	expect(held(c, trips)).toEqual([later]);
});

test('what stands outside the part that is kept comes with what refers to it, and what that refers to in turn', async () => {
	const { world, phone, a } = await start();
	const top = add(a, jobs, 'top', { done: LONG_AGO });
	const parent = add(a, jobs, 'parent', { done: LONG_AGO, parent: top });
	const old = add(a, jobs, 'old', { done: LONG_AGO });
	const step = add(a, jobs, 'step', { parent });
	await world.pass(2_000);
	const b = await phone.open();
	await world.pass(5_000);
	expect(held(b, jobs)).toEqual([top, parent, step].sort());
	a.mana.write('Done long ago', (tx) => tx.update(jobs, step, { done: LONG_AGO }));
	await world.pass(5_000);
	expect(held(b, jobs)).toEqual([]);
	a.mana.write('Again', (tx) => tx.update(jobs, old, { done: null }));
	await world.pass(5_000);
	expect(held(b, jobs)).toEqual([old]);
});

test('of what ties others together each end stays where the other one is in view', async () => {
	const { world, phone, a } = await start();
	const [trip, other] = [add(a, trips, 'trip'), add(a, trips, 'other')];
	const [note, job] = [add(a, notes, 'note'), add(a, jobs, 'job')];
	const tie = (from: readonly [Model, RecordId], to: readonly [Model, RecordId]) =>
		a.mana.write('Link', (tx) =>
			tx.create(links, { fromCollection: from[0].number, from: from[1], toCollection: to[0].number, to: to[1] }),
		);
	tie([notes, note], [trips, trip]);
	tie([jobs, job], [trips, other]);
	for (let i = 0; i < 20; i++) add(a, notes, 'x'.repeat(400));
	const b = await phone.open();
	await world.pass(2_000);
	await tighten(world, phone, b, notes);
	expect([trips, jobs].map((model) => held(b, model))).toEqual([[trip], []]);
	expect(held(b, notes)).toContain(note);
});
