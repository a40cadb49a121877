import type { AccessRow } from '@mana/service/testing/authorisation';

/** Whoever has the link of the mail may use it, and it is good for nothing else; this one is nobody's. */
export const unsubscribeAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/unsubscribe/:token', status: 404 },
	{ method: 'POST', path: '/v1/unsubscribe/:token', status: 404 },
];
