import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const administrators: AccessRow['status'] = { guest: 403, member: 403, admin: 200, owner: 200 };

export const activityAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/activity', status: signedIn(200) },
	{ method: 'GET', path: '/audit', status: administrators },
	{ method: 'GET', path: '/audit/check', status: administrators },
];
