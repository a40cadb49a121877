import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { topicNames, topics } from '@mana/schema';
import { type Message, openNotifier } from '@mana/service';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { smtpOptions } from './channels/mail-settings.ts';
import {
	identityOf,
	type Mailbox,
	startMailbox,
	startNotify,
	startTestAuth,
	type TestAuth,
	type TestNotify,
	until,
} from './testing.ts';

let auth: TestAuth;
let mailbox: Mailbox;
let notify: TestNotify;

beforeAll(async () => {
	auth = await startTestAuth();
	mailbox = await startMailbox();
	notify = await startNotify({ auth, smtp: mailbox.url });
});
afterEach(() => void mailbox.received.splice(0));
afterAll(async () => {
	await notify.close();
	await mailbox.close();
	await auth.close();
});

const notifier = () => openNotifier({ address: notify.url, identity: identityOf('mana-auth') });
const until2030 = Date.UTC(2030, 0, 2, 12);
/** How attempts ended so far. */
const endings = async ({ url }: TestNotify) =>
	new Set([...(await (await fetch(`${url}/metrics`)).text()).matchAll(/ending="(\w+)"/g)].map(([, ending]) => ending));
let keys = 0;
const reset = (more: Partial<Message<'reset-password'>> = {}): Message<'reset-password'> => ({
	topic: 'reset-password',
	to: { address: 'grace@mana.example', language: 'en' },
	data: { link: '/reset#token=abc', until: until2030 },
	key: `key ${++keys}`,
	...more,
});

