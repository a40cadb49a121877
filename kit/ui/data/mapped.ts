import type { LiveQuery } from '@mana/sync/client/api';

/** The rows of a live query as something else: for what an app shows others of its records. */
export function mapped<R, S>(query: LiveQuery<R>, map: (row: R) => S): LiveQuery<S> {
	let from: readonly R[] | null = null;
	let made: readonly S[] = [];
	return {
		get rows() {
			if (query.rows !== from) {
				from = query.rows;
				made = from.map(map);
			}
			return made;
		},
		get partial() {
			return query.partial;
		},
		subscribe: (listener) => query.subscribe(listener),
	};
}
