import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const emailAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/email', status: signedIn(200) },
	{ method: 'POST', path: '/email', body: { email: 'ada@mana.example' }, status: signedIn(409) },
	{ method: 'POST', path: '/email/verification', status: signedIn(204) },
	{ method: 'POST', path: '/email/confirmations', body: { token: 'guess' }, status: 403 },
	{ method: 'POST', path: '/forgotten', body: { email: 'no address' }, status: 422 },
];
