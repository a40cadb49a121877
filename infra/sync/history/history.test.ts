import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { fieldNumber, lww, systemFields } from '@mana/model';
import { type SpaceId } from '@mana/sync';
import type { RecordChanges } from '@mana/sync/record-history';
import { bumpEpochs } from '../restore.ts';
import { COLLECTION, newDevice, newRecord, op, RawClient, startSync, TITLE } from '../testing.ts';
import { ask, insertSpace, openBeside } from '../testing-spaces.ts';

const NOTE = fieldNumber(2, lww);

eachEngine('the history of a record', (engine) => {
	async function start() {
		const place = await engine.place();
		const server = await startSync(place);
		const store = await openBeside(place.home, place.databaseUrl);
		const space = await insertSpace(store, {
			ana: { role: 'owner' },
			vic: { role: 'viewer' },
			lim: { role: 'editor', apps: [2] },
			gone: { role: 'gone' },
		});
		async function write(person: string) {
			const client = await RawClient.open(server.url, newDevice());
			await client.hello(await server.issuer.token(person));
			await client.sub(space);
			return async (...ops: Parameters<RawClient['write']>) => client.acked(client.write(...ops).n);
		}
		async function history(person: string, record: string, more = '') {
			const token = await server.issuer.token(person);
			const answer = await ask(
				server,
				token,
				'GET',
				`/spaces/${space}/records/${record}/history?collection=${COLLECTION}${more}`,
			);
			return { status: answer.status, body: answer.body as unknown as RecordChanges };
		}
		return {
			server,
			place,
			store,
			space,
			write,
			history,
			async [Symbol.asyncDispose]() {
				await store.close();
				await server[Symbol.asyncDispose]();
			},
		};
	}

	test('tells who changed what, from what to what, back to the beginning', async () => {
		await using world = await start();
		const record = newRecord();
		const ana = await world.write('ana');
		await ana(op(record, 'milk'), op(record, 'two', NOTE));
		await ana(op(newRecord(), 'something else'));
		await ana(op(record, 'oat milk'));
		await ana(op(record, null, NOTE));
		const { body } = await world.history('vic', record);
		expect(body.earlier).toBe('none');
		expect(body.now).toMatchObject([
			{ field: TITLE, value: 'oat milk' },
			{ field: NOTE, value: null },
		]);
		const told = body.changes.map(({ person, name, cells }) => ({
			person,
			name,
			cells: cells.map(({ field, value, before }) => [field, before && before.value, value]),
		}));
		expect(told).toEqual([
			{ person: 'ana', name: 'ana', cells: [[NOTE, 'two', null]] },
			{ person: 'ana', name: 'ana', cells: [[TITLE, 'milk', 'oat milk']] },
			{ person: 'ana', name: 'ana', cells: [[TITLE, null, 'milk'], [NOTE, null, 'two']] }, // prettier-ignore
		]);
		for (const { at, writtenAt } of body.changes) expect(Math.abs(at - writtenAt)).toBeLessThan(60_000);
	});

	test('tells who wrote in the name of whom, and lets no device change between the two', async () => {
		await using world = await start();
		const record = newRecord();
		const own = newDevice();
		const acting = newDevice();
		const join = async (device: ReturnType<typeof newDevice>, actor?: string) => {
			const client = await RawClient.open(world.server.url, device);
			await client.hello(await world.server.issuer.token('ana', actor === undefined ? {} : { actor, actorName: 'Olga' }));
			return client;
		};
		const say = async (device: ReturnType<typeof newDevice>, title: string, actor?: string) => {
			const client = await join(device, actor);
			await client.sub(world.space);
			await client.acked(client.write(op(record, title)).n);
			return client;
		};
		await say(own, 'by herself');
		const olga = await say(acting, 'for her', 'olga');
		await say(own, 'by herself again');
		const { body } = await world.history('vic', record);
		expect(body.changes.map(({ person, name, by, cells }) => [person, name, by, cells[0]?.value])).toEqual([
			['ana', 'ana', null, 'by herself again'],
			['ana', 'ana', { person: 'olga', name: 'Olga' }, 'for her'],
			['ana', 'ana', null, 'by herself'],
		]);
		for (const [device, actor] of [
			[own, 'olga'],
			[acting, undefined],
			[acting, 'otto'],
		] as const) {
			const client = await join(device, actor);
			client.send({ type: 'sub', space: world.space, epoch: 0, seq: 0 });
			expect((await client.bye()).code).toBe('foreign-device');
		}
		// Nor is a conversation that was begun in her name gone on with as herself.
		olga.send({ type: 'auth', token: await world.server.issuer.token('ana') });
		expect((await olga.bye()).code).toBe('unauthorised');
	});

	test('tells as much to a stranger and to who was removed as to somebody who asks for a space that is not', async () => {
		await using world = await start();
		const record = newRecord();
		await (
			await world.write('ana')
		)(op(record, 'secret'));
		const token = await world.server.issuer.token('eve');
		const nowhere = await ask(
			world.server,
			token,
			'GET',
			`/spaces/${newRecord()}/records/${record}/history?collection=${COLLECTION}`,
		);
		for (const person of ['eve', 'gone']) {
			const { status, body } = await world.history(person, record);
			const { code, detail } = nowhere.body;
			expect([status, body]).toMatchObject([404, { code, detail } as never]);
		}
		const { body } = await world.history('lim', record);
		expect(body).toEqual((await world.history('lim', newRecord())).body);
		expect(JSON.stringify(body)).not.toContain('secret');
	});

	test('goes back page by page, each change once', async () => {
		await using world = await start();
		const record = newRecord();
		const ana = await world.write('ana');
		for (let i = 0; i < 120; i++) await ana(op(record, i));
		const values: unknown[] = [];
		let more = '';
		let pages = 0;
		for (let earlier = 'more'; earlier === 'more'; pages++) {
			const { body } = await world.history('ana', record, more);
			values.push(...body.changes.flatMap(({ cells }) => cells.map(({ value }) => value)));
			({ earlier } = body);
			more = `&before=${body.before}&epoch=${body.epoch}`;
		}
		expect(pages).toBe(3);
		expect(values).toEqual(Array.from({ length: 120 }, (_, i) => 119 - i));
	});

	test('says where the log begins: what is older was forgotten, but what stood there before is known', async () => {
		await using world = await start();
		const record = newRecord();
		const ana = await world.write('ana');
		await ana(op(record, 'old'));
		await ana(op(record, 'new'));
		await world.store.db.deleteFrom('log').where('to_seq', '=', 1).execute();
		const { body } = await world.history('ana', record);
		expect(body.earlier).toBe('forgotten');
		expect(body.changes).toMatchObject([{ cells: [{ value: 'new', before: { value: 'old' } }] }]);
	});

	test('of a purged record nothing is told but that it was purged', async () => {
		await using world = await start();
		const record = newRecord();
		const ana = await world.write('ana');
		await ana(op(record, 'secret'));
		await ana(op(record, true, systemFields.purged.number));
		const { body } = await world.history('ana', record);
		expect(JSON.stringify(body)).not.toContain('secret');
		expect(body.changes).toMatchObject([{ person: 'ana', cells: [{ field: systemFields.purged.number, value: true }] }]);
	});

	test('pages of two histories do not mix: after a restore one begins again', async () => {
		const world = await start();
		const record = newRecord();
		const ana = await world.write('ana');
		for (let i = 0; i < 60; i++) await ana(op(record, i));
		const { body } = await world.history('ana', record);
		await bumpEpochs(world.place, Date.now() + 1000);
		const next = await world.history('ana', record, `&before=${body.before}&epoch=${body.epoch}`);
		expect(next).toMatchObject({ status: 409, body: { code: 'other-history' } });
		expect((await world.history('ana', record)).body.changes).toEqual(body.changes);
		await world[Symbol.asyncDispose]();
	});

	test('what a device wrote long before it could send it is told with both times', async () => {
		await using world = await start();
		const record = newRecord();
		const client = await RawClient.open(world.server.url, newDevice());
		await client.hello(await world.server.issuer.token('ana'));
		await client.sub(world.space as SpaceId);
		client.push([{ n: 1, stamp: 4096 * 1000, ops: [op(record, 'long ago')] }]);
		await client.acked(1);
		const [change] = (await world.history('ana', record)).body.changes;
		expect(change!.writtenAt).toBe(Date.UTC(2025, 0, 1) + 1000);
		expect(change!.at).toBeGreaterThan(Date.UTC(2026, 0, 1));
	});
});
