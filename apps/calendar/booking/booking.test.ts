import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { SpaceId } from '@mana/sync';
import { startWorld, type TestPerson, until, type World } from '../dav/world.fixture.ts';
import { mails, messageIn, tokenIn } from '../mail/mailbox.fixture.ts';
import { events } from '../model.ts';
import type { BookingSettings } from './settings.ts';

const DAY = 86_400_000;
/** A Monday in some days, as if it were the 7th of its month: what is booked is said in days of that month, whatever day it is. */
const monday = Math.ceil(Date.now() / DAY) * DAY + ((11 - (Math.ceil(Date.now() / DAY) % 7)) % 7) * DAY + 7 * DAY;
let world: World;
let [ada, grace]: TestPerson[] = [];
let space: SpaceId;
const page: BookingSettings = {
	name: 'ada-talks',
	title: 'Talk',
	text: 'Bring questions',
	place: 'Room 1',
	on: true,
	lastDay: null,
	lengths: [30, 60],
	hours: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '12:00' })),
	zone: 'UTC',
	before: 0,
	after: 0,
	notice: 0,
	horizon: 40,
	perDay: 0,
	questions: [{ text: 'About what?', required: true }],
	calendars: null,
	calendar: null,
};
beforeAll(async () => {
	world = await startWorld();
	[ada, grace] = [await world.person('ada@mana.example'), await world.person('grace@mana.example')];
	space = await ada.personal();
});
afterAll(() => world.close());

let asks = 0;
const ask = async (method: string, path: string, body?: object, token?: string) => {
	const answer = await fetch(world.served.url + path, {
		method,
		headers: {
			'x-forwarded-for': `192.0.2.${++asks % 250}`,
			...(body && { 'content-type': 'application/json' }),
			...(token && { authorization: `Bearer ${token}` }),
		},
		...(body && { body: JSON.stringify(body) }),
	});
	const text = await answer.text();
	return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
};
const slots = async (length = 30, path = '/v1/booking-pages/ada-talks/slots') => {
	const { body } = await ask('GET', `${path}?from=${monday - DAY}&to=${monday + 14 * DAY}&length=${length}`);
	return body['slots'] as number[];
};
const at = (day: number, time: string) => Date.parse(`${dayOf(day)}T${time}:00Z`);
const dayOf = (day: number) => new Date(monday + (day - 7) * DAY).toISOString().slice(0, 10);
const booking = (from: number, email: string) => ({
	from,
	length: 30,
	name: 'Bob',
	email,
	answers: ['Engines'],
	note: '',
	language: 'de',
});
const book = (from: number, email: string, more: object = {}) =>
	ask('POST', '/v1/booking-pages/ada-talks/bookings', { ...booking(from, email), ...more });
const mailed = (address: string, count: number) =>
	until(async () => {
		const found = await mails(world, address);
		return found.length >= count ? found : null;
	});
const shown = async () => (await ada!.rows(space, events)).filter(({ deletedAt }) => deletedAt === null);

