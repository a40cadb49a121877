import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const secondFactorAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/second-factor', status: signedIn(200) },
	{ method: 'PUT', path: '/second-factor', body: { code: '000000' }, status: signedIn(409) },
	{ method: 'DELETE', path: '/second-factor', status: signedIn(409) },
	{ method: 'DELETE', path: '/second-factor/removal', status: signedIn(404) },
	{ method: 'POST', path: '/recovery-codes', status: signedIn(409) },
	{ method: 'POST', path: '/second-factor', status: signedIn(200) },
];
