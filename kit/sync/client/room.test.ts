import { collection, field, type RecordId, routed } from '@mana/model';
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Client } from './client.ts';
import { StorageFull } from './disk.ts';
import type { StoredFile } from './file-rows.ts';
import { PERSONAL } from './store.ts';
import { TestBrowser, World } from './test-world.ts';

const notes = collection('test/notes', { app: 1, number: 1 }, { title: field.text(1, { fallback: '' }) });
const jobs = collection(
	'test/jobs',
	{ app: 2, number: 1 },
	{ title: field.text(1, { fallback: '' }), done: routed(field.instant(2)) },
	{ keeps: { field: 'done', days: 90 } },
);
const trips = collection('test/trips', { app: 3, number: 1 }, { title: field.text(1, { fallback: '' }) });
const models = [notes, jobs, trips];
const HOUR = 3_600_000;
const text = 'x'.repeat(400);

/** A desk that writes, and a phone whose disk may be small, of one person. */
async function start(seed = 1) {
	const world = new World(seed);
	world.models = models;
	const [desk, phone] = [new TestBrowser(world), new TestBrowser(world)];
	desk.models = phone.models = models;
	const [a, b] = [await desk.open(), await phone.open()];
	await world.pass(2_000);
	return { world, desk, phone, a, b };
}

type Model = (typeof models)[number];

function add({ mana }: Client, model: Model, title: string): { readonly id: RecordId; readonly saved: Promise<void> } {
	let id!: RecordId;
	const { saved } = mana.write('Add', (tx) => {
		id = tx.create(model, { title });
	});
	return { id, saved };
}

/** Everybody is away for two hours. */
async function sleep(world: World): Promise<void> {
	world.now += 2 * HOUR;
	await world.pass(3_000);
}

/** What stands in memory, asked without looking. */
const held = ({ mana }: Client, model: Model) => [...mana.replica.ids(model.number)].filter((id) => mana.get(model, id)).length;
const look = ({ mana }: Client, model: Model) => mana.query(model).subscribe(() => undefined);

/** So much of the disk is used that room is short, from now on. */
const tighten = ({ disk }: TestBrowser) => (disk.limitBytes = Math.ceil(disk.bytes * 1.09));

async function keepFile({ disk }: TestBrowser, at: number, file: Partial<StoredFile>): Promise<void> {
	const row: StoredFile = { hash: `${at}`, size: 8_000, chunks: [], sent: true, pinned: false, usedAt: 1, places: [], ...file };
	await disk.run('write', ['files', 'bytes'], async (tx) => {
		tx.put('files', [PERSONAL, at], row);
		tx.put('bytes', [PERSONAL, at], new Blob([text.repeat(20)]));
	});
}

const files = ({ disk }: TestBrowser) =>
	disk.run('read', ['files'], async (tx) => (await tx.list('files', PERSONAL)).map(({ value }) => (value as StoredFile).hash));

