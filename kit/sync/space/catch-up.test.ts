import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Cell } from '../cell.ts';
import { decodeFrame } from '../codec/index.ts';
import type { FrameOf } from '../frames.ts';
import { mergeCell, placeKey } from '../merge.ts';
import { catchUp, type Cursor } from './catch-up.ts';
import { decide } from './decide.ts';
import { after, HeldStore, now, op, phone, push, rules, space, transaction } from './fixture.ts';

async function deltas(
	store: HeldStore,
	cursor: Cursor,
	chunk: number,
	between: () => void = () => undefined,
): Promise<FrameOf<'delta'>[]> {
	const all: FrameOf<'delta'>[] = [];
	for await (const { frames } of catchUp(store, space, cursor, chunk)) {
		for (const frame of frames) all.push(decodeFrame(frame) as FrameOf<'delta'>);
		between();
	}
	return all;
}

function write(store: HeldStore, n: number, field: number): void {
	const { change } = decide(store.found, [push(phone, transaction(n, op(field, n), op(field + 1, n)))], now, rules);
	store.found = after(store.found, change);
}

function fold(frames: readonly FrameOf<'delta'>[], into = new Map<string, Cell>()): Map<string, Cell> {
	for (const cell of frames.flatMap(({ cells }) => cells)) into.set(placeKey(cell), mergeCell(into.get(placeKey(cell)), cell));
	return into;
}

function state(store: HeldStore): Map<string, Cell> {
	return new Map([...store.found.cells].map(([key, { seq: _seq, ...cell }]) => [key, cell]));
}

test('I12: from any cursor, in chunks of any size, while others write, the result is the state of a checkpoint', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat(12), { minLength: 1, maxLength: 20 }),
			fc.nat(20),
			fc.integer({ min: 1, max: 9 }),
			fc.array(fc.nat(12), { maxLength: 5 }),
			async (fields, stop, chunk, meanwhile) => {
				const store = new HeldStore();
				let n = 0;
				let replica = new Map<string, Cell>();
				let cursor: Cursor = { epoch: 7, seq: 0 };
				for (const field of fields) {
					write(store, ++n, field);
					if (n !== stop) continue;
					replica = state(store);
					cursor = { epoch: 7, seq: store.found.space!.seq };
				}
				const frames = await deltas(store, cursor, chunk, () => {
					const field = meanwhile.pop();
					if (field !== undefined) write(store, ++n, field);
				});
				const last = frames.at(-1);
				if (last) expect(last.more).toBe(false);
				for (const frame of frames) expect(frame.from).toBe(cursor.seq);
				for (const frame of frames.slice(0, -1)) expect(frame).toMatchObject({ to: cursor.seq, more: true });
				// What was written after the last part comes with the next catch-up.
				const rest = await deltas(store, { epoch: 7, seq: last?.to ?? cursor.seq }, chunk);
				expect(fold([...frames, ...rest], replica)).toEqual(state(store));
			},
		),
	);
});

test('nothing to tell is nothing said; another history and a cursor beyond the head start from 0', async () => {
	const store = new HeldStore();
	write(store, 1, 1);
	expect(await deltas(store, { epoch: 7, seq: 1 }, 10)).toEqual([]);
	for (const cursor of [
		{ epoch: 6, seq: 1 },
		{ epoch: 7, seq: 99 },
		{ epoch: 0, seq: 0 },
	])
		expect(await deltas(store, cursor, 10)).toMatchObject([{ from: 0, to: 1, more: false, cells: [{}, {}] }]);
	const none = new HeldStore();
	expect(await deltas(none, { epoch: 0, seq: 0 }, 10)).toMatchObject([{ from: 0, to: 0, more: false, cells: [] }]);
});
