import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const accountAccess: readonly AccessRow[] = [
	{ method: 'PATCH', path: '/person', body: { language: 'de' }, status: signedIn(200) },
	{ method: 'POST', path: '/password', body: { password: 'no' }, status: signedIn(422) },
	{ method: 'POST', path: '/reset', body: { token: 'guess', password: 'not a bad password' }, status: 403 },
];