describe('a mail', () => {
	test('arrives with its words as text and HTML, its link, and the name of this Mana', async () => {
		const id = await notifier().send(reset());
		await until(() => mailbox.received.length === 1);
		const [{ to, mail }] = mailbox.received as [(typeof mailbox.received)[0]];
		expect(to).toEqual(['grace@mana.example']);
		expect(mail.from?.value).toEqual([{ name: 'Mana', address: 'mana@mana.example' }]);
		expect(mail.subject).toBe('Set a new password');
		expect(mail.text).toContain('Hello,');
		expect(mail.text).toContain('Set a new password:\nhttps://mana.example/reset#token=abc');
		expect(mail.text).toContain('until Wednesday, January 2, 2030 at 12:00 PM UTC');
		expect(mail.html).toContain('href="https://mana.example/reset#token=abc"');
		expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
		expect(mail.headers.get('content-language')).toBe('en');
		expect(mail.messageId).toMatch(/^<[\da-f]{32}@mana\.example>$/);
		expect(mail.messageId).not.toContain(id);
	});

	test('to a person goes to the address and in the language that mana-auth knows at that time', async () => {
		await notifier().send({
			topic: 'new-device',
			to: { person: 'jürgen' },
			data: { name: 'Jürgen', device: 'Firefox auf Linux', place: '192.0.2.7', at: until2030, link: '/settings' },
			key: 'session 1',
		});
		await until(() => mailbox.received.length === 1);
		const [{ to, mail }] = mailbox.received as [(typeof mailbox.received)[0]];
		expect(to).toEqual(['jürgen@mana.example']);
		expect(mail.subject).toBe('Neue Anmeldung: Firefox auf Linux');
		expect(mail.text).toContain('Mittwoch, 2. Jänner 2030 um 12:00 UTC');
		expect(mail.headers.get('content-language')).toBe('de');
	});

	test('lets nothing that it says become a header, a line or markup', async () => {
		const name = '<img src=x onerror=alert(1)> & "Co" \u2028Bcc: eve@mana.example';
		const data = {
			inviter: name,
			place: '=?utf-8?q?no?= Müller’s 📷',
			link: 'https://mana.example/?a=1&b="><script>',
			until: until2030,
		};
		await openNotifier({ address: notify.url, identity: identityOf('mana-sync') }).send({
			topic: 'invitation',
			to: { address: 'grace@mana.example', language: 'en' },
			data,
			key: 'odd',
		});
		await until(() => mailbox.received.length === 1);
		const [{ to, mail, raw }] = mailbox.received as [(typeof mailbox.received)[0]];
		expect(to).toEqual(['grace@mana.example']);
		expect(mail.subject).toBe(`${name} invites you to ${data.place}`);
		expect(mail.bcc).toBeUndefined();
		expect(mail.text).toContain(name);
		expect(String(mail.html)).not.toMatch(/<img|<script/);
		expect(String(mail.html)).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;Co&quot;');
		expect(raw.split('\r\n\r\n')[0]).toMatch(/^[\x20-\x7e\r\n\t]*$/);
	});

	test('of an invitation carries what calendar programs read, and is answered to whoever invites', async () => {
		const calendar = [
			'BEGIN:VCALENDAR',
			'VERSION:2.0',
			'METHOD:REQUEST',
			'BEGIN:VEVENT',
			'UID:one',
			'SUMMARY:Tee – später',
			'END:VEVENT',
			'END:VCALENDAR',
			'',
		].join('\r\n');
		const data = { inviter: 'Ada', replyTo: 'ada@mana.example', title: 'Tee', when: 'Monday', place: '', notes: 'One\nTwo' };
		const send = (more: object) =>
			openNotifier({ address: notify.url, identity: identityOf('calendar-server') }).send({
				topic: 'event-invited',
				to: { address: 'guest@elsewhere.example', language: 'en' },
				data: { ...data, link: '/calendar/answer#token=x', calendar, ...more },
				key: JSON.stringify(more),
			});
		await send({});
		await until(() => mailbox.received.length === 1);
		const [{ mail, raw }] = mailbox.received as [(typeof mailbox.received)[0]];
		expect(mail.replyTo?.value).toEqual([{ name: 'Ada', address: 'ada@mana.example' }]);
		expect(mail.text).toContain('Monday\n\nOne\n\nTwo\n\nAnswer:\nhttps://mana.example/calendar/answer#token=x');
		expect(raw).toMatch(/content-type: text\/calendar; charset=utf-8;\s*method=REQUEST/i);
		const [file] = mail.attachments.filter(({ contentType }) => contentType === 'application/ics');
		expect([file?.filename, file?.content.toString()]).toEqual(['invite.ics', calendar]);
		await expect(send({ calendar: calendar.replace('METHOD:REQUEST\r\n', '') })).rejects.toThrow('invalid-input');
		await expect(send({ notes: 'a\rb' })).rejects.toThrow('invalid-input');
		await expect(send({ replyTo: 'a@b, c@d' })).rejects.toThrow('invalid-input');
	});

	test('is told once, however often its key comes', async () => {
		const message = reset({ key: 'the same' });
		const ids = await Promise.all(Array.from({ length: 5 }, () => notifier().send(message)));
		expect(new Set(ids).size).toBe(1);
		await notifier().send(reset());
		await until(() => mailbox.received.length === 2);
		expect(await notifier().send(message)).toBe(ids[0]!);
		await expect(notifier().send({ ...message, data: { ...message.data, link: '/reset#token=another' } })).rejects.toThrow(
			'key-taken',
		);
		expect(mailbox.received.length).toBe(2);
	});

	test('waits while mana-auth is away, and is not lost', async () => {
		auth.away = true;
		const id = await notifier().send({
			topic: 'export-ready',
			to: { person: 'ada' },
			data: { name: 'Ada', link: '/settings/export', until: until2030 },
			key: 'export 1',
		});
		await until(async () => (await endings(notify)).has('later'));
		auth.away = false;
		expect(mailbox.received.length).toBe(0);
		expect(await notifier().cancel(id)).toBe(true);
		expect(await notifier().cancel(id)).toBe(false);
	});

	test('of every topic has words in every language', async () => {
		const { languages, contentOf } = await import('./words/words.ts');
		const all = {
			name: 'N',
			label: 'L',
			inviter: 'I',
			place: 'P',
			device: 'D',
			address: 'A',
			link: '/l',
			years: '41',
			until: until2030,
			at: until2030,
			title: 'T',
			when: 'W',
			notes: 'One\nTwo',
			said: 'Three\nFour',
			invited: 'B',
			why: 'mail-empty',
			answer: 'accepted',
			what: 'moved',
			replyTo: 'a@mana.example',
			calendar: 'BEGIN:VCALENDAR',
		};
		for (const language of Object.keys(languages))
			for (const topic of topicNames) {
				const content = contentOf(
					topic,
					all,
					{ language, region: '', hours: 'region', zone: 'Europe/Berlin' },
					'https://mana.example',
				);
				expect([content.subject, ...content.paragraphs].join(' '), `${topic} ${language}`).not.toMatch(/undefined|\[object/);
				expect(content.action?.link, `${topic} ${language}`).toBe(
					'link' in topics[topic].data ? 'https://mana.example/l' : undefined,
				);
			}
	});
});

describe('what does not fit is refused', () => {
	const odd: readonly (readonly [string, object, number, string])[] = [
		['a topic that the sender does not send', { topic: 'new-device' }, 403, 'topic-not-yours'],
		['an unknown topic', { topic: 'lottery' }, 422, 'invalid-input'],
		['a field that is missing', { data: { inviter: 'I', place: 'P', until: 1 } }, 422, 'invalid-input'],
		['a field too many', { data: { inviter: 'I', place: 'P', until: 1, link: '/', more: 'x' } }, 422, 'invalid-input'],
		['a link to a script', { data: { inviter: 'I', place: 'P', until: 1, link: 'javascript:alert(1)' } }, 422, 'invalid-input'],
		['a path to another host', { data: { inviter: 'I', place: 'P', until: 1, link: '//evil.example' } }, 422, 'invalid-input'],
		['a line break', { data: { inviter: 'I\r\nBcc: x@y.z', place: 'P', until: 1, link: '/' } }, 422, 'invalid-input'],
		['an address that is none', { to: { address: 'a@b, c@d', language: 'en' } }, 422, 'invalid-input'],
		['what is over already', { expires: 5 }, 422, 'already-over'],
		['a time beyond five years', { at: Date.now() + 6 * 366 * 86_400_000 }, 422, 'too-far'],
	];
	for (const [what, more, status, code] of odd)
		test(what, async () => {
			const answer = await fetch(`${notify.url}/v1/send`, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					authorization: `Bearer ${await identityOf('mana-sync').token('mana-notify')}`,
				},
				body: JSON.stringify({
					topic: 'invitation',
					to: { address: 'grace@mana.example', language: 'en' },
					data: { inviter: 'I', place: 'P', link: '/join', until: 1 },
					key: 'k',
					...more,
				}),
			});
			expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
		});

	test('a mail server over the network with a password and without TLS', () => {
		expect(() => smtpOptions('smtp://me:secret@mail.example?tls=off')).toThrow('clear text');
		expect(smtpOptions('smtp://me:se%40cret@mail.example')).toMatchObject({
			requireTLS: true,
			secure: false,
			auth: { pass: 'se@cret' },
		});
		expect(smtpOptions('smtps://mail.example')).toMatchObject({ host: 'mail.example', secure: true });
	});

	test('a server that offers no STARTTLS gets nothing', async () => {
		await using other = await startNotify({ auth, smtp: mailbox.url.replace('?tls=off', '') });
		await openNotifier({ address: other.url, identity: identityOf('mana-auth') }).send(reset());
		await until(async () => (await endings(other)).has('later'));
		expect(mailbox.received).toEqual([]);
	});
});

