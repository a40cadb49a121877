import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { pairsOf } from './drift.ts';
import { collide, type Holding, holdingsOf } from './holdings.ts';
import { type Move, movesFrom } from './moves.ts';
import { planNamed } from './plans.ts';
import { portOf } from './services.ts';

/** What a machine would do: carries out each move, and refuses to let two services hold one port. */
function replay(from: readonly Holding[], moves: readonly Move[]): Holding[] {
	let held = [...from];
	for (const move of moves) {
		const has = (port: number) =>
			held.find(
				(other) =>
					other.service === move.service && other.portName === move.portName && other.host === move.host && other.port === port,
			);
		const like = from.find((other) => other.service === move.service && other.portName === move.portName);
		if (move.kind !== 'start') {
			const leaving = has(move.from);
			if (!leaving) throw new Error(`${move.service} is not on ${move.from} of ${move.host}`);
			held = held.filter((other) => other !== leaving);
		}
		if (move.kind === 'stop') continue;
		const { service, portName, host, to: port } = move;
		const coming: Holding = { transport: 'tcp', exposure: 'loopback', ...like, service, portName, host, port };
		const other = held.find((candidate) => collide(candidate, coming));
		if (other) throw new Error(`${service} and ${other.service} both hold ${port} of ${host}`);
		held.push(coming);
	}
	return held;
}

const places = (state: readonly Holding[]) =>
	state.map(({ service, portName, host, port }) => `${host}:${port} ${service} ${portName}`).sort();

/** The steps that nobody can do without, and one more for each circle of services that wait for each other's port. */
function fewest(from: readonly Holding[], to: readonly Holding[]): number {
	const open = pairsOf(from, to).filter(({ before, after }) => before?.host !== after?.host || before?.port !== after?.port);
	const steps = open.reduce((sum, { before, after }) => sum + (before && after && before.host !== after.host ? 2 : 1), 0);
	const next = new Map(
		open.map((pair) => [pair, open.find(({ before }) => before && pair.after && collide(before, pair.after))] as const),
	);
	let circles = 0;
	const done = new Set<unknown>();
	for (const start of open) {
		const way: unknown[] = [];
		let at: (typeof open)[number] | undefined = start;
		while (at && !done.has(at)) {
			done.add(at);
			way.push(at);
			at = next.get(at);
		}
		if (at && way.includes(at)) circles += 1;
	}
	return steps + circles;
}

const hosts = ['here', 'there', 'beyond'];
const names = Array.from({ length: 12 }, (_, index) => `service-${index}`);
const state = fc
	.uniqueArray(
		fc.record({
			service: fc.constantFrom(...names),
			host: fc.constantFrom(...hosts),
			// A dozen services on nine numbers: nearly every move meets another one.
			port: fc.integer({ min: 3001, max: 3009 }),
		}),
		{ selector: ({ host, port }) => `${host}:${port}`, maxLength: 20 },
	)
	.map((placed) => {
		const seen = new Set<string>();
		return placed.flatMap(({ service, host, port }): Holding[] => {
			if (seen.has(`${service} ${host}`)) return [];
			seen.add(`${service} ${host}`);
			return [{ service, portName: 'main', host, port, transport: 'tcp', exposure: 'loopback' }];
		});
	});

