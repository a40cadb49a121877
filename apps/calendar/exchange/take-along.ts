import type { RecordId } from '@mana/model';
import { tags } from '@mana/shared/model';
import type { Mana } from '@mana/sync/client/api';
import type { ObjectState } from '../ical/event-object.ts';
import { calendars, defaultCalendarId, type Event, events, type Guest, guests } from '../model.ts';

/** Events with all that belongs to them, earliest first. @param calendar of which; `null`: of all @param now ms since 1970 */
export function eventsToTake(mana: Mana, calendar: RecordId | null, now: number): ObjectState[] {
	const rows = mana.query(events, { where: ({ deletedAt, start }) => deletedAt === null && start !== null }).rows;
	const invited = Map.groupBy(mana.query(guests).rows, ({ event }) => event);
	const changed = Map.groupBy(rows, ({ series }) => series);
	const names = namesIn(mana);
	return rows
		.filter((row) => row.series === null && (calendar === null || (row.calendar ?? defaultCalendarId) === calendar))
		.toSorted((a, b) => (a.start! < b.start! ? -1 : a.start! > b.start! ? 1 : 0))
		.map((row) => stateOf(row, changed.get(row.id) ?? [], invited, names, now));
}

/** One event, by its id. @returns `null` when it is gone */
export function eventToTake(mana: Mana, id: RecordId, now: number): ObjectState | null {
	const row = mana.get(events, id);
	if (!row || row.deletedAt !== null || row.start === null) return null;
	const changed = mana.query(events, { where: ({ series, deletedAt, start }) => series === id && deletedAt === null && start !== null }).rows; // prettier-ignore
	return stateOf(
		row,
		changed,
		Map.groupBy(mana.query(guests).rows, ({ event }) => event),
		namesIn(mana),
		now,
	);
}

function stateOf(
	event: Event,
	changed: readonly Event[],
	invited: ReadonlyMap<RecordId | null, readonly Guest[]>,
	names: Names,
	changedAt: number,
): ObjectState {
	const uid = event.uid || event.id;
	const guestsFor = ({ id }: Event): Guest[] => (invited.get(id) ?? []).filter(({ address }) => address !== '');
	const tagsFor = ({ calendar, tags }: Event): string[] | null =>
		calendar !== null && names.feeds.has(calendar) ? null : [...tags].flatMap((tag) => names.tags.get(tag) ?? []).toSorted();
	const occurrences = changed
		.filter(({ occurrence }) => occurrence !== null)
		.map((one) => ({ event: one, uid, guests: guestsFor(one), tags: tagsFor(one), changedAt, series: event }));
	return { event, uid, guests: guestsFor(event), tags: tagsFor(event), changedAt, occurrences };
}

interface Names {
	/** Names of tags by their ids. */
	readonly tags: ReadonlyMap<string, string>;
	/** Subscribed calendars: what a feed calls its events is nobody's tag here. */
	readonly feeds: ReadonlySet<string>;
}

function namesIn(mana: Mana): Names {
	return {
		tags: new Map(mana.query(tags).rows.map(({ id, name }) => [id, name])),
		feeds: new Set(mana.query(calendars, { where: ({ kind }) => kind === 'subscription' }).rows.map(({ id }) => id)),
	};
}
