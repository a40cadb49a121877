import { expect, test } from 'bun:test';
import type { DeviceId } from '../cell.ts';
import { memoryNotes } from './memory-notes.ts';
import { noteTwin, untwinnedFrom } from './twin.ts';

test('how far a tab without its disk went is known of that device only', () => {
	const notes = memoryNotes();
	const [device, other] = ['one', 'other'] as unknown as [DeviceId, DeviceId];
	expect(untwinnedFrom(notes, device)).toBe(1);
	noteTwin(notes, device, 5);
	expect([untwinnedFrom(notes, device), untwinnedFrom(notes, other)]).toEqual([5, 1]);
});
