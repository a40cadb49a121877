import { limits } from '../limits.ts';
import { readCells, writeCells } from './cells.ts';
import { readList, readSpace, readText, type Readers, type Writers } from './shape.ts';

type Type = 'digest' | 'presence' | 'credit';

/** What clients say and servers too. */
export const writers: Writers<Type> = {
	digest(out, frame) {
		out.id(frame.space);
		out.varint(frame.epoch);
		out.varint(frame.seq);
		out.varint(frame.collection);
		out.byte(frame.more ? 1 : 0);
		out.varint(frame.buckets.length);
		for (const bucket of frame.buckets) out.varint(bucket);
		out.varint(frame.sums.length);
		for (const { of, low, high } of frame.sums) {
			out.varint(of);
			out.varint(low);
			out.varint(high);
		}
		writeCells(out, frame.cells);
	},
	presence(out, frame) {
		out.id(frame.space);
		out.varint(frame.app);
		out.text(frame.channel);
		out.varint(frame.entries.length);
		for (const { number, person, value } of frame.entries) {
			out.varint(number);
			out.text(person);
			out.byte(value === null ? 0 : 1);
			if (value !== null) out.text(value);
		}
	},
	credit(out, frame) {
		out.id(frame.space);
		out.varint(frame.bytes);
	},
};

export const readers: Readers<Type> = {
	digest: (from) => ({
		type: 'digest',
		space: readSpace(from),
		epoch: from.varint(),
		seq: from.varint(),
		collection: from.varint(0xffff),
		more: from.varint(1) === 1,
		buckets: readList(from, limits.buckets, () => from.varint(limits.buckets - 1)),
		sums: readList(from, 0x10000, () => ({
			of: from.varint(0xffff),
			low: from.varint(0xffffffff),
			high: from.varint(0xffffffff),
		})),
		cells: readCells(from),
	}),
	presence: (from) => ({
		type: 'presence',
		space: readSpace(from),
		app: from.varint(255),
		channel: from.text(limits.channelBytes),
		entries: readList(from, limits.presenceValues, () => ({
			number: from.varint(),
			person: readText(from),
			value: from.varint(1) === 0 ? null : from.text(limits.presenceBytes),
		})),
	}),
	credit: (from) => ({ type: 'credit', space: readSpace(from), bytes: from.varint() }),
};
