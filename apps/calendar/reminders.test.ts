import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { alarmsOf } from './alarms.server.ts';
import { hub } from '@mana/schema/registry/models';
import type { SpaceId } from '@mana/sync';
import { wallAt } from '@mana/time/zone';
import { event } from './dav/ask.fixture.ts';
import { objectOf } from './ical/event-object.ts';
import { parseEvent } from './dav/sent-event.server.ts';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { eventIdOf, events, reminding, remindingId } from './model.ts';
import { eventRow } from './rows.fixture.ts';

describe('an event that begins soon', () => {
	let world: World;
	let ada: TestPerson;
	let space: SpaceId;
	beforeAll(async () => {
		world = await startWorld();
		ada = await world.person('ada@example.org');
		space = await ada.personal();
	});
	afterAll(() => world.close());

	test('is told in the inbox of its person, without any page, on the clocks where they are, and when they come to be wanted', async () => {
		const zone = 'Pacific/Kiritimati'; // fourteen hours ahead of UTC
		await ada.write(space, hub.preferences, { timeZone: zone }, hub.preferencesId);
		const soon = new Date(wallAt(zone, Date.now() + 15 * 60_000 + 2_000)).toISOString().slice(0, 16);
		const titles = async () => (await ada.rows(space, hub.notifications)).map(({ title }) => title);
		await ada.write(space, events, { title: 'Without a reminder', start: soon, length: 600 });
		await ada.write(space, events, { title: 'Cancelled', start: soon, length: 600, reminders: ['15'], status: 'cancelled' });
		const id = await ada.write(space, events, { title: 'Tea with Ana', start: soon, length: 600, reminders: ['15', '1'] });
		await until(async () => (await titles()).length > 0);
		expect(await titles()).toEqual(['Tea with Ana']);
		const [told] = await ada.rows(space, hub.notifications);
		expect(told).toMatchObject({ topic: 'event-soon', app: 'calendar', link: `/calendar?in=own&event=${id}` });
	});

	test('of a shared space is told to its people as each chose, never to who left it or may not see the calendar, and put off by each alone', async () => {
		const [grace, mary] = [await world.person('grace@example.org'), await world.person('mary@example.org')];
		const family = (await ada.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
		const own = new Map([[ada, space]]);
		for (const person of [grace, mary]) {
			own.set(person, await person.personal());
			const { link } = await ada.space<{ link: string }>('POST', `/spaces/${family}/invitations`, { role: 'viewer' });
			await person.space('POST', '/memberships', { invitation: new URL(link).hash.replace('#token=', '') });
		}
		const { members } = await ada.space<{ members: { person: string; role: string }[] }>('GET', `/spaces/${family}/members`);
		const adas = members.find(({ role }) => role === 'owner')!.person;
		const notices = (person: TestPerson) => person.rows(own.get(person)!, hub.notifications);
		const told = async (person: TestPerson) => (await notices(person)).filter(({ title }) => title.startsWith('Dinner')).map(({ title }) => title).sort(); // prettier-ignore
		const dinner = async (title: string) => {
			const start = new Date(Date.now() + 15 * 60_000 + 2_000).toISOString().slice(0, 16);
			const id = await ada.write(family, events, { title, start, zone: 'UTC', reminders: ['15'], createdBy: adas });
			await until(async () => (await told(ada)).includes(title));
			return id;
		};
		const idOf = async (person: TestPerson) => {
			const { sub } = JSON.parse(atob((await person.token()).split('.')[1]!)) as { sub: string };
			return sub;
		};

		await mary.write(own.get(mary)!, reminding, { space: family, of: 'all' }, remindingId(family));
		// What somebody chose reaches calendar-server in its own time.
		let rounds = 0;
		await until(async () => {
			await dinner(`Dinner ${++rounds}`);
			return (await told(mary)).length > 0;
		}, 50);
		expect(await told(grace)).toEqual([]);

		const seen = (await notices(mary)).find(({ title }) => title === `Dinner ${rounds}`)!;
		expect(seen.link).toStartWith(`/calendar?in=${family}&event=`);
		await mary.write(own.get(mary)!, hub.notifications, { snoozedUntil: Date.now() + 3_600_000, readAt: Date.now() }, seen.id);
		expect((await notices(ada)).find(({ title }) => title === seen.title)).toMatchObject({ readAt: null, snoozedUntil: null });

		await ada.space('PATCH', `/spaces/${family}/members/${await idOf(mary)}`, { apps: [2] });
		const before = await told(mary);
		const isShut = async () => {
			await dinner(`Dinner ${++rounds}`);
			await dinner(`Dinner ${++rounds}`);
			return !(await told(mary)).some((title) => [rounds, rounds - 1].map((n) => `Dinner ${n}`).includes(title));
		};
		await until(isShut, 50);
		await ada.space('DELETE', `/spaces/${family}/members/${await idOf(mary)}`);
		await until(isShut, 50);
		expect(before.length).toBeGreaterThan(0);
		expect(await told(grace)).toEqual([]);
	}, 20_000);
});

describe('reminders', () => {
	const at = (iso: string) => Date.parse(iso);
	/** The alarms of an event that a program wrote, within two days. */
	const alarms = (zone: string, from: string, ...lines: readonly string[]) => {
		const text = event('UID:one', ...lines);
		const { said } = parseEvent({ bytes: new TextEncoder().encode(text), type: 'text/calendar' }, zone);
		const row = { ...eventRow({ ...said.fields, calendarObject: text }), id: eventIdOf('one') };
		const state = { event: row, uid: 'one', guests: [], tags: [], changedAt: 0, occurrences: [] };
		expect(objectOf(state, zone)).toBe(text);
		return alarmsOf(state, zone, at(from), at(from) + 2 * 86_400_000).map(({ at: when }) => new Date(when).toISOString());
	};
	const alarm = (trigger: string) => ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', `TRIGGER:${trigger}`, 'END:VALARM'];

	test('of a series come before each occurrence, also where clocks are put on in between', () => {
		const daily = ['DTSTART;TZID=Europe/Berlin:20260101T090000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY', ...alarm('-PT30M')];
		expect(alarms('UTC', '2026-03-28T00:00:00Z', ...daily)).toEqual(['2026-03-28T07:30:00.000Z', '2026-03-29T06:30:00.000Z']);
	});

	test('of a day are reckoned from its midnight where one is', () => {
		const day = ['DTSTART;VALUE=DATE:20260701', ...alarm('PT9H')];
		expect(alarms('America/New_York', '2026-07-01T00:00:00Z', ...day)).toEqual(['2026-07-01T13:00:00.000Z']);
		expect(alarms('Asia/Tokyo', '2026-06-30T12:00:00Z', ...day)).toEqual(['2026-07-01T00:00:00.000Z']);
	});

	test('of an event with several come each at its own time, also after its start', () => {
		const several = ['DTSTART:20260702T100000Z', ...alarm('-P1D'), ...alarm('-PT15M'), ...alarm('PT5M')];
		expect(alarms('UTC', '2026-07-01T00:00:00Z', ...several)).toEqual([
			'2026-07-01T10:00:00.000Z',
			'2026-07-02T09:45:00.000Z',
			'2026-07-02T10:05:00.000Z',
		]);
	});

	test('a week before are found although the event is far away', () => {
		expect(alarms('UTC', '2026-07-01T00:00:00Z', 'DTSTART:20260709T100000Z', ...alarm('-P7D'))).toEqual([
			'2026-07-02T10:00:00.000Z',
		]);
	});
});
