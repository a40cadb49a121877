import { counter, lawOf, type RecordId } from '@mana/model';
import type { Place } from '../cell.ts';
import { placeKey } from '../merge.ts';
import type { Name } from '../name.ts';
import { COMMENT_AUTHOR, holdsComments } from '../permission.ts';
import { tombstoneOf } from '../tombstone.ts';
import { commandNeeds } from './command.ts';
import { dependenciesOf, dependsOnOthers, type Held } from './depend.ts';
import { foldedUnder, sumPlaceOf } from './fold.ts';
import type { Need, Request, StoredCell } from './state.ts';

/** What deciding `requests` (all of one space, at least one) has to know. */
export function needOf(requests: readonly Request[]): Need {
	const pushes = requests.filter((request) => request.kind === 'push');
	const transactions = pushes.flatMap((push) => push.transactions);
	const commands = requests.flatMap((request) => (request.kind === 'command' ? commandNeeds(request) : []));
	const due = requests.flatMap((request) =>
		request.kind === 'tidy' ? [...request.purge, ...request.forget, ...request.fold] : [],
	);
	const written = neededPlaces(transactions);
	const places = new Map([
		...neededPlaces(commands.map(({ places }) => ({ ops: places }))),
		...due
			.flatMap((one) => [one, tombstoneOf(one), ...(lawOf(one.field) === counter ? [sumPlaceOf(one)] : [])])
			.map((place) => [placeKey(place), place] as const),
		...written,
	]);
	const ops = transactions.flatMap((transaction) => transaction.ops.filter(dependsOnOthers));
	const parts = [...written.values()].filter(({ field }) => lawOf(field) === counter);
	const asked = new Set(places.keys());
	const records = new Map<RecordId, number>();
	for (const request of requests) if (request.kind === 'tidy') for (const { record } of request.purge) records.set(record, -1);
	for (const { preconditions = [] } of transactions)
		for (const { record, seq } of preconditions) records.set(record, Math.min(seq, records.get(record) ?? Infinity));
	return {
		space: requests[0]!.space,
		devices: [...new Set(requests.flatMap((request) => ('device' in request ? request.device : [])))],
		persons: [
			...new Set([
				...requests.flatMap((request) => ('person' in request ? request.person : [])),
				...commands.flatMap(({ persons }) => persons),
			]),
		],
		places: [...places.values()],
		further(read: ReadonlyMap<string, StoredCell>) {
			const more: Place[] = [];
			const ask = (place: Place) => {
				const key = placeKey(place);
				if (!asked.has(key)) more.push(place);
				asked.add(key);
			};
			// Of a record that is gone nothing else is left: who finds what he writes to need not look.
			let last: Place | null = null;
			for (const [key, place] of written) {
				if (read.has(key) || (last?.record === place.record && last.collection === place.collection)) continue;
				ask(tombstoneOf((last = place)));
			}
			for (const op of ops) for (const place of dependenciesOf(op, held(read))) ask(place);
			for (const part of parts) if (foldedUnder(part, held(read)) !== null) ask(sumPlaceOf(part));
			return more;
		},
		records: [...records].map(([record, seq]) => ({ record, seq })),
		memberships: requests.some(({ kind }) => kind === 'seat' || kind === 'mirror'),
		invitations: [...new Set(commands.flatMap(({ invitations }) => invitations))],
	};
}

/** Where the author of a comment stands. */
export function authorOf({ collection, record }: Name): Place {
	return { collection, record, field: COMMENT_AUTHOR, key: '' };
}

function held(read: ReadonlyMap<string, StoredCell>): Held {
	return (place) => read.get(placeKey(place));
}

/** Every place that the transactions write, and some more, once, by `placeKey`. */
function neededPlaces(transactions: readonly { readonly ops: readonly Place[] }[]): Map<string, Place> {
	const places = new Map<string, Place>();
	for (const { ops } of transactions)
		for (const op of ops) {
			places.set(placeKey(op), op);
			if (!holdsComments(op.collection)) continue;
			const author = authorOf(op);
			places.set(placeKey(author), author);
		}
	return places;
}
