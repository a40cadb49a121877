// For tests: who may do what with accounts elsewhere, in every server that keeps some.
import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const elsewhereAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/elsewhere', status: signedIn(200) },
	// Nobody is at home there.
	{
		method: 'POST',
		path: '/v1/elsewhere',
		body: { address: 'https://192.0.2.1/', user: 'ana', password: 'secret' },
		status: signedIn(422),
	},
	// What one has not connected is not one's own.
	{
		method: 'POST',
		path: '/v1/elsewhere',
		body: { service: 'google', connection: 'of-somebody-else' },
		status: signedIn(422),
	},
	{ method: 'PATCH', path: '/v1/elsewhere/:id', body: { paused: true }, status: signedIn(404) },
	{ method: 'DELETE', path: '/v1/elsewhere/:id', status: signedIn(404) },
	{ method: 'GET', path: '/v1/elsewhere/:id/folders', status: signedIn(404) },
	{ method: 'PUT', path: '/v1/elsewhere/:id/folders', body: { urls: [], records: 'keep' }, status: signedIn(404) },
	{ method: 'POST', path: '/v1/elsewhere/:id/folders/:link/losses', status: signedIn(404) },
	{ method: 'POST', path: '/v1/elsewhere/:id/rounds', status: signedIn(404) },
];
