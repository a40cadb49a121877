import type { AccountCard } from '@mana/dav/mirror/index';
import { GRACE_MS } from '@mana/dav/mirror/round';
import { connectGoogle, offerGoogle } from '@mana/dav/testing/google/connect';
import { startGoogle, type TestGoogle } from '@mana/dav/testing/google/index';
import { TestAccounts } from '@mana/dav/testing/elsewhere';
import { type Radicale, startRadicale } from '@mana/dav/testing/radicale';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { findTool } from '../../cli/setup/tools.mjs';
import { event, ns, Program } from './dav/ask.fixture.ts';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { calendars, events } from './model.ts';

const path = findTool(join(import.meta.dirname, '../..'), 'radicale');
const ahead = { ms: 0 };

const ANA = 'ana@gmail.example';
let google: TestGoogle;
let world: World;
let ada: TestPerson;
let space: SpaceId;
let accounts: TestAccounts;
beforeAll(async () => {
	google = startGoogle([ANA]);
	world = await startWorld({ now: () => Date.now() + ahead.ms }, google.calendars);
	ada = await world.person('ada@mana.example');
	space = await ada.personal();
	accounts = new TestAccounts(world.served.url, ada);
});
afterAll(async () => {
	await world.close();
	await google.close();
});

const named = async (title: string) =>
	(await ada.rows(space, events)).find((one) => one.title === title && one.deletedAt === null) ?? null;

describe.skipIf(!path)('an account on Debian’s Radicale', () => {
	let radicale: Radicale;
	let [id, home] = ['', '' as RecordId];
	const there = '/ana/work/';
	beforeAll(async () => {
		radicale = await startRadicale(path!);
		const made = await radicale.program.ask('MKCALENDAR', there, {
			body: `<C:mkcalendar ${ns}><D:set><D:prop><D:displayname>Work</D:displayname><I:calendar-color>#3367d6ff</I:calendar-color></D:prop></D:set></C:mkcalendar>`,
		});
		expect(made.status).toBe(201);
	}, 60_000);
	afterAll(() => radicale[Symbol.asyncDispose]());

	const textThere = async (name: string) => {
		const answer = await radicale.program.ask('GET', there + name);
		return answer.ok ? answer.text() : null;
	};

	test('is found by its address alone; a wrong password is told, and nothing is kept of it', async () => {
		const login = { address: radicale.url, user: 'ana', password: 'wrong' };
		expect(await accounts.ask('POST', '', login)).toMatchObject({ status: 422, body: { code: 'wrong-password' } });
		expect((await accounts.ask<{ accounts: unknown[] }>('GET', '')).body.accounts).toEqual([]);
		const kept = await accounts.keepOne({ ...login, password: 'open sesame' }, new URL(there, radicale.url).href);
		[id, home] = [kept.id, kept.home];
		const row = await until(async () => (await ada.rows(space, calendars)).find((one) => one.id === home));
		expect(row).toMatchObject({ name: 'Work', kind: 'elsewhere' });
		expect(Math.abs(row.hue - 264)).toBeLessThan(15);
	});

	test('brings what is there, a series with a changed occurrence and marks of others, and takes what is written here', async () => {
		const series = event(
			'UID:series', 'DTSTART;TZID=Europe/Berlin:20270104T100000', 'DTEND;TZID=Europe/Berlin:20270104T110000', 'RRULE:FREQ=WEEKLY', 'SUMMARY:Stand-up', 'X-THEIRS:kept',
			'END:VEVENT', 'BEGIN:VEVENT',
			'UID:series', 'RECURRENCE-ID;TZID=Europe/Berlin:20270111T100000', 'DTSTART;TZID=Europe/Berlin:20270111T140000', 'DTEND;TZID=Europe/Berlin:20270111T150000', 'SUMMARY:Stand-up (late)',
		); // prettier-ignore
		expect((await radicale.program.put(`${there}series.ics`, series)).status).toBe(201);
		const own = await ada.write(space, events, {
			title: 'From here',
			start: '2027-01-05T09:00',
			zone: 'Europe/Berlin',
			calendar: home,
		});
		await accounts.afterRound(id, async () => (await named('Stand-up (late)')) && (await textThere(`${own}.ics`)));
		expect(await named('Stand-up')).toMatchObject({ calendar: home, repeat: 'FREQ=WEEKLY' });
		expect(await textThere(`${own}.ics`)).toContain('SUMMARY:From here');
	});

	test('merges what both changed, field by field, and keeps what has no field here', async () => {
		const { id: row } = (await named('Stand-up'))!;
		const { text, etag } = await radicale.program.read(`${there}series.ics`);
		await ada.write(space, events, { place: 'Room 3' }, row);
		await radicale.program.put(`${there}series.ics`, text.replace('SUMMARY:Stand-up\r', 'SUMMARY:Daily\r'), { 'if-match': etag });
		await accounts.afterRound(id, async () => (await textThere('series.ics'))!.includes('Room 3') && named('Daily'));
		expect(await textThere('series.ics')).toMatch(/SUMMARY:Daily\r[^]*SUMMARY:Stand-up \(late\)/);
		expect(await textThere('series.ics')).toContain('X-THEIRS:kept');
		expect(await named('Daily')).toMatchObject({ place: 'Room 3' });
	});

	test('is still once both are the same: nothing is written on either side, and nobody gets anything twice', async () => {
		const state = async () => {
			const { body } = await accounts.ask<{ accounts: AccountCard[] }>('GET', '');
			return body.accounts[0]!.links[0]!;
		};
		const before = [await radicale.program.read(`${there}series.ics`), await ada.rows(space, events)];
		const last = (await state()).syncedAt;
		await accounts.afterRound(id, async () => (await state()).syncedAt !== last);
		expect([await radicale.program.read(`${there}series.ics`), await ada.rows(space, events)]).toEqual(before);
		expect(await state()).toMatchObject({ objects: 2, left: 0, trouble: null });
	});

	test('what is deleted on one side goes on the other, into the trash here', async () => {
		const own = (await named('From here'))!;
		expect((await radicale.program.ask('DELETE', `${there}series.ics`)).status).toBe(200);
		await accounts.afterRound(id, async () => !(await named('Daily')));
		await ada.trash(space, events, own.id);
		// Whoever takes it back in the next seconds has lost nothing.
		await until(async () => {
			const inMs = (await accounts.card(id)).nextAt! - Date.now();
			return inMs > 5_000 && inMs <= GRACE_MS;
		});
		expect(await textThere(`${own.id}.ics`)).not.toBeNull();
		ahead.ms += GRACE_MS;
		await accounts.afterRound(id, async () => (await textThere(`${own.id}.ics`)) === null);
		// Other services do not believe one that lives in the future.
		ahead.ms = 0;
		expect((await ada.rows(space, events)).find(({ title }) => title === 'Daily')!.deletedAt).toBeNumber();
	});

	test('stands still while it is paused, and says so when the calendar is gone there', async () => {
		expect((await accounts.ask<AccountCard>('PATCH', `/${id}`, { paused: true })).body).toMatchObject({ paused: true });
		await radicale.program.put(`${there}later.ics`, event('UID:later', 'DTSTART:20270201T100000Z', 'SUMMARY:Later'));
		expect((await accounts.ask<AccountCard>('PATCH', `/${id}`, { paused: false })).body).toMatchObject({ paused: false });
		await accounts.afterRound(id, () => named('Later'));
		expect((await radicale.program.ask('DELETE', there)).status).toBe(200);
		const link = await accounts.afterRound(id, async () => {
			const [one] = (await accounts.card(id)).links;
			return one!.trouble === 'gone' ? one! : null;
		});
		expect(link.detail).toContain('any more');
		expect(await named('Later')).not.toBeNull();
	});

	test('is removed here with what came of it left as one’s own', async () => {
		expect((await accounts.ask('DELETE', `/${id}?records=keep`)).status).toBe(204);
		await until(async () => (await ada.rows(space, calendars)).find((one) => one.id === home)!.kind === 'own');
		expect([await accounts.card(id), await named('Later')]).toEqual([undefined!, expect.objectContaining({ calendar: home })]);
	});
});

