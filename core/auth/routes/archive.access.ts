import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const archiveAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/archive', status: signedIn(200) },
	{ method: 'POST', path: '/archive', status: signedIn(201) },
	// It is still being made: nobody listens where the other services would be.
	{ method: 'POST', path: '/archive/links', status: signedIn(409) },
	{ method: 'GET', path: '/archive/content?until=1&mark=x', status: signedIn(409) },
	{ method: 'DELETE', path: '/archive', status: signedIn(204) },
];
