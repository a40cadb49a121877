import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { LogPruning } from './log-pruning.ts';
import { LOG_WINDOW } from './spaces/space-keeper.ts';
import { migrations, type SyncTables } from './store.ts';
import { newRecord, op, RawClient, startSync } from './testing.ts';

/** A pruning that is told about each step, and what it logged. */
function pruning(step: () => Promise<number>, afterBytes = 100) {
	const stopping = new AbortController();
	const errors: unknown[] = [];
	const told: unknown[] = [];
	const log = {
		error: (...said: unknown[]) => errors.push(said),
		info: (...said: unknown[]) => told.push(said[0]),
	};
	const one = new LogPruning({ step, beside: async () => undefined, afterBytes, signal: stopping.signal, log });
	return { one, stopping, errors, told };
}

test('the log is looked at when enough was published since the last look, and step by step until nothing is left to drop', async () => {
	const left = [500, 500, 20, 0, 7, 0];
	const { one, told } = pruning(async () => left.shift()!);
	one.published(60);
	one.published(39);
	await one.idle();
	expect(left).toHaveLength(6);
	one.published(1);
	await one.idle();
	expect(told).toEqual([{ rows: 1020 }]);
	one.published(99); // counted from the last look
	await one.idle();
	expect(left).toHaveLength(2);
	one.published(1);
	await one.idle();
	expect(told).toEqual([{ rows: 1020 }, { rows: 7 }]);
});

test('a look that fails is told of and the next one looks again; one that is to stop stops after its step', async () => {
	const outcomes = [() => Promise.reject(new Error('locked')), () => Promise.resolve(3), () => Promise.resolve(0)];
	const { one, errors, told } = pruning(() => outcomes.shift()!());
	one.again();
	one.again();
	await one.idle();
	expect(errors).toMatchObject([[{ err: new Error('locked') }, expect.any(String)]]);
	expect(told).toEqual([{ rows: 3 }]);

	const ending = pruning(async () => {
		ending.stopping.abort();
		return 500;
	});
	ending.one.again();
	await ending.one.idle();
	expect(ending.told).toEqual([{ rows: 500 }]);
});

eachEngine('a service that runs', (engine) => {
	test('drops what left the window of its log once 8 MiB were published, and not before', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const beside = await engine.open<SyncTables>({ place, service: 'mana-sync', migrations });
		const client = await RawClient.join(server.url, await server.issuer.token('ada'));
		const write = async (...values: string[]) => client.acked(client.write(...values.map((value) => op(newRecord(), value))).n);
		const first = async () => (await beside.db.selectFrom('log').select('to_seq').where('to_seq', '=', 1).execute()).length;
		await write('the first row of the log');
		await beside.db
			.updateTable('space')
			.set({ log_position: LOG_WINDOW.bytes + 10_000 })
			.execute();
		const almostAMegabyte = Array.from({ length: 16 }, () => 'x'.repeat(60_000));
		for (let i = 0; i < 7; i++) await write(...almostAMegabyte);
		// Had the log been looked at, that would have been before this write.
		await write('a word');
		expect(await first()).toBe(1);
		await write(...almostAMegabyte);
		await write(...almostAMegabyte);
		for (let round = 0; round < 200 && (await first()) > 0; round++) await write('another word');
		expect(await first()).toBe(0);
		client.close();
	});
});
