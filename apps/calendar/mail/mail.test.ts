import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import type { SpaceId } from '@mana/sync';
import { event, Program } from '../dav/ask.fixture.ts';
import { startWorld, type TestPerson, until, type World } from '../dav/world.fixture.ts';
import { changedOccurrenceId, type Event, events, guestId, guests } from '../model.ts';
import type { Invitation } from '../outside/seen.ts';
import { proposing, withdrawing } from '../proposals.ts';
import { mails, messageIn, tokenIn } from './mailbox.fixture.ts';

let world: World;
let [ada, grace]: TestPerson[] = [];
let space: SpaceId;
const year = new Date().getUTCFullYear() + 1;
beforeAll(async () => {
	world = await startWorld();
	[ada, grace] = [await world.person('ada@mana.example'), await world.person('grace@mana.example')];
	space = await ada.personal();
	await grace.personal();
});
afterAll(() => world.close());

const to = (address: string) => mails(world, address);
const mailed = (address: string, count: number) =>
	until(async () => {
		const found = await to(address);
		return found.length >= count ? found : null;
	});
/** An event that Ada invites to, as a page writes it. */
async function invite(title: string, addresses: readonly string[], more: object = {}, invited: number | null = Date.now()) {
	const draft = { title, start: `${year}-06-01T10:00`, zone: 'Europe/Berlin', organizer: 'ada@mana.example', ...more };
	const id = await ada!.write(space, events, draft);
	for (const address of addresses) await ada!.write(space, guests, { event: id, address, invited }, guestId(id, address));
	return id;
}
const ask = (method: string, path: string, body?: object, token?: string) =>
	fetch(world.served.url + path, {
		method,
		headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
		...(body && { body: JSON.stringify(body) }),
	});
const answerOf = async (id: RecordId, address: string) =>
	(await ada!.rows(space, guests)).find((one) => one.id === guestId(id, address));
/** A line of a message; of zones it says nothing. */
const line = (message: string, name: string) =>
	new RegExp(`^${name}[^\r]*`, 'm').exec(message.replaceAll('\r\n ', '').replace(/BEGIN:VTIMEZONE[^]*END:VTIMEZONE/, ''))?.[0];

