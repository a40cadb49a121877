import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const administrators = (status: number): AccessRow['status'] => ({ guest: 403, member: 403, admin: status, owner: status });

export const leavingAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/departure', status: signedIn(200) },
	// Nobody listens where mana-sync would be.
	{ method: 'GET', path: '/departure/spaces', status: signedIn(503) },
	{ method: 'POST', path: '/departure', status: { guest: 503, member: 503, admin: 503, owner: 409 } },
	{ method: 'DELETE', path: '/departure', status: signedIn(404) },
	{ method: 'GET', path: '/departures', status: administrators(200) },
	{ method: 'POST', path: '/departures/:id/attempts', status: administrators(404) },
	{ method: 'POST', path: '/people/:id/departure', status: administrators(404) },
	{ method: 'DELETE', path: '/people/:id/departure', status: administrators(404) },
];
