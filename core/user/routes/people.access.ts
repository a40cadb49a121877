import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

/** `:id` is somebody whom none of them shares a space with: the same words as for nobody. */
export const peopleAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/people', status: signedIn(400) },
	{ method: 'GET', path: '/v1/people/:id', status: signedIn(404) },
	{ method: 'GET', path: '/v1/people/:id/picture', status: signedIn(404) },
];
