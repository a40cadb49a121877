// Nothing is sent faster than the other side takes it in (docs/sync.md, "Credit").
import { encodeFrame, LIVENESS } from '@mana/sync';
import { eachEngine } from '@mana/store/testing';
import { expect, test } from 'bun:test';
import { PUSH_CREDIT } from './session.ts';
import { newRecord, op, RawClient, startSync } from './testing.ts';

const KB = 1024;
/** Bytes of catch-up that a client may have in front of it. */
const CATCH_UP = 256 * KB;

eachEngine('credit', (engine) => {
	/** A space of 2 MiB, and somebody with nothing of it. */
	async function start(schema: readonly (typeof LIVENESS)[]) {
		const server = await startSync(await engine.place());
		const token = await server.issuer.token('ada');
		const author = await RawClient.join(server.url, token);
		for (let at = 0; at < 16; at++)
			author.write(...Array.from({ length: 16 }, (_, i) => op(newRecord(), `${i} ${'x'.repeat(8 * KB)}`)));
		await author.acked(16);
		const client = await RawClient.open(server.url);
		const { personal } = await client.hello(token, schema);
		await client.sub(personal);
		const sizes = () => client.heard.filter(({ type }) => type === 'delta').map((frame) => encodeFrame(frame).length);
		/** Everything that the server sends without being asked has come, as far as many turns of it show. */
		const quiet = async () => {
			for (let turn = 0; turn < 30; turn++) {
				client.send({ type: 'ping', clockMs: turn });
				await client.next('pong');
			}
			return sizes().reduce((sum, size) => sum + size, 0);
		};
		return { author, client, space: personal, sizes, quiet, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
	}

	test('a catch-up stops at what the client has room for, and goes on by what it says it took in', async () => {
		await using room = await start([LIVENESS]);
		const { author, client, space, sizes, quiet } = room;
		await client.until(() => sizes().reduce((sum, size) => sum + size, 0) >= CATCH_UP, 'a first part');
		let heard = await quiet();
		// One part more than there was room for may be on its way: it is sent while any room is left.
		expect(heard).toBeLessThan(CATCH_UP + Math.max(...sizes()) + 1);
		for (let granted = 0; client.seq < author.seq; granted += 64 * KB) {
			expect(heard).toBeLessThan(CATCH_UP + granted + Math.max(...sizes()) + 1);
			const before = heard;
			client.send({ type: 'credit', space, bytes: 64 * KB });
			heard = await quiet();
			if (granted > 8 * CATCH_UP) throw new Error(`It does not go on: ${before} bytes, then ${heard}.`);
		}
		expect(client.cells.size).toBe(256);
	});

	test('credit that nobody needed is not saved up', async () => {
		await using room = await start([LIVENESS]);
		const { client, space, sizes, quiet } = room;
		await client.until(() => sizes().length > 0, 'a first part');
		await quiet();
		client.send({ type: 'credit', space, bytes: 1024 * 1024 * KB });
		const heard = await quiet();
		expect(heard).toBeLessThan(2 * (CATCH_UP + Math.max(...sizes())) + 1);
	});

	test('a client that does not know credit is sent everything, and is told of none', async () => {
		await using room = await start([]);
		const { author, client } = room;
		await client.reached(author.seq);
		expect(client.heard.some(({ type }) => type === 'credit')).toBe(false);
	});

	test('a client that knows it is told what it may push, behind SUBBED', async () => {
		await using room = await start([LIVENESS]);
		const { client, space } = room;
		expect(await client.next('credit')).toEqual({ type: 'credit', space, bytes: PUSH_CREDIT });
	});
});
