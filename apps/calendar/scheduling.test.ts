import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { event, ns, Program } from './dav/ask.fixture.ts';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { hub } from '@mana/schema/registry/models';
import { changedOccurrenceId, type Event, events, guestId, guests } from './model.ts';
import { openProposal, proposing, withdrawing } from './proposals.ts';

let world: World;
let [ada, grace]: TestPerson[] = [];
let [adas, graces]: SpaceId[] = [];
let [adasPhone, gracesPhone]: Program[] = [];
let [adasOwn, gracesOwn] = ['', ''];
beforeAll(async () => {
	world = await startWorld();
	const enter = async (email: string) => {
		const person = await world.person(email);
		const space = await person.personal();
		const phone = new Program(world.dav, (await person.password()).authorization);
		const own = `/calendars/${space}-calendar/`;
		await until(async () => (await phone.ask('PROPFIND', own)).status === 207);
		return { person, space, phone, own };
	};
	const [first, second] = [await enter('ada@mana.example'), await enter('grace@mana.example')];
	[ada, grace] = [first.person, second.person];
	[adas, graces] = [first.space, second.space];
	[adasPhone, gracesPhone] = [first.phone, second.phone];
	[adasOwn, gracesOwn] = [first.own, second.own];
});
afterAll(() => world.close());

const rowIn = async (person: TestPerson, space: SpaceId, title: string) =>
	(await person.rows(space, events)).find((one) => one.title === title);
const answerIn = async (person: TestPerson, space: SpaceId, id: Parameters<typeof guestId>[0], address: string) =>
	(await person.rows(space, guests)).find((one) => one.id === guestId(id, address))?.answer;
const meeting = (...more: readonly string[]) =>
	event(
		'UID:meeting',
		'DTSTAMP:20260101T000000Z',
		'SUMMARY:Meeting',
		'DTSTART:20260601T100000Z',
		'DTEND:20260601T110000Z',
		'ORGANIZER;CN=Ada:mailto:ada@mana.example',
		'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@mana.example',
		...more,
	);
const asked = 'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Grace@mana.example';

