import { chunkShelf } from './conversation/chunk-shelf.ts';
import { expect, test } from 'bun:test';
import { JournalStore } from './journal-store.ts';
import { Keeper } from './keeper.ts';
import { MemoryDisk } from './memory-disk.ts';
import type { Pending } from './pending.ts';

const pending = (at: number): Pending => ({
	n: null,
	stamp: at,
	ops: [],
	preconditions: [],
	label: 'Write',
	at,
	ackedSeq: null,
	refused: null,
});

/** A keeper that leads, on a real store, and the order in which things reached its disk. */
function leading() {
	const order: string[] = [];
	const failures: unknown[] = [];
	const keeper: Keeper = new Keeper({
		store: new JournalStore(new MemoryDisk(true), (bytes) => bytes.fill(7), chunkShelf),
		stored: (transactions) => order.push(...transactions.map(({ at }) => `transaction ${at}`)),
		taken: async () => {},
		full: async () => false,
		failed: async (error) => {
			failures.push(error);
		},
		fenced: () => {},
		report: (error) => failures.push(error),
	});
	keeper.generation = 1;
	return { keeper, order, failures };
}

/** Something that reaches the disk when it is told to. */
function slow(order: string[], name: string) {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const apply = async (): Promise<void> => {
		await promise;
		order.push(name);
	};
	return { apply, resolve, reject };
}

test('what the person writes reaches the disk after what was shown when they wrote it', async () => {
	const { keeper, order } = leading();
	const [first, second] = [slow(order, 'news 1'), slow(order, 'news 2')];
	keeper.bring(first.apply, async () => {});
	const one = keeper.commit([pending(1)]);
	keeper.bring(second.apply, async () => {});
	const two = keeper.commit([pending(2)]);
	first.resolve();
	await one;
	expect(order).toEqual(['news 1', 'transaction 1']); // it need not wait for what came later
	second.resolve();
	await two;
	expect(order).toEqual(['news 1', 'transaction 1', 'news 2', 'transaction 2']);
});

test('nobody waits for ever: not for a write that failed, nor for one that waits for a turn itself, nor for a tab that leads no more', async () => {
	const { keeper, order, failures } = leading();
	const failing = slow(order, 'never');
	keeper.bring(failing.apply, async () => {});
	const one = keeper.commit([pending(1)]);
	const later = slow(order, 'later');
	keeper.bring(later.apply, async () => {});
	failing.reject(new Error('The disk is full.'));
	await one;
	later.resolve();
	await keeper.idle();
	expect(failures).toHaveLength(1);

	const other = leading();
	other.keeper.write(() => other.keeper.inTurn(async () => void other.order.push('turn')));
	const news = slow(other.order, 'news');
	other.keeper.bring(news.apply, async () => {});
	const two = other.keeper.commit([pending(2)]);
	news.resolve();
	await two;
	await other.keeper.idle();
	expect(other.order.toSorted()).toEqual(['news', 'transaction 2', 'turn']);

	const third = leading();
	third.keeper.generation = null;
	third.keeper.bring(slow(third.order, 'never').apply, async () => {});
	await third.keeper.commit([pending(3)]);
	expect(third.order).toEqual(['transaction 3']);
});
