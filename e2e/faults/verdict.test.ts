import { describe, expect, test } from 'bun:test';
import { keyCount } from './model.ts';
import type { Harm } from './nemesis.ts';
import { troubled } from './run.ts';
import { type State, verdict } from './verdict.ts';

const marked: State = {
	kind: 'state',
	written: 1,
	unsent: 0,
	refused: 0,
	stands: 'live',
	view: { tops: Array.from({ length: keyCount }, (_, key) => (key < 4 ? 101 : 0)), marks: [['w1', 1, 101, [0, 1, 2, 3]]] },
};
const promised = { acked: new Map([['w1', 1]]), saved: new Map([['w1', 1]]) };

describe('the verdict of a run', () => {
	test('is silent where all that was promised is there', () => {
		expect(verdict(promised, [marked, marked], true)).toEqual([]);
	});

	test('names what was acknowledged, and what was on a disk that outlives its page, and is lost', () => {
		const acked = new Map([['w1', 2]]);
		expect(verdict({ ...promised, acked }, [marked], true)).toEqual(['I3: w1 2 was acknowledged and is lost']);
		expect(verdict({ ...promised, saved: acked }, [marked], true)).toEqual(["I3: w1 2 was on its device's disk and is lost"]);
		expect(verdict({ ...promised, saved: acked }, [marked], false)).toEqual([]);
	});

	test('names what was refused, and a transaction of which a part is shown', () => {
		expect(verdict(promised, [{ ...marked, refused: 1 }], true)).toEqual(['1 transactions were refused']);
		const torn = { ...marked, view: { ...marked.view, tops: marked.view.tops.with(0, 0) } };
		expect(verdict(promised, [torn], true)).not.toEqual([]);
	});
});

/** A server whose disk loses what it had acknowledged, and no device is left that would bring it back. */
const forgetting: Harm = {
	name: 'forget',
	async begin(cluster) {
		const { server } = cluster;
		await cluster.killServer();
		const goBack = server.remember();
		const before = new Map(cluster.acked);
		await cluster.startServer();
		while (![...cluster.acked].some(([writer, count]) => count > (before.get(writer) ?? 0))) await Bun.sleep(20);
		await Promise.all(cluster.seats.map((seat) => cluster.killClient(seat)));
		await cluster.killServer();
		goBack();
		await cluster.startServer();
		await Promise.all(cluster.seats.map((seat) => cluster.startClient(seat)));
		return async () => undefined;
	},
};

test('a server that loses what it acknowledged is found', async () => {
	// Whether a run takes a harm is up to its seed.
	const chosen = [forgetting, forgetting, forgetting, forgetting];
	const { faults } = await troubled({ seed: 3, chosen, troubleMs: 1_000 });
	expect(faults.filter((fault) => /^I3: .+ was acknowledged and is lost$/.test(fault))).not.toEqual([]);
}, 60_000);
