import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { child, elements, parseXml, textOf, type XmlElement } from '@mana/dav/index';
import type { RecordId } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import type { SpaceId } from '@mana/sync';
import { tags } from '@mana/shared/model';
import { projects, tasks } from '../model.ts';
import { nextIdOf, nextStepIdOf } from '../next.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

let world: World;
let ada: TestPerson;
let phone = '';
let space: SpaceId;
let inbox = '';
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	phone = (await ada.password()).authorization;
	space = await ada.personal();
	inbox = `/calendars/${space}-inbox/`;
	await until(async () => (await ask('PROPFIND', inbox)).status === 207);
});
afterAll(() => world.close());

interface Asked {
	readonly as?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

function ask(method: string, path: string, { as = phone, headers = {}, body }: Asked = {}): Promise<Response> {
	const type = body?.startsWith('<') ? 'application/xml' : 'text/calendar; charset=utf-8';
	return fetch(world.dav + path, {
		method,
		headers: { authorization: as, depth: '0', 'content-type': type, ...headers },
		...(body === undefined ? {} : { body }),
	});
}

const todo = (...lines: readonly string[]) =>
	['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'BEGIN:VTODO', ...lines, 'END:VTODO', 'END:VCALENDAR', ''].join(
		'\r\n',
	);

async function put(path: string, body: string, headers: Record<string, string> = {}, as = phone) {
	const answer = await ask('PUT', path, { as, body, headers });
	const text = await answer.text();
	return { status: answer.status, etag: answer.headers.get('etag'), text };
}

async function read(path: string): Promise<{ text: string; etag: string }> {
	const answer = await ask('GET', path);
	if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
	return { text: await answer.text(), etag: answer.headers.get('etag')! };
}

/** The lines of a multistatus: by href, its status or its properties. */
async function lines(answer: Response): Promise<Map<string, XmlElement>> {
	const document = parseXml(new Uint8Array(await answer.arrayBuffer()));
	return new Map(
		elements(document)
			.filter(({ name }) => name === '{DAV:}response')
			.map((line) => [decodeURIComponent(textOf(child(line, '{DAV:}href')!)), line]),
	);
}

/** On whose clocks somebody lives, as mana-user has heard by now. */
async function zoneKnownOf(person: TestPerson): Promise<string> {
	const { sub } = JSON.parse(Buffer.from((await person.token()).split('.')[1]!, 'base64url').toString()) as { sub: string };
	const identity = await world.identityOf('todo-server');
	const answer = await fetch(`${world.urlOf('mana-user')}/v1/people/${sub}/preferences`, {
		headers: { authorization: `Bearer ${await identity.token('mana-user')}` },
	});
	return ((await answer.json()) as { timeZone: string }).timeZone;
}

async function rowOf(title: string) {
	const row = (await ada.rows(space, tasks)).find((task) => task.title === title);
	if (!row) throw new Error(`No browser shows "${title}".`);
	return row;
}

const ns =
	'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/"';
const props = (...names: readonly string[]) =>
	`<D:propfind ${ns}><D:prop>${names.map((name) => `<${name}/>`).join('')}</D:prop></D:propfind>`;

/** What is new in a list since a token: names of files, and whether they are gone. */
async function changes(list: string, token: string) {
	const body = `<D:sync-collection ${ns}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
	const answer = await ask('REPORT', list, { body });
	const text = await answer.clone().text();
	const told = [...(await lines(answer))].map(([href, line]) => [href.split('/').at(-1), textOf(line).includes('404')]);
	return {
		status: answer.status,
		token: /<D:sync-token>([^<]+)</.exec(text)?.[1] ?? '',
		told: Object.fromEntries(told) as Record<string, boolean>,
	};
}

describe('a program that knows only the address', () => {
	test('finds the person, the place of the calendars, and every list as one', async () => {
		await ada.write(space, projects, { name: 'Garden', hue: 140 });
		const root = await (await ask('PROPFIND', '/', { body: props('D:current-user-principal') })).text();
		const principal = /<D:href>\/dav(\/principals\/[^<]+)<\/D:href><\/D:current-user-principal>/.exec(root)![1]!;
		const person = await (
			await ask('PROPFIND', principal, { body: props('C:calendar-home-set', 'D:displayname', 'C:calendar-user-address-set') })
		).text();
		expect(person).toContain('<C:calendar-home-set><D:href>/dav/calendars/</D:href></C:calendar-home-set>');
		expect(person).toContain('<D:href>mailto:ada@mana.example</D:href>');
		const asked = {
			headers: { depth: '1' },
			body: props('D:resourcetype', 'D:displayname', 'S:getctag', 'C:supported-calendar-component-set', 'I:calendar-color'),
		};
		const told = await until(async () => {
			const found = await (await ask('PROPFIND', '/calendars/', asked)).text();
			return found.includes('Garden') ? found : null;
		});
		expect(told).toContain('<D:displayname>Inbox</D:displayname>');
		expect(told).toContain('<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>');
		expect(told).toContain('<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>');
		expect(told).toMatch(/<I:calendar-color>#[\dA-F]{6}FF<\/I:calendar-color>/);
		expect((await ask('OPTIONS', '/')).headers.get('dav')).toContain('calendar-access');
	});

	test('needs an app password, and gets no further than it goes', async () => {
		expect((await ask('PROPFIND', '/', { as: '' })).headers.get('www-authenticate')).toStartWith('Basic');
		expect((await ask('PROPFIND', '/', { as: `Basic ${btoa('ada@mana.example:first program 1843')}` })).status).toBe(401);
		const reader = (await ada.password('read', 'Screen')).authorization;
		expect((await ask('PROPFIND', inbox, { as: reader })).status).toBe(207);
		expect((await put(`${inbox}no.ics`, todo('UID:no', 'SUMMARY:No'), {}, reader)).status).toBe(403);
		expect((await ask('MKCALENDAR', '/calendars/no/', { as: reader })).status).toBe(403);
	});
});

describe('a task', () => {
	test('that a program writes is in browsers when it is answered, and comes back to the letter', async () => {
		const text = todo(
			'UID:call-1',
			'DTSTAMP:20261126T080000Z',
			'SUMMARY:Call Ana\\, then Ben',
			'DESCRIPTION:first line\\nsecond line',
			'DUE;TZID=Europe/Berlin:20261201T093000',
			'PRIORITY:2',
			'CATEGORIES:Phone,Work',
			'X-APPLE-SORT-ORDER:17',
			'this is no line',
			'BEGIN:VALARM',
			'ACTION:DISPLAY',
			'TRIGGER:-PT15M',
			'END:VALARM',
		);
		const made = await put(`${inbox}call-1.ics`, text, { 'if-none-match': '*' });
		expect([made.status, made.etag]).toEqual([201, expect.stringMatching(/^"/)]);
		const row = await rowOf('Call Ana, then Ben');
		expect(row).toMatchObject({
			notes: 'first line\nsecond line',
			dueDay: '2026-12-01',
			dueTime: '09:30',
			priority: 'high',
			uid: 'call-1',
			completedAt: null,
		});
		const names = new Map((await ada.rows(space, tags)).map(({ id, name }) => [id as string, name]));
		expect([...row.tags].map((tag) => names.get(tag)).toSorted()).toEqual(['Phone', 'Work']);
		expect(await read(`${inbox}call-1.ics`)).toEqual({ text, etag: made.etag! });
	});

	test('that a person makes is in calendars, and what they change comes back with everything else as it was', async () => {
		const { id } = await rowOf('Call Ana, then Ben');
		const before = await read(`${inbox}call-1.ics`);
		await ada.write(space, tasks, { title: 'Call Ana', completedAt: Date.UTC(2026, 10, 27, 9), dueTime: '10:00' }, id);
		const after = await until(async () => {
			const now = await read(`${inbox}call-1.ics`);
			return now.etag === before.etag ? null : now;
		});
		expect(after.text).toContain('SUMMARY:Call Ana\r\n');
		expect(after.text).toContain('STATUS:COMPLETED\r\nCOMPLETED:20261127T090000Z\r\nPERCENT-COMPLETE:100');
		expect(after.text).toContain('DUE;TZID=Europe/Berlin:20261201T100000');
		for (const kept of ['PRIORITY:2', 'X-APPLE-SORT-ORDER:17', 'this is no line', 'TRIGGER:-PT15M', 'CATEGORIES:Phone,Work'])
			expect(after.text).toContain(`${kept}\r\n`);

		const own = await ada.write(space, tasks, { title: 'Water; the plants', dueDay: '2026-12-24', priority: 'urgent' });
		const path = `${inbox}${own}.ics`;
		const { text } = await until(() => read(path).catch(() => null));
		for (const line of [
			`UID:${own}`,
			'SUMMARY:Water\\; the plants',
			'DUE;VALUE=DATE:20261224',
			'PRIORITY:1',
			'PRODID:-//Mana//Todo//EN',
		])
			expect(text).toContain(`${line}\r\n`);
	});

	test('is changed field by field: what somebody else changed meanwhile stays, or the program is told to look again', async () => {
		const made = await put(`${inbox}both.ics`, todo('UID:both', 'SUMMARY:Both'));
		const { id } = await rowOf('Both');
		await ada.write(space, tasks, { notes: 'written in a browser' }, id);
		const stale = await put(`${inbox}both.ics`, todo('UID:both', 'SUMMARY:Both of us'), { 'if-match': made.etag! });
		expect(stale.status).toBe(412);
		const now = await until(async () => {
			const found = await read(`${inbox}both.ics`);
			return found.text.includes('written in a browser') ? found : null;
		});
		const merged = await put(`${inbox}both.ics`, now.text.replace('SUMMARY:Both', 'SUMMARY:Both of us'), {
			'if-match': now.etag,
		});
		expect(merged.status).toBe(204);
		expect(await rowOf('Both of us')).toMatchObject({ notes: 'written in a browser', id });
	});

	test('never loses a write of two that come at once: one of them is told to look again', async () => {
		const made = await put(`${inbox}race.ics`, todo('UID:race', 'SUMMARY:Race'));
		const laptop = (await ada.password('write', 'Laptop')).authorization;
		const both = await Promise.all([
			put(`${inbox}race.ics`, todo('UID:race', 'SUMMARY:Race', 'PRIORITY:1'), { 'if-match': made.etag! }),
			put(`${inbox}race.ics`, todo('UID:race', 'SUMMARY:Race', 'DESCRIPTION:x'), { 'if-match': made.etag! }, laptop),
		]);
		expect(both.map(({ status }) => status).toSorted()).toEqual([204, 412]);
	});

	test('has its UID once in a space', async () => {
		await put(`${inbox}uid.ics`, todo('UID:once', 'SUMMARY:Once'));
		const twice = await put(`${inbox}other.ics`, todo('UID:once', 'SUMMARY:Twice'));
		expect([twice.status, twice.text]).toEqual([
			409,
			expect.stringContaining(`<C:no-uid-conflict><D:href>/dav${inbox}uid.ics</D:href>`),
		]);
		expect((await put(`${inbox}uid.ics`, todo('UID:another', 'SUMMARY:Another'))).status).toBe(409);
		// A program that removes and adds it again means the same task.
		const { id } = await rowOf('Once');
		expect((await ask('DELETE', `${inbox}uid.ics`)).status).toBe(204);
		expect((await ask('GET', `${inbox}uid.ics`)).status).toBe(404);
		expect((await rowOf('Once')).deletedAt).toBeNumber();
		expect((await put(`${inbox}uid.ics`, todo('UID:once', 'SUMMARY:Once more'))).status).toBe(201);
		expect(await rowOf('Once more')).toMatchObject({ id, deletedAt: null });
	});

	test('is completed, opened, and made a step of another by a program', async () => {
		await put(`${inbox}whole.ics`, todo('UID:whole', 'SUMMARY:Whole'));
		await put(
			`${inbox}step.ics`,
			todo('UID:step', 'SUMMARY:Step', 'RELATED-TO:whole', 'STATUS:COMPLETED', 'COMPLETED:20261101T101112Z'),
		);
		const whole = await rowOf('Whole');
		expect(await rowOf('Step')).toMatchObject({ parent: whole.id, completedAt: Date.UTC(2026, 10, 1, 10, 11, 12) });
		const { etag } = await read(`${inbox}step.ics`);
		await put(`${inbox}step.ics`, todo('UID:step', 'SUMMARY:Step', 'RELATED-TO:whole', 'STATUS:NEEDS-ACTION'), {
			'if-match': etag,
		});
		expect((await rowOf('Step')).completedAt).toBeNull();
	});

	test('is a step of one that comes after it: programs send them in any order', async () => {
		await put(`${inbox}early-step.ics`, todo('UID:early-step', 'SUMMARY:Early step', 'RELATED-TO:late-whole'));
		expect((await rowOf('Early step')).parent).toBeNull();
		await put(`${inbox}late-whole.ics`, todo('UID:late-whole', 'SUMMARY:Late whole'));
		expect((await rowOf('Early step')).parent).toBe((await rowOf('Late whole')).id);
	});

	test('is a step of a step, in whichever order they come, tells so, and never of itself', async () => {
		await put(`${inbox}deep3.ics`, todo('UID:deep3', 'SUMMARY:Deep three', 'RELATED-TO:deep2'));
		await put(`${inbox}deep1.ics`, todo('UID:deep1', 'SUMMARY:Deep one'));
		await put(`${inbox}deep2.ics`, todo('UID:deep2', 'SUMMARY:Deep two', 'RELATED-TO:deep1'));
		const [one, two] = [await rowOf('Deep one'), await rowOf('Deep two')];
		expect([two.parent, (await rowOf('Deep three')).parent]).toEqual([one.id, two.id]);
		expect((await read(`${inbox}deep3.ics`)).text).toContain('RELATED-TO:deep2\r\n');
		// Under one of its own steps it does not go.
		await put(`${inbox}deep1.ics`, todo('UID:deep1', 'SUMMARY:Deep one', 'RELATED-TO:deep3'));
		expect((await rowOf('Deep one')).parent).toBeNull();
		expect((await ask('DELETE', `${inbox}deep1.ics`)).status).toBe(204);
		expect((await rowOf('Deep three')).deletedAt).toBeNumber();
	});

	test('of a time in UTC is shown on the clocks of who sent it first, and stays there whoever writes then', async () => {
		const yuki = await world.person('yuki@mana.example');
		const as = (await yuki.password()).authorization;
		const own = await yuki.personal();
		const path = `/calendars/${own}-inbox/utc.ics`;
		await yuki.write(own, hub.preferences, { timeZone: 'Asia/Tokyo' }, hub.preferencesId);
		await until(async () => (await zoneKnownOf(yuki)) === 'Asia/Tokyo');
		await until(async () => (await ask('PROPFIND', `/calendars/${own}-inbox/`, { as })).status === 207);
		const sent = todo('UID:utc', 'SUMMARY:Call', 'DUE:20261126T160000Z');
		expect((await put(path, sent, {}, as)).status).toBe(201);
		const row = async () => (await yuki.rows(own, tasks))[0]!;
		expect(await row()).toMatchObject({ dueDay: '2026-11-27', dueTime: '01:00', calendarZone: 'Asia/Tokyo' });
		expect(await (await ask('GET', path, { as })).text()).toBe(sent);
		// Sent by somebody in Berlin, and changed by a program in Tokyo: it stays where it was.
		const berlin = { calendarZone: 'Europe/Berlin', dueTime: '17:00', dueDay: '2026-11-26', title: 'Call Ben' };
		const first = await row();
		await yuki.write(own, tasks, berlin, first.id, first);
		const seen = await until(async () => {
			const answer = await ask('GET', path, { as });
			const text = await answer.text();
			return text.includes('Call Ben') ? { text, etag: answer.headers.get('etag')! } : null;
		});
		expect(seen.text).toContain('DUE:20261126T160000Z');
		const again = seen.text.replace('Call Ben', 'Call Ben again');
		expect((await put(path, again, { 'if-match': seen.etag }, as)).status).toBe(204);
		expect(await row()).toMatchObject({ ...berlin, title: 'Call Ben again' });
	});

	test('comes again by the rule of a program, and a rule of a person is one for programs', async () => {
		const text = todo(
			'UID:again',
			'SUMMARY:Again',
			'DTSTART;VALUE=DATE:20270104',
			'DUE;VALUE=DATE:20270104',
			'RRULE:FREQ=WEEKLY;BYDAY=MO',
		);
		const made = await put(`${inbox}again.ics`, text);
		expect(made.etag).not.toBeNull();
		expect(await rowOf('Again')).toMatchObject({ repeat: 'FREQ=WEEKLY;BYDAY=MO', dueDay: '2027-01-04' });
		const { id } = await rowOf('Again');
		await ada.write(space, tasks, { repeat: 'FREQ=DAILY' }, id);
		await until(async () => (await read(`${inbox}again.ics`)).text.includes('RRULE:FREQ=DAILY\r\n'));
		const own = await ada.write(space, tasks, { title: 'Own', dueDay: '2027-02-01', repeat: 'FREQ=MONTHLY' });
		const { text: told } = await until(() => read(`${inbox}${own}.ics`).catch(() => null));
		for (const line of ['RRULE:FREQ=MONTHLY', 'DTSTART;VALUE=DATE:20270201', 'DUE;VALUE=DATE:20270201'])
			expect(told).toContain(`${line}\r\n`);
		await put(`${inbox}odd.ics`, todo('UID:odd', 'SUMMARY:Odd', 'RRULE:FREQ=SOMETIMES'));
		expect((await rowOf('Odd')).repeat).toBeNull();
		expect((await read(`${inbox}odd.ics`)).text).toContain('RRULE:FREQ=SOMETIMES\r\n');
	});

	test('makes the next one when a program completes it, with its steps, and takes it back with that', async () => {
		const bins = (...more: readonly string[]) =>
			todo('UID:bins', 'SUMMARY:Bins', 'DTSTART;VALUE=DATE:20990105', 'DUE;VALUE=DATE:20990105', 'RRULE:FREQ=WEEKLY', ...more);
		await put(`${inbox}bins.ics`, bins());
		const { id } = await rowOf('Bins');
		await put(`${inbox}step.ics`, todo('UID:step', 'SUMMARY:Paper', 'STATUS:COMPLETED', 'RELATED-TO:bins'));
		await put(`${inbox}bins.ics`, bins('STATUS:COMPLETED'));
		const next = `${inbox}${nextIdOf(id, 1)}.ics`;
		const { text } = await until(() => read(next).catch(() => null));
		for (const line of ['SUMMARY:Bins', 'DUE;VALUE=DATE:20990112', 'RRULE:FREQ=WEEKLY']) expect(text).toContain(`${line}\r\n`);
		expect(text).not.toContain('COMPLETED');
		const { id: paper } = await rowOf('Paper');
		const step = await until(() => read(`${inbox}${nextStepIdOf(nextIdOf(id, 1), paper)}.ics`).catch(() => null));
		expect(step.text).not.toContain('COMPLETED');
		await put(`${inbox}bins.ics`, bins('STATUS:COMPLETED', 'PRIORITY:1'));
		expect((await ask('GET', `${inbox}${nextIdOf(id, 2)}.ics`)).status).toBe(404);
		await put(`${inbox}bins.ics`, bins());
		await until(async () => (await ask('GET', next)).status === 404);
	});

	test.each([
		['what is no calendar', 'hello', 403, 'valid-calendar-data'],
		['an event', todo('UID:e').replaceAll('VTODO', 'VEVENT'), 403, 'supported-calendar-component'],
		['no UID', todo('SUMMARY:x'), 403, 'valid-calendar-data'],
		['two tasks', todo('UID:a', 'END:VTODO', 'BEGIN:VTODO', 'UID:b'), 403, 'valid-calendar-object-resource'],
		['a METHOD', todo('UID:m').replace('VERSION:2.0', 'VERSION:2.0\r\nMETHOD:REQUEST'), 403, 'valid-calendar-object-resource'],
		['more than it can hold', todo('UID:big', `DESCRIPTION:${'x'.repeat(60_000)}`), 403, 'max-resource-size'],
	])('is not %s', async (_, body, status, condition) => {
		const answer = await put(`${inbox}bad.ics`, body);
		expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`<C:${condition}/>`)]);
	});

	test('is text/calendar', async () => {
		expect((await ask('PUT', `${inbox}bad.ics`, { body: todo('UID:t'), headers: { 'content-type': 'text/plain' } })).status).toBe(
			415,
		);
	});
});

describe('what is asked for', () => {
	const query = (filter: string, data = '<C:calendar-data/>') =>
		`<C:calendar-query ${ns}><D:prop><D:getetag/>${data}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO">${filter}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
	const uids = async (answer: Response) =>
		[...(await lines(answer)).values()].flatMap((line) => /UID:([a-z]+)/.exec(textOf(line))?.[1] ?? []).toSorted();
	let list = '';
	beforeAll(async () => {
		list = '/calendars/queries/';
		await ask('MKCALENDAR', list, {
			body: `<C:mkcalendar ${ns}><D:set><D:prop><D:displayname>Queries</D:displayname></D:prop></D:set></C:mkcalendar>`,
		});
		await put(`${list}jan.ics`, todo('UID:jan', 'SUMMARY:Pay the rent', 'DUE;VALUE=DATE:20270115'));
		await put(
			`${list}feb.ics`,
			todo('UID:feb', 'SUMMARY:Zahnarzt', 'DUE:20270210T090000Z', 'STATUS:COMPLETED', 'COMPLETED:20270201T090000Z'),
		);
		await put(
			`${list}often.ics`,
			todo('UID:often', 'SUMMARY:Rent again', 'DTSTART:20260101T090000Z', 'DUE:20260101T100000Z', 'RRULE:FREQ=MONTHLY;COUNT=24'),
		);
	});

	test.each([
		['', ['feb', 'jan', 'often']],
		['<C:time-range start="20270110T000000Z" end="20270120T000000Z"/>', ['jan']],
		['<C:time-range start="20270201T000000Z" end="20270202T000000Z"/>', ['often']],
		['<C:time-range start="20280201T000000Z"/>', []],
		['<C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter>', ['jan', 'often']],
		['<C:prop-filter name="SUMMARY"><C:text-match>RENT</C:text-match></C:prop-filter>', ['jan', 'often']],
		[
			'<C:prop-filter name="SUMMARY"><C:text-match collation="i;octet" negate-condition="yes">Rent</C:text-match></C:prop-filter>',
			['feb', 'jan'],
		],
		[
			'<C:prop-filter name="DUE"><C:param-filter name="VALUE"><C:text-match>date</C:text-match></C:param-filter></C:prop-filter>',
			['jan'],
		],
		['<C:comp-filter name="VALARM"/>', []],
	])('is found: %s', async (filter, expected) => {
		expect(await uids(await ask('REPORT', list, { headers: { depth: '1' }, body: query(filter) }))).toEqual(expected);
	});

	test('comes with as much of it as is wanted', async () => {
		const data =
			'<C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VTODO"><C:prop name="UID"/></C:comp></C:comp></C:calendar-data>';
		const text = textOf([...(await lines(await ask('REPORT', list, { body: query('', data) }))).values()][0]!);
		expect([text.includes('UID:'), text.includes('SUMMARY')]).toEqual([true, false]);
	});

	test.each([
		['<C:time-range start="tomorrow"/>', 400],
		['<C:prop-filter name="SUMMARY"><C:text-match collation="i;klingon">x</C:text-match></C:prop-filter>', 403],
		['<C:prop-filter/>', 400],
	])('is refused where nobody can say what it means: %s', async (filter, status) => {
		expect((await ask('REPORT', list, { body: query(filter) })).status).toBe(status);
	});

	test('is told by name, all at once, and what is not there as that', async () => {
		const asked = [...['jan.ics', 'none.ics', 'feb.ics'].map((name) => `/dav${list}${name}`), '/etc/passwd'];
		const hrefs = asked.map((href) => `<D:href>${href}</D:href>`).join('');
		const body = `<C:calendar-multiget ${ns}><D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs}</C:calendar-multiget>`;
		const told = await lines(await ask('REPORT', list, { body }));
		expect([...told.keys()]).toEqual(asked);
		for (const href of [asked[1]!, asked[3]!]) expect(textOf(told.get(href)!)).toContain('404');
		expect(textOf(told.get(`/dav${list}feb.ics`)!)).toContain('SUMMARY:Zahnarzt');
	});
});

