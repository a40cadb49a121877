import type { AccessRow } from '@mana/service/testing/authorisation';

export const preferencesAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/people/:id/preferences', status: { 'foreign service': 403 } },
];
