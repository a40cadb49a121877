// Nothing outside somebody's scope and role leaves the real service (I9, I11): random people, rights, writes and restarts, and a judge who shares no
// rule with the service on every frame, chunk and byte of a projection. `MANA_WIRE_SEEDS=50` plays so many seeds more, from one that is printed.
import { eachEngine } from '@mana/store/testing';
import { expect, test } from 'bun:test';
import { WireWorld } from './testing-wire.ts';

const STEPS = 120;
/** After so many steps a service is restarted, and a replica thrown away. */
const [RESTART, RENEW] = [50, 12];

const more = Number(process.env['MANA_WIRE_SEEDS'] ?? 0);
const first = Date.now() % 1_000_000;
const seeds = [1, ...Array.from({ length: more }, (_, i) => first + i)];

eachEngine('what leaves the service', (engine) => {
	test.each(seeds)(
		'is for whom it is, seed %i',
		async (seed) => {
			const world = await WireWorld.start(seed, await engine.place(), engine.name === 'postgres' ? 2 : 1);
			try {
				for (let step = 1; step <= STEPS; step++) {
					await world.step();
					if (step % RENEW === 0) await world.renew();
					if (step % RESTART === 0) await world.restart();
				}
				await world.removeOne();
				await world.settle();
				// A judge who saw nothing of a kind has judged nothing.
				for (const type of ['delta', 'snapshot', 'chunk', 'digest', 'presence', 'reach', 'move', 'subbed', 'revoked'] as const)
					expect([type, world.judge.seen.get(type)]).toEqual([type, expect.any(Number)]);
				expect(world.projected).toBeGreaterThan(0);
			} finally {
				await world.close();
			}
		},
		300_000,
	);
});
