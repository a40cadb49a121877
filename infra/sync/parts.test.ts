import { eachEngine } from '@mana/store/testing';
import { type RecordId, since, type Value } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import {
	bucketOf,
	type Digest,
	ENGINE,
	type FrameOf,
	NOTHING_SUM,
	type Op,
	type Part,
	plus,
	type Scope,
	sumOfCell,
	sumOfScope,
} from '@mana/sync';
import { expect, test } from 'bun:test';
import type { SyncStore } from './store.ts';
import { exchangeOnce, newDevice, newRecord, RawClient, startSync } from './testing.ts';
import { openBeside } from './testing-spaces.ts';

const tasks = collectionNumbered(513)!;
const projects = collectionNumbered(514)!;
const done = tasks.fields['completedAt']!;
const NOW = Date.UTC(2026, 5, 1);
const windows = [{ collection: tasks.number, field: done.number, from: '', to: '0' }, since(tasks, done, NOW)];
const recent: Scope = { apps: null, collections: [], windows, records: [] };
const kept: Part = { scope: recent, lack: null };

function task(record: RecordId, field: string, value: Value): Op {
	return { collection: tasks.number, record, field: tasks.fields[field]!.number, key: '', value };
}

eachEngine('a part of a space', (engine) => {
	async function start() {
		const server = await startSync(await engine.place());
		const token = await server.issuer.token('ada');
		const writer = await RawClient.join(server.url, token);
		const reader = await RawClient.open(server.url);
		await reader.hello(token);
		return { ...server, token, writer, reader, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
	}

	test('a reader hears what stands in its windows and nothing else; what comes in comes whole, what leaves is named', async () => {
		await using server = await start();
		const { writer, reader } = server;
		const [old, open] = [newRecord(), newRecord()];
		writer.write(task(old, 'title', 'long ago'), task(old, 'completedAt', NOW - 1));
		writer.write(task(open, 'title', 'still to do'));
		await writer.acked(2);
		await reader.sub(writer.space!, undefined, kept);
		await reader.reached(2);
		expect([...reader.cells.values()].map(({ value }) => value)).toEqual(['still to do']);

		writer.write(task(old, 'completedAt', null));
		await reader.reached(3);
		expect(reader.value(task(old, 'title', null))).toBe('long ago');

		writer.write(task(open, 'completedAt', NOW - 5));
		await reader.reached(4);
		expect(reader.value(task(open, 'title', null))).toBeUndefined();
		// Where the node lost sight of who may read for a moment, it began anew and named before what it might have told.
		expect(reader.heard.findLast(({ type }) => type === 'move')).toMatchObject({
			from: 3,
			records: [{ collection: tasks.number, record: open }],
		});

		writer.write(task(open, 'title', 'nobody hears of this'));
		await reader.reached(5);
		const heard = reader.heard.filter((frame): frame is FrameOf<'delta'> => frame.type === 'delta');
		expect(heard.flatMap(({ cells }) => cells).some(({ value }) => value === 'nobody hears of this')).toBe(false);
	});

	test('a wider scope brings what was lacking, and a narrower one is answered too', async () => {
		await using server = await start();
		const { writer, reader } = server;
		const old = newRecord();
		writer.write(task(old, 'title', 'long ago'), task(old, 'completedAt', NOW - 1));
		await writer.acked(1);
		const { epoch } = await reader.sub(writer.space!, undefined, kept);
		await reader.reached(1);
		expect(reader.cells.size).toBe(0);
		const older = { ...windows[1]!, from: '2', to: windows[1]!.from };
		const wider: Scope = { ...recent, windows: [...windows, older] };
		await reader.sub(writer.space!, { epoch, seq: 1 }, { scope: wider, lack: { windows: [older], records: [] } });
		await reader.until(() => reader.value(task(old, 'title', null)) === 'long ago', 'the old one');
		const before = reader.heard.length;
		await reader.sub(writer.space!, { epoch, seq: 1 }, { scope: recent, lack: { windows: [], records: [] } });
		await reader.until(() => reader.heard.slice(before).some(({ type }) => type === 'delta'), 'an answer');
		const answer = await exchangeOnce(server.url, [
			{ type: 'hello', token: server.token, device: newDevice(), clockMs: 0, schema: [] },
			{
				type: 'sub',
				space: writer.space!,
				epoch,
				seq: 1,
				part: {
					scope: { ...recent, records: [{ collection: tasks.number, record: old }] },
					lack: { windows: [], records: [{ collection: tasks.number, record: old }] },
				},
			},
		]);
		const deltas = answer.filter(({ type }) => type === 'delta');
		expect(deltas.at(-1)).toMatchObject({ more: false, cells: [] });
		// What was asked for by name comes once, and again where the answer was begun anew.
		const named = deltas.slice(0, -1);
		expect(named.length).toBeGreaterThan(0);
		for (const delta of named) expect(delta).toMatchObject({ more: true, cells: [{ record: old }, { record: old }] });
	});

	test('who was away for so long that it must take the state anew gets its part, and no more, over a stream and in an exchange', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const token = await server.issuer.token('ada');
		const writer = await RawClient.join(server.url, token);
		writer.write(task(newRecord(), 'title', 'to do'));
		const old = newRecord();
		writer.write(task(old, 'title', 'long ago'), task(old, 'completedAt', NOW - 1));
		writer.write(task(newRecord(), 'title', 'still to do'));
		await writer.acked(3);
		const store: SyncStore = await openBeside(place.home, place.databaseUrl);
		await store.db.updateTable('space').set({ horizon: 3 }).where('id', '=', writer.space!).execute();
		await store.close();

		const cursor = { epoch: writer.epoch, seq: 1 };
		const schema = [{ collection: ENGINE.collection, version: ENGINE.renews }];
		const away = await RawClient.open(server.url);
		await away.hello(token, schema);
		await away.sub(writer.space!, cursor, kept);
		await away.reached(3);
		expect(away.heard[1]!.type).toBe('renew');
		expect([...away.cells.values()].filter(({ record }) => record === old)).toEqual([]);
		const frames = await exchangeOnce(server.url, [
			{ type: 'hello', token, device: newDevice(), clockMs: 0, schema },
			{ type: 'sub', space: writer.space!, ...cursor, part: kept },
		]);
		expect(frames[1]!.type).toBe('renew');
		expect(frames.flatMap((frame) => (frame.type === 'delta' ? frame.cells : [])).filter(({ record }) => record === old)).toEqual(
			[],
		);
	});

	test('whole collections alone: what is in no other comes', async () => {
		await using server = await start();
		const { writer, reader } = server;
		const project = { ...task(newRecord(), 'title', 'garden'), collection: projects.number };
		await reader.sub(writer.space!, undefined, {
			scope: { apps: [], collections: [projects.number], windows: [], records: [] },
			lack: null,
		});
		writer.write(project, task(newRecord(), 'title', 'milk'));
		await reader.reached(1);
		expect([...reader.cells.values()].map(({ value }) => value)).toEqual(['garden']);
	});

	test('many who keep the same part are told the same bytes', async () => {
		await using server = await start();
		const { writer, token, url } = server;
		const readers = await Promise.all(
			Array.from({ length: 8 }, async () => {
				const reader = await RawClient.open(url);
				await reader.hello(token);
				await reader.sub(writer.space!, undefined, kept);
				return reader;
			}),
		);
		for (let i = 1; i <= 20; i++)
			writer.write(task(newRecord(), 'title', `task ${i}`), task(newRecord(), 'completedAt', i % 2 ? NOW - i : NOW + i));
		await Promise.all(readers.map((reader) => reader.reached(20)));
		for (const reader of readers) expect(reader.cells.size).toBe(30);
	});

	test('who keeps a part is told the sums of it and what differs, on a socket and in an exchange; who does not ask for it is not', async () => {
		await using server = await start();
		const { writer, reader, token, url } = server;
		const [old, open, other] = [newRecord(), newRecord(), newRecord()];
		writer.write(task(old, 'title', 'long ago'), task(old, 'completedAt', NOW - 1));
		writer.write(task(open, 'title', 'still to do'));
		writer.write(task(other, 'title', 'this too'), { ...task(newRecord(), 'title', 'garden'), collection: projects.number });
		await writer.acked(3);
		const space = writer.space!;
		await reader.sub(space, undefined, kept);
		await reader.reached(3);
		const inPart = [...reader.cells.values()].filter(({ collection }) => collection === tasks.number);
		const sum = inPart.map(sumOfCell).reduce(plus, NOTHING_SUM);
		const base = {
			type: 'digest',
			space,
			epoch: 0,
			seq: 3,
			collection: 0,
			buckets: [],
			more: false,
			sums: [],
			cells: [],
		} as const;
		const named = { sums: [{ of: tasks.number, ...sumOfScope(recent) }] };
		const answers = () => reader.heard.filter((frame): frame is Digest => frame.type === 'digest');
		const ask = async (question: Partial<Digest>) => {
			const before = answers().length;
			reader.send({ ...base, ...question });
			await reader.until(() => answers().length > before, 'an answer');
			return answers().at(-1)!;
		};
		expect((await ask({})).sums.map(({ of }) => of)).not.toContain(tasks.number);
		const another = { sums: [{ of: tasks.number, ...sumOfScope({ ...recent, windows: [] }) }] };
		expect((await ask(another)).sums.map(({ of }) => of)).not.toContain(tasks.number);
		const all = await ask(named);
		expect(all.seq).toBe(3);
		expect(all.sums).toContainEqual({ of: tasks.number, ...sum });
		expect(all.sums.map(({ of }) => of)).toContain(projects.number);

		const buckets = await ask({ ...named, collection: tasks.number });
		expect(new Set(buckets.sums.map(({ of }) => of))).toEqual(new Set([open, other].map(bucketOf)));
		const numbers = [...new Set([old, open, other].map(bucketOf))].sort((a, b) => a - b);
		const cells = await ask({ ...named, collection: tasks.number, buckets: numbers });
		expect(cells).toMatchObject({ more: false, seq: 3 });
		expect(new Set(cells.cells.map(({ record }) => record))).toEqual(new Set([open, other]));

		writer.write(task(open, 'completedAt', NOW - 5));
		writer.write(task(old, 'completedAt', null));
		await reader.reached(5);
		const later = await ask(named);
		const now = [...reader.cells.values()].filter(({ collection }) => collection === tasks.number);
		expect(later.sums).toContainEqual({ of: tasks.number, ...now.map(sumOfCell).reduce(plus, NOTHING_SUM) });

		const answer = await exchangeOnce(url, [
			{ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] },
			{ type: 'sub', space, epoch: later.epoch, seq: 5, part: kept },
			{ ...base, ...named },
		]);
		expect(answer.find(({ type }) => type === 'digest')).toMatchObject({ seq: 5, sums: later.sums });
	});

	test('a window on a field that does not route here ends the conversation before anything is told', async () => {
		await using server = await start();
		const { reader, writer } = server;
		const foreign = { ...windows[0]!, field: tasks.fields['title']!.number };
		reader.send({
			type: 'sub',
			space: writer.space!,
			epoch: 0,
			seq: 0,
			part: { scope: { ...recent, windows: [foreign] }, lack: null },
		});
		expect((await reader.bye()).code).toBe('protocol');
	});
});
