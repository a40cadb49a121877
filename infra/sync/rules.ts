import { appOf, validateOp } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { holdsComments, reaches, roleAllows } from '@mana/sync';
import type { Rules } from '@mana/sync/space/index';
import { foreignWords } from './foreign-words.ts';

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
	authorise(access, { ops }, writer) {
		const allComments = ops.every(({ collection }) => holdsComments(collection));
		if (!roleAllows(access.role, allComments ? 'comment' : 'write'))
			return { code: 'read-only', detail: 'You may read this space but not change it. Ask its owner for the right.' };
		if (ops.some(({ collection }) => !reaches(access, appOf(collection))))
			return { code: 'read-only', detail: 'This app of the space is not open to you. Ask its owner for the right.' };
		return foreignWords(access, ops, writer);
	},
	validate: (op) => validateOp(op, collectionNumbered),
	minVersion,
	routes: routesOf,
};
