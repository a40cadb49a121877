import type { AccessRow } from '@mana/service/testing/authorisation';

const running = (status: number): AccessRow['status'] => ({ guest: 403, member: 403, admin: status, owner: status });

export const deliveryAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/deliveries/given-up', status: running(200) },
	{ method: 'POST', path: '/v1/deliveries/:id/attempts', status: running(404) },
];
