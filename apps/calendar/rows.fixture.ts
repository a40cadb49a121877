import { newRecordId, readRow, writeDraft, type Draft } from '@mana/model';
import { type Event, events } from './model.ts';

let made = 0;

/** An event as a page reads it, without a store. */
export function eventRow(draft: Draft<typeof events>): Event {
	const id = newRecordId(++made, (bytes) => bytes);
	return readRow(events, id, [...writeDraft(events, { title: 'Event', ...draft })])!;
}
