import { expect, test } from 'bun:test';
import { fieldNumber, lww, max, newRecordId } from '@mana/model';
import type { Cell } from '../../cell.ts';
import { limits } from '../../limits.ts';
import { aheadOf } from './ahead.ts';

const record = newRecordId(0, (bytes) => bytes.fill(1));
const cell = (field: number, value: Cell['value'], stamp: number, actor = 1): Cell => ({
	collection: 257,
	record,
	field,
	key: '',
	value,
	stamp,
	actor,
});
const [title, note, best] = [fieldNumber(1, lww), fieldNumber(2, lww), fieldNumber(3, max)];

test('what the server lacks or has older goes out again, oldest first, together as it was written', () => {
	const held = [cell(title, 'new', 30), cell(note, 'new too', 30), cell(best, 7, 20)];
	const server = [cell(title, 'old', 10), cell(best, 5, 25)];
	expect(aheadOf(held, server).map(({ stamp, ops }) => [stamp, ops.map(({ value }) => value)])).toEqual([
		[20, [7]],
		[30, ['new', 'new too']],
	]);
});

test('what the server has as new or newer stays: also the same write under another actor', () => {
	const held = [cell(title, 'same', 10, 3), cell(note, 'older', 10), cell(best, 5, 30)];
	const server = [cell(title, 'same', 10, 1), cell(note, 'newer', 11), cell(best, 7, 1)];
	expect(aheadOf(held, server)).toEqual([]);
});

test('more than fits a transaction is cut', () => {
	const held = Array.from({ length: limits.pushOps + 5 }, (_, i) => cell(fieldNumber(i + 1, lww), i, 10));
	expect(aheadOf(held, []).map(({ ops }) => ops.length)).toEqual([limits.pushOps, 5]);
});
