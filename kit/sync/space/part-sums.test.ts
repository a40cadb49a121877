import { counter, fieldNumber, lww, namedRecordId, type RecordId, routeKey, systemFields, type Value } from '@mana/model';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Cell } from '../cell.ts';
import { bucketOf, plus, sumOfCell, NOTHING_SUM, type Sum } from '../digest.ts';
import { placeKey } from '../merge.ts';
import { type Scope, ScopeIndex } from '../scope.ts';
import { isLeftover, isTombstone } from '../tombstone.ts';
import { decide } from './decide.ts';
import { HeldStore, now, phone, push, rules, space, transaction } from './fixture.ts';
import { withoutRoutes } from './memory-routes.ts';
import { PartSums } from './part-sums.ts';
import type { Request, Rules } from './state.ts';
import type { Look, RouteMark, Tail, WindowPart } from './store.ts';
import type { Window } from '@mana/model';
import type { SpaceId } from '../cell.ts';

const ROUTED = 513;
const PLAIN = 514;
const STAGE = fieldNumber(1, lww);
const TITLE = fieldNumber(2, lww);
const STARS = fieldNumber(3, counter);
const records = Array.from({ length: 6 }, (_, i) => namedRecordId(`part/${i}`));
const routing: Rules = { ...rules, routes: (collection) => (collection === ROUTED ? [STAGE] : []) };

/** What happens to the state: somebody writes, or the server clears away. */
type Deed =
	| {
			readonly kind: 'write';
			readonly collection: number;
			readonly record: RecordId;
			readonly field: number;
			readonly value: Value;
	  }
	| { readonly kind: 'count'; readonly collection: number; readonly record: RecordId; readonly by: number }
	| { readonly kind: 'trash' | 'purge' | 'forget' | 'fold' | 'restore' };

/** A store to which something happens before each of its reads. */
class BusyStore extends HeldStore {
	deeds: Deed[] = [];
	#n = 0;
	#total = 0;

	do(deed: Deed): void {
		const { cells, space: state } = this.found;
		const due = (which: (cell: Cell) => boolean) => [...cells.values()].filter(which);
		const tidy = { kind: 'tidy', space, purge: [], forget: [], fold: [] } as const;
		const ask = (request: Request) => {
			const { change } = decide(this.found, [request], now, routing);
			this.keep(change);
			if (change) this.routes = withoutRoutes(this.routes, change.forgotten);
		};
		const writes = (
			field: number,
			value: Value,
			key = '',
			of: { collection: number; record: RecordId } = { collection: ROUTED, record: records[0]! },
		) => ask(push(phone, transaction(++this.#n, { ...of, field, key, value })));
		if (deed.kind === 'write') writes(deed.field, deed.value, '', deed);
		else if (deed.kind === 'count') writes(STARS, (this.#total += deed.by), '+a', deed);
		else if (deed.kind === 'trash') writes(systemFields.deletedAt.number, now);
		else if (deed.kind === 'purge')
			ask({ ...tidy, purge: due(({ field, value }) => field === systemFields.deletedAt.number && value !== null) });
		else if (deed.kind === 'forget') ask({ ...tidy, forget: due((cell) => isTombstone(cell) || isLeftover(cell)) });
		else if (deed.kind === 'fold') ask({ ...tidy, fold: due(({ field }) => field === STARS) });
		else this.found = { ...this.found, space: { ...state!, epoch: state!.epoch + 1 } };
	}

	#happens(): void {
		const next = this.deeds.shift();
		if (next) this.do(next);
	}

	override async readWindow(
		id: SpaceId,
		window: Window,
		after: RouteMark | null,
		chunk: number,
		person?: string,
	): Promise<WindowPart | null> {
		this.#happens();
		return super.readWindow(id, window, after, chunk, person);
	}

	override async readSince(id: SpaceId, from: number, chunk: number, person?: string, look?: Look): Promise<Tail | null> {
		this.#happens();
		return super.readSince(id, from, chunk, person, look);
	}
}

/** The cells that a scope holds of a collection which does not come whole, by the plain question. */
function kept({ found: { cells } }: HeldStore, scope: Scope, of: number): Cell[] {
	const index = new ScopeIndex(scope);
	return [...cells.values()].filter(({ collection, record }) => {
		const stage = cells.get(placeKey({ collection, record, field: STAGE, key: '' }));
		const routes = new Map([[STAGE, routeKey(stage?.value ?? null)]]);
		return collection === of && !index.whole(of) && index.holds({ collection, record }, routes);
	});
}

const sumOf = (cells: readonly Cell[]): Sum => cells.map(sumOfCell).reduce(plus, NOTHING_SUM);

const stage = fc.oneof(fc.constant(null), fc.integer({ min: -2, max: 4 }));
const anyWindow = fc
	.tuple(stage, stage)
	.map(([a, b]) => [routeKey(a), routeKey(b)].sort())
	.map(([from, to]) => ({ collection: ROUTED, field: STAGE, from: from!, to: to! }));
const anyScope: fc.Arbitrary<Scope> = fc.record({
	apps: fc.constantFrom(null, []),
	collections: fc.subarray([ROUTED, PLAIN]),
	windows: fc.array(anyWindow, { maxLength: 3 }),
	records: fc.subarray(records.slice(0, 3).flatMap((record) => [ROUTED, PLAIN].map((collection) => ({ collection, record })))),
});
const anyPlace = { collection: fc.constantFrom(ROUTED, ROUTED, PLAIN), record: fc.constantFrom(...records) };
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			kind: fc.constant('write' as const),
			...anyPlace,
			field: fc.constantFrom(STAGE, STAGE, TITLE),
			value: stage,
		}),
	},
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('count' as const), ...anyPlace, by: fc.integer({ min: 1, max: 9 }) }) },
	{
		weight: 4,
		arbitrary: fc.record({ kind: fc.constantFrom('trash' as const, 'purge' as const, 'forget' as const, 'fold' as const) }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
);

test('the sum of a part is that of the cells in it, whatever is written, moved in and out, purged, forgotten, folded or restored, also while it is counted', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(fc.array(anyDeed, { maxLength: 8 }), fc.array(anyDeed, { maxLength: 3 })), {
				minLength: 1,
				maxLength: 6,
			}),
			fc.array(anyScope, { minLength: 1, maxLength: 2 }),
			fc.integer({ min: 1, max: 9 }),
			fc.constantFrom(3, 1_000),
			async (rounds, scopes, chunk, most) => {
				const store = new BusyStore();
				const sums = new PartSums(store, { chunk, most });
				for (const [before, meanwhile] of rounds) {
					before.forEach((deed) => store.do(deed));
					store.deeds.push(...meanwhile);
					for (const scope of scopes)
						await sums.read(space, scope, (count) => {
							const state = store.found.space!;
							expect({ epoch: count.epoch, seq: count.seq }).toEqual({ epoch: state.epoch, seq: state.seq });
							for (const of of [ROUTED, PLAIN]) {
								const cells = kept(store, scope, of);
								expect(count.sumOf(of)).toEqual(sumOf(cells));
								for (const [bucket, sum] of count.bucketsOf(of))
									expect(sum).toEqual(sumOf(cells.filter(({ record }) => bucketOf(record) === bucket)));
							}
						});
					expect(sums.size).toBeLessThanOrEqual(most);
				}
			},
		),
		{ numRuns: 400 },
	);
}, 60_000);