describe('when room on a device is short', () => {
	test('what nobody looks at goes, from memory and disk, and comes back when somebody looks', async () => {
		const { world, phone, a, b } = await start();
		for (const model of models) for (let i = 0; i < 20; i++) add(a, model, `${text} ${i}`);
		await world.pass(2_000);
		const stop = look(b, notes);
		await sleep(world);
		expect(models.map((model) => held(b, model))).toEqual([20, 20, 20]);
		const before = phone.disk.bytes;
		tighten(phone);
		await world.pass(70_000);
		expect(b.mana.sync).toMatchObject({ phase: 'live', tight: false, durable: true });
		expect(models.map((model) => held(b, model))).toEqual([20, 0, 0]);
		expect(phone.disk.bytes).toBeLessThan(before * 0.5);
		expect(b.mana.query(trips).partial).toBe(true);
		add(a, trips, 'meanwhile');
		await world.pass(2_000);
		expect(held(b, trips)).toBe(0);
		phone.disk.limitBytes = Infinity;
		const again = look(b, trips);
		await world.pass(2_000);
		expect(models.map((model) => held(b, model))).toEqual([20, 0, 21]);
		expect(b.mana.query(trips).partial).toBe(false);
		stop();
		again();
		phone.kill(b);
		const c = await phone.open();
		expect(models.map((model) => held(c, model))).toEqual([20, 0, 21]);
	});

	test('what the person wants here, what is unsent and what names an unsent file stays', async () => {
		const { world, phone, a, b } = await start();
		await b.mana.kept.keepApp(notes.number >> 8, true);
		add(a, notes, 'wanted');
		const pinned = add(a, jobs, 'pinned').id;
		const withFile = add(a, trips, 'names a file').id;
		const plain = add(a, trips, text).id;
		await world.pass(2_000);
		await b.mana.kept.pin(jobs, pinned, true);
		expect(b.mana.kept.isPinned(jobs, pinned)).toBe(true);
		await keepFile(phone, 1, { sent: false, places: [{ collection: trips.number, record: withFile }] });
		await sleep(world);
		phone.online = false;
		phone.cut();
		const unsent = add(b, trips, 'unsent');
		await unsent.saved;
		tighten(phone);
		await world.pass(70_000);
		expect([notes, jobs].map((model) => held(b, model))).toEqual([1, 1]);
		const inTrips = (client: Client) => [...client.mana.replica.ids(trips.number)].filter((id) => client.mana.get(trips, id));
		expect(inTrips(b).sort()).toEqual([withFile, unsent.id].sort());
		phone.kill(b);
		const c = await phone.open();
		expect(inTrips(c).sort()).toEqual([withFile, unsent.id].sort());
		expect(c.mana.outbox()).toHaveLength(1);
		phone.online = true;
		await world.pass(90_000);
		expect(a.mana.get(trips, unsent.id)).toMatchObject({ title: 'unsent' });
		look(c, trips);
		phone.disk.limitBytes = Infinity;
		await world.pass(5_000);
		expect(inTrips(c).sort()).toEqual([withFile, unsent.id, plain].sort());
	});

	test('files that the server has make room for a write that found none; it is told that room is short', async () => {
		const { world, phone, b } = await start();
		await keepFile(phone, 1, {});
		await keepFile(phone, 2, { pinned: true });
		await keepFile(phone, 3, { sent: false });
		phone.disk.limitBytes = phone.disk.bytes + 50;
		const { saved } = add(b, notes, text);
		await world.pass();
		await saved;
		expect(b.mana.sync).toMatchObject({ durable: true, tight: true });
		expect(await files(phone)).toEqual(['2', '3']);
		// Nothing else can go: it goes on in memory, and says so.
		phone.disk.limitBytes = phone.disk.bytes;
		const lost = add(b, notes, text).saved.then(
			() => 'saved',
			(error: Error) => error.name,
		);
		await world.pass(1_000);
		expect([await lost, b.mana.sync.durable, b.mana.sync.full]).toEqual(['StorageFull', false, true]);
	});

	for (const what of ['what is written here', 'what comes from the server', 'pages'] as const)
		test(`a device without room for ${what} says so, keeps what it had, and sends and shows everything all the same`, async () => {
			const { world, phone, a, b } = await start();
			add(b, notes, 'before');
			await world.pass(20_000);
			const full = () => {
				throw new StorageFull('no room');
			};
			if (what === 'pages') add(a, notes, 'last');
			await world.pass(1_000);
			phone.disk.fault = (request) => request === 'put' && full();
			if (what === 'what is written here') add(b, notes, 'last');
			if (what === 'what comes from the server') add(a, notes, 'last');
			await world.pass(20_000);
			expect(b.mana.sync).toMatchObject({ durable: false, full: true, phase: 'live', unsent: 0 });
			add(b, notes, 'after');
			await world.pass(2_000);
			for (const { mana } of [a, b])
				expect(
					mana
						.query(notes)
						.rows.map(({ title }) => title)
						.sort(),
				).toEqual(['after', 'before', 'last']);
			phone.kill(b);
			phone.disk.fault = (request) => request === 'put' && full();
			const still = await phone.open();
			expect(still.mana.sync).toMatchObject({ durable: true });
			await world.pass(2_000);
			expect(still.mana.sync).toMatchObject({ durable: false, full: true, phase: 'live' });
			expect(still.mana.query(notes).rows.length).toBe(3);
			phone.kill(still);
			phone.disk.fault = null;
			const again = await phone.open();
			expect(again.mana.query(notes).rows.map(({ title }) => title)).toContain('before');
			await world.pass(2_000);
			expect(again.mana.sync).toMatchObject({ durable: true, phase: 'live' });
			expect(again.mana.sync.full ?? false).toBe(false);
			expect(again.mana.query(notes).rows.length).toBe(3);
		});

	test('whatever is let go comes back, and nothing unsent is ever lost', async () => {
		const deed = fc.oneof(
			fc.record({ what: fc.constant('write' as const), model: fc.nat(2), size: fc.nat(500) }),
			fc.record({ what: fc.constant('look' as const), model: fc.nat(2) }),
			fc.record({ what: fc.constantFrom('tighten', 'widen', 'offline', 'online', 'restart', 'theirs', 'sleep') }),
			fc.record({ what: fc.constant('pass' as const), ms: fc.constantFrom(100, 3_000, 70_000) }),
		);
		const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
		console.log(`seed ${seed}`);
		await fc.assert(
			fc.asyncProperty(fc.array(deed, { minLength: 8, maxLength: 24 }), async (deeds) => {
				const { world, phone, a, b } = await start(seed);
				let client = b;
				let last: Promise<unknown> = Promise.resolve();
				const written = new Map<RecordId, Model>();
				const write = (who: Client, model: Model, title: string) => {
					const { id, saved } = add(who, model, title);
					last = saved;
					written.set(id, model);
				};
				for (const deed of deeds) {
					if (deed.what === 'write') write(client, models[deed.model]!, 'x'.repeat(deed.size));
					else if (deed.what === 'look') look(client, models[deed.model]!)();
					else if (deed.what === 'theirs') write(a, models[written.size % 3]!, text);
					else if (deed.what === 'pass') await world.pass(deed.ms);
					else if (deed.what === 'sleep') await sleep(world);
					else if (deed.what === 'tighten') phone.disk.limitBytes = phone.disk.bytes * 1.08 + 4_000;
					else if (deed.what === 'widen') phone.disk.limitBytes = Infinity;
					else if (deed.what === 'restart') {
						await world.pass();
						await last;
						phone.kill(client);
						client = await phone.open();
						await world.pass();
					} else {
						phone.online = deed.what === 'online';
						if (!phone.online) phone.cut();
					}
				}
				phone.disk.limitBytes = Infinity;
				phone.online = true;
				await world.pass(120_000);
				for (const model of models) look(client, model);
				await world.pass(10_000);
				expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
				for (const [id, model] of written) {
					expect(a.mana.get(model, id)).toBeDefined();
					expect(client.mana.get(model, id)).toEqual(a.mana.get(model, id));
				}
			}),
			{ seed, numRuns: 20 },
		);
	}, 30_000);
});
