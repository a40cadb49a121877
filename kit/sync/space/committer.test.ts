import { expect, test } from 'bun:test';
import type { SpaceId } from '../cell.ts';
import { Committer } from './committer.ts';
import { HeldStore, laptop, now, op, phone, push, rules, seat, space, transaction } from './fixture.ts';
import type { Answer, Change } from './state.ts';

function open(): { store: HeldStore; committer: Committer; told: string[]; note(name: string): (answer: Answer) => void } {
	const store = new HeldStore();
	const told: string[] = [];
	const committer = new Committer({
		store,
		rules,
		now: () => now,
		committed: ({ from, space: { seq } }: Change) => told.push(`change ${from}-${seq}`),
		uncertain: (spaces) => told.push(`uncertain ${spaces.length}`),
	});
	return { store, committer, told, note: (name) => (answer) => told.push(`${name} ${answer.type}`) };
}

test('whoever waits while a commit is in flight shares the next one', async () => {
	const { store, committer, told, note } = open();
	store.hold();
	const first = committer.submit(push(phone, transaction(1, op(1, 'a')))).then(note('first'));
	await Promise.resolve();
	const others = [
		committer.submit(push(phone, transaction(2, op(1, 'b')))).then(note('second')),
		committer.submit(push(laptop, transaction(1, op(2, 'c')))).then(note('third')),
	];
	expect(committer.backlog).toBe(2);
	store.release();
	await Promise.all([first, ...others]);
	expect(store.commits).toBe(2);
	expect(told).toEqual(['change 0-1', 'first ack', 'change 1-3', 'second ack', 'third ack']);
});

test('nobody gets an answer before it is durable', async () => {
	const { store, committer, told, note } = open();
	store.hold();
	const answer = committer.submit(push(phone, transaction(1, op(1, 'a')))).then(note('push'));
	await new Promise((resolve) => setTimeout(resolve, 5));
	expect(told).toEqual([]);
	store.release();
	await answer;
	expect(told).toEqual(['change 0-1', 'push ack']);
});

test('a group that fails rejects its requests, says so, and asking again is safe', async () => {
	const { store, committer, told } = open();
	const request = push(phone, transaction(1, op(1, 'a')));
	for (const failure of ['lost', 'ambiguous'] as const) {
		store.failure = failure;
		expect(committer.submit(request)).rejects.toThrow();
	}
	expect(await committer.submit(request)).toMatchObject({ type: 'ack', n: 1, seq: 1 });
	expect(told.filter((one) => one.startsWith('uncertain'))).not.toHaveLength(0);
	expect(store.found.space?.seq).toBe(1);
});

test('spaces are decided apart: one that does not exist spoils nothing', async () => {
	const { committer } = open();
	const elsewhere = { ...seat(laptop), space: laptop as string as SpaceId };
	const [here, there] = await Promise.all([
		committer.submit(push(phone, transaction(1, op(1, 'a')))),
		committer.submit(elsewhere),
	]);
	expect(here).toMatchObject({ type: 'ack', space });
	expect(there).toMatchObject({ type: 'denied', code: 'unknown-space' });
});
