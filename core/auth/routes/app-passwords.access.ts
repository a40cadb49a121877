import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const check = { email: 'eve@mana.example', password: 'guess', address: '192.0.2.1', agent: '' };

export const appPasswordAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/app-passwords', status: signedIn(200) },
	{ method: 'POST', path: '/app-passwords', body: { name: 'Phone', apps: ['todo'] }, status: signedIn(201) },
	{ method: 'DELETE', path: '/app-passwords/:id', status: signedIn(404) },
	// For servers of apps alone: see app-passwords.test.ts.
	{ method: 'POST', path: '/app-password-checks', body: check, status: { 'foreign service': 403 } },
];
