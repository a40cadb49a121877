import { expect, test } from 'bun:test';
import { namedRecordId } from '@mana/model';
import type { SpaceId } from '../cell.ts';
import { Outbox } from './outbox.ts';
import type { Pending } from './pending.ts';
import { Replica } from './replica.ts';
import { tasks } from './test-world.ts';

const op = { collection: tasks.number, record: namedRecordId('one'), field: tasks.fields.title.number, key: '', value: 'x' };
const written = { n: null, stamp: 40, ops: [op], preconditions: [], label: 'Write', at: 0, ackedSeq: null, refused: null };

/** An outbox with one transaction that its journal holds under the stamp 50. */
function filled() {
	const replica = new Replica();
	const outbox = new Outbox(replica);
	const pending: Pending = { ...written };
	const row = { ...written, n: 1, stamp: 50 };
	replica.add(pending);
	outbox.stored([pending], [row]);
	return { replica, outbox, pending, row };
}

const ack = {
	type: 'ack' as const,
	space: 'space' as SpaceId,
	n: 1,
	seq: 5,
	restamped: [{ n: 1, stamp: 30 }],
	refused: [],
};

test('what the server gave another stamp is shown under it, and sent again as it was: anything else would look like a fork', () => {
	const { replica, outbox } = filled();
	const sent = [...outbox.from(1)];
	outbox.acked(ack);
	outbox.acked({ ...ack, restamped: [{ n: 1, stamp: 31 }] });
	expect(replica.register(op)?.stamp).toBe(31);
	expect([...outbox.from(1)]).toEqual(sent);
});

test('it is still the same object after the journal was read again, so that undo can follow it', () => {
	const { replica, outbox, pending, row } = filled();
	outbox.acked(ack);
	outbox.load([row], { doneN: 0, nextN: 2 });
	expect([...replica.pending]).toEqual([pending]);
	expect([...replica.pending][0]).toBe(pending);
	expect([...outbox.from(1)]).toMatchObject([{ n: 1, stamp: 50 }]);
});

test('what goes to another journal is sent under the stamp that it got there', () => {
	const { outbox, pending, row } = filled();
	outbox.acked(ack);
	outbox.load([], { doneN: 0, nextN: 1 });
	outbox.stored([pending], [{ ...row, stamp: 60 }]);
	expect([...outbox.from(1)]).toMatchObject([{ n: 1, stamp: 60 }]);
});

test('it is known by both stamps, so that nothing else gets either', () => {
	const { outbox } = filled();
	outbox.acked(ack);
	expect([...outbox.stamps].sort()).toEqual([30, 50]);
});

test('of two that a journal knows by one stamp, none stays that it does not have', () => {
	const { replica, outbox, row } = filled();
	outbox.add({ ...row, n: 2 });
	outbox.load([row], { doneN: 0, nextN: 2 });
	expect([...replica.pending].map(({ n }) => n)).toEqual([1]);
});