test('a calendar of somebody on another Mana is one’s own, too, both ways', async () => {
	const grace = await world.person('grace@mana.example');
	const [theirs, password] = [await grace.personal(), await grace.password()];
	const login = { address: `${world.dav}/`, user: 'grace@mana.example', password: password.secret };
	await until(
		async () =>
			(await new Program(world.dav, password.authorization).ask('PROPFIND', `/calendars/${theirs}-calendar/`)).status === 207,
	);
	await grace.write(theirs, events, { title: 'Lunch', start: '2027-03-01T12:00', zone: 'Europe/Berlin' });
	const { id, home } = await accounts.keepOne(login, `${world.dav}/calendars/${theirs}-calendar/`);
	const lunch = await accounts.afterRound(id, () => named('Lunch'));
	expect(lunch.calendar).toBe(home);
	await ada.write(space, events, { title: 'Long lunch' }, lunch.id);
	await accounts.afterRound(id, async () => (await grace.rows(theirs, events)).some(({ title }) => title === 'Long lunch'));
	expect((await grace.rows(theirs, events)).length).toBe(1);
	// What is removed with what came of it, goes to the trash here alone.
	expect((await accounts.ask('DELETE', `/${id}?records=trash`)).status).toBe(204);
	await until(async () => !(await named('Long lunch')));
	expect((await grace.rows(theirs, events))[0]!.deletedAt).toBeNull();
}, 30_000);

