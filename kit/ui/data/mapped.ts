import type { LiveQuery } from '@mana/sync/client/api';

/** The rows of a live query as something else: for what an app shows others of its records. */
export function mapped<R, S>(query: LiveQuery<R>, map: (row: R) => S): LiveQuery<S> {
	return combined([query], () => query.rows.map(map));
}

/** Several live queries as one, one behind the other. */
export function together<R>(queries: readonly LiveQuery<R>[]): LiveQuery<R> {
	return combined(queries, () => queries.flatMap(({ rows }) => rows));
}

/** What follows from the rows of live queries; reckoned anew only when some of them changed. */
export function combined<S>(queries: readonly LiveQuery<unknown>[], reckon: () => readonly S[]): LiveQuery<S> {
	let from: readonly (readonly unknown[])[] | null = null;
	let made: readonly S[] = [];
	return {
		get rows() {
			const now = queries.map(({ rows }) => rows);
			if (!from || now.some((rows, at) => rows !== from![at])) [from, made] = [now, reckon()];
			return made;
		},
		get partial() {
			return queries.some(({ partial }) => partial);
		},
		subscribe(listener) {
			const stops = queries.map((query) => query.subscribe(listener));
			return () => stops.forEach((stop) => stop());
		},
	};
}
