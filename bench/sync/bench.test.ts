// The bench's own arithmetic, and one tiny run of it with ours, so that it works when it is needed.
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { percentile } from '../bench.ts';
import { regressions, told } from './baseline.ts';
import { digestOf } from './actor/digest.mjs';
import { startProxy } from './counting-proxy.ts';
import { enginesNamed } from './engines.ts';
import type { Figure } from './figure.ts';
import { goals, verdict } from './goals.ts';
import { distribution, median, openLoop } from './latency.ts';
import { entryOf, measure, medians } from './measure.ts';
import type { Report, Run } from './report.ts';
import { Diverged, NotThere, sameState } from './stage.ts';
import { ratio, tableOf } from './table.ts';
import { workloads, workloadsNamed } from './workloads/index.ts';
import type { Workload } from './workloads/workload.ts';

const floors = { tcp: 0.02, echo: 0.03, flush: 1, fanout: 5, load: 0.5 };
const ms = (name: string, value: number): Figure => ({ name, value, unit: 'ms' });
const rate = (value: number): Figure => ({ name: 'rate', value, unit: 'ops/s' });

test('a percentile is a sample by nearest rank, and shares grow with the value', () => {
	const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
	expect([0.5, 0.95, 0.99, 1].map((share) => percentile(samples, share))).toEqual([50, 95, 99, 100]);
	fc.assert(
		fc.property(
			fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
			fc.double({ min: 0, max: 1, noNaN: true }),
			(list, share) => {
				const value = percentile(list, share);
				expect(list).toContain(value);
				expect(list.filter((one) => one <= value).length).toBeGreaterThanOrEqual(share * list.length - 1e-9);
			},
		),
	);
});

test('an open loop counts the wait of everybody behind a writer that was held up', () => {
	// One write each 10 ms; all take 1 ms, but the writer stands still for 100 ms before the third.
	const meant = [0, 10, 20, 30, 40, 50];
	const sent = [0, 10, 120, 120, 120, 120];
	const seen = sent.map((at) => at + 1);
	expect(openLoop(meant, seen)).toEqual([1, 1, 101, 91, 81, 71]);
	expect(distribution(openLoop(meant, seen)).map(({ value }) => value)).toEqual([71, 101, 101, 101]);
});

test('a write that was never seen is an error, not a sample that is missing', () => {
	expect(() => openLoop([0, 10], [1, undefined])).toThrow('Write 2 of 2 was never seen.');
});

test('a digest does not depend on order, and tells any other state apart', () => {
	const cell = fc.tuple(fc.nat(50), fc.constantFrom('f0', 'f1'), fc.oneof(fc.string(), fc.integer()));
	const state = fc.uniqueArray(cell, { selector: ([row, field]) => `${row}/${field}`, minLength: 1 });
	fc.assert(
		fc.property(state, fc.nat(), (cells, at) => {
			const digest = digestOf(cells);
			expect(digestOf(cells.toReversed())).toBe(digest);
			const changed = cells.map((one, i) => (i === at % cells.length ? ([one[0], one[1], `${one[2]}x`] as const) : one));
			expect(digestOf(changed)).not.toBe(digest);
			expect(digestOf(cells.slice(1))).not.toBe(digest);
		}),
	);
	expect(digestOf([[1, 'f0', 1]])).not.toBe(digestOf([[1, 'f0', '1']]));
	expect(digestOf([[1, 'f0', null]])).toBe(digestOf([]));
});

test('replicas that differ count for nothing, and those that become equal do', async () => {
	const holding = (...digests: string[][]) => ({ do: async () => digests.length > 1 ? digests.shift() : digests[0] }) as never; // prettier-ignore
	await expect(sameState([holding(['a']), holding(['a', 'b'])], 0)).rejects.toThrow(Diverged);
	await sameState([holding(['a']), holding(['b'], ['a'])], 1000);
});

test('what failed is reported as such, by its kind, and does not stop the others', async () => {
	const failing = (error: Error): Workload => ({
		name: 'x',
		title: 'X',
		how: '',
		who: 'ours',
		withinMs: 1000,
		run: async () => {
			throw error;
		},
	});
	const kinds = await Promise.all(
		[new Diverged('differ'), new NotThere('later'), new Error('broken')].map(async (error) => {
			const { failure } = await entryOf(failing(error), enginesNamed([])[0]!, 1);
			return failure?.kind;
		}),
	);
	expect(kinds).toEqual(['diverged', 'not-there', 'error']);
	const endless: Workload = { ...failing(new Error()), withinMs: 5, run: () => new Promise(() => undefined) };
	expect((await entryOf(endless, enginesNamed([])[0]!, 1)).failure?.kind).toBe('time');
});

test('repeats give the median, figure by figure', () => {
	expect(median([3, 1, 2])).toBe(2);
	expect(medians([[ms('p50', 3), ms('p99', 9)], [ms('p50', 1), ms('p99', 7)], [ms('p50', 2), ms('p99', 30)]])).toEqual([ms('p50', 2), ms('p99', 9)]); // prettier-ignore
});

