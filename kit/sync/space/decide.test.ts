import { describe, expect, test } from 'bun:test';
import { max, set } from '@mana/model';
import { MAX_DRIFT_MS, stampAt } from '../clock.ts';
import { decodeFrame } from '../codec/index.ts';
import { decide } from './decide.ts';
import { after, empty, laptop, now, op, phone, push, record, rules, seat, space, transaction } from './fixture.ts';
import type { Answer, Found, Request } from './state.ts';

/** Decides one group after another; the answers of the last one. */
function play(...groups: readonly (readonly Request[])[]): { found: Found; answers: readonly Answer[]; seqs: number[] } {
	let found = empty;
	let answers: readonly Answer[] = [];
	const seqs: number[] = [];
	for (const group of groups) {
		const decided = decide(found, group, now, rules);
		found = after(found, decided.change);
		answers = decided.answers;
		seqs.push(found.space!.seq);
	}
	return { found, answers, seqs };
}

const codes = (answers: readonly Answer[]) => answers.map((answer) => (answer.type === 'denied' ? answer.code : answer.type));

describe('a push', () => {
	test('gets one seq for each accepted transaction, whatever its size', () => {
		const { answers, found } = play([push(phone, transaction(1, op(1, 'a'), op(2, 'b')), transaction(2, op(1, 'c')))]);
		expect(answers).toEqual([{ type: 'ack', space, n: 2, seq: 2, restamped: [], refused: [] }]);
		expect([...found.cells.values()].map(({ value, seq }) => [value, seq])).toEqual([
			['b', 1],
			['c', 2],
		]);
	});

	test('whose ops all lose takes no seq', () => {
		const { answers, seqs } = play(
			[startAtOne(push(phone, transaction(5, op(1, 'new'))))],
			[push(laptop, transaction(1, op(1, 'old')))],
		);
		expect(seqs).toEqual([1, 1]);
		expect(answers).toMatchObject([{ type: 'ack', n: 1, seq: 1 }]);
	});

	test('that comes again is answered in the same words and changes nothing', () => {
		const future = { ...transaction(1, op(1, 'a')), stamp: stampAt(now + MAX_DRIFT_MS + 5_000) };
		const request = push(phone, future, transaction(2, op(1, 'bad')), transaction(3, op(2, 'c')));
		const once = play([request]);
		const twice = play([request], [request]);
		expect(twice.answers).toEqual(once.answers);
		expect(twice.found.cells).toEqual(once.found.cells);
		expect(once.answers).toMatchObject([{ n: 3, restamped: [{ n: 1 }], refused: [{ n: 2, code: 'invalid' }] }]);
	});

	test('that overlaps what was decided is taken from where it is new', () => {
		const [one, two, three] = [transaction(1, op(1, 'a')), transaction(2, op(2, 'b')), transaction(3, op(3, 'c'))];
		const { answers, seqs } = play([push(phone, one!, two!)], [push(phone, two!, three!)]);
		expect(answers).toMatchObject([{ type: 'ack', n: 3, seq: 3 }]);
		expect(seqs).toEqual([2, 3]);
	});

	test('with a gap is denied as a whole', () => {
		expect(codes(play([push(phone, transaction(2, op(1, 'a')))]).answers)).toEqual(['gap']);
		expect(codes(play([push(phone, transaction(1, op(1, 'a')))], [push(phone, transaction(3, op(1, 'b')))]).answers)).toEqual([
			'gap',
		]);
	});

	test('with other content under a decided n is a fork, and nothing of it is taken', () => {
		const { answers, seqs } = play(
			[push(phone, transaction(1, op(1, 'a')), transaction(2, op(2, 'b')))],
			[push(phone, transaction(1, op(1, 'x')), transaction(2, op(2, 'b')), transaction(3, op(3, 'c')))],
		);
		expect(codes(answers)).toEqual(['fork']);
		expect(seqs).toEqual([2, 2]);
	});

	test('of what the device said it knew is a fork: its copy was restored', () => {
		const first = push(phone, transaction(1, op(1, 'a')));
		const knowing = { ...push(phone, transaction(2, op(1, 'b'))), known: 1 };
		const { answers, found } = play([first], [knowing], [first]);
		expect(codes(answers)).toEqual(['fork']);
		expect(found.devices.get(phone)!.decisions).toHaveLength(1);
	});

	test('cannot make the server forget what it is about to answer', () => {
		const greedy = { ...push(phone, transaction(1, op(1, 'a'))), known: 1_000 };
		expect(play([greedy], [greedy]).answers).toMatchObject([{ type: 'ack', n: 1 }]);
	});
});

