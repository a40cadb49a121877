import type { RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { objectOf } from '../ical/event-object.ts';
import { titleOf } from '../words.ts';
import { eventToTake } from './take-along.ts';

/** One event, a series with all of it, as a file that every calendar opens; `null` when it is gone. @param id of the event, or of the series */
export function eventFile(mana: Mana, id: RecordId, zone: string): { readonly name: string; readonly text: string } | null {
	const state = eventToTake(mana, id, Date.now());
	if (!state) return null;
	const name = titleOf(state.event).replaceAll(/[\\/:*?"<>|\p{Cc}]+/gu, ' ').trim().slice(0, 80); // prettier-ignore
	return { name: `${name || 'event'}.ics`, text: objectOf(state, zone) };
}
