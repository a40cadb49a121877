import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const connectionAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/connection-offers?use=calendar', status: signedIn(200) },
	{ method: 'POST', path: '/connections', body: { provider: 'google', use: 'calendar' }, status: signedIn(404) },
	// For calendar-server and contacts-server alone: see connections.test.ts.
	{ method: 'POST', path: '/connections/:id/tokens', body: { person: 'ana' }, status: { 'foreign service': 403 } },
	{ method: 'DELETE', path: '/connections/:id?person=ana', status: { 'foreign service': 403 } },
];
