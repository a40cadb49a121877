import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

/** There is no way to name another person: everybody comes to their own. A service has made what the schema gives it, nothing else. */
export const mailAddressAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/mail-addresses', status: signedIn(200) },
	{ method: 'PUT', path: '/v1/mail-addresses/:kind', status: signedIn(409) },
	{ method: 'DELETE', path: '/v1/mail-addresses/:kind', status: signedIn(204) },
	{
		method: 'POST',
		path: '/v1/mail-addresses',
		body: { kind: 'answer', about: 'an invitation', person: 'ada' },
		status: { 'foreign service': 403 },
	},
	{ method: 'GET', path: '/v1/incoming', status: { guest: 403, member: 403, admin: 403, owner: 200 } },
];
