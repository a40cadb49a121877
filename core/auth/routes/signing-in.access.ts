import type { AccessRow } from '@mana/service/testing/authorisation';

export const signingInAccess: readonly AccessRow[] = [
	{ method: 'POST', path: '/sign-in', body: { email: 'eve@mana.example', password: 'not a bad password' }, status: 401 },
	{ method: 'POST', path: '/sign-in/second-step', body: { ticket: 'guess', code: '000000' }, status: 403 },
	{ method: 'POST', path: '/sign-out', status: 204 },
];
