import { fold } from '@mana/model';
import type { Search } from '@mana/ui/shell/manifest';
import { matching } from './matching.ts';
import { events } from './model.ts';
import { titleOf } from './words.ts';

/** Finds events for the palette: titles that begin with the words first, then titles, then places and notes. */
export const search: Search = (mana, words, limit) => {
	const wanted = fold(words).trim();
	return mana
		.query(events, { where: matching(words) })
		.rows.map((event) => {
			const title = fold(event.title);
			return {
				id: event.id,
				title: titleOf(event),
				...(event.start !== null && { detail: event.start.slice(0, 10) }),
				href: `/calendar?event=${event.id}`,
				end: { collection: events.number, record: event.id },
				score: title.startsWith(wanted) ? 1 : title.includes(wanted) ? 0.8 : 0.5,
			};
		})
		.toSorted((a, b) => b.score - a.score)
		.slice(0, limit);
};