describe('a guest who is nobody of this Mana', () => {
	let id: RecordId;
	test('gets the invitation by mail, with what calendar programs read and without what is the inviter’s own', async () => {
		id = await invite('Tea', ['Bob@elsewhere.example', 'grace@mana.example'], {
			place: 'Café',
			notes: 'Bring\ncake',
			reminders: ['15'],
			travel: 20,
		});
		const [mail] = await mailed('bob@elsewhere.example', 1);
		expect(mail!.subject).toBe('Invitation: Tea');
		expect(mail!.replyTo?.value).toEqual([{ name: 'Ada', address: 'ada@mana.example' }]);
		expect(mail!.text).toContain('(Europe/Berlin)\n\nCafé\n\nBring\n\ncake\n\nAnswer:');
		const message = messageIn(mail!);
		expect(line(message, 'METHOD')).toBe('METHOD:REQUEST');
		expect(line(message, 'ORGANIZER')).toBe('ORGANIZER;CN=Ada:mailto:ada@mana.example');
		expect(message.replaceAll('\r\n ', '')).toContain('PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Bob@elsewhere.example');
		expect(message).not.toMatch(/VALARM|TRAVEL/);
		// Whoever is somebody here has it in their calendar.
		expect(await to('grace@mana.example')).toEqual([]);
	});

	test('answers by the link: to look changes nothing, to answer does, with a note', async () => {
		const token = tokenIn((await to('bob@elsewhere.example'))[0]!);
		const looked = await ask('GET', `/v1/invitations/${token}`);
		expect(await looked.json()).toMatchObject({ state: 'open', title: 'Tea', inviter: 'Ada', answer: 'none' });
		expect((await answerOf(id, 'bob@elsewhere.example'))!.answer).toBe('none');
		const said = { answer: 'tentative', comment: 'If the train comes' };
		const all = { ...said, occurrence: null };
		expect((await ask('PUT', `/v1/invitations/${token}/answer`, all)).status).toBe(204);
		expect(await until(async () => ((await answerOf(id, 'bob@elsewhere.example'))!.answer === 'none' ? null : true))).toBe(true);
		expect(await answerOf(id, 'bob@elsewhere.example')).toMatchObject({ ...said, answeredAt: expect.any(Number) });
		expect((await ask('PUT', `/v1/invitations/${token}/answer`, { ...all, answer: 'later' })).status).toBe(422);
		expect((await ask('GET', `/v1/invitations/${token}x`)).status).toBe(404);
	});

	test('hears of another time, and not of the answer that they gave themselves', async () => {
		await ada!.write(space, events, { start: `${year}-06-02T09:00`, sequence: 1 }, id);
		const [changed] = await mailed('bob@elsewhere.example', 2);
		expect(changed!.subject).toBe('Changed: Tea');
		const message = messageIn(changed!);
		expect([line(message, 'SEQUENCE'), line(message, 'DTSTART')]).toEqual([
			'SEQUENCE:1',
			`DTSTART;TZID=Europe/Berlin:${year}0602T090000`,
		]);
		expect(await to('bob@elsewhere.example')).toHaveLength(2);
	});

	test('hears of a way to meet, in the mail, on the page and as CONFERENCE', async () => {
		await ada!.write(space, events, { meeting: 'https://meet.example.org/abc' }, id);
		const [changed] = await mailed('bob@elsewhere.example', 3);
		expect(changed!.text).toContain('Café\n\nhttps://meet.example.org/abc');
		expect(line(messageIn(changed!), 'CONFERENCE')).toBe('CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://meet.example.org/abc');
		const page = await ask('GET', `/v1/invitations/${tokenIn(changed!)}`);
		expect(await page.json()).toMatchObject({ meeting: 'https://meet.example.org/abc', place: 'Café' });
	});

	test('answers by their calendar program, whose file is taken in by whoever invites and by nobody else', async () => {
		const message = event(
			`UID:${id}`,
			'DTSTAMP:20260101T000000Z',
			'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@Elsewhere.example',
			'COMMENT:Gladly',
		).replace('VERSION:2.0', 'VERSION:2.0\r\nMETHOD:REPLY');
		expect((await ask('POST', '/v1/messages', { message }, await grace!.token())).status).toBe(422);
		const foreign = message.replace('bob@', 'eve@');
		expect((await ask('POST', '/v1/messages', { message: foreign }, await ada!.token())).status).toBe(422);
		expect((await ask('POST', '/v1/messages', { message: 'no calendar' }, await ada!.token())).status).toBe(422);
		const taken = await ask('POST', '/v1/messages', { message }, await ada!.token());
		expect(await taken.json()).toEqual({ did: 'answered', space: null, event: id, title: 'Tea', who: 'Bob@elsewhere.example' });
		await until(async () => (await answerOf(id, 'bob@elsewhere.example'))!.answer === 'accepted' || null);
		expect(await answerOf(id, 'bob@elsewhere.example')).toMatchObject({ comment: 'Gladly' });
	});

	test('hears that it is off, once; the link says so and takes no answer', async () => {
		const trashed = (await ada!.rows(space, events)).find((one) => one.id === id) as Event;
		await ada!.write(space, events, { status: 'cancelled' }, id, trashed);
		const [off] = await mailed('bob@elsewhere.example', 4);
		expect(off!.subject).toBe('Called off: Tea');
		const message = messageIn(off!);
		expect([line(message, 'METHOD'), line(message, 'STATUS'), line(message, 'SEQUENCE')]).toEqual([
			'METHOD:CANCEL',
			'STATUS:CANCELLED',
			'SEQUENCE:3',
		]);
		expect(message).not.toContain('grace@');
		const token = tokenIn((await to('bob@elsewhere.example'))[1]!);
		expect(await (await ask('GET', `/v1/invitations/${token}`)).json()).toMatchObject({ state: 'cancelled' });
		expect(
			(await ask('PUT', `/v1/invitations/${token}/answer`, { answer: 'accepted', comment: '', occurrence: null })).status,
		).toBe(409);
	});

	test('of a series hears what is theirs of it: an occurrence that was moved, and none that others alone come to', async () => {
		const series = await invite('Weekly', ['bob@weekly.example', 'eve@weekly.example'], { repeat: 'FREQ=WEEKLY;COUNT=5' });
		await mailed('bob@weekly.example', 1);
		const [moved, without] = [`${year}-06-08T10:00`, `${year}-06-15T10:00`];
		const own = { title: 'Weekly', zone: 'Europe/Berlin', organizer: 'ada@mana.example', series };
		await ada!.write(
			space,
			events,
			{ ...own, start: `${year}-06-09T10:00`, occurrence: moved },
			changedOccurrenceId(series, moved),
		);
		const alone = changedOccurrenceId(series, without);
		await ada!.write(space, guests, { event: alone, address: 'eve@weekly.example' }, guestId(alone, 'eve@weekly.example'));
		await ada!.write(space, events, { ...own, start: without, occurrence: without }, alone);
		const last = await until(async () => {
			const [newest] = await to('bob@weekly.example');
			return messageIn(newest!).includes('EXDATE') ? messageIn(newest!) : null;
		});
		expect(last.match(/BEGIN:VEVENT/g)).toHaveLength(2);
		expect(last).toContain(`EXDATE;TZID=Europe/Berlin:${year}0615T100000`);
		expect(last).toContain(`RECURRENCE-ID;TZID=Europe/Berlin:${year}0608T100000`);
	});
});

