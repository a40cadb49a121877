import type { RecordId } from '@mana/model';
import { type Day, toUtc } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import type { EventIndex } from '../event-index.ts';
import { dayOfWall, textOf } from '../moments.ts';
import { nextOf } from '../occurrences.ts';
import type { FilterWorld } from './conditions.ts';

/** What a search knows of whoever looks. */
export interface Searcher extends Pick<FilterWorld, 'today' | 'tags' | 'calendars' | 'guestsOf'> {
	/** ms since 1970. */
	readonly now: number;
	/** IANA. */
	readonly zone: string;
	readonly index: EventIndex;
}

/** The world that a search of events is seen from. When a series comes next is reckoned once, and only where it is asked for. */
export function searchWorld({ now, zone, index, ...rest }: Searcher): FilterWorld {
	const from = instantOf(zone, toUtc(rest.today));
	const days = new Map<RecordId, Day | null>();
	return {
		...rest,
		now: textOf(wallAt(zone, now), 'local'),
		dayOf(event) {
			if (!days.has(event.id)) days.set(event.id, nextOf(event, index, from, zone)?.firstDay ?? null);
			return days.get(event.id)!;
		},
		dayAt: (at) => dayOfWall(wallAt(zone, at)),
	};
}
