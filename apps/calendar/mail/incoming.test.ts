import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { hub } from '@mana/schema/registry/models';
import type { RecordId } from '@mana/model';
import { type ImapServer, startImap } from '@mana/service/testing/imap';
import type { SpaceId } from '@mana/sync';
import { startWorld, type TestPerson, until, type World } from '../dav/world.fixture.ts';
import { changedOccurrenceId, type Event, events, guestId, guests } from '../model.ts';
import { mails, messageIn } from './mailbox.fixture.ts';
import { apple, gmail, outlook, type Said, thunderbird } from './programs.fixture.ts';

let world: World;
let imap: ImapServer;
let ada: TestPerson;
let space: SpaceId;
const year = new Date().getUTCFullYear() + 1;
beforeAll(async () => {
	imap = await startImap();
	world = await startWorld(undefined, undefined, imap.url);
	ada = await world.person('ada@mana.example');
	space = await ada.personal();
});
afterAll(async () => {
	await world.close();
	await imap.close();
});

const stampAt = (at: number) => `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
const guestOf = async (id: RecordId, address: string) =>
	(await ada.rows(space, guests)).find((one) => one.id === guestId(id, address));
const eventCalled = async (title: string) =>
	(await ada.rows(space, events)).find((one) => one.title === title && one.deletedAt === null);
/** A mail is there once it was dealt with and put away. */
async function deliver(raw: string): Promise<void> {
	const [before, uid] = [imap.uids('Mana').length, imap.deliver(raw)];
	await until(async () => (imap.uids('Mana').length > before || imap.flags(uid).includes('\\Flagged') ? true : null));
}
/** Invites, and waits for the mail. @returns the event and what the guest's program has to know */
async function invite(title: string, address: string, more: object = {}) {
	const draft = { title, start: `${year}-06-01T10:00`, zone: 'Europe/Berlin', organizer: 'ada@mana.example', ...more };
	const id = await ada.write(space, events, draft);
	await ada.write(space, guests, { event: id, address, invited: Date.now() }, guestId(id, address));
	const mail = await until(async () => (await mails(world, address)).find((one) => one.subject === `Invitation: ${title}`));
	const to = /ORGANIZER[^:]*:mailto:(\S+)/.exec(messageIn(mail).replaceAll('\r\n ', ''))![1]!;
	const said: Said = {
		to,
		from: address,
		attendee: address,
		uid: id,
		start: `${year}0601T100000`,
		end: `${year}0601T110000`,
		partstat: 'ACCEPTED',
		stamp: stampAt(Date.now()),
		summary: title,
	};
	return { id, mail, said };
}

describe('a guest elsewhere answers in their mail program', () => {
	test('to an address that is theirs alone: another guest, and the same one of another event, have others', async () => {
		const [one, other] = [await invite('One', 'bob@one.example'), await invite('Other', 'bob@one.example')];
		expect(one.said.to).toMatch(/^mana\+[a-z2-9]{24}@post\.example$/);
		expect(other.said.to).not.toBe(one.said.to);
		expect(one.mail.replyTo?.value).toEqual([{ name: 'Ada', address: one.said.to }]);
		expect(one.mail.from?.value[0]?.address).toBe('mana@mana.test');
	});

	const programs = { gmail, outlook, apple, thunderbird } as const;
	for (const [name, write] of Object.entries(programs))
		test(`as ${name} writes it`, async () => {
			const address = `bob@${name}.example`;
			const { id, said } = await invite(`Tea for ${name}`, address);
			await deliver(write({ ...said, partstat: 'TENTATIVE', comment: 'If the train comes' }));
			await until(async () => (await guestOf(id, address))?.answer === 'tentative' || null);
			expect(await guestOf(id, address)).toMatchObject({ comment: 'If the train comes' });
			await deliver(write({ ...said, partstat: 'DECLINED', stamp: stampAt(Date.now() + 1_000) }));
			await until(async () => (await guestOf(id, address))?.answer === 'declined' || null);
		});

	test('for one day of a series', async () => {
		const { id, said } = await invite('Class', 'bob@class.example', { repeat: 'FREQ=WEEKLY;COUNT=4' });
		await deliver(
			outlook({
				...said,
				partstat: 'DECLINED',
				day: `${year}0608T100000`,
				start: `${year}0608T100000`,
				end: `${year}0608T110000`,
			}),
		);
		const day = changedOccurrenceId(id, `${year}-06-08T10:00`);
		await until(async () => (await guestOf(day, 'bob@class.example'))?.answer === 'declined' || null);
		expect((await guestOf(id, 'bob@class.example'))!.answer).toBe('none');
	});

	test('with another time, which is a proposal; the same mail again is none', async () => {
		const { id, said } = await invite('Plan', 'bob@plan.example');
		const counter = {
			...said,
			method: 'COUNTER',
			partstat: 'TENTATIVE',
			start: `${year}0602T090000`,
			end: `${year}0602T100000`,
		} as const;
		await deliver(gmail(counter));
		const asks = await until(async () => {
			const guest = await guestOf(id, 'bob@plan.example');
			return guest?.proposedStart ? guest : null;
		});
		expect(asks).toMatchObject({ proposedStart: `${year}-06-02T09:00`, proposal: 'open', answer: 'tentative' });
		await ada.write(space, guests, { proposal: 'declined' }, asks.id, asks);
		await until(async () => (await mails(world, 'bob@plan.example')).length >= 2 || null);
		await deliver(gmail(counter));
		expect(await guestOf(id, 'bob@plan.example')).toMatchObject({ proposal: 'declined' });
	});

	test('and has the invitation sent again', async () => {
		const { said } = await invite('Lost', 'bob@lost.example');
		await deliver(thunderbird({ ...said, method: 'REFRESH' }));
		await until(async () => (await mails(world, 'bob@lost.example')).length === 2 || null);
	});

	test('late: an older answer, or one to an older invitation, changes nothing', async () => {
		const { id, said } = await invite('Late', 'bob@late.example');
		const now = Date.now();
		await deliver(apple({ ...said, stamp: stampAt(now) }));
		await until(async () => (await guestOf(id, 'bob@late.example'))?.answer === 'accepted' || null);
		await deliver(apple({ ...said, partstat: 'DECLINED', stamp: stampAt(now - 60_000) }));
		expect((await guestOf(id, 'bob@late.example'))!.answer).toBe('accepted');
		await ada.write(space, events, { start: `${year}-06-03T10:00`, sequence: 1 }, id);
		await until(async () => (await mails(world, 'bob@late.example')).length === 2 || null);
		await deliver(apple({ ...said, partstat: 'DECLINED', stamp: stampAt(now + 60_000) }));
		expect((await guestOf(id, 'bob@late.example'))!.answer).toBe('accepted');
		await deliver(apple({ ...said, partstat: 'DECLINED', sequence: 1, stamp: stampAt(now + 60_000) }));
		await until(async () => (await guestOf(id, 'bob@late.example'))?.answer === 'declined' || null);
	});

	test('of a forwarded mail, and who writes words, answers for nobody: whoever invites reads of it', async () => {
		const { id, said } = await invite('Secret', 'bob@secret.example');
		const theirs = await invite('Secret too', 'carol@secret.example');
		await deliver(gmail({ ...said, from: 'eve@other.example', attendee: 'eve@other.example', uid: id }));
		// Nor does the address of one guest answer for another one.
		await deliver(outlook({ ...said, attendee: 'carol@secret.example', uid: theirs.id }));
		expect([
			(await guestOf(id, 'bob@secret.example'))!.answer,
			(await guestOf(theirs.id, 'carol@secret.example'))!.answer,
		]).toEqual(['none', 'none']);
		const words = [`From: Bob <bob@secret.example>`, `To: ${said.to}`, 'Subject: Re: Invitation: Secret', 'Message-ID: <words@there>', 'Content-Type: text/plain', '', 'Shall I bring cake?', '', 'On Fri, Ada <ada@mana.example> wrote:', '> Tea', '']; // prettier-ignore
		await deliver(words.join('\r\n'));
		const told = await until(async () => {
			const all = (await ada.rows(space, hub.notifications)).filter(({ topic }) => topic === 'guest-wrote');
			return all.length === 3 ? all : null;
		});
		const [first] = told.filter(({ title }) => title.includes('eve@other.example'));
		expect(first).toMatchObject({ title: 'Bob (eve@other.example) wrote about “Secret”', link: `/calendar?in=own&event=${id}` });
		expect(first!.text).toContain('invitation of bob@secret.example');
		const cake = told.find(({ text }) => text.includes('cake'));
		expect(cake?.text).not.toContain('wrote:');
	});
});

describe('a person who gives their address of this Mana to others', () => {
	let mine: string;
	beforeAll(async () => {
		const headers = { authorization: `Bearer ${await ada.token()}` };
		const made = await fetch(`${world.urlOf('mana-notify')}/v1/mail-addresses/invitation`, { method: 'PUT', headers });
		mine = ((await made.json()) as { address: string }).address;
	});
	const asking = (more: Partial<Said> = {}): Said => ({
		to: mine,
		from: 'host@elsewhere.example',
		attendee: mine,
		uid: 'lunch@elsewhere.example',
		start: `${year}0701T120000`,
		end: `${year}0701T130000`,
		partstat: 'NEEDS-ACTION' as Said['partstat'],
		stamp: stampAt(Date.now()),
		method: 'REQUEST',
		summary: 'Lunch',
		...more,
	});

	let lunch: Event;
	test('has what others invite to in their calendar, with nobody else’s reminders, and answers it', async () => {
		await deliver(outlook(asking()));
		lunch = await until(() => eventCalled('Lunch'));
		expect(lunch).toMatchObject({
			start: `${year}-07-01T12:00`,
			zone: 'Europe/Berlin',
			organizer: 'host@elsewhere.example',
			sequence: 0,
		});
		expect([...lunch.reminders]).toEqual([]);
		const own = await until(() => guestOf(lunch.id, mine));
		expect(own).toMatchObject({ answer: 'none', person: expect.any(String) });
		await ada.write(space, guests, { answer: 'accepted', answeredAt: Date.now() }, own.id, own);
		const [reply] = await until(async () => {
			const all = await mails(world, 'host@elsewhere.example');
			return all.length > 0 ? all : null;
		});
		const message = messageIn(reply!).replaceAll('\r\n ', '');
		expect(message).toContain('METHOD:REPLY');
		expect(message).toContain(`PARTSTAT=ACCEPTED:mailto:${mine}`);
		expect(message).toContain('UID:lunch@elsewhere.example');
	});

	test('keeps their answer while only words change, and is asked again for another time', async () => {
		await deliver(outlook(asking({ summary: 'Long lunch', sequence: 1 })));
		await until(() => eventCalled('Long lunch'));
		expect((await guestOf(lunch.id, mine))!.answer).toBe('accepted');
		await deliver(
			outlook(asking({ summary: 'Late lunch', sequence: 2, start: `${year}0702T120000`, end: `${year}0702T130000` })),
		);
		const later = await until(() => eventCalled('Late lunch'));
		expect([later.id, later.start]).toEqual([lunch.id, `${year}-07-02T12:00`]);
		await until(async () => (await guestOf(lunch.id, mine))?.answer === 'none' || null);
		// An older one that was long on its way.
		await deliver(outlook(asking({ summary: 'Old lunch', sequence: 1 })));
		expect(await eventCalled('Old lunch')).toBeUndefined();
	});

	test('has one day of a series moved without the rest', async () => {
		const start = { start: `${year}0901T120000`, end: `${year}0901T130000`, uid: 'yoga@elsewhere.example', summary: 'Yoga' };
		const series = outlook(asking(start)).replace(
			/(?<=base64\r\n\r\n)[^-]+/,
			(coded) =>
				Buffer.from(
					Buffer.from(coded, 'base64').toString().replace('CLASS:PUBLIC', 'CLASS:PUBLIC\r\nRRULE:FREQ=WEEKLY;COUNT=3'),
				).toString('base64') + '\r\n',
		);
		await deliver(series);
		const yoga = await until(() => eventCalled('Yoga'));
		expect(yoga.repeat).toBe('FREQ=WEEKLY;COUNT=3');
		await deliver(
			outlook(
				asking({
					...start,
					summary: 'Yoga outside',
					day: `${year}0908T120000`,
					start: `${year}0909T120000`,
					end: `${year}0909T130000`,
					sequence: 1,
				}),
			),
		);
		const moved = await until(() => eventCalled('Yoga outside'));
		expect(moved).toMatchObject({ series: yoga.id, occurrence: `${year}-09-08T12:00`, start: `${year}-09-09T12:00` });
		expect(await eventCalled('Yoga')).toMatchObject({ repeat: 'FREQ=WEEKLY;COUNT=3', start: `${year}-09-01T12:00` });
	});

	test('hears that it is off from whoever invited, and from nobody else', async () => {
		const off = { method: 'CANCEL', sequence: 3, summary: 'Late lunch' } as const;
		const forged = gmail({ ...asking(off), to: 'mallory@evil.example' }).replace('To: mallory@evil.example', `To: ${mine}`);
		await deliver(forged);
		expect((await eventCalled('Late lunch'))!.status).toBe('confirmed');
		await deliver(gmail({ ...asking(off), to: 'host@elsewhere.example' }).replace('To: host@elsewhere.example', `To: ${mine}`));
		await until(async () => (await eventCalled('Late lunch'))?.status === 'cancelled' || null);
	});

	test('gets nothing of their own events changed by who knows the address', async () => {
		const { id } = await invite('Mine', 'bob@mine.example');
		await deliver(outlook(asking({ uid: id, summary: 'Taken over', sequence: 9 })));
		await deliver(outlook({ ...asking({ uid: id, method: 'REPLY', partstat: 'ACCEPTED' }), attendee: 'bob@mine.example' }));
		expect(await eventCalled('Taken over')).toBeUndefined();
		expect((await guestOf(id, 'bob@mine.example'))!.answer).toBe('none');
	});
});
