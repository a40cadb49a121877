import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const proofAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/proofs', status: signedIn(200) },
	{ method: 'POST', path: '/proofs', body: { password: 'not theirs' }, status: 401 },
	{ method: 'POST', path: '/proofs', body: { code: '000000' }, status: 401 },
];