describe('a guest of a series answers for one day that nobody changed', () => {
	const bob = 'bob@day.example';
	const [second, third] = [`${year}-06-08T10:00`, `${year}-06-15T10:00`];
	const dayOf = async (id: RecordId, occurrence: string, address = bob) =>
		(await ada!.rows(space, guests)).find((one) => one.id === guestId(changedOccurrenceId(id, occurrence), address));
	let id: RecordId;

	test('by the link of their mail, which shows what comes next: of that day alone, and nobody else hears of it', async () => {
		id = await invite('Class', [bob, 'eve@day.example'], { repeat: 'FREQ=WEEKLY;COUNT=4' });
		const [mail] = await mailed(bob, 1);
		await mailed('eve@day.example', 1);
		const at = `/v1/invitations/${tokenIn(mail!)}`;
		const days = async () => ((await (await ask('GET', at)).json()) as Invitation).days;
		expect((await days()).map(({ occurrence }) => occurrence)).toEqual([
			`${year}-06-01T10:00`,
			second,
			third,
			`${year}-06-22T10:00`,
		]);
		const said = { answer: 'declined', comment: 'On the road' };
		expect((await ask('PUT', `${at}/answer`, { ...said, occurrence: second })).status).toBe(204);
		expect((await ask('PUT', `${at}/answer`, { ...said, occurrence: `${year}-06-09T10:00` })).status).toBe(409);
		await until(async () => (await dayOf(id, second))?.answer === 'declined' || null);
		expect(await dayOf(id, second)).toMatchObject({
			...said,
			answeredAt: expect.any(Number),
			event: changedOccurrenceId(id, second),
		});
		expect(await dayOf(id, second, 'eve@day.example')).toMatchObject({ answer: 'none', deletedAt: null });
		expect((await answerOf(id, bob))!.answer).toBe('none');
		const one = (await ada!.rows(space, events)).find((row) => row.id === changedOccurrenceId(id, second));
		expect(one).toMatchObject({ title: 'Class', start: second, occurrence: second, series: id, repeat: null });
		await until(async () => (await days())[1]!.answer === 'declined' || null);
		expect((await days()).map(({ answer }) => answer)).toEqual(['none', 'declined', 'none', 'none']);
	});

	test('by the file of a mail; a day that the series does not have is none', async () => {
		const reply = (when: string, from = bob) =>
			messageOf(
				'REPLY',
				`UID:${id}`,
				`RECURRENCE-ID;TZID=Europe/Berlin:${when}`,
				'ORGANIZER:mailto:ada@mana.example',
				`ATTENDEE;PARTSTAT=DECLINED:mailto:${from}`,
			);
		expect(await taken(ada!, reply(`${year}0616T100000`))).toBe(422);
		expect(await taken(ada!, reply(`${year}0615T100000`, 'mallory@day.example'))).toBe(422);
		expect(await taken(ada!, reply(`${year}0615T100000`))).toMatchObject({ did: 'answered', who: bob });
		await until(async () => (await dayOf(id, third))?.answer === 'declined' || null);
		expect((await answerOf(id, bob))!.answer).toBe('none');
		// Nobody was told of any of it: what each guest is invited to is as it was.
		await ada!.write(space, events, { place: 'Hall', sequence: 1 }, id);
		const [changed] = await mailed('eve@day.example', 2);
		expect([changed!.subject, (await to('eve@day.example')).length]).toEqual(['Changed: Class', 2]);
	});
});

