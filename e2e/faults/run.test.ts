import { afterAll, describe, expect, test } from 'bun:test';
import { Dice } from '@mana/sync/simulator/dice';
import { Cluster } from './cluster.ts';
import { harms } from './nemesis.ts';
import type { Player, PlayerOptions } from './player.ts';
import { startProcess } from './process.ts';
import { troubled } from './run.ts';
import { startIssuer } from '../../infra/sync/testing.ts';
import { Server } from './server.ts';

const LONGEST_MS = 1_000;

/** A stage whose players are made by `startPlayer`. */
const stageOf = (startPlayer: (options: PlayerOptions) => Promise<Player>) => ({
	origin: 'http://localhost',
	startPlayer,
	renew: async () => undefined,
	close: async () => undefined,
});

const deaf: Player = {
	tell: () => undefined,
	pause: async () => undefined,
	resume: async () => undefined,
	kill: async () => undefined,
};

describe('a run ends with a verdict', () => {
	test('when clients never answer', async () => {
		const { faults } = await troubled({ seed: 1, chosen: [], stage: stageOf(async () => deaf), longestMs: LONGEST_MS });
		expect(faults).toEqual([`broken off: The run took more than ${LONGEST_MS} ms.`]);
	});

	test('when a client never becomes ready', async () => {
		const { faults } = await troubled({
			seed: 1,
			chosen: [],
			stage: stageOf(() => new Promise(() => undefined)),
			longestMs: LONGEST_MS,
		});
		expect(faults).toEqual([`broken off: The run took more than ${LONGEST_MS} ms.`]);
	});

	test('when a client cannot start, and when a harm cannot be done', async () => {
		const broken = stageOf(() => Promise.reject(new Error('no room')));
		expect((await troubled({ seed: 1, chosen: [], stage: broken })).faults).toEqual(['broken off: no room']);
		const harm = { name: 'too much', begin: () => Promise.reject(new Error('it cannot be harmed')) };
		// Whether a run takes a harm is up to its seed.
		const { faults } = await troubled({
			seed: 3,
			chosen: [harm, harm, harm, harm],
			stage: stageOf(async () => deaf),
			longestMs: 20_000,
		});
		expect(faults).toEqual(['broken off: it cannot be harmed']);
	});
});

describe('a cluster', async () => {
	const cluster = await Cluster.make({ nodes: null, rate: 1, dice: new Dice(1), startPlayer: startProcess });
	afterAll(() => cluster.close());

	test('has one server however often it is started, and none that outlives it', async () => {
		await cluster.start(1);
		const kill = harms.find(({ name }) => name === 'kill the server')!;
		const mends = [await kill.begin(cluster, new Dice(1)), await kill.begin(cluster, new Dice(1))];
		await mends[0]!();
		const [state] = await cluster.states();
		const url = await cluster.server.start();
		await mends[1]!();
		expect(state?.kind).toBe('state');
		expect(await cluster.server.start()).toBe(url);
		expect((await fetch(`${url}/health/live`)).ok).toBe(true);
		await cluster.killServer();
		expect(fetch(`${url}/health/live`)).rejects.toThrow();
		expect(cluster.faults).toEqual([]);
	});
});

test('a server tells when it ends by itself, and not when it is killed', async () => {
	const died = Promise.withResolvers<string>();
	const issuer = await startIssuer();
	const server = Server.make({ issuer, origin: undefined, databaseUrl: null, died: died.resolve });
	await server.start();
	await server.kill();
	await server.start();
	server.signal('SIGTERM');
	expect(await died.promise).toStartWith('mana-sync ended by itself');
	await server.close();
	await issuer.close();
});