/** Counts what it reads. */
class MeasuredStore extends BusyStore {
	reads = 0;
	cells = 0;

	override async readWindow(...question: Parameters<BusyStore['readWindow']>): Promise<WindowPart | null> {
		return this.#measured(await super.readWindow(...question));
	}

	override async readSince(...question: Parameters<BusyStore['readSince']>): Promise<Tail | null> {
		return this.#measured(await super.readSince(...question));
	}

	#measured<T extends Tail>(tail: T | null): T | null {
		this.reads++;
		this.cells += (tail?.cells.length ?? 0) + (tail?.whole?.length ?? 0);
		return tail;
	}
}

const open: Scope = {
	apps: [],
	collections: [],
	windows: [{ collection: ROUTED, field: STAGE, from: '', to: '0' }],
	records: [],
};

async function filled(count: number) {
	const store = new MeasuredStore();
	for (let i = 0; i < count; i++)
		store.do({ kind: 'write', collection: ROUTED, record: namedRecordId(`many/${i}`), field: TITLE, value: i });
	return { store, sums: new PartSums(store) };
}

test('a part is counted once: after that a question costs what changed since, and all who keep the same part share it', async () => {
	const { store, sums } = await filled(50);
	const ask = () => sums.read(space, open, (count) => count.sumOf(ROUTED));
	await Promise.all([ask(), ask(), ask()]);
	expect(store.cells).toBeLessThan(60);
	store.cells = 0;
	await ask();
	expect(store.cells).toBe(0);
	store.do({ kind: 'write', collection: ROUTED, record: namedRecordId('many/3'), field: TITLE, value: 'other' });
	await ask();
	expect(store.cells).toBe(2);
	expect(await sums.read(space, open, (count) => count.sumOf(ROUTED), true)).toEqual(sumOf(kept(store, open, ROUTED)));
	expect(store.cells).toBeGreaterThan(50);
});

test('counts are begun one after another, and who comes when too many wait is not answered', async () => {
	const { sums } = await filled(3);
	const scopes = Array.from({ length: 130 }, (_, i): Scope => ({
		...open,
		records: [{ collection: PLAIN, record: namedRecordId(`n${i}`) }],
	}));
	const answers = await Promise.all(scopes.map((scope) => sums.read(space, scope, () => true)));
	expect(answers.filter((answer) => answer === null)).toHaveLength(30);
	expect(await sums.read(space, scopes[129]!, () => true)).toBe(true);
});