describe('a guest asks for another time by the link of their mail', () => {
	const [bob, day] = ['bob@link.example', `${year}-06-08T10:00`];
	let [id, at] = ['' as RecordId, ''];
	const wish = {
		start: `${year}-06-02T05:00`,
		length: 1_800,
		zone: 'America/New_York',
		comment: 'In my morning',
		occurrence: null,
	};
	const propose = async (more: object = {}) => {
		const answer = await ask('PUT', `${at}/proposal`, { ...wish, ...more });
		return answer.status === 204 ? 204 : ((await answer.json()) as { code: string }).code;
	};
	const seen = async () => ((await (await ask('GET', at)).json()) as Invitation).proposal;
	/** What they ask for, once both the host and their own link show it. */
	const asks = () =>
		until(async () => {
			const guest = await answerOf(id, bob);
			return guest?.proposedStart && (await seen()) ? guest : null;
		});

	test('which whoever invites has as that of a member, on the clocks of the event, and is told', async () => {
		id = await invite('Link', [bob]);
		at = `/v1/invitations/${tokenIn((await mailed(bob, 1))[0]!)}`;
		expect([await propose(), await propose()]).toEqual([204, 204]);
		expect(await asks()).toMatchObject({
			proposedStart: `${year}-06-02T11:00`,
			proposedLength: 1_800,
			proposedZone: 'Europe/Berlin',
			proposedInstead: `${year}-06-01T10:00`,
			proposedOccurrence: null,
			proposal: 'open',
			comment: 'In my morning',
			answer: 'none',
		});
		const from = Date.UTC(year, 5, 2, 9);
		const shown = { from, to: from + 1_800_000, wholeDay: false, zone: 'Europe/Berlin', occurrence: null };
		expect(await seen()).toEqual({ ...shown, refused: false });
		const told = await until(async () =>
			(await ada!.rows(space, hub.notifications)).find(({ link }) => link === `/calendar?in=own&event=${id}`),
		);
		expect(told).toMatchObject({ topic: 'time-proposed', text: expect.stringContaining('In my morning') });
		// They hear nothing of what they asked for themselves.
		expect(await to(bob)).toHaveLength(1);
	});

	test('hears by mail that it is not taken, asks anew, and takes that back', async () => {
		await ada!.write(space, guests, { proposal: 'declined' }, guestId(id, bob));
		const [refused] = await mailed(bob, 2);
		expect(refused!.subject).toBe('As planned: Link');
		expect(await seen()).toMatchObject({ refused: true });
		expect(await propose({ start: `${year}-06-03T05:00` })).toBe(204);
		await until(async () => ((await seen())?.refused === false ? true : null));
		expect((await ask('DELETE', `${at}/proposal`)).status).toBe(204);
		await until(async () => ((await answerOf(id, bob))!.proposedStart === null && (await seen()) === null ? true : null));
	});

	test('and hears by mail that it is taken', async () => {
		expect(await propose()).toBe(204);
		const { proposedStart: start } = await asks();
		await ada!.write(space, events, { start, length: 1_800, sequence: 1 }, id);
		const [changed] = await mailed(bob, 3);
		expect([changed!.subject, line(messageIn(changed!), 'DTSTART')]).toEqual([
			'Changed: Link',
			`DTSTART;TZID=Europe/Berlin:${year}0602T110000`,
		]);
		expect(await seen()).toBeNull();
	});

	test('of a series for one of the days that the link shows; of whole days, which are the same everywhere', async () => {
		id = await invite('Links', [bob], { repeat: 'FREQ=WEEKLY;COUNT=4' });
		at = `/v1/invitations/${tokenIn((await mailed(bob, 4))[0]!)}`;
		const tenToTwelve = { start: `${year}-06-08T18:00`, zone: 'Europe/Berlin' };
		expect(await propose(tenToTwelve)).toBe('invitation-ended');
		expect(await propose({ ...tenToTwelve, occurrence: `${year}-06-09T10:00` })).toBe('invitation-ended');
		expect(await propose({ ...tenToTwelve, occurrence: day })).toBe(204);
		expect(await asks()).toMatchObject({ proposedOccurrence: day, proposedInstead: day, proposedStart: tenToTwelve.start });
		id = await invite('Trip', [bob], { start: `${year}-07-01`, length: 86_400, zone: null });
		at = `/v1/invitations/${tokenIn((await mailed(bob, 5))[0]!)}`;
		const days = { start: `${year}-07-03`, length: 172_800, zone: null };
		expect(await propose(days)).toBe(204);
		await asks();
		const from = Date.UTC(year, 6, 3);
		expect(await seen()).toMatchObject({ from, to: from + 172_800_000, wholeDay: true });
		expect(await (await ask('GET', at)).json()).toMatchObject({ from: Date.UTC(year, 6, 1), to: Date.UTC(year, 6, 2) });
	});

	test('in words that make sense: a time that is to come and another one, on clocks that there are', async () => {
		id = await invite('Clear', [bob]);
		at = `/v1/invitations/${tokenIn((await mailed(bob, 6))[0]!)}`;
		expect(await propose({ start: `${year}-06-01T10:00`, length: 3_600, zone: 'Europe/Berlin' })).toBe('proposal-same');
		expect(await propose({ start: '2020-06-01T10:00' })).toBe('proposal-over');
		const wrong = [
			{ start: `${year}-02-30` },
			{ start: `${year}-06-01T25:00` },
			{ start: 'tomorrow' },
			{ start: `${year}-06-02`, length: 3_600 },
			{ length: -60 },
			{ length: 40_000_000 },
			{ zone: 'Middle/Earth' },
			{ comment: 'x'.repeat(2_001) },
		];
		for (const more of wrong)
			expect([more, (await ask('PUT', `${at}/proposal`, { ...wish, ...more })).status]).toEqual([more, 422]);
		await ada!.write(space, events, { status: 'cancelled' }, id);
		await mailed(bob, 7);
		expect(await propose()).toBe('invitation-ended');
		at += 'x';
		expect([await propose(), (await ask('DELETE', `${at}/proposal`)).status]).toEqual(['invitation-unknown', 404]);
	});
});

