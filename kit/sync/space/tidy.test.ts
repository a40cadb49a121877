import { expect, test } from 'bun:test';
import { command, fieldNumber, namedRecordId, systemFields } from '@mana/model';
import type { DeviceId, Op } from '../cell.ts';
import { isTombstone, tombstoneOf } from '../tombstone.ts';
import { isBeforeHorizon, restored } from './horizon.ts';
import { decide } from './decide.ts';
import { after, empty, laptop, now, op, phone, push, record, rules, space, transaction } from './fixture.ts';
import { needOf } from './need.ts';
import type { Due, Found, Request, TidyRequest } from './state.ts';

const trash = op(systemFields.deletedAt.id, now);
const purge: Op = op(systemFields.purged.id, true);
const other = namedRecordId('other');

/** Applies requests one group after another. */
function play(found: Found, ...requests: readonly Request[]): Found {
	return requests.reduce((state, request) => after(state, decide(state, [request], now, rules).change), found);
}

function due(found: Found, flag: Op): Due {
	return [...found.cells.values()].find(({ field, record }) => field === flag.field && record === flag.record)!;
}

function tidy(more: Partial<TidyRequest>): TidyRequest {
	return { kind: 'tidy', space, purge: [], forget: [], fold: [], ...more };
}

const trashed = play(
	empty,
	push(phone, transaction(1, op(1, 'title'), op(2, 'note'), { ...op(1, 'stays'), record: other }, trash)),
);
const gone = play(trashed, tidy({ purge: [due(trashed, trash)] }));

function refusalOf(found: Found, device: DeviceId, ...ops: readonly Op[]): string | undefined {
	const { answers } = decide(found, [push(device, transaction(9, ...ops))].map((one) => ({ ...one, transactions: [{ ...one.transactions[0]!, n: 1 }] })), now, rules); // prettier-ignore
	const [answer] = answers;
	return answer?.type === 'ack' ? answer.refused[0]?.code : answer?.type;
}

test('what has been in the trash for long enough leaves a tombstone under a seq of its own, and nothing else', () => {
	const left = [...gone.cells.values()].filter((cell) => cell.record === record);
	expect(left).toHaveLength(1);
	expect(isTombstone(left[0]!)).toBe(true);
	expect(left[0]!.seq).toBe(gone.space!.seq);
	expect(gone.space!.seq).toBe(trashed.space!.seq + 1);
	expect([...gone.cells.values()].filter((cell) => cell.record === other)).toHaveLength(1);
});

test('what was taken out of the trash meanwhile, also in the same commit, stays', () => {
	const request = tidy({ purge: [due(trashed, trash)] });
	const restored = push(phone, transaction(2, op(systemFields.deletedAt.id, null)));
	expect(play(trashed, restored, request).cells.size).toBe(trashed.cells.size);
	const { answers, change } = decide(trashed, [restored, request], now, rules);
	expect(answers[1]).toEqual({ type: 'tidied', purged: 0, forgotten: 0, folded: 0 });
	expect(change!.purged).toEqual([]);
});

test('what the same commit wrote before does not outlive its record', () => {
	const edit = push(phone, transaction(2, op(1, 'late')));
	const { change } = decide(trashed, [edit, tidy({ purge: [due(trashed, trash)] })], now, rules);
	expect(change!.cells.map(isTombstone)).toEqual([true]);
	expect(change!.space.seq).toBe(trashed.space!.seq + 2);
});

test('nobody writes about a record that is gone: the whole transaction is refused, and says so', () => {
	expect(refusalOf(gone, laptop, op(1, 'late'), { ...op(1, 'also'), record: other })).toBe('gone');
	expect(refusalOf(gone, laptop, op(systemFields.purged.id, null))).toBe('gone');
	expect(refusalOf(gone, laptop, op(7, 'new field'))).toBe('gone');
	expect(refusalOf(gone, laptop, { ...op(1, 'fine'), record: other })).toBeUndefined();
});

test('purging what is gone already asks for nothing, and changes nothing', () => {
	const again = [purge, { ...op(5, null), field: fieldNumber(5, command) }];
	expect(refusalOf(gone, laptop, ...again)).toBeUndefined();
	const after = play(gone, push(laptop, transaction(1, ...again)));
	expect(isTombstone(after.cells.get([...gone.cells.keys()].find((key) => isTombstone(gone.cells.get(key)!))!)!)).toBe(true);
	expect(after.space!.seq).toBe(gone.space!.seq);
});

test('to know whether a record is gone is asked for only where nothing stands yet', () => {
	const need = needOf([push(phone, transaction(1, op(1, 'edit')))]);
	expect(need.further(new Map(trashed.cells))).toEqual([]);
	const fresh = needOf([push(phone, transaction(1, op(9, 'new')))]);
	expect(fresh.further(new Map())).toEqual([tombstoneOf({ collection: 513, record })]);
	expect(fresh.further(new Map())).toEqual([]);
});

test('of an old tombstone nothing is left but the horizon, below which nobody stands any more', () => {
	const tombstone = due(gone, purge);
	const forgotten = play(gone, tidy({ forget: [tombstone] }));
	expect([...forgotten.cells.values()].some((cell) => cell.record === record)).toBe(false);
	expect(forgotten.space).toMatchObject({ seq: gone.space!.seq, horizon: tombstone.seq });
	const at = (seq: number, epoch = 7) => isBeforeHorizon({ epoch, seq }, forgotten.space!);
	expect([at(tombstone.seq - 1), at(tombstone.seq), at(0), at(1, 6)]).toEqual([true, false, false, true]);
});

test('whoever comes from a history that a backup replaced knows no more of this one than the backup', () => {
	const once = restored({ epoch: 7, seq: 9, beginnings: [] }, 0);
	const twice = restored({ ...once, seq: 5 }, 0);
	expect(twice).toEqual({ epoch: 9, beginnings: [{ epoch: 7, seq: 0 }, { epoch: 8, seq: 9 }, { epoch: 9, seq: 5 }] }); // prettier-ignore
	const before = (epoch: number, seq: number, horizon: number) => isBeforeHorizon({ epoch, seq }, { ...twice, seq: 20, horizon });
	// In the history before this one up to 5, however far it came there; in the first one as well.
	expect([before(8, 15, 5), before(8, 15, 6), before(8, 4, 5), before(7, 15, 5), before(7, 15, 6)]).toEqual([
		false,
		true,
		true,
		false,
		true,
	]);
	expect([before(9, 15, 15), before(9, 14, 15), before(9, 0, 15)]).toEqual([false, true, false]);
	expect([before(6, 15, 0), before(6, 15, 1)]).toEqual([false, true]); // of whatever that was, nothing is known
	expect(restored({ ...twice, seq: 12 }, 100).beginnings.at(-1)).toEqual({ epoch: 100, seq: 12 });
});

test('the server clears away nothing that it writes itself', () => {
	const system = { ...purge, collection: 254 * 256 + 2 };
	const held = { ...system, stamp: 1, actor: 0, seq: 1 };
	const found = { ...trashed, cells: new Map([...trashed.cells, ['key', held] as const]) };
	expect(decide(found, [tidy({ purge: [held] })], now, rules).change).toBeNull();
});