describe('an invitation to somebody of this Mana', () => {
	test('is simply in their calendar, waits in their inbox, and says who else comes', async () => {
		const made = await adasPhone!.put(`${adasOwn}meeting.ics`, meeting(asked));
		expect([made.status, made.tag]).toEqual([201, expect.stringMatching(/^"/)]);
		const theirs = await until(() => rowIn(grace!, graces!, 'Meeting'));
		expect(theirs).toMatchObject({ start: '2026-06-01T10:00', zone: 'UTC', organizer: 'ada@mana.example', uid: 'meeting' });
		const { text } = await until(() => gracesPhone!.read(`${gracesOwn}meeting.ics`).catch(() => null));
		expect(text).toContain('ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Grace@mana.example\r\n');
		const inbox = /schedule-inbox-URL><D:href>\/dav([^<]+)</.exec(
			await gracesPhone!.properties('/', 'D:current-user-principal').then(async (root) => {
				const principal = /current-user-principal><D:href>\/dav([^<]+)</.exec(root)![1]!;
				return gracesPhone!.properties(principal, 'C:schedule-inbox-URL');
			}),
		)![1]!;
		const waiting = await gracesPhone!.report(
			inbox,
			`<C:calendar-query ${ns}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`,
		);
		const [message] = [...waiting.keys()];
		const invitation = await gracesPhone!.read(message!.replace('/dav', ''));
		expect(invitation.text).toContain('METHOD:REQUEST\r\n');
		expect((await gracesPhone!.ask('DELETE', message!.replace('/dav', ''))).status).toBe(204);
		expect((await gracesPhone!.ask('GET', message!.replace('/dav', ''))).status).toBe(404);
		expect(await gracesPhone!.properties(inbox, 'D:resourcetype', 'C:schedule-default-calendar-URL')).toContain(gracesOwn);
	});

	test('is answered by a program, and the answer comes back, which is no change that anybody has to hear of', async () => {
		const before = await adasPhone!.read(`${adasOwn}meeting.ics`);
		const mine = await gracesPhone!.read(`${gracesOwn}meeting.ics`);
		const yes = mine.text.replace('PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Grace', 'PARTSTAT=ACCEPTED:mailto:Grace');
		expect((await gracesPhone!.put(`${gracesOwn}meeting.ics`, yes, { 'if-match': mine.etag })).status).toBe(204);
		const after = await until(async () => {
			const now = await adasPhone!.read(`${adasOwn}meeting.ics`);
			return now.etag === before.etag ? null : now;
		});
		expect(after.text).toContain('PARTSTAT=ACCEPTED:mailto:Grace@mana.example');
		expect(after.tag).toBe(before.tag);
		const same = await adasPhone!.put(`${adasOwn}meeting.ics`, after.text.replace('SUMMARY:Meeting', 'SUMMARY:Meeting!'), {
			'if-schedule-tag-match': before.tag!,
		});
		expect(same.status).toBe(204);
		const stale = await adasPhone!.put(`${adasOwn}meeting.ics`, after.text, { 'if-schedule-tag-match': before.tag! });
		expect(stale.status).toBe(412);
	});

	test('is answered in a browser as well, also for one occurrence', async () => {
		const theirs = await until(() => rowIn(grace!, graces!, 'Meeting!'));
		await grace!.write(graces!, guests, { answer: 'tentative' }, guestId(theirs.id, 'grace@mana.example'));
		const mine = (await rowIn(ada!, adas!, 'Meeting!'))!;
		await until(async () => (await answerIn(ada!, adas!, mine.id, 'grace@mana.example')) === 'tentative');
	});

	test('to another time is asked again, keeps what is the guest’s own, and is cancelled with the event', async () => {
		const mine = (await rowIn(ada!, adas!, 'Meeting!'))!;
		const theirs = (await rowIn(grace!, graces!, 'Meeting!'))!;
		await grace!.write(graces!, events, { reminders: ['20'], hue: 100 }, theirs.id);
		const room = 'https://meet.example.org/room';
		await ada!.write(adas!, events, { start: '2026-06-02T09:00', sequence: 1, meeting: room }, mine.id);
		await until(async () => (await rowIn(grace!, graces!, 'Meeting!'))!.start === '2026-06-02T09:00');
		await until(async () => (await answerIn(grace!, graces!, theirs.id, 'grace@mana.example')) === 'none');
		expect(await rowIn(grace!, graces!, 'Meeting!')).toMatchObject({ hue: 100, reminders: new Set(['20']), meeting: room });
		expect((await adasPhone!.ask('DELETE', `${adasOwn}meeting.ics`)).status).toBe(204);
		await until(async () => (await rowIn(grace!, graces!, 'Meeting!'))!.status === 'cancelled');
	});

	test('that its guest takes out is declined, and does not come back by itself', async () => {
		await adasPhone!.put(`${adasOwn}no.ics`, meeting(asked).replaceAll('meeting', 'no').replaceAll('Meeting', 'No'));
		await until(() => gracesPhone!.read(`${gracesOwn}no.ics`).catch(() => null));
		expect((await gracesPhone!.ask('DELETE', `${gracesOwn}no.ics`)).status).toBe(204);
		const mine = (await rowIn(ada!, adas!, 'No'))!;
		await until(async () => (await answerIn(ada!, adas!, mine.id, 'grace@mana.example')) === 'declined');
		await ada!.write(adas!, events, { notes: 'by the way' }, mine.id);
		await until(async () => (await adasPhone!.read(`${adasOwn}no.ics`)).text.includes('by the way'));
		expect((await gracesPhone!.ask('GET', `${gracesOwn}no.ics`)).status).toBe(404);
	});
});

describe('one day of a series that nobody changed', () => {
	const day = '2026-07-09T10:00';
	let [mine, theirs]: Event[] = [];
	const saidIn = async (person: TestPerson, space: SpaceId, series: Event, occurrence: string, address = 'grace@mana.example') =>
		answerIn(person, space, changedOccurrenceId(series.id, occurrence), address);

	test('is declined by a program of a guest: whoever invites has it as an occurrence of its own, with everybody in it', async () => {
		const weekly = meeting(asked, 'RRULE:FREQ=WEEKLY;COUNT=5')
			.replaceAll('UID:meeting', 'UID:weekly')
			.replaceAll('Meeting', 'Weekly')
			.replaceAll('20260601', '20260702');
		expect((await adasPhone!.put(`${adasOwn}weekly.ics`, weekly)).status).toBe(201);
		theirs = await until(() => rowIn(grace!, graces!, 'Weekly'));
		mine = (await rowIn(ada!, adas!, 'Weekly'))!;
		const own = await until(() => gracesPhone!.read(`${gracesOwn}weekly.ics`).catch(() => null));
		const [vevent] = /BEGIN:VEVENT[^]*END:VEVENT\r\n/.exec(own.text)!;
		const that = vevent
			.replace(/RRULE[^\r]*\r\n/, 'RECURRENCE-ID:20260709T100000Z\r\n')
			.replace(/DTSTART[^\r]*/, 'DTSTART:20260709T100000Z')
			.replace(/DTEND[^\r]*/, 'DTEND:20260709T110000Z')
			.replace('PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Grace', 'PARTSTAT=DECLINED:mailto:Grace');
		const no = own.text.replace('END:VCALENDAR', `${that}END:VCALENDAR`);
		expect((await gracesPhone!.put(`${gracesOwn}weekly.ics`, no, { 'if-match': own.etag })).status).toBe(204);
		await until(async () => (await saidIn(ada!, adas!, mine!, day)) === 'declined');
		expect(await saidIn(ada!, adas!, mine!, day, 'ada@mana.example')).toBe('accepted');
		expect(await answerIn(ada!, adas!, mine!.id, 'grace@mana.example')).toBe('none');
		const { text } = await adasPhone!.read(`${adasOwn}weekly.ics`);
		expect(text.replaceAll('\r\n ', '')).toMatch(/RECURRENCE-ID[^]*PARTSTAT=DECLINED:mailto:Grace@mana\.example/);
	});

	test('is answered on a page as well, and stays so when the rest of the series is answered or changed', async () => {
		const next = '2026-07-16T10:00';
		const key = changedOccurrenceId(theirs!.id, next);
		const copy = {
			title: 'Weekly',
			start: next,
			zone: 'UTC',
			organizer: 'ada@mana.example',
			series: theirs!.id,
			occurrence: next,
		};
		await grace!.write(graces!, events, copy, key);
		for (const [address, answer] of [
			['ada@mana.example', 'accepted'],
			['Grace@mana.example', 'tentative'],
		] as const)
			await grace!.write(graces!, guests, { event: key, address, answer }, guestId(key, address));
		await until(async () => (await saidIn(ada!, adas!, mine!, next)) === 'tentative');
		await grace!.write(graces!, guests, { answer: 'accepted' }, guestId(theirs!.id, 'grace@mana.example'));
		await until(async () => (await answerIn(ada!, adas!, mine!.id, 'grace@mana.example')) === 'accepted');
		await grace!.write(graces!, events, { reminders: ['20'], hue: 100 }, theirs!.id);
		await until(async () => (await gracesPhone!.read(`${gracesOwn}weekly.ics`)).text.includes('TRIGGER:-PT20M'));
		const later = { ...copy, series: mine!.id, start: '2026-07-23T11:00', occurrence: '2026-07-23T10:00' };
		await ada!.write(adas!, events, later, changedOccurrenceId(mine!.id, later.occurrence));
		await ada!.write(adas!, events, { place: 'Hall' }, mine!.id);
		await until(async () => (await grace!.rows(graces!, events)).find(({ id }) => id === theirs!.id)!.place === 'Hall');
		// What a guest chose for the series holds for an occurrence that whoever invites moved.
		const moved = (await grace!.rows(graces!, events)).find(({ occurrence }) => occurrence === later.occurrence);
		expect(moved).toMatchObject({ start: later.start, hue: 100, reminders: new Set(['20']) });
		const answers = [day, next].map((one) =>
			Promise.all([saidIn(ada!, adas!, mine!, one), saidIn(grace!, graces!, theirs!, one)]),
		);
		expect(await Promise.all(answers)).toEqual([
			['declined', 'declined'],
			['tentative', 'tentative'],
		]);
	});
});

describe('one day of a series that a program of a guest takes out', () => {
	const [day, other] = ['2026-08-13T10:00', '2026-08-20T10:00'];
	let [mine, theirs]: Event[] = [];
	const exceptOf = async () => [...(await rowIn(grace!, graces!, 'Out'))!.except].toSorted();
	const own = () => gracesPhone!.read(`${gracesOwn}out.ics`);

	test('is a no for that day, which whoever invites has with it', async () => {
		const weekly = meeting(asked, 'RRULE:FREQ=WEEKLY;COUNT=5')
			.replaceAll('UID:meeting', 'UID:out')
			.replaceAll('Meeting', 'Out')
			.replaceAll('20260601', '20260806');
		expect((await adasPhone!.put(`${adasOwn}out.ics`, weekly)).status).toBe(201);
		theirs = await until(() => rowIn(grace!, graces!, 'Out'));
		mine = (await rowIn(ada!, adas!, 'Out'))!;
		const { text, etag } = await until(() => own().catch(() => null));
		// A day on which it does not take place is nothing to say no to.
		const without = text.replace(/RRULE[^\r]*\r\n/, (rule) => `${rule}EXDATE:20260813T100000Z,20260814T100000Z\r\n`);
		expect((await gracesPhone!.put(`${gracesOwn}out.ics`, without, { 'if-match': etag })).status).toBe(204);
		const said = () => answerIn(ada!, adas!, changedOccurrenceId(mine!.id, day), 'grace@mana.example');
		await until(async () => (await said()) === 'declined');
		expect(await answerIn(ada!, adas!, mine.id, 'grace@mana.example')).toBe('none');
		const days = (await ada!.rows(adas!, events)).filter(({ series }) => series === mine!.id);
		expect(days.map(({ occurrence }) => occurrence)).toEqual([day]);
	});

	test('stays out whatever else changes, while what whoever invites takes out comes and goes', async () => {
		await ada!.write(adas!, events, { place: 'Hall', except: { add: [other] } }, mine!.id);
		await until(async () => (await rowIn(grace!, graces!, 'Out'))!.place === 'Hall');
		expect(await exceptOf()).toEqual([day, other]);
		await ada!.write(adas!, events, { except: { remove: [other] } }, mine!.id, (await rowIn(ada!, adas!, 'Out'))!);
		await until(async () => !(await exceptOf()).includes(other));
		expect(await exceptOf()).toEqual([day]);
		const { text } = await own();
		expect([text.includes('EXDATE:20260813T100000Z'), text.includes('RECURRENCE-ID')]).toEqual([true, false]);
	});

	test('is asked about again at another time', async () => {
		await ada!.write(adas!, events, { start: '2026-08-13T15:00' }, changedOccurrenceId(mine!.id, day));
		const { text } = await until(async () => {
			const now = await own();
			return now.text.includes('RECURRENCE-ID:20260813T100000Z') ? now : null;
		});
		expect(text).not.toContain('EXDATE');
		expect(await answerIn(grace!, graces!, changedOccurrenceId(theirs!.id, day), 'grace@mana.example')).toBe('none');
	});
});

test('one day that a guest takes out on a page is a no for that day, of which whoever invites hears', async () => {
	const day = '2026-09-10T10:00';
	const weekly = meeting(asked, 'RRULE:FREQ=WEEKLY;COUNT=5')
		.replaceAll('UID:meeting', 'UID:page')
		.replaceAll('Meeting', 'Page')
		.replaceAll('20260601', '20260903');
	expect((await adasPhone!.put(`${adasOwn}page.ics`, weekly)).status).toBe(201);
	const theirs = await until(() => rowIn(grace!, graces!, 'Page'));
	const mine = (await rowIn(ada!, adas!, 'Page'))!;
	// As `remove` of the actions writes it.
	const [id, address] = [changedOccurrenceId(theirs.id, day), 'grace@mana.example'];
	const said = { event: id, address, answer: 'declined', answeredAt: Date.now() } as const;
	await grace!.write(graces!, events, { title: 'Page', start: day, zone: 'UTC', length: 3_600, series: theirs.id, occurrence: day }, id); // prettier-ignore
	await grace!.write(graces!, guests, said, guestId(id, address));
	await grace!.trash(graces!, events, id);
	await grace!.write(graces!, events, { except: { add: [day] } }, theirs.id);
	await until(async () => (await answerIn(ada!, adas!, changedOccurrenceId(mine.id, day), address)) === 'declined');
	expect(await answerIn(ada!, adas!, mine.id, address)).toBe('none');
	await ada!.write(adas!, events, { place: 'Hall' }, mine.id);
	await until(async () => (await rowIn(grace!, graces!, 'Page'))!.place === 'Hall');
	expect([...(await rowIn(grace!, graces!, 'Page'))!.except]).toEqual([day]);
});

describe('another time that a guest proposes', () => {
	const ours = meeting(asked).replaceAll('UID:meeting', 'UID:plan').replaceAll('Meeting', 'Plan');
	const wish = { start: '2026-06-03T15:00', length: 1_800, zone: 'Europe/Berlin', occurrence: null };
	const inboxOf = async (phone: Program) => {
		const home = await phone.ask('PROPFIND', '/calendars/', { headers: { depth: '1' } });
		const inbox = /\/dav(\/calendars\/[^<]+-inbox\/)</.exec(await home.text())![1]!;
		const found = await phone.report(
			inbox,
			`<C:calendar-query ${ns}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`,
		);
		const paths = [...found.keys()].map((path) => path.replace('/dav', ''));
		return Promise.all(paths.map(async (path) => ({ path, text: (await phone.read(path)).text.replaceAll('\r\n ', '') })));
	};
	const saying = async (phone: Program, method: string) =>
		(await inboxOf(phone)).find(({ text }) => text.includes(`METHOD:${method}\r\n`));
	const guestIn = async (person: TestPerson, space: SpaceId, id: Parameters<typeof guestId>[0]) =>
		(await person.rows(space, guests)).find((one) => one.id === guestId(id, 'grace@mana.example'));
	let [mine, theirs]: Event[] = [];

	test('reaches whoever invites: on the page, told in their inbox, and as COUNTER in that of their program', async () => {
		await adasPhone!.put(`${adasOwn}plan.ics`, ours);
		theirs = await until(() => rowIn(grace!, graces!, 'Plan'));
		mine = (await rowIn(ada!, adas!, 'Plan'))!;
		const own = await until(() => guestIn(grace!, graces!, theirs!.id));
		await grace!.write(graces!, guests, { ...proposing(wish, theirs.start!, 5), comment: 'After lunch' }, own.id, own);
		const asks = await until(async () => {
			const guest = await guestIn(ada!, adas!, mine!.id);
			return guest?.proposedStart ? guest : null;
		});
		expect(asks).toMatchObject({ ...proposing(wish, mine.start!, 5), comment: 'After lunch', answer: 'none' });
		const told = await until(async () =>
			(await ada!.rows(adas!, hub.notifications)).find(({ topic }) => topic === 'time-proposed'),
		);
		expect(told).toMatchObject({
			link: `/calendar?in=own&event=${mine.id}`,
			title: 'Grace proposes another time: Plan',
			text: expect.stringContaining('After lunch'),
		});
		const message = await until(() => saying(adasPhone!, 'COUNTER'));
		expect(message.text).toContain('DTSTART;TZID=Europe/Berlin:20260603T150000\r\n');
		expect(message.text).toContain('DTEND;TZID=Europe/Berlin:20260603T153000\r\n');
		expect(message.text).toMatch(/UID:plan\r\n[^]*ORGANIZER[^\r]*:mailto:ada@mana\.example\r\n/);
		expect(message.text.match(/ATTENDEE/g)).toHaveLength(1);
		expect(message.text).toContain('COMMENT:After lunch\r\n');
		expect(await saying(gracesPhone!, 'COUNTER')).toBeUndefined();
		expect((await adasPhone!.ask('DELETE', message.path)).status).toBe(204);
		expect(await saying(adasPhone!, 'COUNTER')).toBeUndefined();
	});

	test('that is declined is declined for the guest, whose program has DECLINECOUNTER, and may be asked anew', async () => {
		const asks = (await guestIn(ada!, adas!, mine!.id))!;
		await ada!.write(adas!, guests, { proposal: 'declined' }, asks.id, asks);
		const own = await until(async () => {
			const guest = await guestIn(grace!, graces!, theirs!.id);
			return guest?.proposal === 'declined' ? guest : null;
		});
		const message = await until(() => saying(gracesPhone!, 'DECLINECOUNTER'));
		expect(message.text).toContain('UID:plan\r\n');
		await grace!.write(graces!, guests, proposing({ ...wish, start: '2026-06-04T09:00' }, theirs!.start!, 6), own.id, own);
		const again = await until(async () => {
			const guest = await guestIn(ada!, adas!, mine!.id);
			return guest?.proposedAt === 6 ? guest : null;
		});
		expect(again).toMatchObject({ proposedStart: '2026-06-04T09:00', proposal: 'open' });
		expect(await saying(gracesPhone!, 'DECLINECOUNTER')).toBeUndefined();
	});

	test('can be taken back; and where it is taken, the guest is asked for that time, and nothing is open any more', async () => {
		const own = (await guestIn(grace!, graces!, theirs!.id))!;
		await grace!.write(graces!, guests, withdrawing(7), own.id, own);
		await until(async () => (await guestIn(ada!, adas!, mine!.id))!.proposedStart === null);
		await grace!.write(graces!, guests, { ...proposing(wish, theirs!.start!, 8), answer: 'tentative' }, own.id);
		await until(async () => (await guestIn(ada!, adas!, mine!.id))!.proposedAt === 8);
		expect((await guestIn(ada!, adas!, mine!.id))!.answer).toBe('tentative');
		const { start, length, zone } = wish;
		await ada!.write(adas!, events, { start, length, zone, sequence: 1 }, mine!.id);
		const moved = await until(async () => {
			const row = await rowIn(grace!, graces!, 'Plan');
			return row?.start === start ? row : null;
		});
		expect(moved).toMatchObject({ start, length, zone });
		const after = await until(async () => {
			const guest = await guestIn(grace!, graces!, theirs!.id);
			return guest?.answer === 'none' ? guest : null;
		});
		expect(openProposal(after, moved)).toBeNull();
		expect(await saying(adasPhone!, 'COUNTER')).toBeUndefined();
	});
});

describe('another time that a program of a guest asks for by its outbox', () => {
	const post = async (method: string, ...lines: readonly string[]) => {
		const home = await gracesPhone!.ask('PROPFIND', '/calendars/', { headers: { depth: '1' } });
		const outbox = /\/dav(\/calendars\/[^<]+-outbox\/)</.exec(await home.text())![1]!;
		const body = event('DTSTAMP:20260101T000000Z', ...lines).replace('VERSION:2.0', `VERSION:2.0\r\nMETHOD:${method}`);
		const answer = await gracesPhone!.ask('POST', outbox, { body });
		return { status: answer.status, text: await answer.text() };
	};
	const [host, me] = ['ORGANIZER:mailto:ada@mana.example', 'ATTENDEE;PARTSTAT=TENTATIVE:mailto:grace@mana.example'];
	const [from, to] = ['DTSTART:20260610T080000Z', 'DTEND:20260610T090000Z'];
	const asks = async (title: string) => {
		const row = (await rowIn(ada!, adas!, title))!;
		return until(async () => {
			const guest = (await ada!.rows(adas!, guests)).find((one) => one.id === guestId(row.id, 'grace@mana.example'));
			return (guest?.proposedAt ?? 0) > 1_000 ? guest! : null;
		});
	};

	test('is a proposal as one of a page, of all of it or of one day', async () => {
		const answer = await post('COUNTER', 'UID:plan', host, me, from, to, 'COMMENT:Rather then');
		expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('2.0;Success')]);
		expect(await asks('Plan')).toMatchObject({
			proposedStart: '2026-06-10T10:00',
			proposedLength: 3_600,
			proposedZone: 'Europe/Berlin',
			proposal: 'open',
			answer: 'tentative',
			comment: 'Rather then',
		});
		const which = 'RECURRENCE-ID:20260730T100000Z';
		expect((await post('COUNTER', 'UID:weekly', which, host, me, 'DTSTART:20260731T100000Z')).status).toBe(200);
		expect(await asks('Weekly')).toMatchObject({ proposedStart: '2026-07-31T10:00', proposedOccurrence: '2026-07-30T10:00' });
	});

	test('is refused where one is not invited, invites oneself, or says no time, and where it is no such message', async () => {
		const refused = [
			['UID:other', host, me, from, to],
			['UID:plan', host.replace('ada@', 'eve@'), me, from, to],
			['UID:plan', host.replace('ada@', 'grace@'), me, from, to],
			['UID:plan', host, me.replace('grace@', 'ada@'), from, to],
			['UID:plan', host, me],
		];
		for (const lines of refused) expect([lines, (await post('COUNTER', ...lines)).status]).toEqual([lines, 403]);
		expect((await post('PUBLISH', 'UID:plan', host, me, from, to)).status).toBe(400);
	});
});

describe('who is free', () => {
	const question = (organizer: string, ...attendees: readonly string[]) =>
		[
			'BEGIN:VCALENDAR',
			'VERSION:2.0',
			'PRODID:-//Test//EN',
			'METHOD:REQUEST',
			'BEGIN:VFREEBUSY',
			'UID:question',
			'DTSTAMP:20260101T000000Z',
			'DTSTART:20260801T000000Z',
			'DTEND:20260802T000000Z',
			`ORGANIZER:mailto:${organizer}`,
			...attendees.map((one) => `ATTENDEE:mailto:${one}`),
			'END:VFREEBUSY',
			'END:VCALENDAR',
			'',
		].join('\r\n');
	const outbox = async () => {
		const home = await adasPhone!.ask('PROPFIND', '/calendars/', { headers: { depth: '1' } });
		return /\/dav(\/calendars\/[^<]+-outbox\/)</.exec(await home.text())![1]!;
	};

	test('is asked of several at once, who are busy or nobody here', async () => {
		await gracesPhone!.put(
			`${gracesOwn}busy.ics`,
			event('UID:busy', 'DTSTART:20260801T100000Z', 'DTEND:20260801T113000Z', 'SUMMARY:Secret'),
		);
		// What one declined takes no time, and what one may come to takes it perhaps.
		for (const [uid, hour, answer] of [
			['no', 13, 'DECLINED'],
			['perhaps', 15, 'TENTATIVE'],
		] as const)
			await gracesPhone!.put(
				`${gracesOwn}${uid}.ics`,
				event(
					`UID:${uid}`,
					`DTSTART:20260801T${hour}0000Z`,
					`DTEND:20260801T${hour}3000Z`,
					'ORGANIZER:mailto:host@elsewhere.example',
					`ATTENDEE;PARTSTAT=${answer}:mailto:Grace@mana.example`,
				),
			);
		const answer = await adasPhone!.ask('POST', await outbox(), {
			body: question('ada@mana.example', 'grace@mana.example', 'nobody@elsewhere.example'),
		});
		const text = (await answer.text()).replaceAll('&#13;\n ', '');
		expect(answer.status).toBe(200);
		expect(text).toContain('FREEBUSY:20260801T100000Z/20260801T113000Z');
		expect(text).not.toContain('20260801T130000Z');
		expect(text).toContain('FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260801T150000Z/20260801T153000Z');
		expect(text).not.toContain('Secret');
		expect(text).toContain('<C:request-status>3.7;Invalid calendar user</C:request-status>');
	});

	test('is told to pages as well: that somebody is busy, not with what, and not with the event that a time is looked for', async () => {
		const from = Date.UTC(2026, 7, 1);
		const ask = async (except: string, addresses = ['Grace@mana.example', 'nobody@elsewhere.example']) => {
			const answer = await fetch(`${world.served.url}/v1/free-busy`, {
				method: 'POST',
				headers: { authorization: `Bearer ${await ada!.token()}`, 'content-type': 'application/json' },
				body: JSON.stringify({ addresses, from, to: from + 86_400_000, except }),
			});
			return { status: answer.status, text: await answer.text() };
		};
		const { text } = await ask('');
		const perhaps = { from: Date.UTC(2026, 7, 1, 15), to: Date.UTC(2026, 7, 1, 15, 30), tentative: true };
		const busy = [{ from: Date.UTC(2026, 7, 1, 10), to: Date.UTC(2026, 7, 1, 11, 30), tentative: false }, perhaps];
		// They share no space, so that on whose clocks she lives is hers.
		expect(JSON.parse(text)).toEqual({
			people: [
				{ address: 'Grace@mana.example', busy, zone: null },
				{ address: 'nobody@elsewhere.example', busy: null, zone: null },
			],
		});
		expect(text).not.toContain('Secret');
		expect(JSON.parse((await ask('busy')).text).people[0].busy).toEqual([perhaps]);
		expect(JSON.parse((await ask('', ['ada@mana.example'])).text).people[0].zone).toBe('Europe/Berlin');
		expect((await ask('', [])).status).toBe(422);
	});

	test('is asked in one’s own name, and as a question', async () => {
		const at = await outbox();
		expect((await adasPhone!.ask('POST', at, { body: question('grace@mana.example', 'ada@mana.example') })).status).toBe(403);
		expect((await adasPhone!.ask('POST', at, { body: event('UID:x', 'DTSTART:20260101T000000Z') })).status).toBe(400);
		expect((await adasPhone!.ask('POST', adasOwn, { body: question('ada@mana.example') })).status).toBe(405);
	});
});

test('somebody is found by their address, oneself by name, and it is told by what one can look', async () => {
	const search = (property: string, text: string) =>
		`<D:principal-property-search ${ns}><D:property-search><D:prop><${property}/></D:prop><D:match>${text}</D:match></D:property-search><D:prop><D:displayname/></D:prop></D:principal-property-search>`;
	const byAddress = await adasPhone!.report('/principals/', search('C:calendar-user-address-set', 'grace@mana.example'), '0');
	expect(byAddress.size).toBe(1);
	expect((await adasPhone!.report('/principals/', search('D:displayname', 'ada'), '0')).size).toBe(1);
	expect((await adasPhone!.report('/principals/', search('D:displayname', 'grace'), '0')).size).toBe(0);
	const set = await adasPhone!.ask('REPORT', '/principals/', { body: `<D:principal-search-property-set ${ns}/>` });
	expect([set.status, await set.text()]).toEqual([200, expect.stringContaining('<C:calendar-user-address-set/>')]);
	const [abilities] = [(await adasPhone!.ask('OPTIONS', '/')).headers.get('dav')];
	expect(abilities).toContain('calendar-auto-schedule');
});
