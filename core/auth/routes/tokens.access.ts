import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const tokenAccess: readonly AccessRow[] = [
	{ method: 'POST', path: '/token', status: signedIn(200) },
	// By a token alone: see standing.test.ts.
	{ method: 'GET', path: '/standing', status: 401 },
	{ method: 'GET', path: '/jwks', status: 200 },
];
