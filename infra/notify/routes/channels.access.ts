import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

export const channelAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/push-key', status: 200 },
	{ method: 'GET', path: '/v1/channels', status: signedIn(200) },
	{
		method: 'POST',
		path: '/v1/channels',
		body: { kind: 'ntfy', label: 'Phone', target: { server: 'https://ntfy.example', topic: 'mine' } },
		status: signedIn(201),
	},
	{ method: 'PATCH', path: '/v1/channels/:id', body: { on: false }, status: signedIn(404) },
	{ method: 'DELETE', path: '/v1/channels/:id', status: signedIn(404) },
	{ method: 'POST', path: '/v1/channels/:id/trials', status: signedIn(404) },
	{ method: 'GET', path: '/v1/trials/:id', status: signedIn(404) },
];
