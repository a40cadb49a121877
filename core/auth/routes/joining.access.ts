import type { AccessRow } from '@mana/service/testing/authorisation';

const anybody = { name: 'Eve', email: 'eve@mana.example', password: 'not a bad password' };

export const joiningAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/status', status: 200 },
	{ method: 'POST', path: '/setup', body: { ...anybody, token: 'guess' }, status: 409 },
	{ method: 'POST', path: '/sign-up', body: anybody, status: 403 },
	{ method: 'POST', path: '/invitations', body: {}, status: { guest: 403, member: 403, admin: 200, owner: 200 } },
	{ method: 'POST', path: '/invitations', body: { role: 'admin' }, status: { guest: 403, member: 403, admin: 403, owner: 200 } },
	{
		method: 'POST',
		path: '/invitations',
		body: { to: { address: 'ada@mana.example', language: 'en' } },
		status: { guest: 403, member: 403, admin: 409, owner: 409 },
	},
	{ method: 'POST', path: '/invitation-checks', body: { invitation: 'guess' }, status: 403 },
];