/** A message of a guest's calendar program, as a file of a mail. */
const messageOf = (method: string, ...lines: readonly string[]) =>
	event('DTSTAMP:20260101T000000Z', ...lines).replace('VERSION:2.0', `VERSION:2.0\r\nMETHOD:${method}`);
const taken = async (person: TestPerson, message: string) => {
	const answer = await ask('POST', '/v1/messages', { message }, await person.token());
	return answer.status === 200 ? await answer.json() : answer.status;
};

describe('the file of a mail, opened by whom it is for', () => {
	const bob = 'bob@counter.example';
	const counter = (id: string, ...lines: readonly string[]) =>
		messageOf('COUNTER', `UID:${id}`, 'ORGANIZER:mailto:ada@mana.example', `ATTENDEE;PARTSTAT=TENTATIVE:mailto:${bob}`, ...lines);

	test('proposes another time: whoever invites sees it, and their refusal goes out by mail, once', async () => {
		const id = await invite('Talk', [bob, 'ann@counter.example']);
		const [first] = await mailed(bob, 1);
		const proposal = counter(
			id,
			`DTSTART:${year}0602T120000Z`,
			`DTEND:${year}0602T123000Z`,
			'SEQUENCE:0',
			'COMMENT:Later\\, please',
		);
		expect(await taken(grace!, proposal)).toBe(422);
		expect(await taken(ada!, proposal.replace(`mailto:${bob}`, 'mailto:eve@counter.example'))).toBe(422);
		expect(await taken(ada!, proposal)).toMatchObject({ did: 'proposed', space: null, event: id, who: bob });
		const asked = await until(async () => {
			const guest = await answerOf(id, bob);
			return guest?.proposedStart ? guest : null;
		});
		// On the clocks that the event has already.
		expect(asked).toMatchObject({
			proposedStart: `${year}-06-02T14:00`,
			proposedLength: 1_800,
			proposedZone: 'Europe/Berlin',
			proposedInstead: `${year}-06-01T10:00`,
			proposedOccurrence: null,
			proposal: 'open',
			answer: 'tentative',
			comment: 'Later, please',
		});
		await ada!.write(space, guests, { proposal: 'declined' }, asked.id);
		const [refused] = await mailed(bob, 2);
		expect(refused!.subject).toBe('As planned: Talk');
		const message = messageIn(refused!);
		expect([line(message, 'METHOD'), line(message, 'UID'), line(message, 'ORGANIZER')]).toEqual([
			'METHOD:DECLINECOUNTER',
			`UID:${id}`,
			'ORGANIZER;CN=Ada:mailto:ada@mana.example',
		]);
		// Another time goes to both, and what was refused is not said again.
		await ada!.write(space, events, { start: `${year}-06-03T09:00`, sequence: 1 }, id);
		const [changed] = await mailed(bob, 3);
		expect([changed!.subject, (await mailed('ann@counter.example', 2)).map(({ subject }) => subject)]).toEqual([
			'Changed: Talk',
			['Changed: Talk', 'Invitation: Talk'],
		]);
		expect(messageIn(first!)).toContain('METHOD:REQUEST');
	});

	test('of a proposal for one of a series says which; the time that stands is no proposal', async () => {
		const id = await invite('Choir', [bob], { repeat: 'FREQ=WEEKLY;COUNT=5' }, null);
		const which = `RECURRENCE-ID;TZID=Europe/Berlin:${year}0608T100000`;
		const one = counter(id, which, `DTSTART;TZID=Europe/Berlin:${year}0608T190000`, 'DURATION:PT2H');
		expect(await taken(ada!, one)).toMatchObject({ did: 'proposed', who: bob });
		const asked = await until(async () => ((await answerOf(id, bob))?.proposedStart ? answerOf(id, bob) : null));
		expect(asked).toMatchObject({
			proposedStart: `${year}-06-08T19:00`,
			proposedLength: 7_200,
			proposedOccurrence: `${year}-06-08T10:00`,
			proposedInstead: `${year}-06-08T10:00`,
		});
		const same = counter(id, `DTSTART;TZID=Europe/Berlin:${year}0601T100000`, 'DURATION:PT1H');
		expect(await taken(ada!, same)).toMatchObject({ did: 'answered', who: bob });
	});

	test('asks for the invitation once more, as it is now', async () => {
		const lost = 'bob@lost.example';
		const id = await invite('Lost', [lost]);
		await mailed(lost, 1);
		const refresh = messageOf('REFRESH', `UID:${id}`, 'ORGANIZER:mailto:ada@mana.example', `ATTENDEE:mailto:${lost}`);
		expect(await taken(ada!, refresh.replace(lost, 'eve@lost.example'))).toBe(422);
		expect(await taken(ada!, refresh)).toMatchObject({ did: 'told-again', who: lost });
		const [again] = await mailed(lost, 2);
		expect([line(messageIn(again!), 'METHOD'), line(messageIn(again!), 'SUMMARY')]).toEqual(['METHOD:REQUEST', 'SUMMARY:Lost']);
	});

	test('calls off what somebody elsewhere invited to, or one of it; from anybody else, or older than what is known, it does nothing', async () => {
		const brought = (title: string, more: object) =>
			ada!.write(space, events, {
				title,
				start: `${year}-09-01T10:00`,
				zone: 'UTC',
				organizer: 'host@elsewhere.example',
				uid: `${title}@x`,
				sequence: 2,
				...more,
			});
		const [once, weekly] = [await brought('once', {}), await brought('weekly', { repeat: 'FREQ=WEEKLY' })];
		const cancel = (uid: string, ...lines: readonly string[]) =>
			messageOf('CANCEL', `UID:${uid}@x`, 'ORGANIZER:mailto:host@elsewhere.example', 'SEQUENCE:2', ...lines);
		const row = async (id: RecordId) => (await ada!.rows(space, events)).find((one) => one.id === id) as Event;
		await until(async () => {
			const done = await taken(ada!, cancel('weekly', `RECURRENCE-ID:${year}0908T100000Z`));
			return done === 422 ? null : done;
		});
		await until(async () => ((await row(weekly)).except.size === 1 ? true : null));
		expect(await row(weekly)).toMatchObject({ except: new Set([`${year}-09-08T10:00`]), status: 'confirmed' });
		expect(await taken(ada!, cancel('once').replace('host@', 'eve@'))).toBe(422);
		expect(await taken(ada!, cancel('once').replace('SEQUENCE:2', 'SEQUENCE:1'))).toBe(422);
		expect(await taken(ada!, cancel('once'))).toMatchObject({ did: 'cancelled', event: once, who: 'host@elsewhere.example' });
		await until(async () => ((await row(once)).status === 'cancelled' ? true : null));
		const kept = cancel('weekly').replace('METHOD:CANCEL', 'METHOD:DECLINECOUNTER');
		expect(await taken(ada!, kept)).toMatchObject({ did: 'kept', event: weekly });
	});
});

