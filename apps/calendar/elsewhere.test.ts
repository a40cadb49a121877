import type { AccountCard } from '@mana/dav/mirror/index';
import { GRACE_MS } from '@mana/dav/mirror/round';
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

let world: World;
let ada: TestPerson;
let space: SpaceId;
let accounts: TestAccounts;
beforeAll(async () => {
	world = await startWorld({ now: () => Date.now() + ahead.ms });
	ada = await world.person('ada@mana.example');
	space = await ada.personal();
	accounts = new TestAccounts(world.served.url, ada);
});
afterAll(() => world.close());

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