describe('a page on which somebody can be booked', () => {
	test('is made by its owner, has a name that nobody else has, and is nobody else’s', async () => {
		const [own, other] = [await ada!.token(), await grace!.token()];
		await until(async () => (await ask('POST', '/v1/own/booking-pages', page, own)).status === 201 || null);
		expect((await ask('POST', '/v1/own/booking-pages', page, other)).body['code']).toBe('booking-name-taken');
		const secret = await ask('POST', '/v1/own/booking-pages', { ...page, name: '' }, other);
		expect(secret.body['name']).toMatch(/^[\da-f]{24}$/);
		expect((await ask('PUT', `/v1/own/booking-pages/${String(secret.body['id'])}`, page, own)).status).toBe(409);
		expect((await ask('DELETE', `/v1/own/booking-pages/${String(secret.body['id'])}`, undefined, own)).status).toBe(404);
		expect((await ask('POST', '/v1/own/booking-pages', { ...page, name: 'Ä' }, own)).status).toBe(422);
		const { pages } = (await ask('GET', '/v1/own/booking-pages', undefined, own)).body as { pages: object[] };
		expect(pages).toMatchObject([{ name: 'ada-talks', title: 'Talk' }]);
	});

	test('says what it is, and offers what the calendars of its owner leave free, with the way there and after it', async () => {
		// Who is where is told to calendar-server in its own time.
		await until(async () => (await ask('GET', '/v1/booking-pages/ada-talks')).status === 200 || null);
		expect((await ask('GET', '/v1/booking-pages/ada-talks')).body).toMatchObject({
			state: 'open',
			person: 'Ada',
			lengths: [30, 60],
		});
		expect((await ask('GET', '/v1/booking-pages/nobody')).status).toBe(404);
		const all = await slots();
		expect(all).toContain(at(8, '09:00'));
		const busy = { title: 'Dentist', start: `${dayOf(8)}T10:00`, zone: 'UTC', length: 1_800 };
		await ada!.write(space, events, { ...busy, travel: 30, buffer: 30 });
		await ada!.write(space, events, { title: 'Free', start: dayOf(9), length: 86_400, shows: 'free' });
		await ada!.write(space, events, { title: 'Away', start: dayOf(10), length: 86_400 });
		const left = await until(async () => {
			const found = await slots();
			return found.includes(at(8, '10:00')) || found.includes(at(10, '09:00')) ? null : found;
		});
		expect(left.filter((one) => one < at(9, '00:00') && one >= at(8, '00:00'))).toEqual([
			at(8, '09:00'),
			at(8, '11:00'),
			at(8, '11:30'),
		]);
		expect(left).toContain(at(9, '09:00'));
	});
});