describe('what changed', () => {
	test('is told from a token on: what came, what moved away, and what went to the trash, whoever did it', async () => {
		const list = '/calendars/changes/';
		await ask('MKCALENDAR', list);
		for (const name of ['a', 'b', 'c']) await put(`${list}${name}.ics`, todo(`UID:changes-${name}`, `SUMMARY:Changes ${name}`));
		const first = await changes(list, '');
		expect(first.told).toEqual({ 'a.ics': false, 'b.ics': false, 'c.ics': false });
		expect((await changes(list, first.token)).told).toEqual({});
		const c = await rowOf('Changes c');
		await ada.write(space, tasks, { project: null }, c.id as RecordId);
		await ask('DELETE', `${list}a.ics`);
		expect(
			(await ask('MOVE', `${list}b.ics`, { headers: { destination: `/dav${list}renamed.ics`, depth: 'infinity' } })).status,
		).toBe(201);
		const second = await until(async () => {
			const now = await changes(list, first.token);
			return Object.keys(now.told).length === 4 ? now : null;
		});
		expect(second.told).toEqual({ 'a.ics': true, 'b.ics': true, 'c.ics': true, 'renamed.ics': false });
		expect((await changes(list, 'urn:mana:todo:other.3')).status).toBe(403);
	});

	test('of a tag’s name changes the tasks that have it', async () => {
		await put(`${inbox}tagged.ics`, todo('UID:tagged', 'SUMMARY:Tagged', 'CATEGORIES:Errand'));
		const before = await read(`${inbox}tagged.ics`);
		const tag = (await ada.rows(space, tags)).find(({ name }) => name === 'Errand')!;
		await ada.write(space, tags, { name: 'Errands' }, tag.id);
		const after = await until(async () => {
			const now = await read(`${inbox}tagged.ics`);
			return now.etag === before.etag ? null : now;
		});
		expect(after.text).toContain('CATEGORIES:Errands\r\n');
	});
});

