import { appOf } from '@mana/model';
import { SPACES_APP } from '../permission.ts';

/** The app of what the engine itself keeps. */
const ENGINE_APP = 0;

/** Whether only the server writes a collection: what the engine keeps, and who is in the space. They travel like all others. */
export function isSystem(collection: number): boolean {
	return appOf(collection) === ENGINE_APP || appOf(collection) === SPACES_APP;
}

/** Who holds which name, see `deciders/unique.ts`. */
export const CLAIMS = 1;