describe('a booking', () => {
	test('of a time that eight want at once goes to one of them', async () => {
		const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => book(at(9, '09:00'), `visitor${i}@elsewhere.example`)));
		expect(answers.map(({ status }) => status).toSorted()).toEqual([204, ...Array.from({ length: 7 }, () => 409)]);
		expect(await slots()).not.toContain(at(9, '09:00'));
		expect((await shown()).filter(({ start }) => start === `${dayOf(9)}T09:00`)).toHaveLength(1);
	});

	test('needs what was asked, a time that is offered and a length that there is', async () => {
		expect((await book(at(9, '11:00'), 'bob@elsewhere.example', { answers: [''] })).body['code']).toBe('answer-missing');
		expect((await book(at(8, '10:00'), 'bob@elsewhere.example')).body['code']).toBe('slot-taken');
		expect((await book(at(9, '11:10'), 'eve@elsewhere.example')).body['code']).toBe('slot-taken');
		expect((await book(at(9, '11:00'), 'eve@elsewhere.example', { length: 45 })).body['code']).toBe('length-unknown');
	});

	test('is confirmed by mail in the language of whoever booked, is in the calendar with what they said, and its owner hears of it', async () => {
		expect((await book(at(9, '10:00'), 'Carl@visitors.example')).status).toBe(204);
		const [mail] = await mailed('carl@visitors.example', 1);
		expect(mail!.subject).toBe('Gebucht: Talk: Bob');
		expect(messageIn(mail!)).toContain('METHOD:REQUEST\r\n');
		const event = (await shown()).find(({ start }) => start === `${dayOf(9)}T10:00`)!;
		expect(event).toMatchObject({ title: 'Talk: Bob', place: 'Room 1', length: 1_800, organizer: 'ada@mana.example' });
		expect(event.notes).toContain('About what?\nEngines');
		const seen = await ask('GET', `/v1/bookings/${tokenIn(mail!)}`);
		expect(seen.body).toMatchObject({ state: 'booked', from: at(9, '10:00'), page: 'ada-talks', length: 30 });
	});

	test('is moved by its link to another time that is free, and to no other; the old one is free again', async () => {
		const token = tokenIn((await mails(world, 'carl@visitors.example'))[0]!);
		expect(await slots(30, `/v1/bookings/${token}/slots`)).toContain(at(9, '10:00'));
		expect((await ask('PUT', `/v1/bookings/${token}/time`, { from: at(9, '09:00') })).body['code']).toBe('slot-taken');
		expect((await ask('PUT', `/v1/bookings/${token}/time`, { from: at(9, '11:00') })).status).toBe(204);
		expect(await slots()).not.toContain(at(9, '11:00'));
		const [moved] = await mailed('carl@visitors.example', 2);
		expect(moved!.subject).toBe('Geändert: Talk: Bob');
		await until(async () => (await slots()).includes(at(9, '10:00')) || null);
	});

	test('is called off by its link, which its owner and the calendar hear of; twice is as good as once', async () => {
		const token = tokenIn((await mails(world, 'carl@visitors.example'))[0]!);
		for (let times = 0; times < 2; times++) expect((await ask('DELETE', `/v1/bookings/${token}`)).status).toBe(204);
		const [off] = await mailed('carl@visitors.example', 3);
		expect(off!.subject).toBe('Abgesagt: Talk: Bob');
		expect((await shown()).some(({ start }) => start === `${dayOf(9)}T11:00`)).toBe(false);
		await until(async () => (await slots()).includes(at(9, '11:00')) || null);
		expect((await ask('GET', `/v1/bookings/${token}`)).body['state']).toBe('off');
		expect((await ask('GET', '/v1/bookings/nobodys')).status).toBe(404);
	});

	test('follows its event: what its owner moves or deletes, whoever booked hears', async () => {
		expect((await book(at(11, '09:00'), 'dora@visitors.example')).status).toBe(204);
		await mailed('dora@visitors.example', 1);
		const event = (await shown()).find(({ start }) => start === `${dayOf(11)}T09:00`)!;
		await ada!.write(space, events, { start: `${dayOf(11)}T11:00` }, event.id);
		const [moved] = await mailed('dora@visitors.example', 2);
		const token = tokenIn(moved!);
		expect((await ask('GET', `/v1/bookings/${token}`)).body['from']).toBe(at(11, '11:00'));
		await ada!.trash(space, events, event.id);
		const [off] = await mailed('dora@visitors.example', 3);
		expect(off!.subject).toStartWith('Abgesagt');
	});
});

test('no address is written to more than three times in half an hour by strangers', async () => {
	const statuses = [];
	for (const time of ['09:00', '09:30', '10:00', '10:30'])
		statuses.push((await book(at(14, time), 'often@visitors.example')).status);
	expect(statuses).toEqual([204, 204, 204, 429]);
});

test('a page that is switched off, or whose last day is over, says so and books nothing', async () => {
	const own = await ada!.token();
	const [{ id }] = ((await ask('GET', '/v1/own/booking-pages', undefined, own)).body as { pages: [{ id: string }] }).pages;
	await ask('PUT', `/v1/own/booking-pages/${id}`, { ...page, on: false }, own);
	expect((await ask('GET', '/v1/booking-pages/ada-talks')).body).toMatchObject({ state: 'off', text: '', questions: [] });
	expect((await book(at(15, '09:00'), 'late@visitors.example')).body['code']).toBe('booking-closed');
	await ask('PUT', `/v1/own/booking-pages/${id}`, { ...page, lastDay: dayOf(8), perDay: 1 }, own);
	expect((await slots()).every((one) => one < at(9, '00:00'))).toBe(true);
	await ask(
		'PUT',
		`/v1/own/booking-pages/${id}`,
		{ ...page, lastDay: new Date(Date.now() - 2 * DAY).toISOString().slice(0, 10) },
		own,
	);
	expect((await ask('GET', '/v1/booking-pages/ada-talks')).body['state']).toBe('over');
	expect((await ask('DELETE', `/v1/own/booking-pages/${id}`, undefined, own)).status).toBe(204);
	expect((await ask('GET', '/v1/booking-pages/ada-talks')).status).toBe(404);
});
