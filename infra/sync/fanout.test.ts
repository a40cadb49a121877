import { beforeEach, describe, expect, test } from 'bun:test';
import { type Cell, decodeFrame, encodeFrame, type FrameOf, packDeltas, type SpaceId } from '@mana/sync';
import type { StoredCell, Tail } from '@mana/sync/space/index';
import { Fanout } from './fanout.ts';
import { newRecord, op } from './testing.ts';

const space = 'space' as SpaceId;

describe('what live readers are told', () => {
	/** What the space holds: a cell for each seq. */
	let cells: StoredCell[];
	let aclEpoch: number;
	let mayTell: boolean;
	/** What the topic carried: from, to and how many cells. */
	let told: (readonly [number, number, number])[];
	let doubts: number;
	/** Reads that wait to be answered. */
	let reads: { readonly answer: (tail?: Tail) => void; readonly fail: () => void }[];
	let fanout: Fanout;

	beforeEach(() => {
		cells = [];
		aclEpoch = 1;
		mayTell = true;
		told = [];
		doubts = 0;
		reads = [];
		fanout = new Fanout({
			publish(topic, frame) {
				expect(topic).toBe(`space ${space}`);
				const { from, to, cells } = decodeFrame(frame) as FrameOf<'delta'>;
				told.push([from, to, cells.length]);
				return frame.length;
			},
			read: (_, after) =>
				new Promise((resolve, reject) => {
					const tail = tailAfter(after);
					reads.push({ answer: (other = tail) => resolve(other), fail: () => reject(new Error('gone')) });
				}),
			mayTell: () => mayTell,
			failed: () => undefined,
		});
	});

	function tailAfter(after: number): Tail {
		return { epoch: 1, aclEpoch, horizon: 0, access: null, seq: cells.length, cells: cells.slice(after) };
	}

	/** One more transaction in the store. */
	function commit(): Cell {
		const cell = { ...op(newRecord(), cells.length), stamp: 1, actor: 1, seq: cells.length + 1 };
		cells.push(cell);
		return cell;
	}

	/** The same by this node, which publishes it. */
	function publish(from = cells.length): void {
		const cell = commit();
		const to = cells.length;
		const frames = packDeltas(space, from, to, false, [cell]).map(encodeFrame) as Uint8Array<ArrayBuffer>[];
		fanout.publish({ space, frames, from, to, aclEpoch, members: false });
	}

	function live(seq = cells.length): void {
		const reader = {
			slowed: () => undefined,
			doubted() {
				doubts++;
				fanout.exit(space, null);
			},
			resumed: () => undefined,
		};
		fanout.join(space, reader, aclEpoch);
		expect(fanout.enter(space, null, seq)).toBe(true);
	}

	test('commits of this node go out as they are, without a look at the store', () => {
		live();
		publish();
		publish();
		expect(told).toEqual([
			[0, 1, 1],
			[1, 2, 1],
		]);
		expect(reads).toEqual([]);
	});

	test('what another node committed is read once, when it was heard of', async () => {
		live();
		for (let i = 0; i < 3; i++) commit();
		fanout.hinted(space, 1);
		fanout.hinted(space, 3);
		expect(reads).toHaveLength(1);
		reads[0]!.answer();
		await Bun.sleep(0);
		expect(told).toEqual([[0, 3, 3]]);
		fanout.hinted(space, 2);
		expect(reads).toHaveLength(1);
	});

	test('a commit of this node waits until what lies below it was told, and is not told twice', async () => {
		live();
		commit();
		publish();
		expect(told).toEqual([]);
		reads[0]!.answer();
		await Bun.sleep(0);
		expect(told).toEqual([[0, 2, 2]]);
		publish();
		expect(told.at(-1)).toEqual([2, 3, 1]);
	});

	test('what was read and has been published meanwhile is dropped', async () => {
		live();
		fanout.hinted(space, 1);
		publish(0);
		expect(told).toEqual([[0, 1, 1]]);
		reads[0]!.answer();
		await Bun.sleep(0);
		expect(told).toHaveLength(1);
	});

	test('what was read before a right changed is read again, by each reader for itself', async () => {
		live();
		commit();
		fanout.hinted(space, 1);
		fanout.rightsChanged(space, ++aclEpoch);
		expect(doubts).toBe(1);
		reads[0]!.answer();
		await Bun.sleep(0);
		expect(told).toEqual([]);
	});

	test('a read that shows a newer right than was heard of tells nobody', async () => {
		live();
		commit();
		aclEpoch++;
		fanout.hinted(space, 1);
		reads[0]!.answer(tailAfter(0));
		await Bun.sleep(0);
		expect(told).toEqual([]);
		expect(doubts).toBe(1);
	});

	test('who was let in under a newer right sends the others away', () => {
		live();
		aclEpoch++;
		live();
		expect(doubts).toBe(1);
	});

	test('a node that may not tell any more sends nothing, and everybody reads again when it may', async () => {
		live();
		commit();
		fanout.hinted(space, 1);
		mayTell = false;
		reads[0]!.answer();
		await Bun.sleep(0);
		publish();
		expect(told).toEqual([]);
		expect(doubts).toBe(1);
		expect(fanout.mayTell).toBe(false);
		mayTell = true;
		expect(fanout.mayTell).toBe(false);
		fanout.resume();
		expect(fanout.mayTell).toBe(true);
	});

	test('a hint of more than there is is forgotten', async () => {
		live();
		fanout.hinted(space, 9);
		reads[0]!.answer();
		await Bun.sleep(0);
		expect(reads).toHaveLength(1);
		expect(fanout.knownOf(space)).toBe(0);
	});

	test('what is too much for one part each reader reads for itself', async () => {
		live();
		for (let i = 0; i < 3; i++) commit();
		fanout.hinted(space, 3);
		reads[0]!.answer({ ...tailAfter(0), cells: cells.slice(0, 1) });
		await Bun.sleep(0);
		expect(told).toEqual([]);
		expect(doubts).toBe(1);
	});

	test('a read that fails is tried again with the next word of it', async () => {
		live();
		commit();
		fanout.hinted(space, 1);
		reads[0]!.fail();
		await Bun.sleep(0);
		expect([...fanout.heads()]).toEqual([[space, 0]]);
		fanout.hinted(space, 1);
		reads[1]!.answer();
		await Bun.sleep(0);
		expect(told).toEqual([[0, 1, 1]]);
	});

	test('who has read more than the others were told waits for them', async () => {
		live();
		commit();
		const late = { slowed: () => undefined, doubted: () => undefined, resumed: () => undefined };
		fanout.join(space, late, aclEpoch);
		expect(fanout.enter(space, null, 1)).toBe(false);
		let woken = false;
		fanout.wait(space, () => (woken = true));
		reads[0]!.answer();
		await Bun.sleep(0);
		expect(told).toEqual([[0, 1, 1]]);
		expect(woken).toBe(true);
		expect(fanout.enter(space, null, 1)).toBe(true);
	});
});
