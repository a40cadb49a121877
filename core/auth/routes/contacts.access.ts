import type { AccessRow } from '@mana/service/testing/authorisation';

export const contactAccess: readonly AccessRow[] = [
	// For mana-notify alone: see contacts.test.ts.
	{ method: 'GET', path: '/contacts/:id', status: { 'foreign service': 403 } },
	// For calendar-server alone.
	{ method: 'POST', path: '/calendar-users', body: { addresses: [], ids: [] }, status: { 'foreign service': 403 } },
];
