import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { textOf } from '@mana/dav/index';
import { tags } from '@mana/shared/model';
import type { SpaceId } from '@mana/sync';
import { calendars, changedOccurrenceId, events, guests } from '../model.ts';
import { event, lines, ns, Program } from './ask.fixture.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

let world: World;
let ada: TestPerson;
let phone: Program;
let space: SpaceId;
let own = '';
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	phone = new Program(world.dav, (await ada.password()).authorization);
	space = await ada.personal();
	own = `/calendars/${space}-calendar/`;
	await until(async () => (await phone.ask('PROPFIND', own)).status === 207);
});
afterAll(() => world.close());

async function rowOf(title: string) {
	const row = (await ada.rows(space, events)).find((one) => one.title === title);
	if (!row) throw new Error(`No browser shows "${title}".`);
	return row;
}

describe('a calendar', () => {
	test('is there before anybody makes one, and says what it takes', async () => {
		const told = await phone.properties(
			own,
			'D:displayname',
			'D:resourcetype',
			'C:supported-calendar-component-set',
			'C:max-resource-size',
			'C:min-date-time',
			'I:calendar-color',
			'C:schedule-calendar-transp',
		);
		expect(told).toContain('<D:displayname>Calendar</D:displayname>');
		expect(told).toContain('<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>');
		expect(told).toContain('<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>');
		expect(told).toContain('<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>');
		expect(told).not.toContain('404');
	});

	test('is made with all that a program says of it, changed, and put in the trash', async () => {
		const list = '/calendars/work/';
		const zone =
			'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n';
		const set = `<D:displayname>Work</D:displayname><C:calendar-description>All of it</C:calendar-description><C:calendar-timezone>${zone}</C:calendar-timezone><I:calendar-color>#FF0000FF</I:calendar-color><I:calendar-order>7</I:calendar-order><x:mark xmlns:x="urn:x">kept</x:mark>`;
		const made = await phone.ask('MKCALENDAR', list, {
			body: `<C:mkcalendar ${ns}><D:set><D:prop>${set}</D:prop></D:set></C:mkcalendar>`,
		});
		expect(made.status).toBe(201);
		const record = (await ada.rows(space, calendars)).find(({ name }) => name === 'Work')!;
		expect(record).toMatchObject({ notes: 'All of it', zone: 'Asia/Tokyo', calendarName: 'work' });
		const names = [
			'D:displayname',
			'C:calendar-description',
			'C:calendar-timezone',
			'I:calendar-order',
			'x:mark xmlns:x="urn:x"',
		];
		const told = await phone.properties(list, ...names);
		for (const said of ['Work<', 'All of it<', 'TZID:Asia/Tokyo', '>7<', '>kept<']) expect(told).toContain(said);
		const patched = await phone.ask('PROPPATCH', list, {
			body: `<D:propertyupdate ${ns}><D:set><D:prop><D:displayname>Work again</D:displayname><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop></D:set><D:remove><D:prop><I:calendar-order/></D:prop></D:remove></D:propertyupdate>`,
		});
		expect(await patched.text()).not.toContain('403');
		const after = await phone.properties(list, 'D:displayname', 'I:calendar-order', 'C:schedule-calendar-transp');
		expect(after).toContain('Work again');
		expect(after).toContain('<C:transparent/>');
		expect(after).toContain('404');
		const refused = await phone.ask('PROPPATCH', list, {
			body: `<D:propertyupdate ${ns}><D:set><D:prop><C:max-resource-size>1</C:max-resource-size></D:prop></D:set></D:propertyupdate>`,
		});
		expect(await refused.text()).toContain('403');
		await phone.put(`${list}in.ics`, event('UID:in-work', 'DTSTART:20260101T100000Z', 'SUMMARY:In the calendar'));
		expect((await phone.ask('DELETE', list, { headers: { depth: 'infinity' } })).status).toBe(204);
		expect((await phone.ask('PROPFIND', list)).status).toBe(404);
		expect((await rowOf('In the calendar')).deletedAt).toBeNumber();
		expect((await phone.ask('DELETE', own, { headers: { depth: 'infinity' } })).status).toBe(403);
	});

	test('that only takes tasks is not made here', async () => {
		const body = `<C:mkcalendar ${ns}><D:set><D:prop><C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>`;
		expect((await phone.ask('MKCALENDAR', '/calendars/tasks/', { body })).status).toBe(424);
	});
});

