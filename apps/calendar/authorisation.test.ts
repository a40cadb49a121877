import { serviceIdentity } from '@mana/service';
import { type AccessRow, authorisationMatrix, kitAccess, type Principal, signedIn } from '@mana/service/testing/authorisation';
import { leavingAccess } from '@mana/service/testing/leaving';
import { afterAll, beforeAll } from 'bun:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service } from './calendar.server.ts';

// Who may do what by HTTP; by CalDAV: `dav/authorisation.test.ts`.
const ORIGIN = 'https://mana.example';
const SECRET = 'a secret that only tests of this room know';

const elsewhere: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/elsewhere', status: signedIn(200) },
	// Nobody is at home there.
	{
		method: 'POST',
		path: '/v1/elsewhere',
		body: { address: 'https://192.0.2.1/', user: 'ana', password: 'secret' },
		status: signedIn(422),
	},
	{ method: 'PATCH', path: '/v1/elsewhere/:id', body: { paused: true }, status: signedIn(404) },
	{ method: 'DELETE', path: '/v1/elsewhere/:id', status: signedIn(404) },
	{ method: 'GET', path: '/v1/elsewhere/:id/folders', status: signedIn(404) },
	{ method: 'PUT', path: '/v1/elsewhere/:id/folders', body: { urls: [], records: 'keep' }, status: signedIn(404) },
	{ method: 'POST', path: '/v1/elsewhere/:id/folders/:link/losses', status: signedIn(404) },
	{ method: 'POST', path: '/v1/elsewhere/:id/rounds', status: signedIn(404) },
];

const reply = ['UID:foreign', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@elsewhere.example'];
const message = ['BEGIN:VCALENDAR', 'METHOD:REPLY', 'BEGIN:VEVENT', ...reply, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
/** Whoever has the link of a mail may look and answer, and it is good for nothing else; this one is nobody's. */
const invitations: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/invitations/:token', status: 404 },
	{ method: 'PUT', path: '/v1/invitations/:token/answer', body: { answer: 'accepted', comment: '' }, status: 404 },
	// An answer to an event of somebody else answers none of one's own.
	{ method: 'POST', path: '/v1/replies', body: { message }, status: signedIn(422) },
];

/** Feeds of a space that none of them is in; when people are busy hears whoever knows their address, but no guest of this Mana. */
const pages: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/spaces/:space/subscriptions', status: signedIn(404) },
	{ method: 'POST', path: '/v1/spaces/:space/subscriptions/:calendar/readings', status: signedIn(404) },
	{ method: 'POST', path: '/v1/free-busy', body: { addresses: [], from: 0, to: 1 }, status: signedIn(422) },
];

/** What mana-auth asks for the archive of a person, and nobody else may. */
const archive: AccessRow = {
	method: 'POST',
	path: '/v1/persons/:id/open-formats',
	body: { person: { id: 'stranger', name: '', email: '', language: 'en', role: 'member' }, token: '' },
	status: { 'foreign service': 403 },
};

const request = { from: 0, length: 30, name: 'Bob', email: 'bob@elsewhere.example', answers: [], note: '', language: 'en' };
const settings = {
	name: '',
	title: 'Talk',
	text: '',
	place: '',
	on: true,
	lastDay: null,
	lengths: [30],
	hours: [{ day: 1, from: '09:00', to: '17:00' }],
	zone: 'UTC',
	before: 0,
	after: 0,
	notice: 0,
	horizon: 30,
	perDay: 0,
	questions: [],
	calendars: null,
	calendar: null,
};
/** Pages and bookings of nobody; a page of one's own is made by everybody who is signed in. */
const bookings: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/booking-pages/:name', status: 404 },
	{ method: 'GET', path: '/v1/booking-pages/:name/slots', status: 404 },
	{ method: 'POST', path: '/v1/booking-pages/:name/bookings', body: request, status: 404 },
	{ method: 'GET', path: '/v1/bookings/:token', status: 404 },
	{ method: 'GET', path: '/v1/bookings/:token/slots', status: 404 },
	{ method: 'PUT', path: '/v1/bookings/:token/time', body: { from: 0 }, status: 404 },
	{ method: 'DELETE', path: '/v1/bookings/:token', status: 404 },
	{ method: 'GET', path: '/v1/own/booking-pages', status: signedIn(200) },
	{ method: 'POST', path: '/v1/own/booking-pages', body: settings, status: signedIn(201) },
	{ method: 'PUT', path: '/v1/own/booking-pages/:id', body: settings, status: signedIn(404) },
	{ method: 'DELETE', path: '/v1/own/booking-pages/:id', status: signedIn(404) },
];

const publishing = '/v1/spaces/:space/calendars/:calendar/published';
/** An address of nobody's, and calendars of a space that none of them is in. */
const published: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/published/:file', status: 404 },
	{ method: 'GET', path: publishing, status: signedIn(404) },
	{ method: 'POST', path: publishing, body: { detail: 'all', language: 'en' }, status: signedIn(404) },
	{ method: 'POST', path: `${publishing}/:id/secrets`, status: signedIn(404) },
	{ method: 'DELETE', path: `${publishing}/:id`, status: signedIn(404) },
];

const tokens = new Map<Principal, string>();
let home: string;
let running: Awaited<ReturnType<typeof service.start>>;
let auth: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-calendar-'));
	const { publicKey, privateKey } = await generateKeyPair('EdDSA');
	const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
	auth = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(keys) });
	const nobody = `http://127.0.0.1:${auth.port}/nobody`;
	running = await service.start({
		port: 0,
		home,
		databaseUrl: undefined,
		publicUrl: ORIGIN,
		env: { MANA_AUTH_SECRET: SECRET },
		logLevel: 'silent',
		addresses: { 'mana-auth': `http://127.0.0.1:${auth.port}`, 'mana-sync': nobody, 'mana-user': nobody, 'mana-notify': nobody },
	});
	const token = (role: string, seconds: number) =>
		new SignJWT({ sid: `session of ${role}`, name: role, email: `${role}@mana.example`, role })
			.setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'JWT' })
			.setSubject(`some ${role}`)
			.setIssuer(ORIGIN)
			.setAudience('mana')
			.setIssuedAt()
			.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
			.sign(privateKey);
	for (const role of ['guest', 'member', 'admin', 'owner'] as const) tokens.set(role, await token(role, 600));
	for (const ended of ['expired', 'revoked'] as const) tokens.set(ended, await token('member', -60));
	const stranger = serviceIdentity(() => SECRET, 'mana-stranger', { now: () => Date.now() });
	tokens.set('foreign service', await stranger.token('calendar-server'));
});
afterAll(async () => {
	await running.close();
	await auth.stop(true);
	await rm(home, { recursive: true });
});

authorisationMatrix({
	rows: [...kitAccess, ...leavingAccess, ...elsewhere, ...invitations, ...bookings, ...pages, ...published, archive],
	document: async () => (await fetch(`${running.url}/openapi.json`)).json(),
	async ask({ method, path, body }, principal) {
		const token = tokens.get(principal);
		const { status } = await fetch(
			`${running.url}${path.replace(':id', 'stranger')}${method === 'DELETE' ? '?records=keep' : path.endsWith('/slots') ? '?from=0&to=1&length=30' : ''}`,
			{
				method,
				headers: {
					'x-forwarded-for': `192.0.2.${principal.length}`,
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			},
		);
		return status;
	},
});
