import type { AccessRow } from '@mana/service/testing/authorisation';

const owners = (status: number): AccessRow['status'] => ({ guest: 403, member: 403, admin: 403, owner: status });

export const outboxAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/outbox', status: owners(200) },
	{ method: 'GET', path: '/v1/outbox/:id', status: owners(404) },
	{ method: 'POST', path: '/v1/outbox/:id/sending', status: owners(404) },
	{ method: 'DELETE', path: '/v1/outbox/:id', status: owners(404) },
];
