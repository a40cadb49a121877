import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type ImapServer, startImap } from '@mana/service/testing/imap';
import { mailOf } from '@mana/service/testing/mail';
import { tags } from '@mana/shared/model';
import type { SpaceId } from '@mana/sync';
import { addDays, dayAt } from '@mana/time';
import { startWorld, type TestPerson, until, type World } from '../dav/world.fixture.ts';
import { projects, tasks } from '../model.ts';
import { taskOfMail } from './task-of-mail.server.ts';

let world: World;
let imap: ImapServer;
let ada: TestPerson;
let space: SpaceId;
let address: string;
beforeAll(async () => {
	imap = await startImap();
	world = await startWorld(imap.url);
	ada = await world.person('ada@mana.example');
	space = await ada.personal();
	const headers = { authorization: `Bearer ${await ada.token()}` };
	const made = await fetch(`${world.urlOf('mana-notify')}/v1/mail-addresses/task`, { method: 'PUT', headers });
	address = ((await made.json()) as { address: string }).address;
});
afterAll(async () => {
	await world.close();
	await imap.close();
});

let sent = 0;
const deliver = (mail: Partial<Parameters<typeof mailOf>[0]>) =>
	imap.deliver(
		mailOf({ to: address, id: `mail-${++sent}@there`, text: '', ...mail }).replace(
			/^Date: .*$/m,
			`Date: ${new Date().toUTCString()}`,
		),
	);
const called = (title: string) =>
	until(async () => (await ada.rows(space, tasks)).find((one) => one.title === title && one.deletedAt === null));
const tomorrow = () => addDays(dayAt(Date.now(), 'Europe/Berlin'), 1);

describe('a mail to the address that somebody has for tasks', () => {
	test('is a task in their inbox: the subject is read as quick add reads it, the text becomes the notes', async () => {
		deliver({ subject: 'Call the garage tomorrow 9:00 #car !high', text: 'About the brakes.\r\n\r\n-- \r\nAda' });
		const task = await called('Call the garage');
		expect(task).toMatchObject({
			notes: 'About the brakes.',
			dueDay: tomorrow(),
			dueTime: '09:00',
			priority: 'high',
			project: null,
		});
		const [tag] = (await ada.rows(space, tags)).filter(({ name }) => name === 'car');
		expect([...task.tags]).toEqual([tag!.id]);
	});

	test('in the language that they write in, into a project that there is, and with who wrote where it was somebody else', async () => {
		const project = await ada.write(space, projects, { name: 'Haus' });
		await until(async () => (await ada.rows(space, projects)).length > 0 || null);
		deliver({
			subject: 'AW: Fwd: Rechnung #4711 bezahlen morgen @Haus @niemand',
			from: 'Bob <bob@elsewhere.example>',
			text: 'Bitte.',
		});
		const task = await called('Rechnung #4711 bezahlen @niemand');
		expect(task).toMatchObject({ dueDay: tomorrow(), project, notes: 'Bob <bob@elsewhere.example>\n\nBitte.' });
		expect([...task.tags]).toEqual([]);
	});

	test('has its files, and none twice where it came twice', async () => {
		const bytes = Buffer.alloc(1_100_000, 'a picture of the leak ');
		const raw = [
			'From: Ada <ada@mana.example>',
			`To: ${address}`,
			'Subject: Mend the roof',
			'Message-ID: <roof@there>',
			'MIME-Version: 1.0',
			'Content-Type: multipart/mixed; boundary=b',
			'',
			'--b',
			'Content-Type: text/html; charset=utf-8',
			'',
			'<p>It drips<br>in the hall.</p><ul><li>Ladder</li><li>Tiles</li></ul><script>alert(1)</script><blockquote>old words</blockquote>',
			'--b',
			'Content-Type: image/png; name="leak.png"',
			'Content-Disposition: attachment; filename="leak.png"',
			'Content-Transfer-Encoding: base64',
			'',
			bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n'),
			'--b--',
			'',
		].join('\r\n');
		imap.deliver(raw);
		const task = await called('Mend the roof');
		expect(task.notes).toBe('It drips\nin the hall.\n\n- Ladder\n- Tiles');
		expect(task.files.map(({ file }) => [file.name, file.type, file.size])).toEqual([['leak.png', 'image/png', bytes.length]]);
		const { file } = task.files[0]!;
		const kept = await fetch(`${world.urlOf('mana-sync')}/spaces/${space}/blobs/${file.hash}`, {
			headers: { authorization: `Bearer ${await ada.token()}` },
		});
		expect(Buffer.from(await kept.arrayBuffer()).equals(bytes)).toBe(true);
		const filed = imap.uids('Mana').length;
		imap.deliver(raw);
		await until(async () => imap.uids('Mana').length > filed || null);
		expect((await ada.rows(space, tasks)).filter(({ title }) => title === 'Mend the roof')).toHaveLength(1);
	}, 30_000);

	test('says how many of its files were too large; handed over again it is the same task', async () => {
		const identity = await world.identityOf('mana-notify');
		const hand = async () => {
			const response = await fetch(`${world.served.url}/v1/mails`, {
				method: 'POST',
				headers: { authorization: `Bearer ${await identity.token('todo-server')}`, 'content-type': 'application/json' },
				body: JSON.stringify({
					key: 'a key',
					kind: 'task',
					person: JSON.parse(Buffer.from((await ada.token()).split('.')[1]!, 'base64url').toString()).sub,
					about: '',
					address,
					from: { name: '', address: 'ada@mana.example' },
					own: true,
					at: Date.now(),
					subject: 'Read the plans',
					text: 'By Monday',
					calendars: [],
					files: [],
					left: 2,
				}),
			});
			return [response.status, await response.json()];
		};
		expect(await hand()).toEqual([200, { did: 'added' }]);
		expect((await called('Read the plans')).notes).toBe('By Monday\n\n(2 attachments of the mail were too large.)');
		await until(async () => ((await hand())[1] as { did: string }).did === 'known' || null);
		expect((await ada.rows(space, tasks)).filter(({ title }) => title === 'Read the plans')).toHaveLength(1);
	});

	test('that says nothing is none, and its sender hears of it', async () => {
		const uid = deliver({ subject: '' });
		await until(async () => imap.flags(uid).includes('\\Flagged') || null);
	});
});

describe('what a mail becomes', () => {
	const now = { today: '2026-11-27', time: '10:00', language: 'de', projects: ['Haus'] } as const;
	const read = (subject: string, text = '') => taskOfMail({ subject, text, from: { name: '', address: '' }, own: true }, now);

	test('without a subject its first line is the title', () => {
		expect(read('', 'Müll rausbringen heute\n\nDie gelbe Tonne')).toMatchObject({
			title: 'Müll rausbringen',
			notes: 'Die gelbe Tonne',
			capture: { day: '2026-11-27' },
		});
	});

	test('a subject of nothing but what is understood stays its title', () => {
		expect(read('morgen')).toMatchObject({ title: 'morgen', capture: { day: '2026-11-28' } });
		expect(read('Re: Fwd:', ' ')).toBeNull();
	});
});