describe('an event', () => {
	const series = event(
		'UID:weekly',
		'DTSTAMP:20260101T080000Z',
		'SUMMARY:Weekly',
		'DTSTART;TZID=Europe/Berlin:20260105T090000',
		'DTEND;TZID=Europe/Berlin:20260105T093000',
		'RRULE:FREQ=WEEKLY;COUNT=5',
		'EXDATE;TZID=Europe/Berlin:20260119T090000',
		'ORGANIZER:mailto:ada@mana.example',
		'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@mana.example',
		'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:somebody@elsewhere.example',
		'X-OWN:kept',
		'BEGIN:VALARM',
		'ACTION:DISPLAY',
		'DESCRIPTION:x',
		'TRIGGER:-PT15M',
		'END:VALARM',
		'END:VEVENT',
		'BEGIN:VEVENT',
		'UID:weekly',
		'DTSTAMP:20260101T080000Z',
		'SUMMARY:Weekly (later)',
		'RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000',
		'DTSTART;TZID=Europe/Berlin:20260112T110000',
		'DTEND;TZID=Europe/Berlin:20260112T113000',
	);

	test('with a changed occurrence and guests is a series, an occurrence and guests in browsers, and comes back to the letter', async () => {
		const made = await phone.put(`${own}weekly.ics`, series, { 'if-none-match': '*' });
		expect([made.status, made.etag]).toEqual([201, expect.stringMatching(/^"/)]);
		const row = await rowOf('Weekly');
		expect(row).toMatchObject({
			start: '2026-01-05T09:00',
			zone: 'Europe/Berlin',
			repeat: 'FREQ=WEEKLY;COUNT=5',
			calendar: null,
		});
		expect([...row.except, ...row.reminders]).toEqual(['2026-01-19T09:00', '15']);
		expect(await rowOf('Weekly (later)')).toMatchObject({
			id: changedOccurrenceId(row.id, '2026-01-12T09:00'),
			series: row.id,
			occurrence: '2026-01-12T09:00',
			start: '2026-01-12T11:00',
		});
		expect((await ada.rows(space, guests)).map(({ address, answer }) => `${address} ${answer}`).toSorted()).toEqual([
			'ada@mana.example accepted',
			'somebody@elsewhere.example none',
		]);
		expect(await phone.read(`${own}weekly.ics`)).toMatchObject({ text: series, etag: made.etag! });
	});

	test('that is changed in a browser comes with everything else as it was: the series, an occurrence, one that is new or gone', async () => {
		const row = await rowOf('Weekly');
		const before = await phone.read(`${own}weekly.ics`);
		await ada.write(space, events, { title: 'Weekly, renamed', reminders: ['30'] }, row.id, row);
		const fresh = changedOccurrenceId(row.id, '2026-01-26T09:00');
		await ada.write(
			space,
			events,
			{
				title: 'Elsewhere',
				start: '2026-01-27T09:00',
				zone: 'Europe/Berlin',
				length: 1_800,
				series: row.id,
				occurrence: '2026-01-26T09:00',
			},
			fresh,
		);
		const after = await until(async () => {
			const now = await phone.read(`${own}weekly.ics`);
			return now.etag !== before.etag && now.text.includes('Elsewhere') ? now : null;
		});
		expect(after.text).toContain('SUMMARY:Weekly\\, renamed\r\n');
		expect(after.text).toContain('TRIGGER:-PT30M\r\n');
		expect(after.text).not.toContain('TRIGGER:-PT15M');
		expect(after.text).toContain('X-OWN:kept\r\n');
		expect(after.text).toContain('SUMMARY:Weekly (later)\r\n');
		expect(after.text).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000\r\n');
		expect(after.text).toContain('DTSTART;TZID=Europe/Berlin:20260127T090000\r\n');
		expect(after.text).toContain('BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n');
		await ada.write(space, events, { title: 'Gone' }, fresh);
		const without = after.text.replace(
			/BEGIN:VEVENT\r\nUID:weekly\r\n(?:(?!END:VEVENT).)*Weekly \(later\)(?:(?!END:VEVENT).)*END:VEVENT\r\n/s,
			'',
		);
		expect(without).not.toContain('(later)');
		expect((await phone.put(`${own}weekly.ics`, without, { 'if-match': after.etag })).status).toBe(412);
		const now = await until(async () => {
			const found = await phone.read(`${own}weekly.ics`);
			return found.text.includes('SUMMARY:Gone') ? found : null;
		});
		const sent = now.text.replace(/BEGIN:VEVENT\r\n(?:(?!END:VEVENT).)*Weekly \(later\)(?:(?!END:VEVENT).)*END:VEVENT\r\n/s, '');
		expect((await phone.put(`${own}weekly.ics`, sent, { 'if-match': now.etag })).status).toBe(204);
		expect((await rowOf('Weekly (later)')).deletedAt).toBeNumber();
		expect((await rowOf('Gone')).deletedAt).toBeNull();
	});

	test('has its categories as tags, which go both ways with their names', async () => {
		const occurrence =
			'END:VEVENT\r\nBEGIN:VEVENT\r\nUID:tagged\r\nRECURRENCE-ID:20260508T090000Z\r\nDTSTART:20260508T100000Z\r\nSUMMARY:Later\r\nCATEGORIES:WORK';
		const text = event(
			'UID:tagged',
			'DTSTART:20260501T090000Z',
			'RRULE:FREQ=WEEKLY;COUNT=3',
			'SUMMARY:Tagged',
			'CATEGORIES:Work,A\\, b',
			occurrence,
		);
		const made = await phone.put(`${own}tagged.ics`, text);
		expect(made.status).toBe(201);
		const known = await ada.rows(space, tags);
		const named = (row: { readonly tags: ReadonlySet<string> }) =>
			[...row.tags].map((id) => known.find((tag) => tag.id === id)!.name).toSorted();
		const row = await rowOf('Tagged');
		expect([named(row), named(await rowOf('Later')), known.length]).toEqual([['A, b', 'Work'], ['Work'], 2]);
		expect(await phone.read(`${own}tagged.ics`)).toMatchObject({ text, etag: made.etag! });
		const says = (wanted: string) =>
			until(async () => {
				const now = await phone.read(`${own}tagged.ics`);
				return now.text.includes(wanted) ? now : null;
			});
		await ada.write(space, events, { tags: known.filter(({ name }) => name === 'Work').map(({ id }) => id) }, row.id, row);
		await says('SUMMARY:Tagged\r\nCATEGORIES:Work\r\n');
		await ada.write(space, tags, { name: 'Job' }, known.find(({ name }) => name === 'Work')!.id);
		const renamed = await says('SUMMARY:Tagged\r\nCATEGORIES:Job\r\n');
		const sent = renamed.text.replaceAll(/CATEGORIES:.*\r\n/g, '');
		expect((await phone.put(`${own}tagged.ics`, sent, { 'if-match': renamed.etag })).status).toBe(204);
		expect([(await rowOf('Tagged')).tags.size, (await rowOf('Later')).tags.size]).toEqual([0, 0]);
	});

	test('that came before tags were known gets its categories as tags, and not again once somebody took them away', async () => {
		const text = event(
			'UID:older',
			'DTSTART:20260601T090000Z',
			'DTEND:20260601T100000Z',
			'SUMMARY:Older',
			'CATEGORIES:Long ago,Job',
		);
		const when = { start: '2026-06-01T09:00', zone: 'UTC', length: 3_600 };
		const id = await ada.write(space, events, { title: 'Older', ...when, uid: 'older', calendarObject: text });
		const row = await until(async () => {
			const found = await rowOf('Older');
			return found.tags.size === 2 ? found : null;
		});
		const known = await ada.rows(space, tags);
		expect([...row.tags].map((tag) => known.find((one) => one.id === tag)!.name).toSorted()).toEqual(['Job', 'Long ago']);
		expect((await phone.read(`${own}older.ics`)).text).toBe(text);
		await ada.write(space, events, { title: 'Older still', tags: [] }, id, row);
		const after = await until(async () => {
			const now = await phone.read(`${own}older.ics`);
			return now.text.includes('Older still') ? now : null;
		});
		expect(after.text).not.toContain('CATEGORIES');
		expect((await rowOf('Older still')).tags.size).toBe(0);
	});

	test('that a person makes is in the calendar, on the clocks that it was made for', async () => {
		const id = await ada.write(space, events, {
			title: 'Tea; with Ana',
			start: '2026-07-01T16:00',
			zone: 'Asia/Tokyo',
			length: 2_700,
			reminders: ['10'],
		});
		const { text } = await until(() => phone.read(`${own}${id}.ics`).catch(() => null));
		for (const line of [
			`UID:${id}`,
			'SUMMARY:Tea\\; with Ana',
			'DTSTART;TZID=Asia/Tokyo:20260701T160000',
			'DTEND;TZID=Asia/Tokyo:20260701T164500',
			'TRIGGER:-PT10M',
			'TZID:Asia/Tokyo',
		])
			expect(text).toContain(`${line}\r\n`);
	});

	test('has its UID once, moves between calendars, and its name is free again when it is gone', async () => {
		const once = event('UID:once', 'DTSTART:20260101T100000Z', 'SUMMARY:Once');
		await phone.put(`${own}once.ics`, once);
		const twice = await phone.put(`${own}twice.ics`, once);
		expect([twice.status, twice.text]).toEqual([409, expect.stringContaining(`<C:no-uid-conflict><D:href>/dav${own}once.ics`)]);
		await phone.ask('MKCALENDAR', '/calendars/other/');
		const moved = await phone.ask('MOVE', `${own}once.ics`, {
			headers: { destination: '/dav/calendars/other/here.ics', depth: 'infinity' },
		});
		expect(moved.status).toBe(201);
		expect((await phone.ask('GET', `${own}once.ics`)).status).toBe(404);
		const copied = await phone.ask('COPY', '/calendars/other/here.ics', {
			headers: { destination: `/dav${own}again.ics`, depth: '0' },
		});
		expect([copied.status, await copied.text()]).toEqual([409, expect.stringContaining('no-uid-conflict')]);
		const family = (await ada.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
		await until(async () => (await phone.ask('PROPFIND', `/calendars/${family}-calendar/`)).status === 207);
		const shared = await phone.ask('COPY', '/calendars/other/here.ics', {
			headers: { destination: `/dav/calendars/${family}-calendar/shared.ics`, depth: '0' },
		});
		expect(shared.status).toBe(201);
		// Whom it concerns there is known: whoever's program wrote it.
		const { members } = await ada.space<{ members: { person: string }[] }>('GET', `/spaces/${family}/members`);
		expect((await ada.rows(family, events)).map(({ createdBy }) => createdBy)).toEqual([members[0]!.person]);
		expect((await phone.read(`/calendars/${family}-calendar/shared.ics`)).text).toBe(once);
		expect((await phone.read('/calendars/other/here.ics')).text).toBe(once);
		expect((await phone.ask('DELETE', '/calendars/other/here.ics')).status).toBe(204);
		expect((await phone.put(`${own}once.ics`, once)).status).toBe(201);
		expect((await rowOf('Once')).deletedAt).toBeNull();
	});

	test.each([
		['what is no calendar', 'hello', 'valid-calendar-data'],
		['a task', event('UID:t').replaceAll('VEVENT', 'VTODO'), 'supported-calendar-component'],
		['nothing', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n', 'valid-calendar-data'],
		['no UID', event('DTSTART:20260101T100000Z'), 'valid-calendar-data'],
		['no start', event('UID:a'), 'valid-calendar-data'],
		[
			'two UIDs',
			event('UID:a', 'DTSTART:20260101T100000Z', 'END:VEVENT', 'BEGIN:VEVENT', 'UID:b', 'DTSTART:20260101T100000Z'),
			'valid-calendar-object-resource',
		],
		[
			'one UID twice',
			event('UID:a', 'DTSTART:20260101T100000Z', 'END:VEVENT', 'BEGIN:VEVENT', 'UID:a', 'DTSTART:20260101T100000Z'),
			'valid-calendar-object-resource',
		],
		[
			'a METHOD',
			event('UID:m', 'DTSTART:20260101T100000Z').replace('VERSION:2.0', 'VERSION:2.0\r\nMETHOD:REQUEST'),
			'valid-calendar-object-resource',
		],
		[
			'more than it can hold',
			event('UID:big', 'DTSTART:20260101T100000Z', `DESCRIPTION:${'x'.repeat(110_000)}`),
			'max-resource-size',
		],
	])('is not %s', async (_, body, condition) => {
		const answer = await phone.put(`${own}bad.ics`, body);
		expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(`<C:${condition}/>`)]);
	});
});

describe('what is asked for', () => {
	const list = '/calendars/asked/';
	const query = (filter: string, data = '<C:calendar-data/>', more = '') =>
		`<C:calendar-query ${ns}><D:prop><D:getetag/>${data}</D:prop><C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter>${more}</C:calendar-query>`;
	const span = (start: string, end: string) => `<C:time-range start="${start}" end="${end}"/>`;
	const ofEvents = (inside: string) => `<C:comp-filter name="VEVENT">${inside}</C:comp-filter>`;
	const uids = async (body: string) =>
		[...(await phone.report(list, body)).values()].flatMap((line) => /UID:([a-z]+)/.exec(textOf(line))?.[1] ?? []).toSorted();

	beforeAll(async () => {
		await phone.ask('MKCALENDAR', list);
		const put = (name: string, ...inside: readonly string[]) => phone.put(`${list}${name}.ics`, event(`UID:${name}`, ...inside));
		await put('single', 'DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z', 'SUMMARY:Straße', 'CATEGORIES:a,b');
		await put('day', 'DTSTART;VALUE=DATE:20260312', 'SUMMARY:All of it', 'TRANSP:TRANSPARENT');
		await put('floating', 'DTSTART:20260314T100000', 'DURATION:PT1H', 'SUMMARY:Floating', 'STATUS:TENTATIVE');
		await put(
			'often',
			'DTSTART;TZID=Europe/Berlin:20260302T090000',
			'DTEND;TZID=Europe/Berlin:20260302T100000',
			'RRULE:FREQ=WEEKLY',
			'SUMMARY:Often',
			'BEGIN:VALARM',
			'ACTION:DISPLAY',
			'DESCRIPTION:x',
			'TRIGGER:-PT2H',
			'END:VALARM',
			'END:VEVENT',
			'BEGIN:VEVENT',
			'UID:often',
			'RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000',
			'DTSTART;TZID=Europe/Berlin:20260318T150000',
			'DTEND;TZID=Europe/Berlin:20260318T160000',
			'SUMMARY:Often, moved',
		);
	});

	test.each([
		['all', ofEvents(''), ['day', 'floating', 'often', 'single']],
		['one that takes place once', ofEvents(span('20260310T103000Z', '20260310T104000Z')), ['single']],
		['not what ends when the time begins', ofEvents(span('20260310T110000Z', '20260310T120000Z')), []],
		['an occurrence of a series, years on', ofEvents(span('20310303T070000Z', '20310303T100000Z')), ['often']],
		['not an occurrence where it would have been', ofEvents(span('20260316T070000Z', '20260316T100000Z')), []],
		['an occurrence where it was moved to', ofEvents(span('20260318T140000Z', '20260318T150000Z')), ['often']],
		['a day, on the clocks here', ofEvents(span('20260311T230000Z', '20260311T233000Z')), ['day']],
		['what is in no zone, on the clocks here', ofEvents(span('20260314T091500Z', '20260314T092000Z')), ['floating']],
		[
			'an alarm when it goes off',
			ofEvents(`<C:comp-filter name="VALARM">${span('20260309T055000Z', '20260309T060500Z')}</C:comp-filter>`),
			['often'],
		],
		[
			'no alarm',
			ofEvents('<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>'),
			['day', 'floating', 'often', 'single'],
		],
		[
			'text, whatever its capitals',
			ofEvents('<C:prop-filter name="SUMMARY"><C:text-match>OFTEN</C:text-match></C:prop-filter>'),
			['often'],
		],
		[
			'text of all languages',
			ofEvents(
				'<C:prop-filter name="SUMMARY"><C:text-match collation="i;unicode-casemap">STRASSE</C:text-match></C:prop-filter>',
			),
			['single'],
		],
		['no tasks', '<C:comp-filter name="VTODO"/>', []],
	] as const)('is found: %s', async (_, filter, expected) => {
		// A series that has an occurrence without an alarm has one that fits "no alarm".
		expect(await uids(query(filter))).toEqual([...expected]);
	});

	test('is on the clocks that the question names', async () => {
		const timezone =
			'<C:timezone>BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nEND:VTIMEZONE\r\nEND:VCALENDAR</C:timezone>';
		expect(await uids(query(ofEvents(span('20260314T141500Z', '20260314T142000Z')), '<C:calendar-data/>', timezone))).toEqual([
			'floating',
		]);
		const unknown = await phone.ask('REPORT', list, {
			body: query(ofEvents(''), '', '<C:timezone-id>Middle/Earth</C:timezone-id>'),
		});
		expect([unknown.status, await unknown.text()]).toEqual([403, expect.stringContaining('valid-timezone')]);
	});

	test('comes instance by instance in UTC where that is wanted', async () => {
		const data = '<C:calendar-data><C:expand start="20260309T000000Z" end="20260324T000000Z"/></C:calendar-data>';
		const [line] = [...(await phone.report(list, query(ofEvents('<C:prop-filter name="RRULE"/>'), data))).values()];
		const text = textOf(line!);
		expect(text).not.toContain('RRULE');
		expect(text).not.toContain('TZID');
		expect([...text.matchAll(/(DTSTART|RECURRENCE-ID):(\S+)/g)].map(([, name, at]) => `${name} ${at}`).toSorted()).toEqual([
			'DTSTART 20260309T080000Z',
			'DTSTART 20260318T140000Z',
			'DTSTART 20260323T080000Z',
			'RECURRENCE-ID 20260309T080000Z',
			'RECURRENCE-ID 20260316T080000Z',
			'RECURRENCE-ID 20260323T080000Z',
		]);
	});

	test('comes without occurrences that have nothing to do with the time', async () => {
		const limit = (start: string, end: string) =>
			`<C:calendar-data><C:limit-recurrence-set start="${start}" end="${end}"/></C:calendar-data>`;
		const often = async (data: string) =>
			textOf([...(await phone.report(list, query(ofEvents('<C:prop-filter name="RRULE"/>'), data))).values()][0]!);
		expect(await often(limit('20260401T000000Z', '20260501T000000Z'))).not.toContain('Often\\, moved');
		expect(await often(limit('20260316T000000Z', '20260317T000000Z'))).toContain('moved');
	});

	test('is told as free and busy: neither what shows as free, nor more than the time', async () => {
		const body = `<C:free-busy-query ${ns}>${span('20260310T103000Z', '20260319T000000Z')}</C:free-busy-query>`;
		const answer = await phone.ask('REPORT', list, { headers: { depth: '1' }, body });
		const text = (await answer.text()).replaceAll('\r\n ', '');
		expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
		expect(text).toContain('FREEBUSY:20260310T103000Z/20260310T110000Z,20260318T140000Z/20260318T150000Z\r\n');
		expect(text).toContain('FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260314T090000Z/20260314T100000Z\r\n');
	});

	test('is told from a token on: what came and what went', async () => {
		const sync = async (token: string) => {
			const body = `<D:sync-collection ${ns}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
			const answer = await phone.ask('REPORT', list, { body });
			const text = await answer.clone().text();
			return {
				token: /<D:sync-token>([^<]+)</.exec(text)![1]!,
				names: [...(await lines(answer)).keys()].map((href) => href.split('/').at(-1)).toSorted(),
			};
		};
		const first = await sync('');
		expect(first.names).toEqual(['day.ics', 'floating.ics', 'often.ics', 'single.ics']);
		expect((await sync(first.token)).names).toEqual([]);
		const moved = (await ada.rows(space, events)).find(({ title }) => title === 'Often, moved')!;
		await ada.write(space, events, { title: 'Often, moved again' }, moved.id);
		await phone.ask('DELETE', `${list}day.ics`);
		const second = await until(async () => {
			const now = await sync(first.token);
			return now.names.length === 2 ? now : null;
		});
		expect(second.names).toEqual(['day.ics', 'often.ics']);
	});
});
