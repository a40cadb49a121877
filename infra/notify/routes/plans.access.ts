import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

/** There is no way to name another person: everybody comes to their own. */
export const planAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/plans/:topic', status: signedIn(200) },
	{ method: 'PUT', path: '/v1/plans/:topic', body: { messages: [] }, status: signedIn(204) },
];