describe('the moves from one plan to another', () => {
	test('never put two services on one port, end at the goal, and are as few as can be', () => {
		fc.assert(
			fc.property(state, state, (from, to) => {
				const moves = movesFrom(from, to);
				expect(places(replay(from, moves))).toEqual(places(to));
				expect(moves).toHaveLength(fewest(from, to));
			}),
			{ numRuns: 3000 },
		);
	});

	test('hold for permutations, where everything is a circle', () => {
		const shuffled = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7, maxLength: 7 });
		const at = (port: number, index: number): Holding => ({
			service: `service-${index}`,
			portName: 'main',
			host: 'here',
			port: 3001 + port,
			transport: 'tcp',
			exposure: 'loopback',
		});
		fc.assert(
			fc.property(shuffled, (order) => {
				const from = order.map((_, index) => at(index, index));
				const to = order.map(at);
				const moves = movesFrom(from, to);
				expect(places(replay(from, moves))).toEqual(places(to));
				expect(moves).toHaveLength(fewest(from, to));
			}),
		);
	});

	test('swap two services over a third number of their range', () => {
		const held = (service: string, port: number): Holding => ({
			service,
			portName: 'main',
			host: 'here',
			port,
			transport: 'tcp',
			exposure: 'loopback',
		});
		const [llm, stt] = [portOf('mana-llm'), portOf('mana-stt')];
		const everyoneElse = holdingsOf(planNamed('default')).filter(
			({ service }) => service !== 'mana-llm' && service !== 'mana-stt',
		);
		const from = [...everyoneElse.map((other) => ({ ...other, host: 'here' })), held('mana-llm', stt), held('mana-stt', llm)];
		const to = [...everyoneElse.map((other) => ({ ...other, host: 'here' })), held('mana-llm', llm), held('mana-stt', stt)];
		const moves = movesFrom(from, to);
		// Every number of the range is taken or reserved: the first reserved one serves for the moment.
		expect(moves).toEqual([
			{ kind: 'move', service: 'mana-llm', portName: 'main', host: 'here', from: 3021, to: 3025, aside: true },
			{ kind: 'move', service: 'mana-stt', portName: 'main', host: 'here', from: 3020, to: 3021, aside: false },
			{ kind: 'move', service: 'mana-llm', portName: 'main', host: 'here', from: 3025, to: 3020, aside: false },
		]);
		expect(places(replay(from, moves))).toEqual(places(to));
	});

	test('start a service on its new host before it stops on the old one', () => {
		const on = (host: string): Holding[] => [
			{ service: 'mana-auth', portName: 'main', host, port: 3001, transport: 'tcp', exposure: 'loopback' },
		];
		expect(movesFrom(on('here'), on('there')).map(({ kind, host }) => `${kind} ${host}`)).toEqual(['start there', 'stop here']);
	});

	test('let TCP and UDP, and IPv4 and IPv6, share a number', () => {
		const at = (service: string, more: Partial<Holding>): Holding => ({
			service,
			portName: 'main',
			host: 'here',
			port: 3001,
			transport: 'tcp',
			exposure: 'loopback',
			...more,
		});
		const to = [at('a', { family: 'ipv4' }), at('b', { family: 'ipv6' }), at('c', { transport: 'udp' })];
		expect(movesFrom([], to)).toHaveLength(3);
	});

	test('are refused where a plan has two services on one port already', () => {
		const twice = [...holdingsOf(planNamed('default')), ...holdingsOf(planNamed('default')).slice(0, 1)];
		const doubled = twice.map((holding, index) => (index === twice.length - 1 ? { ...holding, service: 'mana-user' } : holding));
		expect(() => movesFrom(doubled, [])).toThrow('mana-auth and mana-user both hold 3001 of here');
	});

	test('say so when no number is left to step aside to', () => {
		const at = (service: string, port: number): Holding => ({
			service,
			portName: 'main',
			host: 'here',
			port,
			transport: 'tcp',
			exposure: 'loopback',
		});
		const ranges = [
			{ name: 'tiny', title: 'Tiny', purpose: 'Two numbers', spans: [[3001, 3002]], folders: [], reserved: [] },
		] as const;
		expect(() => movesFrom([at('a', 3001), at('b', 3002)], [at('a', 3002), at('b', 3001)], { ranges })).toThrow(
			/(a|b) has to step aside on here/,
		);
	});
});

test.each([
	['2026-04-08', 'default'],
	['2026-04-08', 'two-machines'],
	['two-machines', '2026-04-08'],
	['default', 'containers'],
])('from the plan %s the plan %s is reached without a collision', (before, after) => {
	const [from, to] = [before, after].map((name) => holdingsOf(planNamed(name)));
	const moves = movesFrom(from ?? [], to ?? [], { hosts: [...planNamed(before).hosts, ...planNamed(after).hosts] });
	expect(places(replay(from ?? [], moves))).toEqual(places(to ?? []));
	expect(moves).toHaveLength(fewest(from ?? [], to ?? []));
});
