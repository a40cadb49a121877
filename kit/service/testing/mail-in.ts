import type { AccessRow } from './authorisation.ts';

const mail = {
	key: 'one',
	kind: 'task',
	person: 'ada',
	about: '',
	address: 'mana+one@post.example',
	from: { name: '', address: 'eve@evil.example' },
	own: false,
	at: 0,
	subject: 'Do this',
	text: '',
	calendars: [],
	files: [],
	left: 0,
};

/** The route by which mails are handed over: nobody but mana-notify hands over any. */
export const mailInAccess: readonly AccessRow[] = [
	{ method: 'POST', path: '/v1/mails', body: mail, status: { 'foreign service': 403 } },
];