describe('stamps', () => {
	test('too far in the future become the time of the server, and still rise', () => {
		const far = stampAt(now + MAX_DRIFT_MS) + 1;
		const request = push(phone, { ...transaction(1, op(1, 'a')), stamp: far }, { ...transaction(2, op(2, 'b')), stamp: far + 1 });
		const { answers, found } = play([request]);
		const stamps = [stampAt(now), stampAt(now) + 1];
		expect(answers).toMatchObject([
			{
				restamped: [
					{ n: 1, stamp: stamps[0] },
					{ n: 2, stamp: stamps[1] },
				],
			},
		]);
		expect([...found.cells.values()].map(({ stamp }) => stamp)).toEqual(stamps);
	});

	test('within the drift are kept, those that do not rise are not', () => {
		const edge = stampAt(now + MAX_DRIFT_MS);
		const { answers } = play([
			push(phone, { ...transaction(1, op(1, 'a')), stamp: edge }, { ...transaction(2, op(1, 'b')), stamp: edge }),
		]);
		expect(answers).toMatchObject([{ restamped: [{ n: 2, stamp: edge + 1 }] }]);
	});
});

describe('a refusal', () => {
	test('refuses the whole transaction and none of the following', () => {
		const { answers, found, seqs } = play([
			push(phone, transaction(1, op(1, 'good'), op(2, 'bad')), transaction(2, op(3, 'fine'))),
		]);
		expect(answers).toMatchObject([{ n: 2, seq: 1, refused: [{ n: 1, code: 'invalid', detail: 'Nothing bad.' }] }]);
		expect([...found.cells.values()].map(({ value }) => value)).toEqual(['fine']);
		expect(seqs).toEqual([1]);
	});

	test('is made at commit time, by the role that the person has then', () => {
		const request = { ...push(phone, transaction(1, op(1, 'a'))), person: 'vic' };
		expect(play([request]).answers).toMatchObject([{ n: 1, refused: [{ n: 1, code: 'read-only' }] }]);
	});

	test('is made when a record has moved on since it was seen', () => {
		const onlyIf = (seq: number, n: number) => ({ ...transaction(n, op(1, `seen ${seq}`)), preconditions: [{ record, seq }] });
		const first = [push(phone, transaction(1, op(1, 'a')))];
		expect(play(first, [push(laptop, onlyIf(0, 1))]).answers).toMatchObject([{ refused: [{ n: 1, code: 'stale' }] }]);
		expect(play(first, [push(laptop, onlyIf(1, 1))]).answers).toMatchObject([{ refused: [], seq: 2 }]);
		const both = [push(phone, transaction(1, op(1, 'a'))), push(laptop, onlyIf(0, 1))];
		expect(play(both).answers).toMatchObject([{ refused: [] }, { refused: [{ n: 1, code: 'stale' }] }]);
	});
});

describe('a group', () => {
	test('of several devices is one change with one delta', () => {
		const { change } = decide(
			empty,
			[push(phone, transaction(1, op(1, 'a'))), startAtOne(push(laptop, transaction(2, op(1, 'b'))))],
			now,
			rules,
		);
		expect(change).toMatchObject({ from: 0, space: { seq: 2, nextActor: 3 } });
		expect(change!.cells).toMatchObject([{ value: 'b', actor: 2, seq: 2 }]);
		expect(change!.frames.map(decodeFrame)).toMatchObject([
			{ type: 'delta', from: 0, to: 2, more: false, cells: [{ value: 'b' }] },
		]);
	});

	test('answers with the state after all of it', () => {
		const { answers } = play([seat(phone), push(laptop, transaction(1, op(1, 'a'))), seat(laptop)]);
		expect(answers).toMatchObject([
			{ type: 'subbed', epoch: 7, seq: 1, actor: 1, nextN: 1, role: 'owner' },
			{ type: 'ack', seq: 1 },
			{ type: 'subbed', seq: 1, actor: 2, nextN: 2 },
		]);
	});

	test('merges by the law of each field', () => {
		const { found } = play(
			[push(phone, transaction(1, op(1, 5, max), op(2, true, set, 'home')))],
			[push(laptop, { ...transaction(1, op(1, 3, max), op(2, null, set, 'home')), stamp: stampAt(now + 9) })],
		);
		expect([...found.cells.values()].map(({ value }) => value)).toEqual([5, null]);
	});
});

test('strangers, unknown spaces and devices of others are denied', () => {
	expect(codes(play([seat(phone, 'eve')]).answers)).toEqual(['unknown-space']);
	expect(codes(decide({ ...empty, space: null }, [seat(phone)], now, rules).answers)).toEqual(['unknown-space']);
	expect(codes(play([seat(phone, 'ana')], [seat(phone, 'vic')]).answers)).toEqual(['foreign-device']);
	expect(play([seat(phone, 'eve')]).found.devices.size).toBe(0);
});

/** The first transaction of a device has n 1, whatever its time. */
function startAtOne(request: Request): Request {
	if (request.kind !== 'push') return request;
	return { ...request, transactions: request.transactions.map((one, i) => ({ ...one, n: i + 1 })) };
}
