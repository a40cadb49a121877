import { expect, test } from 'bun:test';
import { nodeHarms } from './nemesis.ts';
import { troubled } from './run.ts';

/** Few runs, so that what breaks plainly is seen at once; `npm run faults -- --nodes 2` makes many. */
const seeds = [1, 2];

const without = (...names: readonly string[]) => nodeHarms.filter(({ name }) => !names.includes(name));

for (const seed of seeds)
	test(`two nodes that are killed, paused, and cut off from their PostgreSQL lose and mix up nothing (seed ${seed})`, async () => {
		const chosen = without('pause clients', 'kill a client');
		const { faults, transactions } = await troubled({ seed, chosen, nodes: 2, troubleMs: 2500 });
		expect(faults).toEqual([]);
		expect(transactions).toBeGreaterThan(0);
	}, 60_000);
