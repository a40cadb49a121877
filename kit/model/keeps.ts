import type { Collection, Keeps } from './collection.ts';
import { LAST_ROUTE, NO_ROUTE, routeKey, type RouteKey, type Window } from './route.ts';

const DAY_MS = 86_400_000;
/** Above the key of nothing, and not above any other. */
const SOMETHING: RouteKey = '0';

/**
 * What a device keeps of a collection: where no instant stands, and where one of lately does. It begins with a month, so that devices of many people
 * ask for the same part, and that of one stays the same for weeks. A collection that `keeps` nothing special is kept whole: no window.
 *
 * @param now ms since 1970
 */
export function recentOf({ number: collection, keeps }: Pick<Collection, 'number' | 'keeps'>, now: number): Window[] {
	if (!keeps) return [];
	const { field } = keeps;
	return [
		{ collection, field, from: NO_ROUTE, to: SOMETHING },
		{ collection, field, from: routeKey(keptSince(keeps, now)), to: LAST_ROUTE },
	];
}

/** The rest: what only the server keeps until somebody wants to see it. */
export function olderOf({ number: collection, keeps }: Pick<Collection, 'number' | 'keeps'>, now: number): Window[] {
	return keeps ? [{ collection, field: keeps.field, from: SOMETHING, to: routeKey(keptSince(keeps, now)) }] : [];
}

/** From when on instants are of lately, ms since 1970: the beginning of a month. */
export function keptSince({ days }: Keeps, now: number): number {
	const at = new Date(now - days * DAY_MS);
	return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}