describe('without a mail server', () => {
	test('mails stay in a folder, where the owner reads them in the hub or as files', async () => {
		await using other = await startNotify({ auth });
		await openNotifier({ address: other.url, identity: identityOf('mana-auth') }).send(reset());
		const folder = join(other.home, 'mana-notify', 'outbox');
		await until(async () => (await readdir(folder)).some((file) => file.endsWith('.eml')));
		const [file] = await readdir(folder);
		const { subject, to } = await simpleParser(await readFile(join(folder, file!)));
		expect([subject, [to].flat()[0]?.text]).toEqual(['Set a new password', 'grace@mana.example']);

		const headers = { authorization: `Bearer ${await auth.token('ada', 'owner')}` };
		const listed = (await (await fetch(`${other.url}/v1/outbox`, { headers })).json()) as {
			smtp: boolean;
			mails: { id: string }[];
		};
		expect(listed).toMatchObject({ smtp: false, mails: [{ to: 'grace@mana.example', subject: 'Set a new password' }] });
		const { id } = listed.mails[0]!;
		expect(await (await fetch(`${other.url}/v1/outbox/${id}`, { headers })).text()).toContain('Message-ID: <');
		expect((await fetch(`${other.url}/v1/outbox/${id}`, { method: 'DELETE', headers })).status).toBe(204);
		expect((await fetch(`${other.url}/v1/outbox/..%2F..%2Fsecrets`, { headers })).status).toBe(404);
		expect(await readdir(folder)).toEqual([]);
	});

	test('what waited leaves by the mail server that came later, when the owner says so, as it was written', async () => {
		const home = await mkdtemp(join(tmpdir(), 'mana-outbox-'));
		const headers = { authorization: `Bearer ${await auth.token('ada', 'owner')}` };
		const before = await startNotify({ auth, home });
		await openNotifier({ address: before.url, identity: identityOf('mana-auth') }).send(reset());
		const listed = async ({ url }: TestNotify) =>
			(await (await fetch(`${url}/v1/outbox`, { headers })).json()) as { smtp: boolean; mails: { id: string }[] };
		await until(async () => (await listed(before)).mails.length === 1);
		const { id } = (await listed(before)).mails[0]!;
		const send = async ({ url }: TestNotify) => {
			const answer = await fetch(`${url}/v1/outbox/${id}/sending`, { method: 'POST', headers });
			return answer.status === 204 ? 204 : [answer.status, ((await answer.json()) as { code: string }).code];
		};
		expect(await send(before)).toEqual([409, 'no-mail-server']);
		const written = await (await fetch(`${before.url}/v1/outbox/${id}`, { headers })).text();
		await before.close();

		const away = await startNotify({ auth, home, smtp: 'smtp://127.0.0.1:9?tls=off' });
		expect(await send(away)).toEqual([502, 'mail-not-sent']);
		await away.close();

		const after = await startNotify({ auth, home, smtp: mailbox.url });
		expect(await listed(after)).toMatchObject({ smtp: true, mails: [{ id }] });
		expect(await send(after)).toBe(204);
		await until(() => mailbox.received.length === 1);
		expect(mailbox.received[0]!.to).toEqual(['grace@mana.example']);
		expect(mailbox.received[0]!.mail.messageId).toBe((await simpleParser(written)).messageId!);
		expect((await listed(after)).mails).toEqual([]);
		expect(await send(after)).toEqual([404, 'unknown-mail']);
		await after.close();
		await rm(home, { recursive: true });
	});

	test('mails to who leaves this Mana go, and no others', async () => {
		await using other = await startNotify({ auth });
		const notifier = openNotifier({ address: other.url, identity: identityOf('mana-auth') });
		for (const address of ['grace@mana.example', 'long-grace@mana.example'])
			await notifier.send({ ...reset(), to: { address, language: 'en' }, key: `reset of ${address}` });
		const folder = join(other.home, 'mana-notify', 'outbox');
		const kept = async () => (await readdir(folder)).filter((file) => file.endsWith('.eml'));
		await until(async () => (await kept()).length === 2);
		const answer = await fetch(`${other.url}/v1/persons/grace/erase`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${await identityOf('mana-auth').token('mana-notify')}`,
				'content-type': 'application/json',
			},
			body: JSON.stringify({ address: 'grace@mana.example', ended: [] }),
		});
		expect((await answer.json()) as unknown).toMatchObject({
			tables: expect.arrayContaining([
				{ table: 'outbox', erased: 1, left: 0 },
				{ table: 'message', erased: 1, left: 0 },
			]),
		});
		const [left] = await kept();
		expect((await simpleParser(await readFile(join(folder, left!)))).headers.get('to')).toMatchObject({
			text: 'long-grace@mana.example',
		});
	});
});
