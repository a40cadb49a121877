import { appOf, validateOp } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { COMMENTS, isForAll, reaches, roleAllows } from '@mana/sync';
import type { Rules } from '@mana/sync/space/index';

/** The version of a collection that a build must know to write it. */
export function minVersion(collection: number): number {
	return collectionNumbered(collection)?.minVersion ?? 1;
}

/** Numbers of the fields by which a collection routes. */
export function routesOf(collection: number): readonly number[] {
	return collectionNumbered(collection)?.routes ?? [];
}

/** What this server lets into a space, judged at the moment of commit (sync.md §6.8). */
export const rules: Rules = {
	authorise(access, { ops }) {
		const allComments = ops.every(({ collection }) => (collection & 0xff) === COMMENTS && !isForAll(appOf(collection)));
		if (!roleAllows(access.role, allComments ? 'comment' : 'write'))
			return { code: 'read-only', detail: 'You may read this space but not change it. Ask its owner for the right.' };
		if (ops.some(({ collection }) => !reaches(access, appOf(collection))))
			return { code: 'read-only', detail: 'This app of the space is not open to you. Ask its owner for the right.' };
		return null;
	},
	validate: (op) => validateOp(op, collectionNumbered),
	minVersion,
	routes: routesOf,
};
