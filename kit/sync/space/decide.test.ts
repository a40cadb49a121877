import { describe, expect, test } from 'bun:test';
import { closesCircle, command, max, namedRecordId, type RecordId, set, tree } from '@mana/model';
import fc from 'fast-check';
import type { Transaction } from '../cell.ts';
import { MAX_DRIFT_MS, stampAt } from '../clock.ts';
import { decodeFrame } from '../codec/index.ts';
import { decide } from './decide.ts';
import { after, empty, laptop, now, op, phone, push, record, rules, seat, space, transaction } from './fixture.ts';
import type { Command } from './command.ts';
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

	test('that a server with a clock far behind takes for the future still beat what their author had seen, and nothing later', () => {
		const years = 5 * 365 * 86_400_000;
		const seen = push(phone, { ...transaction(1, op(1, 'seen'), op(2, 'seen')), stamp: stampAt(now) });
		const later = push(phone, { ...transaction(2, op(2, 'later')), stamp: stampAt(now + 2_000) });
		const before = play([seen], [later]).found;
		const edit = push(laptop, { ...transaction(1, op(1, 'edited'), op(2, 'edited')), stamp: stampAt(now + 1_000) });
		const { change, answers } = decide(before, [edit], now - years, rules);
		const values = [...after(before, change).cells.values()].map(({ value, stamp }) => ({ value, stamp }));
		expect(values).toEqual([
			{ value: 'edited', stamp: stampAt(now) + 1 },
			{ value: 'later', stamp: stampAt(now + 2_000) },
		]);
		expect(answers).toMatchObject([{ restamped: [{ n: 1, stamp: stampAt(now) + 1 }] }]);
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
		const onlyIf = (seq: number, n: number) => ({
			...transaction(n, op(1, `seen ${seq}`)),
			preconditions: [{ record, seq, own: true }],
		});
		const first = [push(phone, transaction(1, op(1, 'a')))];
		expect(play(first, [push(laptop, onlyIf(0, 1))]).answers).toMatchObject([{ refused: [{ n: 1, code: 'stale' }] }]);
		expect(play(first, [push(laptop, onlyIf(1, 1))]).answers).toMatchObject([{ refused: [], seq: 2 }]);
		const both = [push(phone, transaction(1, op(1, 'a'))), push(laptop, onlyIf(0, 1))];
		expect(play(both).answers).toMatchObject([{ refused: [] }, { refused: [{ n: 1, code: 'stale' }] }]);
	});

	test('does not count what the device wrote itself before, unless it asks for that', () => {
		const mine = transaction(1, op(1, 'a'));
		const then = (own: boolean) => ({ ...transaction(2, op(1, 'b')), preconditions: [{ record, seq: 0, own }] });
		for (const groups of [[[push(phone, mine, then(false))]], [[push(phone, mine)], [push(phone, then(false))]]])
			expect(play(...groups).answers).toMatchObject([{ refused: [], n: 2 }]);
		expect(play([push(phone, mine, then(true))]).answers).toMatchObject([{ refused: [{ n: 2, code: 'stale' }] }]);
		const theirs = push(laptop, transaction(1, op(2, 'theirs')));
		expect(play([push(phone, mine), theirs, push(phone, then(false))]).answers[2]).toMatchObject({ refused: [{ n: 2 }] });
	});

	test('is made when the app is too old for a collection, but not when it only passes on what a newer one wrote', () => {
		const strict = { ...rules, minVersion: () => 2 };
		const answer = (schema: [number, number][]) =>
			decide(empty, [{ ...push(phone, transaction(1, op(1, 'a'))), schema: new Map(schema) }], now, strict).answers;
		expect(answer([[513, 1]])).toMatchObject([{ refused: [{ n: 1, code: 'outdated' }] }]);
		expect(answer([[513, 2]])).toMatchObject([{ refused: [], seq: 1 }]);
		expect(answer([])).toMatchObject([{ refused: [], seq: 1 }]);
	});

	test('is made when a device writes what only the server may', () => {
		const claims = { ...op(1, 'me'), collection: 1 };
		expect(play([push(phone, transaction(1, claims))]).answers).toMatchObject([{ refused: [{ n: 1, code: 'invalid' }] }]);
	});
});

