import { type AppTrash, trashKind } from '@mana/shared/trash';
import { m } from '@mana/ui/i18n';
import { calendars, comments, events, guests, rooms, sets } from './model.ts';
import { titleOf } from './words.ts';

/** What of this app is shown in the trash. */
export const trash: AppTrash = {
	kinds: [
		trashKind(events, m.calendar_event, {
			// What never took place was not finished by whoever wrote it.
			title: (event) => (event.start === null ? null : titleOf(event)),
			with: ({ calendar }) => [calendar],
		}),
		trashKind(calendars, m.calendar_calendar, { title: ({ name }) => name || m.calendar_unnamed() }),
		trashKind(rooms, m.calendar_room, { title: ({ name }) => name || m.calendar_unnamed() }),
		trashKind(sets, m.calendar_set, { title: ({ name }) => name || m.calendar_unnamed() }),
	],
	collections: [events, guests, comments],
};
