import { type AccessRow, signedIn } from '@mana/service/testing/authorisation';

const administrators = (status: number): AccessRow['status'] => ({ guest: 403, member: 403, admin: status, owner: status });

export const administrationAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/people', status: administrators(200) },
	// `:id` is nobody's here; who may do what to whom is in `administration/`.
	{ method: 'GET', path: '/people/:id', status: administrators(404) },
	{ method: 'PATCH', path: '/people/:id', body: { role: 'guest' }, status: administrators(404) },
	{ method: 'DELETE', path: '/people/:id/sessions', status: administrators(404) },
	{ method: 'POST', path: '/people/:id/impersonation', body: { reason: 'to help' }, status: administrators(404) },
	{ method: 'POST', path: '/people/:id/second-step-removal', status: administrators(404) },
	{ method: 'DELETE', path: '/people/:id/second-step-removal', status: administrators(404) },
	{ method: 'GET', path: '/invitations', status: administrators(200) },
	{ method: 'POST', path: '/invitations/:id/letters', status: administrators(404) },
	{ method: 'DELETE', path: '/invitations/:id', status: administrators(404) },
	{ method: 'GET', path: '/impersonation-consent', status: signedIn(200) },
	{ method: 'PUT', path: '/impersonation-consent', body: { hours: 1 }, status: signedIn(200) },
	{ method: 'DELETE', path: '/impersonation-consent', status: signedIn(204) },
	{ method: 'DELETE', path: '/impersonation', status: signedIn(409) },
];