describe('a list', () => {
	test('is made, named, coloured and put in the trash by a program', async () => {
		const list = '/calendars/made/';
		expect(
			(
				await ask('MKCALENDAR', list, {
					body: `<C:mkcalendar ${ns}><D:set><D:prop><D:displayname>Made</D:displayname></D:prop></D:set></C:mkcalendar>`,
				})
			).status,
		).toBe(201);
		const patch = (inside: string) =>
			ask('PROPPATCH', list, { body: `<D:propertyupdate ${ns}><D:set><D:prop>${inside}</D:prop></D:set></D:propertyupdate>` });
		expect((await patch('<D:displayname>Made again</D:displayname><I:calendar-color>#FF0000FF</I:calendar-color>')).status).toBe(
			207,
		);
		const made = (await ada.rows(space, projects)).find(({ name }) => name === 'Made again')!;
		expect([made.hue > 15 && made.hue < 40, made.calendarName]).toEqual([true, 'made']);
		expect(await (await patch('<D:displayname>x</D:displayname><I:calendar-order>3</I:calendar-order>')).text()).toContain('403');
		await put(`${list}t.ics`, todo('UID:made-t', 'SUMMARY:In the list'));
		expect((await ask('DELETE', list, { headers: { depth: 'infinity' } })).status).toBe(204);
		expect((await ask('PROPFIND', list)).status).toBe(404);
		expect((await rowOf('In the list')).deletedAt).toBeNumber();
		expect((await ask('DELETE', inbox, { headers: { depth: 'infinity' } })).status).toBe(403);
		expect((await ask('MKCALENDAR', '/calendars/a/b/')).status).toBe(409);
	});

	test('keeps its address, its files and what was told of them when a browser renames it and puts it under another', async () => {
		const house = await ada.write(space, projects, { name: 'House' });
		const roof = await ada.write(space, projects, { name: 'Roof' });
		const list = `/calendars/${space}-${roof}/`;
		await until(async () => (await ask('PROPFIND', list)).status === 207);
		await put(`${list}tiles.ics`, todo('UID:tiles', 'SUMMARY:Order tiles'));
		const before = await read(`${list}tiles.ics`);
		const told = async () => {
			const { token } = await changes(list, '');
			return (await changes(list, token)).told;
		};
		await ada.write(space, projects, { name: 'New roof', parent: house }, roof);
		const named = async () =>
			[...(await lines(await ask('PROPFIND', list, { body: props('D:displayname') }))).values()].map(textOf).join();
		await until(async () => ((await named()).includes('New roof') ? true : null));
		expect((await read(`${list}tiles.ics`)).etag).toBe(before.etag);
		expect(await told()).toEqual({});
		// Whoever deletes one list with a program means that list: those under it stay.
		expect((await ask('DELETE', `/calendars/${space}-${house}/`, { headers: { depth: 'infinity' } })).status).toBe(204);
		expect((await ask('GET', `${list}tiles.ics`)).status).toBe(200);
	});

	test('of a space to share is there for its members with their role, and gone with it', async () => {
		const grace = await world.person('grace@mana.example');
		const family = (await ada.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
		const { link } = await ada.space<{ link: string }>('POST', `/spaces/${family}/invitations`, { role: 'viewer' });
		await grace.space('POST', '/memberships', { invitation: new URL(link).hash.replace('#token=', '') });
		const as = (await grace.password()).authorization;
		const list = `/calendars/${family}-inbox/`;
		await until(async () => (await ask('PROPFIND', list, { as })).status === 207);
		expect((await ask('PROPFIND', inbox, { as })).status).toBe(404);
		await until(async () => (await ask('PROPFIND', list)).status === 207);
		expect((await put(`${list}shared.ics`, todo('UID:shared', 'SUMMARY:Shared'))).status).toBe(201);
		expect((await ask('GET', `${list}shared.ics`, { as })).status).toBe(200);
		expect((await put(`${list}hers.ics`, todo('UID:hers', 'SUMMARY:Hers'), {}, as)).status).toBe(403);
		const { members } = await ada.space<{ members: { person: string; role: string }[] }>('GET', `/spaces/${family}/members`);
		const her = members.find(({ role }) => role === 'viewer')!.person;
		await ada.space('DELETE', `/spaces/${family}/members/${her}`);
		await until(async () => (await ask('GET', `${list}shared.ics`, { as })).status === 404);
	});
});
