import type { RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { type Link, links } from '@mana/shared/model';
import { atOnce } from '@mana/shared/trash';
import { addDays, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import { combined } from '@mana/ui/data/mapped';
import type { KeepsTime, While } from '@mana/ui/shell/kept-time';
import { EventIndex } from '../event-index.ts';
import { type Event, events, settings, settingsId } from '../model.ts';
import { nextOf } from '../occurrences.ts';
import { freeTimes, takenBy } from './free.ts';
import { keepTime } from './keep.ts';

const isBlock = ({ kind, toCollection, deletedAt }: Link): boolean =>
	kind === 'plans' && toCollection === events.number && deletedAt === null;

/** Of these records, the events that are not over. */
function toCome(mana: Mana, records: readonly RecordId[], now: number): Event[] {
	const wanted = new Set<string>(records);
	return mana.query(links, { where: isBlock }).rows.flatMap(({ from, to }) => {
		const event = from !== null && to !== null && wanted.has(from) ? mana.get(events, to) : undefined;
		return event && event.deletedAt === null && (nextFrom(event, now, event.zone ?? 'UTC')?.to ?? 0) > now ? [event] : [];
	});
}

/** When it takes place next; of what is over, when it did. */
function nextFrom(event: Event, now: number, zone: string) {
	return event.start === null ? null : nextOf(event, new EventIndex([event]), now, zone);
}

/** Time for the records of other apps, as events of the calendar. */
export const keepsTime: KeepsTime = {
	whiles(mana, zone) {
		const tied = mana.query(links, { where: isBlock });
		const rows = mana.query(events);
		return combined([tied, rows], () => {
			const now = Date.now();
			const byId = new Map(rows.rows.map((event) => [event.id, event]));
			return tied.rows
				.flatMap(({ from: record, to: id }): While[] => {
					const event = id === null ? undefined : byId.get(id);
					const next = event ? nextFrom(event, now, zone) : null;
					return next && record !== null
						? [{ id: event!.id, record, from: next.from, to: next.to, href: `/calendar?event=${encodeURIComponent(next.key)}` }]
						: [];
				})
				.toSorted((a, b) => a.from - b.from);
		});
	},
	free({ mana, home, minutes, first, last, now, zone, taken = [] }) {
		const [from, to] = [instantOf(zone, toUtc(first)), instantOf(zone, toUtc(addDays(last, 1)))];
		const stores = home === null || home === mana ? [mana] : [mana, home];
		const busy = stores.flatMap((store) => takenBy(store.query(events, { where: () => true }).rows, from, to, zone));
		return freeTimes({ minutes, first, last, now, zone, taken: [...busy, ...taken] });
	},
	keep: (label, { mana, home, person }, wanted, zone) =>
		keepTime(mana, label, wanted, zone, { ...(home ?? mana).get(settings, settingsId), person }),
	drop: (label, mana, id) => mana.write(label, (tx) => tx.trash(events, id)),
	dropAlong(tx, mana, records, now) {
		for (const { id } of toCome(mana, records, now)) tx.trash(events, id);
	},
	backAlong(tx, mana, record, thrownAt) {
		for (const { from, to } of mana.query(links, { where: isBlock }).rows) {
			const thrown = from === record && to !== null ? (tx.get(events, to)?.deletedAt ?? null) : null;
			if (thrown !== null && atOnce(thrown, thrownAt)) tx.restore(events, to!);
		}
	},
	renameAlong(tx, mana, record, { before, after }, now) {
		for (const event of toCome(mana, [record], now)) if (event.title === before) tx.update(events, event.id, { title: after });
	},
};
