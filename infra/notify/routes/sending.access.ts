import type { AccessRow } from '@mana/service/testing/authorisation';

/** A service that the schema names for nothing gets no message out and sees nobody else's. */
export const sendingAccess: readonly AccessRow[] = [
	{
		method: 'POST',
		path: '/v1/send',
		body: {
			topic: 'reset-password',
			to: { address: 'eve@mana.example', language: 'en' },
			data: { link: 'https://evil.example/', until: 1 },
			key: 'once',
		},
		status: { 'foreign service': 403 },
	},
	{ method: 'DELETE', path: '/v1/messages/:id', status: { 'foreign service': 404 } },
];