describe('nobody is written to', () => {
	test('whom an import brought, or who said yes elsewhere, or for what is over, or whom the program tells itself', async () => {
		await invite('Imported', ['bob@imported.example'], {}, null);
		await invite('Old', ['bob@old.example'], { start: '2020-01-01T10:00' });
		const known = await invite('Known', []);
		await ada!.write(
			space,
			guests,
			{ event: known, address: 'bob@known.example', invited: 1, answer: 'accepted' },
			guestId(known, 'bob@known.example'),
		);
		const phone = new Program(world.dav, (await ada!.password()).authorization);
		const meeting = (uid: string, attendee: string) =>
			phone.put(
				`/calendars/${space}-calendar/${uid}.ics`,
				event(
					`UID:${uid}`,
					`DTSTART:${year}0601T100000Z`,
					'SUMMARY:P',
					'ORGANIZER:mailto:ada@mana.example',
					`ATTENDEE${attendee}`,
				),
			);
		await until(async () => (await meeting('silent', ';SCHEDULE-AGENT=CLIENT:mailto:bob@silent.example')).status === 201 || null);
		expect((await meeting('spoken', ':mailto:bob@spoken.example')).status).toBe(201);
		await mailed('bob@spoken.example', 1);
		for (const name of ['imported', 'old', 'known', 'silent'])
			expect([name, (await to(`bob@${name}.example`)).length]).toEqual([name, 0]);
	});

	test('more than ten times in a row, however often an event changes', async () => {
		const id = await invite('Restless', ['bob@restless.example']);
		await mailed('bob@restless.example', 1);
		for (let hour = 0; hour < 10; hour++) {
			const before = (await to('bob@restless.example')).length;
			await ada!.write(space, events, { start: `${year}-07-01T${10 + hour}:00` }, id);
			if (before < 10) await mailed('bob@restless.example', before + 1);
		}
		const later = await invite('Calm', ['bob@calm.example']);
		await mailed('bob@calm.example', 1);
		expect(await to('bob@restless.example')).toHaveLength(10);
		expect(later).toBeString();
	}, 15_000);
});

