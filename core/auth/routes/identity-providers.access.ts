import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const administrators = (status: number): AccessRow['status'] => ({ guest: 403, member: 403, admin: status, owner: status });
const change = { name: 'GitHub', clientId: 'mana', secret: 'told once', trustsAddresses: false, domains: [] };

export const identityProviderAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/identity-providers', status: administrators(200) },
	// The second one finds the short name taken.
	{
		method: 'POST',
		path: '/identity-providers',
		body: { ...change, id: 'github', kind: 'github' },
		status: { guest: 403, member: 403, admin: 200, owner: 409 },
	},
	{ method: 'PUT', path: '/identity-providers/:id', body: change, status: administrators(404) },
	{ method: 'DELETE', path: '/identity-providers/:id', status: administrators(404) },
	{ method: 'POST', path: '/identity-providers/:id/entries', body: {}, status: 404 },
	{ method: 'POST', path: '/identity-providers/:id/links', status: signedIn(404) },
	// Whoever comes back without having been sent is sent to the door, and nothing else happens.
	{ method: 'GET', path: '/identity-providers/:id/return', status: 303 },
	{ method: 'POST', path: '/identity-providers/:id/return', status: 303 },
	{ method: 'GET', path: '/identities', status: signedIn(200) },
	{ method: 'DELETE', path: '/identities/:id', status: signedIn(404) },
];
