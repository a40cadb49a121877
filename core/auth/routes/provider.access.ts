import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const administrators = (status: number): AccessRow['status'] => ({ guest: 403, member: 403, admin: status, owner: status });
const software = { name: 'Wiki', redirectUris: ['https://wiki.example/callback'] };

export const providerAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/.well-known/openid-configuration', status: 200 },
	{ method: 'GET', path: '/oidc/jwks', status: 200 },
	// Who is signed in matters only once the software is known; see `provider/provider.test.ts`.
	{ method: 'GET', path: '/oidc/authorize', status: 404 },
	{ method: 'POST', path: '/oidc/requests', body: {}, status: 404 },
	{ method: 'POST', path: '/oidc/decisions', body: { request: {}, allow: true }, status: signedIn(404) },
	// By a form and the software's own secret, not by who sits there.
	{ method: 'POST', path: '/oidc/token', status: 400 },
	{ method: 'POST', path: '/oidc/revoke', status: 400 },
	{ method: 'POST', path: '/oidc/introspect', status: 400 },
	{ method: 'GET', path: '/oidc/userinfo', status: 401 },
	{ method: 'POST', path: '/oidc/userinfo', status: 401 },
	{ method: 'GET', path: '/oidc/logout', status: 303 },
	{ method: 'GET', path: '/software', status: administrators(200) },
	{ method: 'POST', path: '/software', body: { ...software, keepsSecret: true }, status: administrators(200) },
	{ method: 'PUT', path: '/software/:id', body: software, status: administrators(404) },
	{ method: 'POST', path: '/software/:id/secret', status: administrators(404) },
	{ method: 'DELETE', path: '/software/:id', status: administrators(404) },
	{ method: 'GET', path: '/allowed-software', status: signedIn(200) },
	{ method: 'DELETE', path: '/allowed-software/:id', status: signedIn(404) },
];
