import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type ImapServer, startImap } from '@mana/service/testing/imap';
import { mailOf } from '@mana/service/testing/mail';
import { Database } from 'bun:sqlite';
import fc from 'fast-check';
import { join } from 'node:path';
import { identityOf, startNotify, startTestAuth, type TestAuth, TEST_MAIL_TO, type TestNotify, until } from '../testing.ts';
import { startTaker, type Taker } from '../testing-takers.ts';
import { mailboxSettings } from './mailbox-settings.ts';
import { addressPattern, newToken } from './pattern.ts';

let auth: TestAuth;
beforeAll(async () => {
	auth = await startTestAuth();
});
afterAll(() => auth.close());

interface World extends AsyncDisposable {
	readonly imap: ImapServer;
	readonly taker: Taker;
	readonly notify: TestNotify;
	/** Asks as a person. */
	as(person: string, method: string, path: string, role?: string): Promise<Response>;
	/** A new address of a person's. */
	address(person: string, kind?: string): Promise<string>;
}

async function world({ without }: { readonly without?: readonly string[] } = {}): Promise<World> {
	const [imap, taker] = [await startImap(without ? { without } : {}), await startTaker()];
	const takers = { 'todo-server': taker.url, 'calendar-server': taker.url };
	const notify = await startNotify({ auth, mailbox: imap.url, takers });
	const as: World['as'] = async (person, method, path, role = 'member') =>
		fetch(`${notify.url}${path}`, { method, headers: { authorization: `Bearer ${await auth.token(person, role)}` } });
	return {
		imap,
		taker,
		notify,
		as,
		async address(person, kind = 'task') {
			const { address } = (await (await as(person, 'PUT', `/v1/mail-addresses/${kind}`)).json()) as { address: string };
			return address;
		},
		async [Symbol.asyncDispose]() {
			await notify.close();
			await Promise.all([imap.close(), taker.close()]);
		},
	};
}

interface Status {
	readonly state: string;
	readonly reason: string | null;
	readonly pattern: string | null;
	readonly mails: readonly { kind: string; from: string; state: string; reason: string }[];
}
const statusOf = async ({ as }: World): Promise<Status> =>
	(await as('boss', 'GET', '/v1/incoming', 'owner')).json() as Promise<Status>;