describe('a guarded write', () => {
	const guarded = (n: number, value: string, seen: number) => transaction(n, { ...op(1, value), seen });
	const first = transaction(1, op(1, 'a'));

	test('is accepted where the register holds what was seen, and refused where somebody else wrote', () => {
		expect(play([push(phone, guarded(1, 'a', 0))]).answers).toMatchObject([{ refused: [] }]);
		expect(play([push(phone, first)], [push(laptop, startAt(guarded(5, 'b', first.stamp)))]).answers).toMatchObject([{ refused: [], seq: 2 }]); // prettier-ignore
		expect(play([push(phone, first)], [push(laptop, startAt(guarded(5, 'b', 0)))]).answers).toMatchObject([{ refused: [{ code: 'stale' }] }]); // prettier-ignore
	});

	test('may follow another of the same device, even one that got another stamp', () => {
		const early = { ...guarded(1, 'a', 0), stamp: stampAt(now + MAX_DRIFT_MS + 5_000) };
		const second = { ...guarded(2, 'b', early.stamp), stamp: early.stamp + 1 };
		const { answers, found } = play([push(phone, early, second)]);
		expect(answers).toMatchObject([{ refused: [], restamped: [{ n: 1 }, { n: 2 }] }]);
		expect([...found.cells.values()].map(({ value }) => value)).toEqual(['b']);
	});

	test('is later than what it replaces, whatever the clock of its device says', () => {
		const future = { ...first, stamp: stampAt(now + MAX_DRIFT_MS) };
		const { answers, found } = play([push(phone, future)], [push(laptop, guarded(1, 'b', future.stamp))]);
		expect(answers).toMatchObject([{ restamped: [{ n: 1, stamp: future.stamp + 1 }] }]);
		expect([...found.cells.values()].map(({ value }) => value)).toEqual(['b']);
	});

	test('that was accepted already and comes from the same profile under a new device id changes nothing', () => {
		const write = guarded(1, 'a', 0);
		const { answers, seqs } = play([push(phone, write)], [push(laptop, write)]);
		expect(answers).toMatchObject([{ refused: [] }]);
		expect(seqs[1]).toBeLessThanOrEqual(2);
	});
});