describe('an account at Google', () => {
	let [id, home] = ['', '' as RecordId];
	let gus: TestPerson;
	let own: SpaceId;
	let accounts: TestAccounts;
	const there = () => google.dav.calendar(ANA);
	const said = (uid: string) => there().held.get(`${encodeURIComponent(uid)}.ics`)?.text ?? null;
	const standing = async () => (await accounts.card(id)).links[0]!;
	beforeAll(async () => {
		await offerGoogle(ada, google);
		gus = await world.person('gus@mana.example');
		own = await gus.personal();
		accounts = new TestAccounts(world.served.url, gus);
	});
	const named = async (title: string) =>
		(await gus.rows(own, events)).find((one) => one.title === title && one.deletedAt === null) ?? null;

	test('is added once it is connected, and is nobody else’s', async () => {
		const connection = await connectGoogle(gus, google, ANA, 'calendar');
		const eve = await world.person('eve@mana.example');
		const others = new TestAccounts(world.served.url, eve);
		const stolen = await others.ask('POST', '', { service: 'google', connection });
		expect(stolen).toMatchObject({ status: 422, body: { code: 'disconnected' } });
		const { account, folders } = await accounts.connect(connection);
		expect(account).toMatchObject({ service: 'google', address: 'Google', user: ANA });
		expect(folders.map(({ name, mayWrite }) => [name, mayWrite]).toSorted()).toEqual([['Holidays', false], [ANA, true]]); // prettier-ignore
		id = account.id;
		expect((await accounts.ask('PATCH', `/${id}`, { password: 'none' })).body).toMatchObject({ code: 'no-password' });
		there().put('lunch', event('UID:lunch@google.com', 'DTSTART:20270104T110000Z', 'DTEND:20270104T120000Z', 'SUMMARY:Lunch'));
		home = await accounts.choose(id, folders.find((one) => one.mayWrite)!.url);
		await until(() => named('Lunch'));
	});

	test('takes what is written here in its own words, and what it has no place for stays here', async () => {
		const choir = await gus.write(own, events, {
			title: 'Choir',
			start: '2027-01-05T19:00',
			zone: 'Europe/Berlin',
			calendar: home,
			url: 'https://choir.example/',
		});
		await accounts.afterRound(id, async () => said(choir)?.includes('SUMMARY:Choir'));
		expect(said(choir)).not.toContain('choir.example');
		await accounts.round(id);
		const writes = there().writes;
		// Changed there, it is changed here, and nothing is lost that Google never knew.
		there().put(`${choir}.ics`, said(choir)!.replace('SUMMARY:Choir', 'SUMMARY:Choir in the hall'));
		const row = await accounts.afterRound(id, () => named('Choir in the hall'));
		expect(row).toMatchObject({ id: choir, url: 'https://choir.example/' });
		await gus.write(own, events, { place: 'Hall' }, choir);
		await accounts.afterRound(id, async () => said(choir)!.includes('LOCATION:Hall'));
		expect(said(choir)).toContain('SUMMARY:Choir in the hall');
		await accounts.round(id);
		await accounts.round(id);
		const after = there().writes;
		await accounts.round(id);
		expect([there().writes, after - writes < 4, there().held.size]).toEqual([after, true, 2]);
		expect(await standing()).toMatchObject({ objects: 2, left: 0, trouble: null });
	});

	test('goes on when its token ends early, when it forgets where both were, and when it wants to be left alone', async () => {
		google.accounts.endAccess();
		const refreshed = google.accounts.asked.refresh_token;
		await accounts.round(id);
		expect(google.accounts.asked.refresh_token).toBe(refreshed + 1);
		for (const status of [403, 410] as const) {
			there().forget(status);
			there().put('late', event(`UID:late-${status}`, 'DTSTART:20270106T110000Z', `SUMMARY:Late ${status}`));
			await accounts.afterRound(id, () => named(`Late ${status}`));
			expect((await gus.rows(own, events)).filter(({ title }) => title === 'Lunch')).toHaveLength(1);
		}
		google.dav.limit(99, 403);
		const { nextAt } = await accounts.afterRound(id, async () => {
			const card = await accounts.card(id);
			return card.trouble === 'busy' ? card : null;
		});
		expect(nextAt! - Date.now()).toBeGreaterThan(30_000);
		google.dav.refusing = null;
		await accounts.afterRound(id, async () => (await accounts.card(id)).trouble === null);
	});

	test('whose person took it back there waits until it is connected again, and is the same one then', async () => {
		google.accounts.takeBack(ANA);
		const card = await accounts.afterRound(id, async () => {
			const one = await accounts.card(id);
			return one.trouble === 'disconnected' ? one : null;
		});
		expect(card.nextAt).toBeNull();
		there().put('again', event('UID:again', 'DTSTART:20270107T110000Z', 'SUMMARY:Again'));
		const { account } = await accounts.connect(await connectGoogle(gus, google, ANA, 'calendar'));
		expect(account).toMatchObject({ id, trouble: null });
		await until(() => named('Again'));
	});

	test('is not let in any more once it is removed here; there nothing else changes', async () => {
		const kept = [...there().held.keys()];
		expect((await accounts.ask('DELETE', `/${id}?records=keep`)).status).toBe(204);
		await until(async () => !google.accounts.isAllowed(ANA));
		expect([...there().held.keys()]).toEqual(kept);
		expect(await named('Again')).toMatchObject({ calendar: home });
	});
});
