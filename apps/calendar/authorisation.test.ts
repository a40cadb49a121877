import { type Alone, startAlone } from '@mana/dav/testing/alone';
import { elsewhereAccess } from '@mana/dav/testing/elsewhere-access';
import { type AccessRow, authorisationMatrix, kitAccess, signedIn } from '@mana/service/testing/authorisation';
import { leavingAccess } from '@mana/service/testing/leaving';
import { mailInAccess } from '@mana/service/testing/mail-in';
import { afterAll, beforeAll } from 'bun:test';
import { service } from './calendar.server.ts';

// Who may do what by HTTP; by CalDAV: `dav/authorisation.test.ts`.

const reply = ['UID:foreign', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@elsewhere.example'];
const message = ['BEGIN:VCALENDAR', 'METHOD:REPLY', 'BEGIN:VEVENT', ...reply, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
/** Whoever has the link of a mail may look and answer, and it is good for nothing else; this one is nobody's. */
const invitations: readonly AccessRow[] = [
	{ method: 'GET', path: '/v1/invitations/:token', status: 404 },
	{
		method: 'PUT',
		path: '/v1/invitations/:token/answer',
		body: { answer: 'accepted', comment: '', occurrence: null },
		status: 404,
	},
	{
		method: 'PUT',
		path: '/v1/invitations/:token/proposal',
		body: { start: '2030-01-01T10:00', length: 60, zone: 'UTC', comment: '', occurrence: null },
		status: 404,
	},
	{ method: 'DELETE', path: '/v1/invitations/:token/proposal', status: 404 },
	// A message about an event of somebody else is about none of one's own.
	{ method: 'POST', path: '/v1/messages', body: { message }, status: signedIn(422) },
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

let alone: Alone;
beforeAll(async () => {
	alone = await startAlone(service);
});
afterAll(() => alone[Symbol.asyncDispose]());

authorisationMatrix({
	rows: [
		...kitAccess,
		...leavingAccess,
		...elsewhereAccess,
		...invitations,
		...bookings,
		...pages,
		...published,
		...mailInAccess,
		archive,
	],
	document: () => alone.document(),
	ask(row, principal) {
		const query = row.method === 'DELETE' ? '?records=keep' : row.path.endsWith('/slots') ? '?from=0&to=1&length=30' : '';
		return alone.ask(row, principal, query);
	},
});