describe('mail that comes in', () => {
	test('is handed to the service whose address it came to, read, and put away; all other mail stays as it is', async () => {
		await using here = await world();
		const { imap, taker } = here;
		const mine = await here.address('ada');
		expect(mine).toMatch(/^mana\+[a-z2-9]{24}@post\.example$/);
		const strange = imap.deliver(mailOf({ to: 'somebody@post.example', id: '1@there' }));
		const guessed = imap.deliver(
			mailOf({
				to: TEST_MAIL_TO.replace(
					'*',
					newToken((bytes) => bytes.fill(3)),
				),
				id: '2@there',
			}),
		);
		imap.deliver(
			mailOf({
				to: `Tasks <${mine.toUpperCase()}>`,
				id: '3@there',
				subject: '=?utf-8?q?Call_J=C3=BCrgen?=',
				text: 'About the car.\r\n\r\n-- \r\nAda\r\n+49 30 123',
			}),
		);
		await until(() => imap.uids('Mana').length === 1);
		expect(taker.taken).toMatchObject([
			{
				kind: 'task',
				person: 'ada',
				about: '',
				address: mine,
				from: { name: 'Ada', address: 'ada@mana.example' },
				own: true,
				at: Date.UTC(2026, 10, 27, 8),
				subject: 'Call Jürgen',
				text: 'About the car.',
				calendars: [],
				files: [],
				left: 0,
			},
		]);
		expect([imap.uids(), imap.flags(strange), imap.flags(guessed)]).toEqual([[strange, guessed], [], []]);
		// Nobody fetched more of them than the lines that say whom they are for.
		expect(imap.commands.filter((one) => one.includes('BODY.PEEK[]')).length).toBe(1);
	});

	test('is found by whatever line of its head names the address, and once however often it lies there', async () => {
		await using here = await world();
		const { imap, taker } = here;
		const mine = await here.address('ada');
		imap.deliver(mailOf({ to: 'undisclosed-recipients:;', id: 'bcc@there', more: `Delivered-To: ${mine}\r\n` }));
		await until(() => taker.taken.length === 1);
		imap.deliver(mailOf({ to: 'undisclosed-recipients:;', id: 'bcc@there', more: `Delivered-To: ${mine}\r\n` }));
		await until(() => imap.uids('Mana').length === 2);
		expect(taker.taken.length).toBe(1);
		// A mailbox that was put back from a backup shows everything again.
		imap.deliver(mailOf({ to: mine, id: 'bcc@there' }));
		await until(() => imap.uids().length === 0);
		imap.renumber();
		imap.deliver(mailOf({ to: mine, id: 'new@there' }));
		await until(() => taker.taken.length === 2);
		expect(taker.taken.map(({ key }) => key).length).toBe(2);
	}, 20_000);

	test('to an address that was renewed or ended is left untouched', async () => {
		await using here = await world();
		const { imap, taker, as } = here;
		const old = await here.address('ada');
		const fresh = await here.address('ada');
		expect(fresh).not.toBe(old);
		const left = imap.deliver(mailOf({ to: old, id: '1@there' }));
		imap.deliver(mailOf({ to: fresh, id: '2@there' }));
		await until(() => taker.taken.length === 1);
		expect(taker.taken[0]!.address).toBe(fresh);
		expect((await as('ada', 'DELETE', '/v1/mail-addresses/task')).status).toBe(204);
		const after = imap.deliver(mailOf({ to: fresh, id: '3@there' }));
		imap.deliver(mailOf({ to: await here.address('jürgen'), id: '4@there' }));
		await until(() => taker.taken.length === 2);
		expect(imap.uids()).toEqual([left, after]);
		expect(await (await as('ada', 'GET', '/v1/mail-addresses')).json()).toMatchObject({
			open: true,
			addresses: [
				{ kind: 'task', address: null },
				{ kind: 'invitation', address: null },
			],
		});
	});

	const loops: readonly (readonly [string, string, string])[] = [
		['an answer of a program', 'Auto-Submitted: auto-replied (vacation)\r\n', 'a@there'],
		['what a program made', 'Auto-Submitted: auto-generated\r\n', 'b@there'],
		['a mailing list', 'List-Id: <all.there>\r\n', 'c@there'],
		['a bounce', 'Return-Path: <>\r\n', 'd@there'],
		['a mail of this Mana', '', `${'0'.repeat(32)}@mana.example`],
	];
	test.each(loops)('makes no task of %s', async (_, more, id) => {
		await using here = await world();
		const mine = await here.address('ada');
		const uid = here.imap.deliver(mailOf({ to: mine, id, more }));
		here.imap.deliver(mailOf({ to: mine, id: 'real@there' }));
		await until(() => here.imap.uids('Mana').length === 1);
		expect([here.taker.taken.length, here.imap.uids(), here.imap.flags(uid)]).toEqual([1, [uid], []]);
	});

	test('that a calendar sends by itself is an answer, unless it only says that somebody is away', async () => {
		await using here = await world();
		const response = await fetch(`${here.notify.url}/v1/mail-addresses`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${await identityOf('calendar-server').token('mana-notify')}`,
				'content-type': 'application/json',
			},
			body: JSON.stringify({ kind: 'answer', about: 'lunch', person: 'ada' }),
		});
		const { address } = (await response.json()) as { address: string };
		here.imap.deliver(mailOf({ to: address, id: '1@there', more: 'Auto-Submitted: auto-replied\r\n' }));
		here.imap.deliver(mailOf({ to: address, id: '2@there', more: 'Auto-Submitted: auto-generated\r\n' }));
		await until(() => here.taker.taken.length === 1);
		expect(here.taker.taken[0]).toMatchObject({ kind: 'answer', about: 'lunch', person: 'ada' });
	});

	test('waits in the mailbox while its service is down, and is told to whoever runs this Mana', async () => {
		await using here = await world();
		const { imap, taker } = here;
		taker.answer = { status: 503, code: 'away' };
		const uid = imap.deliver(mailOf({ to: await here.address('ada'), id: '1@there' }));
		await until(async () => (await statusOf(here)).mails.length === 1);
		expect([taker.taken.length, imap.uids()]).toEqual([0, [uid]]);
		expect(await statusOf(here)).toMatchObject({
			state: 'open',
			pattern: TEST_MAIL_TO,
			mails: [{ kind: 'task', from: 'ada@mana.example', state: 'waiting', reason: 'away, says the service.' }],
		});
		taker.answer = null;
		await until(() => taker.taken.length === 1, 15_000);
		await until(() => imap.uids('Mana').length === 1);
		expect((await statusOf(here)).mails).toEqual([]);
	}, 20_000);

	test('that will never be taken stays in the mailbox with a flag, and who sent it to themselves hears of it once a day', async () => {
		await using here = await world();
		here.taker.answer = { status: 422, code: 'mail-empty' };
		const mine = await here.address('ada');
		for (const id of ['1@there', '2@there']) here.imap.deliver(mailOf({ to: mine, id }));
		const stranger = here.imap.deliver(mailOf({ to: await here.address('jürgen'), id: '3@there', from: 'eve@evil.example' }));
		await until(() => here.imap.flags(stranger).includes('\\Flagged'));
		expect(here.imap.uids().map((uid) => here.imap.flags(uid))).toEqual([['\\Flagged'], ['\\Flagged'], ['\\Flagged']]);
		expect((await statusOf(here)).mails).toMatchObject(
			Array.from({ length: 3 }, () => ({ state: 'refused', reason: 'mail-empty, says the service.' })),
		);
		using database = new Database(join(here.notify.home, 'mana-notify', 'mana-notify.sqlite'), { readonly: true });
		expect(database.query(`select person, data from message where topic = 'mail-refused'`).all()).toEqual([
			{ person: 'ada', data: JSON.stringify({ what: 'task', why: 'mail-empty', link: '/settings/mail' }) },
		]);
		const metrics = await (await fetch(`${here.notify.url}/metrics`)).text();
		expect(metrics).toMatch(/notify_mails_in_total\{[^}]*kind="task",ending="refused"[^}]*\} 3/);
		expect(metrics).toMatch(/notify_mailbox_open(\{[^}]*\})? 1/);
	});

	test('is at most so many a minute to one address; the rest waits, and nothing is lost', async () => {
		await using here = await world();
		const mine = await here.address('ada');
		for (let n = 0; n < 33; n++) here.imap.deliver(mailOf({ to: mine, id: `${n}@there` }));
		await until(() => here.taker.taken.length >= 30, 15_000);
		expect(here.taker.taken.length).toBeLessThan(33);
		await until(() => here.taker.taken.length === 33, 15_000);
	}, 40_000);

	test('is read again after the mailbox hung up, and moved by copies where it knows no better', async () => {
		await using here = await world({ without: ['MOVE'] });
		const mine = await here.address('ada');
		await until(async () => (await statusOf(here)).state === 'open');
		here.imap.cut();
		here.imap.deliver(mailOf({ to: mine, id: '1@there' }));
		await until(() => here.imap.uids('Mana').length === 1 && here.imap.uids().length === 0, 15_000);
		expect(here.taker.taken.length).toBe(1);
	}, 20_000);

	test('is told where it cannot be read, and why', async () => {
		await using here = await world();
		here.imap.shut = true;
		here.imap.cut();
		await until(async () => (await statusOf(here)).state === 'lost', 15_000);
		expect((await statusOf(here)).reason).toContain('Who are you?');
		expect(await (await fetch(`${here.notify.url}/metrics`)).text()).toMatch(/notify_mailbox_open(\{[^}]*\})? 0/);
		// Mail that goes out does not wait for it.
		expect((await fetch(`${here.notify.url}/health/ready`)).status).toBe(200);
	}, 20_000);
});

test('without a mailbox people are told that there are no addresses', async () => {
	await using notify = await startNotify({ auth });
	const headers = { authorization: `Bearer ${await auth.token('ada')}` };
	expect(await (await fetch(`${notify.url}/v1/mail-addresses`, { headers })).json()).toMatchObject({ open: false });
	const refused = await fetch(`${notify.url}/v1/mail-addresses/task`, { method: 'PUT', headers });
	expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'no-mailbox']);
});

test('an address has a star before the @, and names nobody else’s tokens', () => {
	for (const wrong of ['mana@example.org', 'mana@*.example.org', '*', 'a*b*@example.org', '*@'])
		expect(() => addressPattern(wrong)).toThrow('star before the @');
	const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 });
	fc.assert(
		fc.property(bytes, fc.constantFrom('mana+*@example.org', '*@mana.example.org', 'Mana.*@Example.org'), (random, text) => {
			const pattern = addressPattern(text);
			const token = newToken((into) => {
				into.set(random);
				return into;
			});
			expect(pattern.tokenOf(pattern.addressOf(token))).toBe(token);
			expect(pattern.tokenOf(pattern.addressOf(token).toUpperCase())).toBe(token);
			expect(pattern.tokenOf(pattern.addressOf(token.slice(1)))).toBeNull();
			expect(pattern.tokenOf(`${pattern.addressOf(token)}.evil.example`)).toBeNull();
		}),
	);
});

test('a password never goes in clear text over the network', () => {
	expect(() => mailboxSettings('imap://me:secret@mail.example?tls=off')).toThrow('clear text');
	expect(() => mailboxSettings('imaps://mail.example/INBOX')).toThrow('no user');
	expect(mailboxSettings('imap://me%40here:a%2Fb@mail.example').imap).toMatchObject({
		host: 'mail.example',
		port: 143,
		secure: false,
		doSTARTTLS: true,
		auth: { user: 'me@here', pass: 'a/b' },
	});
	expect(mailboxSettings('imaps://me:x@mail.example/Mail%20in')).toMatchObject({
		folder: 'Mail in',
		name: 'me@mail.example/Mail in',
		imap: { port: 993, secure: true },
	});
});
