import { expect, test } from 'bun:test';
import { bundleOf, type Bundle } from '../../client/bundle.ts';
import type { Standing } from '../../client/api.ts';
import { ROLES } from '../../permission.ts';
import { planOf } from '../plan.ts';
import { sabotages } from '../sabotage.ts';
import { verdict } from '../shrink.ts';
import { simulate } from '../simulation.ts';
import type { World } from '../world.ts';
import { faultsIn } from './judge.ts';
import { planOfBundle } from './plan.ts';
import { type Fits, type ReadBundle, readBundle } from './read.ts';

const surroundings = { app: 'test', browser: 'simulator', storage: null };
const whatIsBundledIsRead: Fits = true;

/** What the inspector of each tab would save. */
function bundlesOf(world: World): Bundle[] {
	return world.tabs.flatMap((tab) => {
		const { mana } = tab.client!;
		let standing: Standing | null = null;
		void mana.inspect().then((told) => (standing = told));
		world.pass(1_500);
		return standing === null ? [] : [bundleOf(mana, standing, { ...surroundings, now: world.timeline.now })];
	});
}

const known = new Map<number, { readonly world: World; readonly bundles: readonly Bundle[] }>();

/** A history and what its tabs would save, played once for all tests. */
function played(seed: number) {
	const before = known.get(seed);
	if (before) return before;
	const world = simulate(planOf(seed));
	const now = { world, bundles: bundlesOf(world) };
	known.set(seed, now);
	return now;
}

const read = (bundle: Bundle): ReadBundle => readBundle(JSON.stringify(bundle));

test('the traces of 60 histories keep the protocol, and each is played as a history of its own', () => {
	expect(whatIsBundledIsRead).toBe(true);
	let events = 0;
	const found: string[] = [];
	for (let seed = 1; seed <= 60; seed++) {
		for (const [tab, bundle] of played(seed).bundles.entries()) {
			const told = read(bundle);
			events += told.trace.length;
			for (const { index, what } of faultsIn(told))
				found.push(
					`seed ${seed}, tab ${tab}, event ${index}: ${what}\n${JSON.stringify(told.trace.slice(Math.max(0, index - 12), index + 1))}`,
				);
			if (tab > 0) continue;
			const plan = planOfBundle(told, seed);
			const failure = verdict(plan);
			if (failure !== null) found.push(`the history of seed ${seed}’s bundle: ${failure}`);
		}
	}
	expect(found).toEqual([]);
	expect(events).toBeGreaterThan(1_000);
}, 60_000);

test('a bundle tells of every tab what the leading one has', () => {
	const world = simulate(planOf(1));
	const [browser] = world.browsers;
	browser!.openTab();
	world.pass(2_000);
	const traces = bundlesOf(world)
		.slice(0, browser!.tabs.length)
		.map(({ trace, standing }) => JSON.stringify([trace.at(0), standing.seq, standing.generation]));
	expect(traces.length).toBeGreaterThan(1);
	expect(new Set(traces).size).toBe(1);
});

test('nothing that somebody wrote is in a bundle: no value, no key, no id, no label, no sentence', () => {
	for (let seed = 1; seed <= 40; seed++) {
		const { world, bundles } = played(seed);
		const cells = [...world.disk.file.cells.values()];
		const secrets = new Set([
			...cells.map(({ record }) => record as string),
			...cells.flatMap(({ value }) => (typeof value === 'string' && value.length > 3 ? [value] : [])),
			...cells.map(({ key }) => key).filter((key) => key.length > 6),
			...world.disk.file.devices.keys(),
			...world.promised,
			'ana@',
			'You may only read.',
			'No exclamations.',
		]);
		for (const word of ROLES) secrets.delete(word); // who is in a space stands in its cells, and a role is no secret
		for (const bundle of bundles) {
			const text = JSON.stringify(bundle);
			expect(
				[...secrets].filter((secret) => text.includes(`${secret}"`) || (secret.length > 8 && text.includes(secret))),
			).toEqual([]);
		}
	}
});

/** A trace with at least one acknowledged push and one DELTA behind another. */
function aTrace(): ReadBundle {
	for (let seed = 1; ; seed++) {
		const bundle = played(seed).bundles[0];
		if (!bundle) continue;
		const frames = bundle.trace.flatMap((event) => ('frame' in event ? [`${event.what} ${event.frame}`] : []));
		if (
			frames.filter((frame) => frame === 'heard delta').length > 8 &&
			frames.filter((frame) => frame === 'sent push').length > 3
		)
			return read(bundle);
	}
}

const defects: Readonly<Record<string, (trace: ReadBundle['trace']) => ReadBundle['trace']>> = {
	'an answer to what was never sent': changed('heard', 'ack', (facts) => ({ ...facts, n: 9_999 })),
	'a DELTA that leads back': changed('heard', 'delta', (facts) => ({ ...facts, from: 9_999, to: 9_998 })),
	'a hole between two DELTAs': changed('heard', 'delta', (facts) => ({ ...facts, from: 9_998, to: 9_999 })),
	'a push that leaves one out': (trace) => {
		const at = trace.findLastIndex((event) => event.what === 'sent' && event.frame === 'push');
		const event = trace[at];
		if (event?.what !== 'sent') throw new Error('The trace has no PUSH.');
		return [...trace.slice(0, at + 1), { ...event, facts: { ...event.facts, n: Number(event.facts['n']) + 7 } }];
	},
	'a cursor that goes back': (trace) => {
		const at = trace.findIndex((event) => event.what === 'sent' && event.frame === 'sub' && Number(event.facts['seq']) > 1);
		const event = trace[at];
		if (event?.what !== 'sent') throw new Error('The trace has no SUB with a cursor.');
		return [...trace.slice(0, at + 1), { ...event, facts: { ...event.facts, seq: 1 } }];
	},
};

function changed(
	what: string,
	frame: string,
	change: (facts: Record<string, number | boolean | string | null>) => Record<string, number | boolean | string | null>,
) {
	return (trace: ReadBundle['trace']) => {
		const at = trace.findLastIndex((event) => event.what === what && 'frame' in event && event.frame === frame);
		return trace.map((event, index) => (index === at && 'facts' in event ? { ...event, facts: change(event.facts) } : event));
	};
}

for (const [name, make] of Object.entries(defects))
	test(`the judge sees ${name}`, () => {
		const bundle = aTrace();
		expect(faultsIn(bundle)).toEqual([]);
		expect(faultsIn({ trace: make(bundle.trace) }).length).toBeGreaterThan(0);
	});

test('a history from a bundle finds a defect of the engine', () => {
	const bundle = aTrace();
	const make = sabotages['a cell gets lost on the way']!;
	const found = Array.from({ length: 20 }, (_, seed) => verdict(planOfBundle(bundle, seed), make));
	expect(found.filter((invariant) => invariant !== null)).not.toEqual([]);
});

test('what is no bundle is named', () => {
	expect(() => readBundle('hello')).toThrow('no JSON');
	expect(() => readBundle('{"format":"mana-outbox"}')).toThrow('format');
});
