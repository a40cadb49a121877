import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const leavingAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/archive/services', status: signedIn(200) },
	// Its lines are looked at in `leaving/leaving.test.ts`.
	{ method: 'GET', path: '/archive', status: signedIn(200) },
];
