import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const sessionAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/session', status: signedIn(200) },
	{ method: 'GET', path: '/sessions', status: signedIn(200) },
	{ method: 'DELETE', path: '/sessions/:id', status: signedIn(404) },
	{ method: 'DELETE', path: '/sessions', status: signedIn(204) },
];