test('whoever elsewhere invites hears what is answered here, not what came with an import, and that it was thrown away', async () => {
	const brought = async (title: string, answer: 'none' | 'accepted') => {
		const host = `${title}@elsewhere.example`;
		const id = await ada!.write(space, events, {
			title,
			start: `${year}-08-01T10:00`,
			zone: 'UTC',
			organizer: host,
			uid: `${title}@x`,
		});
		await ada!.write(space, guests, { event: id, address: 'ada@mana.example', answer }, guestId(id, 'ada@mana.example'));
		return { id, host, guest: guestId(id, 'ada@mana.example') };
	};
	const [asked, known] = [await brought('asked', 'none'), await brought('known', 'accepted')];
	await ada!.write(space, guests, { answer: 'accepted', comment: 'See you', answeredAt: 5 }, asked.guest);
	const [mail] = await mailed(asked.host, 1);
	expect([mail!.subject, mail!.replyTo?.value]).toEqual(['Yes: asked', [{ name: 'Ada', address: 'ada@mana.example' }]]);
	const message = messageIn(mail!);
	expect([line(message, 'METHOD'), line(message, 'UID'), line(message, 'ATTENDEE'), line(message, 'COMMENT')]).toEqual([
		'METHOD:REPLY',
		'UID:asked@x',
		'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@mana.example',
		'COMMENT:See you',
	]);
	const row = (await ada!.rows(space, events)).find(({ id }) => id === asked.id)!;
	await ada!.write(space, events, { status: 'confirmed' }, asked.id, row);
	await ada!.trash(space, events, asked.id);
	const [gone] = await mailed(asked.host, 2);
	expect(gone!.subject).toBe('No: asked');
	expect(await to(known.host)).toEqual([]);
});

