import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const accountsAccess: readonly AccessRow[] = [
	{ method: 'POST', path: '/accounts', status: signedIn(204) },
	// Whose session this browser has put aside decides, not who is present.
	{ method: 'PUT', path: '/accounts/present', body: { person: 'somebody' }, status: 404 },
];
