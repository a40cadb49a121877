import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { hub } from '@mana/schema/registry/models';
import type { SpaceId } from '@mana/sync';
import { dayAt } from '@mana/time';
import { instantOf, wallAt } from '@mana/time/zone';
import { contact } from './cards.fixture.ts';
import { momentsOf, occasionsOn, wishIn } from './day-reminders.ts';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { people, settings, settingsId } from './model.ts';

describe('what somebody chose', () => {
	const chosen = (remindOf: 'nobody' | 'favourites' | 'everybody', ...reminders: readonly string[]) =>
		wishIn({ remindOf, reminders: new Set(reminders) });

	test('is nothing until they say of whom, and nine on the day until they say when', () => {
		expect(wishIn(undefined)).toBeNull();
		expect(chosen('nobody', '0')).toBeNull();
		expect(chosen('favourites')).toEqual({ of: 'favourites', before: [-540] });
		expect(chosen('everybody', '900', '-540')).toEqual({ of: 'everybody', before: [-540, 900] });
	});

	test('is passed over where it is no time, or none of this year', () => {
		expect(chosen('everybody', 'soon', '999999', '-2000', '900')).toEqual({ of: 'everybody', before: [900] });
	});

	test('tells of favourites only, or of all, and of nobody in the archive or the trash', () => {
		const born = { birthday: '1990-11-26' };
		const all = [contact('Ana', { ...born, starred: true }), contact('Ben', born), contact('Cleo', { ...born, archived: true }), { ...contact('Dan', born), deletedAt: 1 }]; // prettier-ignore
		const told = (of: 'favourites' | 'everybody', day: string) =>
			occasionsOn(day, { of, before: [0] }, all, []).map((one) => [one.contact.shownAs, one.on, one.years]);
		expect(told('favourites', '2026-11-26')).toEqual([['Ana', '2026-11-26', 36]]);
		expect(told('everybody', '2027-11-26').map(([name]) => name).toSorted()).toEqual(['Ana', 'Ben']); // prettier-ignore
		expect(told('everybody', '2026-11-27')).toEqual([]);
	});
});

describe('the moment of a reminder', () => {
	const on = (zone: string, text: string) => instantOf(zone, Date.parse(`${text}Z`));

	test.each(['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin', 'UTC'])('is on the clocks of %s', (zone) => {
		const now = on(zone, '2026-11-26T09:00');
		expect(momentsOf(-540, now, zone)).toContainEqual({ day: '2026-11-26', before: -540, at: now });
		expect(momentsOf(900, now, zone)).toContainEqual({ day: '2026-11-27', before: 900, at: on(zone, '2026-11-26T09:00') });
		expect(momentsOf(7 * 1_440 - 540, now, zone)).toContainEqual({ day: '2026-12-03', before: 9_540, at: now });
	});

	test('comes once for each day, whenever one looks', () => {
		const zone = 'Europe/Berlin';
		const seen = new Map<string, number>();
		for (let now = on(zone, '2026-10-20T00:00'); now < on(zone, '2026-11-01T00:00'); now += 3_600_000)
			for (const { day, at } of momentsOf(-540, now, zone)) {
				expect(seen.get(day) ?? at).toBe(at);
				seen.set(day, at);
			}
		expect(seen.size).toBeGreaterThan(11);
	});
});

describe('a birthday', () => {
	let world: World;
	let ada: TestPerson;
	let space: SpaceId;
	beforeAll(async () => {
		world = await startWorld();
		ada = await world.person('ada@mana.example');
		space = await ada.personal();
	});
	afterAll(() => world.close());

	test('is told in the inbox of its person, once, without any page, on the clocks where they are', async () => {
		const zone = 'Pacific/Kiritimati'; // fourteen hours ahead of UTC
		await ada.write(space, hub.preferences, { timeZone: zone }, hub.preferencesId);
		const now = Date.now();
		const wall = new Date(wallAt(zone, now));
		const minutes = wall.getUTCHours() * 60 + wall.getUTCMinutes();
		const birthday = `1990-${dayAt(now, zone).slice(5)}`;
		const ana = await ada.write(space, people, { given: 'Ana', family: 'Lima', birthday, starred: true });
		await ada.write(space, people, { given: 'Ben', birthday });
		// At just this minute, of the day that it is there.
		await ada.write(space, settings, { remindOf: 'favourites', reminders: [String(-minutes)] }, settingsId);
		const told = async () => (await ada.rows(space, hub.notifications)).filter(({ topic }) => topic === 'day-coming');
		await until(async () => (await told()).length > 0);
		expect(await told()).toMatchObject([
			{ title: 'Ana Lima: birthday', app: 'contacts', link: `/contacts/coming?in=own&contact=${ana}` },
		]);
		// Another change has all looked at once more; Ben, who is a favourite by then, shows when that was done.
		const ben = (await ada.rows(space, people)).find(({ given }) => given === 'Ben')!;
		await ada.write(space, people, { starred: true }, ben.id);
		await until(async () => (await told()).length > 1);
		expect((await told()).map(({ title }) => title).toSorted()).toEqual(['Ana Lima: birthday', 'Ben: birthday']);
	});
});