test('whoever elsewhere invites hears no for one day that a program takes out of a series', async () => {
	const host = 'host@out.example';
	const draft = {
		title: 'Course',
		start: `${year}-08-03T10:00`,
		zone: 'UTC',
		organizer: host,
		uid: 'out-x',
		repeat: 'FREQ=WEEKLY',
	};
	const id = await ada!.write(space, events, draft);
	await ada!.write(space, guests, { event: id, address: 'ada@mana.example' }, guestId(id, 'ada@mana.example'));
	const phone = new Program(world.dav, (await ada!.password()).authorization);
	const path = `/calendars/${space}-calendar/out-x.ics`;
	const { text, etag } = await until(() => phone.read(path).catch(() => null));
	const without = text.replace(/RRULE[^\r]*\r\n/, (rule) => `${rule}EXDATE:${year}0810T100000Z\r\n`);
	expect((await phone.put(path, without, { 'if-match': etag })).status).toBe(204);
	const [mail] = await mailed(host, 1);
	expect(mail!.subject).toBe('No: Course');
	const message = messageIn(mail!);
	expect([line(message, 'METHOD'), line(message, 'RECURRENCE-ID'), line(message, 'ATTENDEE')]).toEqual([
		'METHOD:REPLY',
		`RECURRENCE-ID:${year}0810T100000Z`,
		'ATTENDEE;PARTSTAT=DECLINED:mailto:ada@mana.example',
	]);
	expect(message.match(/BEGIN:VEVENT/g)).toHaveLength(1);
});

test('whoever elsewhere invites hears first what is answered, then for which time one asks; a proposal that is withdrawn is not spoken of', async () => {
	const host = 'host@counter.example';
	const draft = { title: 'Review', start: `${year}-08-03T10:00`, zone: 'UTC', organizer: host, uid: 'review@x', sequence: 2 };
	const id = await ada!.write(space, events, draft);
	const own = guestId(id, 'ada@mana.example');
	await ada!.write(space, guests, { event: id, address: 'ada@mana.example' }, own);
	const wish = { start: `${year}-08-04T09:00`, length: 5_400, zone: 'Europe/Berlin', occurrence: null };
	const asks = { ...proposing(wish, draft.start, 5), answer: 'tentative', comment: 'Rather a day later', answeredAt: 5 } as const;
	await ada!.write(space, guests, asks, own);
	const [counter, reply] = await mailed(host, 2);
	expect([reply!.subject, counter!.subject]).toEqual(['Maybe: Review', 'Another time: Review']);
	const message = messageIn(counter!);
	const said = ['METHOD', 'UID', 'SEQUENCE', 'DTSTART', 'DTEND', 'ATTENDEE', 'COMMENT'].map((name) => line(message, name));
	expect(said).toEqual([
		'METHOD:COUNTER',
		'UID:review@x',
		'SEQUENCE:2',
		`DTSTART;TZID=Europe/Berlin:${year}0804T090000`,
		`DTEND;TZID=Europe/Berlin:${year}0804T103000`,
		'ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@mana.example',
		'COMMENT:Rather a day later',
	]);
	await ada!.write(space, guests, withdrawing(6), own);
	await ada!.write(space, guests, { answer: 'declined', answeredAt: 7 }, own);
	const [newest] = await mailed(host, 3);
	expect([newest!.subject, line(messageIn(newest!), 'METHOD')]).toEqual(['No: Review', 'METHOD:REPLY']);
});
