import { fieldNumber, lww, namedRecordId, type RecordId, routeKey, type Value } from '@mana/model';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Cell } from '../cell.ts';
import { decodeFrame } from '../codec/index.ts';
import { mergeCell, placeKey } from '../merge.ts';
import { nameKey } from '../name.ts';
import { type Scope, ScopeIndex, widening } from '../scope.ts';
import { catchUp, type Cursor } from './catch-up.ts';
import { decide } from './decide.ts';
import { HeldStore, now, phone, push, rules, space, transaction } from './fixture.ts';
import type { ToldPart } from './part-catch-up.ts';
import type { Rules } from './state.ts';

const ROUTED = 513;
const PLAIN = 514;
const STAGE = fieldNumber(1, lww);
const TITLE = fieldNumber(2, lww);
const records = Array.from({ length: 5 }, (_, i) => namedRecordId(`part/${i}`));
const routing: Rules = { ...rules, routes: (collection) => (collection === ROUTED ? [STAGE] : []) };

/** A replica that keeps a part, in a few lines: cells by place, and nothing of a record that left. */
class Replica {
	cells = new Map<string, Cell>();
	cursor: Cursor = { epoch: 7, seq: 0 };
	scope: Scope | null = null;

	/** @param brokenOff after so many parts the reading is broken off, and begins again */
	async follow(
		store: HeldStore,
		scope: Scope,
		chunk: number,
		between: () => void = () => undefined,
		brokenOff = Infinity,
	): Promise<void> {
		const change = this.scope ? widening(this.scope, scope) : null;
		const part: ToldPart = { scope, lack: change?.lack ?? null };
		const cursor = change?.fromStart ? { epoch: 7, seq: 0 } : this.cursor;
		if (cursor.seq === 0) this.cells.clear();
		if (await this.#read(store, cursor, chunk, part, between, brokenOff))
			await this.#read(store, cursor, chunk, { ...part, again: true }, between, Infinity);
		this.scope = scope;
		const index = new ScopeIndex(scope);
		this.cells = new Map([...this.cells].filter(([, cell]) => index.holds(cell, routesOf(this.cells, cell))));
	}

	/** @returns whether it was broken off */
	async #read(
		store: HeldStore,
		cursor: Cursor,
		chunk: number,
		part: ToldPart,
		between: () => void,
		most: number,
	): Promise<boolean> {
		let told = 0;
		for await (const { frames, to, complete } of catchUp(store, space, cursor, chunk, undefined, part)) {
			for (const frame of frames.map(decodeFrame)) {
				if (frame.type === 'move')
					for (const name of frame.records)
						for (const [key, cell] of this.cells) if (nameKey(cell) === nameKey(name)) this.cells.delete(key);
				if (frame.type !== 'delta') continue;
				for (const cell of frame.cells) this.cells.set(placeKey(cell), mergeCell(this.cells.get(placeKey(cell)), cell));
			}
			if (complete) this.cursor = { epoch: 7, seq: to };
			between();
			if (!complete && ++told >= most) return true;
		}
		return false;
	}
}

function routesOf(cells: ReadonlyMap<string, Cell>, { collection, record }: Cell) {
	const stage = cells.get(placeKey({ collection, record, field: STAGE, key: '' }));
	return new Map([[STAGE, routeKey(stage?.value ?? null)]]);
}

/** The plain question over the state of the server. */
function expected(store: HeldStore, scope: Scope): Map<string, Cell> {
	const index = new ScopeIndex(scope);
	const mine = [...store.found.cells].filter(([, cell]) => index.holds(cell, routesOf(store.found.cells, cell)));
	return new Map(mine.map(([key, { seq: _seq, ...cell }]) => [key, cell]));
}

const stage = fc.oneof(fc.constant(null), fc.integer({ min: -2, max: 4 }));
const anyWindow = fc
	.tuple(stage, stage)
	.map(([a, b]) => [routeKey(a), routeKey(b)].sort())
	.map(([from, to]) => ({ collection: ROUTED, field: STAGE, from: from!, to: to! }));
const anyScope: fc.Arbitrary<Scope> = fc.record({
	apps: fc.constantFrom(null, [2], []),
	collections: fc.subarray([ROUTED, PLAIN]),
	windows: fc.array(anyWindow, { maxLength: 3 }),
	records: fc.subarray(
		records.slice(0, 2).flatMap((record) => [
			{ collection: ROUTED, record },
			{ collection: PLAIN, record },
		]),
	),
});
type Write = readonly [collection: number, record: RecordId, field: number, value: Value];
const anyWrite: fc.Arbitrary<Write> = fc.tuple(
	fc.constantFrom(ROUTED, ROUTED, PLAIN),
	fc.constantFrom(...records),
	fc.constantFrom(STAGE, STAGE, TITLE),
	stage,
);

test('I9, I10, I12: whatever scopes it goes through, in parts of any size, broken off or not, while others write, a replica holds what its scope says of a checkpoint', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(
				fc.tuple(
					fc.array(anyWrite, { maxLength: 6 }),
					anyScope,
					fc.array(anyWrite, { maxLength: 3 }),
					fc.constantFrom(Infinity, 1, 2),
				),
				{ minLength: 1, maxLength: 5 },
			),
			fc.integer({ min: 1, max: 9 }),
			async (rounds, chunk) => {
				const store = new HeldStore();
				const replica = new Replica();
				let n = 0;
				const write = ([collection, record, field, value]: Write) => {
					const op = { collection, record, field, key: '', value };
					store.keep(decide(store.found, [push(phone, transaction(++n, op))], now, routing).change);
				};
				for (const [before, scope, later, brokenOff] of rounds) {
					const meanwhile = [...later];
					before.forEach(write);
					const between = () => {
						const next = meanwhile.pop();
						if (next) write(next);
					};
					await replica.follow(store, scope, chunk, between, brokenOff);
					// What was written after the last part comes with the next catch-up.
					await replica.follow(store, scope, chunk);
					expect(replica.cells).toEqual(expected(store, scope));
				}
			},
		),
		{ numRuns: 500 },
	);
});

test('a change of scope is answered although nothing is lacking, and a scope that stays is not', async () => {
	const store = new HeldStore();
	const scope: Scope = { apps: null, collections: [], windows: [], records: [] };
	const frames = async (part: ToldPart) => {
		const all = [];
		for await (const { frames } of catchUp(store, space, { epoch: 7, seq: 0 }, 9, undefined, part))
			all.push(...frames.map(decodeFrame));
		return all;
	};
	expect(await frames({ scope, lack: { windows: [], records: [] } })).toMatchObject([
		{ type: 'delta', from: 0, to: 0, more: false },
	]);
	expect(await frames({ scope, lack: null })).toEqual([]);
});
