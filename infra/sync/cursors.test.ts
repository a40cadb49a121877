import { expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { Cursors } from './cursors.ts';
import { newDevice } from './testing.ts';

const space = 'space' as SpaceId;

test('tells of a device that stands behind where it stood, and of no other', () => {
	const cursors = new Cursors();
	const [one, other] = [newDevice(), newDevice()];
	const asked = (device: typeof one, epoch: number, seq: number) => cursors.asked(space, device, { epoch, seq });
	expect([asked(one, 1, 10), asked(one, 1, 12), asked(other, 1, 5)]).toEqual([false, false, false]);
	expect(asked(one, 1, 11)).toBe(true);
	expect(asked(one, 1, 11)).toBe(false); // told once
	expect([asked(one, 1, 0), asked(one, 1, 11)]).toEqual([false, false]); // it wanted more than it had
	expect(asked(one, 2, 3)).toBe(false); // the history is another one
});

test('forgets who was not heard of for long', () => {
	const cursors = new Cursors();
	const first = newDevice();
	cursors.asked(space, first, { epoch: 1, seq: 10 });
	for (let i = 0; i < 10_000; i++) cursors.asked(space, newDevice(), { epoch: 1, seq: 10 });
	expect(cursors.asked(space, first, { epoch: 1, seq: 5 })).toBe(false);
});