describe('a tree', () => {
	const [a, b, c] = ['a', 'b', 'c'].map((name) => namedRecordId(name)) as [RecordId, RecordId, RecordId];
	const move = (what: RecordId, under: RecordId | null) => ({ ...op(1, under, tree), record: what });

	test('refuses a move that would close a circle, in one group and across groups', () => {
		for (const groups of [
			[[push(phone, transaction(1, move(a, b))), push(laptop, transaction(1, move(b, a)))]],
			[[push(phone, transaction(1, move(a, b)))], [push(laptop, transaction(1, move(b, a)))]],
			[
				[push(phone, transaction(1, move(a, b)), transaction(2, move(b, c)))],
				[push(laptop, startAt(transaction(9, move(c, a))))],
			],
		])
			expect(play(...groups).answers.at(-1)).toMatchObject({ refused: [{ n: 1, code: 'circle' }] });
		expect(play([push(phone, transaction(1, move(a, a)))]).answers).toMatchObject([{ refused: [{ code: 'circle' }] }]);
	});

	test('takes moves that only together make sense, and a move that an even later one has overtaken', () => {
		const swap = [push(phone, transaction(1, move(a, b))), push(phone, transaction(2, move(b, a), move(a, null)))];
		expect(play(swap).answers.at(-1)).toMatchObject({ refused: [] });
		const overtaken = [push(phone, ...[transaction(9, move(a, null)), transaction(10, move(b, a))].map((one, i) => ({ ...one, n: i + 1 }))), push(laptop, transaction(1, move(a, b)))]; // prettier-ignore
		expect(play(overtaken).answers.at(-1)).toMatchObject({ refused: [] });
	});

	test('I1: never has a circle, whatever moves come in whatever order', () => {
		const ids = Array.from({ length: 5 }, (_, i) => namedRecordId(`node ${i}`));
		const anyMove = fc.record({ device: fc.boolean(), what: fc.nat(4), under: fc.option(fc.nat(4)), late: fc.nat(20) });
		fc.assert(
			fc.property(fc.array(fc.array(anyMove, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (groups) => {
				const next = { phone: 0, laptop: 0 };
				const { found } = play(
					...groups.map((group) =>
						group.map(({ device, what, under, late }) => {
							const name = device ? 'phone' : 'laptop';
							const n = ++next[name];
							const stamp = stampAt(now + n * 10 + late);
							const ops = [move(ids[what]!, under === null ? null : ids[under]!)];
							return push(device ? phone : laptop, { n, stamp, ops });
						}),
					),
				);
				const parentOf = new Map([...found.cells.values()].map(({ record, value }) => [record, value as RecordId | null]));
				for (const id of ids) expect(closesCircle(id, parentOf.get(id) ?? null, (at) => parentOf.get(at) ?? null)).toBe(false);
			}),
			{ numRuns: 500 },
		);
	});
});

describe('a name that only one may have', () => {
	const [ana, ben] = ['ana', 'ben'].map((name) => namedRecordId(name)) as [RecordId, RecordId];
	const claim = (record: RecordId, name: string | null) => ({
		...op(3, name === null ? null : `?unique ${name}`, command),
		record,
	});
	const refusals = (answers: readonly Answer[]) => answers.flatMap((answer) => (answer.type === 'ack' ? answer.refused.map(({ code }) => code) : [])); // prettier-ignore
	const held = (found: Found) =>
		[...found.cells.values()].filter(({ collection }) => collection === 513).map(({ value }) => value);

	test('goes to the first in the order of the space, whatever the stamps say; the whole transaction of the other is refused', () => {
		for (const split of [true, false]) {
			const requests = [
				push(phone, startAt(transaction(9, claim(ana, 'Sun')))),
				push(laptop, transaction(1, claim(ben, ' sun'), op(1, 'with it'))),
			];
			const { answers, found } = play(...(split ? requests.map((one) => [one]) : [requests]));
			expect(refusals(answers)).toEqual(['taken']);
			expect(held(found)).toEqual(['=unique Sun']);
		}
	});

	test('is free again when its record took another or cleared it', () => {
		for (const freeing of [claim(ana, 'Moon'), claim(ana, null)]) {
			const requests = [push(phone, transaction(1, claim(ana, 'Sun')), transaction(2, freeing)), push(laptop, transaction(1, claim(ben, 'Sun')))]; // prettier-ignore
			for (const groups of [[requests], requests.map((one) => [one])]) {
				const { answers, found } = play(...groups);
				expect(refusals(answers)).toEqual([]);
				expect(held(found)).toContain('=unique Sun');
			}
		}
	});

	test('may be claimed again by the record that has it', () => {
		const { answers } = play([push(phone, transaction(1, claim(ana, 'Sun')), transaction(2, claim(ana, 'SUN')))]);
		expect(refusals(answers)).toEqual([]);
	});

	test('cannot be taken twice by one transaction, and not by writing the result', () => {
		expect(refusals(play([push(phone, transaction(1, claim(ana, 'Sun'), claim(ben, 'Sun')))]).answers)).toEqual(['taken']);
		const forged = { ...claim(ana, 'x'), value: '=unique Sun' };
		expect(refusals(play([push(phone, transaction(1, forged))]).answers)).toEqual(['unknown-command']);
	});

	test('an unknown command is refused, and said so', () => {
		const ask = { ...op(3, '?fly away', command), record: ana };
		expect(refusals(play([push(phone, transaction(1, ask))]).answers)).toEqual(['unknown-command']);
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

	test('a seat is answered as of the end of its group: with the right that was given or taken behind it, as with the seq', () => {
		const change = (command: Command): Request => ({ kind: 'command', space, person: 'ana', command });
		const family = { ...empty, space: { ...empty.space!, kind: 'family' as const } };
		const seated = (command: Command) => decide(family, [seat(phone, 'vic'), change(command)], now, rules);
		expect(codes(seated({ kind: 'remove', target: 'vic' }).answers)).toEqual(['revoked', 'done']);
		const access = { role: 'editor', apps: [7] } as const;
		const { answers, change: made } = seated({ kind: 'grant', target: 'vic', ...access });
		expect(answers[0]).toMatchObject({ type: 'subbed', role: 'editor', access, aclEpoch: made!.space.aclEpoch });
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

/** The same transaction as the first of its device. */
function startAt(transaction: Transaction): Transaction {
	return { ...transaction, n: 1 };
}

/** The first transaction of a device has n 1, whatever its time. */
function startAtOne(request: Request): Request {
	if (request.kind !== 'push') return request;
	return { ...request, transactions: request.transactions.map((one, i) => ({ ...one, n: i + 1 })) };
}