test('the table shows ratios to ours and to the floor, goals with how far they are, and why somebody has no figures', () => {
	const run: Run = {
		workload: 'latency',
		floors,
		entries: [
			{ engine: 'mana', figures: [ms('p50', 1.5), ms('p99', 30)], repeats: 1 },
			{ engine: 'yjs', figures: [ms('p50', 0.75), ms('p99', 5)], repeats: 1 },
			{ engine: 'pouchdb', figures: [], repeats: 0, failure: { kind: 'time', message: 'not done within 60 s' } },
		],
	};
	const about = { mana: { versions: {}, config: '', ack: 'fsync', durable: true } };
	const lines = tableOf(run, workloadsNamed(['latency'])[0]!, enginesNamed(null), about);
	const text = lines.join('\n');
	expect(text).toMatch(/Mana \(durable\) +1\.50 +30\.0 +50\.0$/m);
	expect(text).toMatch(/Yjs \+ y-websocket +0\.750 +5\.00 +0\.50 +25\.0$/m);
	expect(text).toMatch(/PouchDB +TIME: not done within 60 s$/m);
	expect(text).toContain('row 1, p50: goal ≤ 2.00 ms: reached (1.50)');
	expect(text).toContain('row 1, p99: goal ≤ 15.0 ms: missed 2.00-fold (30.0)');
	expect(text).toContain('fdatasync 1.00');
});

test('a ratio above one says that ours is better, whether more or less is', () => {
	expect(ratio(ms('p50', 30), ms('p50', 10))).toBe('3.0');
	expect(ratio(rate(100), rate(1000))).toBe('10');
	expect(ratio(ms('other', 1), ms('p50', 1))).toBe('');
});

test('every goal belongs to a workload that exists, and to a figure that is measured or said to be missing', () => {
	const names = new Set(workloads.map(({ name }) => name));
	for (const goal of goals) expect(names).toContain(goal.workload);
	expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
	expect(verdict({ row: 1, workload: 'x', figure: 'y', least: 10, unit: 'ops/s' }, undefined)).toContain('not measured');
	expect(verdict({ row: 1, workload: 'x', figure: 'y', least: 10, unit: 'ops/s' }, { value: 5 })).toContain('missed 2.00-fold');
});

const machine = { cpu: 'c', cores: 2, memoryGb: 8, kernel: '6', bun: '1', node: '20' };
const reportOf = (...figures: Figure[]): Report => ({
	at: '',
	machine,
	engines: {},
	runs: [{ workload: 'latency', floors, entries: [{ engine: 'mana', figures, repeats: 3 }] }],
});

test('a tenth worse passes, more fails, better passes, in both directions', () => {
	const worse = (before: Figure, now: Figure) => regressions(reportOf(before), reportOf(now)).map(({ figure }) => figure);
	expect(worse(ms('p50', 10), ms('p50', 11))).toEqual([]);
	expect(worse(ms('p50', 10), ms('p50', 11.1))).toEqual(['p50']);
	expect(worse(ms('p50', 10), ms('p50', 1))).toEqual([]);
	expect(worse(rate(1000), rate(910))).toEqual([]);
	expect(worse(rate(1000), rate(900))).toEqual(['rate']);
	expect(worse(rate(1000), rate(8_765))).toEqual([]);
});

test('a figure that is gone is worse, a new one and one of another workload are not', () => {
	const [gone] = regressions(reportOf(ms('p50', 10)), reportOf(ms('p99', 10)));
	expect(told(gone!)).toContain('not measured any more');
	expect(regressions(reportOf(ms('p50', 1)), { ...reportOf(), runs: [] })).toEqual([]);
});

test('a baseline from another machine is refused with what differs', () => {
	const other = { ...reportOf(), machine: { ...machine, kernel: '7' } };
	expect(() => regressions(other, reportOf())).toThrow('kernel: 7 then, 6 now');
});

test('names that nobody has are refused with those that exist', () => {
	expect(() => workloadsNamed(['latancy'])).toThrow('There are: latency,');
	expect(() => enginesNamed(['yjz'])).toThrow('There are: mana, yjs');
	expect(enginesNamed(['yjs']).map(({ name }) => name)).toEqual(['mana', 'yjs']);
});

test('the proxy passes bytes on unchanged and counts them both ways', async () => {
	await using server = Bun.listen<undefined>({
		hostname: '127.0.0.1',
		port: 0,
		socket: { data: (socket, bytes) => void socket.write(Buffer.concat([bytes, bytes])) },
	}) as never as AsyncDisposable & { port: number };
	const proxy = await startProxy(server.port);
	const answered = Promise.withResolvers<string>();
	let heard = '';
	const client = await Bun.connect({
		hostname: '127.0.0.1',
		port: proxy.port,
		socket: {
			data(_socket, bytes) {
				heard += bytes.toString();
				if (heard.length === 10) answered.resolve(heard);
			},
		},
	});
	client.write('hello');
	expect(await answered.promise).toBe('hellohello');
	expect(proxy.take()).toEqual({ up: 5, down: 10 });
	expect(proxy.take()).toEqual({ up: 0, down: 0 });
	client.end();
	proxy.close();
});

test('the bench runs: bytes on the wire of ours, in three processes, with equal replicas', async () => {
	const { entries, floors } = await measure(workloadsNamed(['bytes'])[0]!, enginesNamed([]), 1, () => undefined);
	expect(entries[0]?.failure).toBeUndefined();
	const figures = new Map(entries[0]!.figures.map(({ name, value }) => [name, value]));
	// What the codec's own test (kit/sync/codec/size.test.ts) says, with WebSocket framing and answers on top.
	expect(figures.get('op in a batch')).toBeWithin(5, 40);
	expect(figures.get('one op')).toBeWithin(40, 120);
	for (const floor of [floors.tcp, floors.echo, floors.flush, floors.fanout]) expect(floor).toBeGreaterThan(0);
}, 60_000);
