import type { RecordId } from '@mana/model';
import { addDays, type Day } from '@mana/time';
import type { Event } from './model.ts';

/** What lasts longer is not looked for by the month in which it begins, in days. */
const LONG = 31;

/** Events put where a window, a series or an id finds them without a look at all the others. */
export class EventIndex {
	/** What comes more than once. */
	readonly series: readonly Event[];
	readonly #byId = new Map<RecordId, Event>();
	readonly #changes = new Map<RecordId, Event[]>();
	readonly #months = new Map<string, Event[]>();
	readonly #long: Event[] = [];

	/** @param rows events and changes of single occurrences, in any order; those in the trash are found by their id alone */
	constructor(rows: readonly Event[]) {
		const series: Event[] = [];
		for (const event of rows) {
			this.#byId.set(event.id, event);
			if (event.deletedAt !== null || event.start === null) continue;
			if (repeats(event)) {
				series.push(event);
				continue;
			}
			if (event.series !== null) put(this.#changes, event.series, event);
			if (event.length > LONG * 86_400) this.#long.push(event);
			else put(this.#months, event.start.slice(0, 7), event);
		}
		this.series = series;
	}

	get(id: RecordId): Event | undefined {
		return this.#byId.get(id);
	}

	/** What was changed of a series, as far as it takes place. */
	changesOf(series: RecordId): readonly Event[] {
		return this.#changes.get(series) ?? [];
	}

	/** Everything that does not repeat and may take place between two days, changed occurrences as well; rather too much than too little. */
	between(first: Day, last: Day): Event[] {
		const [from, to] = [addDays(first, -LONG - 1).slice(0, 7), last.slice(0, 7)];
		const found = [...this.#long];
		for (const [month, events] of this.#months) if (month >= from && month <= to) for (const event of events) found.push(event);
		return found;
	}
}

/** Whether it comes more than once. */
export function repeats(event: Pick<Event, 'repeat' | 'extra' | 'series'>): boolean {
	return event.series === null && (event.repeat !== null || event.extra.size > 0);
}

function put<K>(map: Map<K, Event[]>, key: K, event: Event): void {
	const events = map.get(key);
	if (events) events.push(event);
	else map.set(key, [event]);
}
