import { keepChange } from '@mana/dav/records/keep-change';
import { type RecordTables, recordMigrations } from '@mana/dav/records/tables';
import { type Collection, type Draft, newRecordId, type RecordId, systemFields, writeDraft } from '@mana/model';
import { projectionMigrations } from '@mana/service/projection/tables';
import type { Message } from '@mana/service';
import { openStore, type Store } from '@mana/store';
import { type Cell, newSpaceId, type SpaceId, stampAt } from '@mana/sync';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventKind, rootsOf } from './dav/kind.server.ts';
import { changedOccurrenceId, events, guestId, guests, reminding, type Reminding, remindingId } from './model.ts';
import { type Choice, type Concern, whomToRemind } from './remind-whom.ts';
import { EventReminders } from './reminders.server.ts';

const MINUTE = 60_000;
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
const newId = () => newRecordId(Date.now(), random);
const eight = Date.parse('2026-07-01T08:00Z');

let home: string;
let store: Store<RecordTables>;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-remind-'));
	store = await openStore<RecordTables>({ service: 'calendar-server', home, databaseUrl: undefined, migrations: projectionMigrations, clock: { now: Date.now } }); // prettier-ignore
	await store.migrate('records', recordMigrations);
});
afterAll(async () => {
	await store.close();
	await rm(home, { recursive: true });
});

/** A family, and those in it with their own spaces; it is eight o'clock. */
async function family(...members: readonly string[]) {
	await store.db.deleteFrom('mana_reading').execute();
	await store.db.deleteFrom('mana_record').execute();
	const space = newSpaceId(Date.now(), random);
	const own = new Map(members.map((person) => [person, newSpaceId(Date.now(), random)]));
	const inIt = new Set(members);
	const zones = new Map<string, string>();
	const sent: Message<'event-soon'>[] = [];
	let now = eight;
	const reminders = new EventReminders({
		db: store.db,
		clock: { now: () => now },
		notifier: {
			async send(message) {
				sent.push(message as Message<'event-soon'>);
				return 'id';
			},
		},
		ownerOf: (one) => [...own].find(([, its]) => its === one)?.[0] ?? null,
		mayRead: (person, one) => one === space && inIt.has(person),
		byAddress: async (addresses) =>
			new Map(addresses.flatMap((one) => (one.endsWith('@home') ? [[one, { id: one.replace('@home', '') }] as const] : []))),
		zoneOf: async (person) => zones.get(person) ?? 'UTC',
		failed: (error) => {
			throw error;
		},
	});
	const keep = async (where: SpaceId, cells: readonly Cell[]) => {
		await store.db
			.transaction()
			.execute((within) => keepChange(within, [eventKind], { space: where, cells, epoch: 1, seq: 1, complete: true }, () => 'r'));
		reminders.heed(where, await rootsOf(store.db, where, [...new Set(cells.map(({ record }) => record))]));
	};
	const cell = { seq: 1, actor: 1, key: '' } as const;
	const write = async <C extends Collection>(
		collection: C,
		draft: Draft<C>,
		record = newId(),
		where = space,
		at = eight - MINUTE,
	) => {
		const place = { collection: collection.number, record };
		await keep(where, writeDraft(collection, draft).map((entry) => ({ ...entry, ...place, stamp: stampAt(at), seq: 1, actor: 1 }))); // prettier-ignore
		return record;
	};
	return {
		space,
		write,
		sent,
		inIt,
		zones,
		event: (draft: Draft<typeof events>, id?: RecordId) =>
			write(events, { title: 'Dinner', start: '2026-07-01T08:15', zone: 'UTC', reminders: ['15'], ...draft }, id),
		guest: (event: RecordId, who: string, answer: 'none' | 'accepted' | 'declined' | 'delegated' = 'none') =>
			write(guests, { event, address: `${who}@home`, answer }, guestId(event, `${who}@home`)),
		choose: (person: string, of: Reminding['of'], at = eight - MINUTE) =>
			write(reminding, { space, of }, remindingId(space), own.get(person), at),
		trash: (record: RecordId) =>
			keep(space, [
				{ ...cell, collection: events.number, record, field: systemFields.deletedAt.number, value: eight, stamp: stampAt(eight) },
			]),
		/** Who is told by then, what they had not been told before. */
		async told(at = eight) {
			now = at;
			const before = sent.length;
			reminders.look();
			await reminders.close();
			return sent.slice(before).map(({ to, data }) => `${'person' in to ? to.person : ''} ${data.title}`).sort(); // prettier-ignore
		},
	};
}

describe('an event of a shared space', () => {
	test('is told to whoever made it, invites or is invited, and to who wants to hear of everything there; once, with the way to it', async () => {
		const home = await family('ada', 'ben', 'cy', 'dan', 'fay', 'gus', 'hal');
		await home.choose('fay', 'all');
		await home.choose('gus', 'none');
		await home.choose('dan', 'all');
		const id = await home.event({ createdBy: 'ada', organizer: 'Ben@home' });
		for (const who of ['ada', 'cy', 'gus', 'eve']) await home.guest(id, who);
		await home.guest(id, 'dan', 'declined');
		expect(await home.told()).toEqual(['ada Dinner', 'ben Dinner', 'cy Dinner', 'fay Dinner']);
		expect(await home.told(eight + MINUTE)).toEqual([]);
		expect(new Set(home.sent.map(({ key }) => key)).size).toBe(4);
		for (const { data } of home.sent) expect(data.link).toBe(`/calendar?in=${home.space}&event=${id}`);
	});

	test('of which nobody is known to have made it is told to those who want to hear of everything', async () => {
		const home = await family('ada', 'ben');
		await home.event({});
		expect(await home.told()).toEqual([]);
		await home.choose('ben', 'all');
		expect(await home.told()).toEqual(['ben Dinner']);
	});

	test('is told to nobody who was removed, or may not see the calendar there any more, between planning and telling', async () => {
		const home = await family('ada', 'ben', 'cy');
		await home.choose('cy', 'all');
		const id = await home.event({ createdBy: 'ada', start: '2026-07-01T09:00' });
		await home.guest(id, 'ben');
		expect(await home.told()).toEqual([]);
		for (const who of ['ben', 'cy']) home.inIt.delete(who);
		expect(await home.told(eight + 45 * MINUTE)).toEqual(['ada Dinner']);
	});

	test('is told at each of its reminders, and where it was moved to; cancelled or deleted, not at all', async () => {
		const home = await family('ada');
		const moved = await home.event({ title: 'Moved', createdBy: 'ada', start: '2026-07-01T09:00', reminders: ['60', '30'] });
		const cancelled = await home.event({ title: 'Cancelled', createdBy: 'ada', start: '2026-07-01T09:00' });
		const deleted = await home.event({ title: 'Deleted', createdBy: 'ada', start: '2026-07-01T09:00' });
		expect(await home.told()).toEqual(['ada Moved']);
		await home.write(events, { start: '2026-07-01T10:00' }, moved);
		await home.write(events, { status: 'cancelled' }, cancelled);
		await home.trash(deleted);
		expect(await home.told(eight + 59 * MINUTE)).toEqual([]);
		expect(await home.told(eight + 60 * MINUTE)).toEqual(['ada Moved']);
		expect(await home.told(eight + 90 * MINUTE)).toEqual(['ada Moved']);
	});

	test('that repeats is told by each of its days: not who declined that one, and when it takes place that day', async () => {
		const home = await family('ada', 'ben');
		const id = await home.event({ createdBy: 'ada', organizer: 'ada@home', repeat: 'FREQ=DAILY', except: ['2026-07-04T08:15'] });
		await home.guest(id, 'ben', 'accepted');
		const day = changedOccurrenceId(id, '2026-07-02T08:15');
		await home.event({ title: 'Late dinner', series: id, occurrence: '2026-07-02T08:15', start: '2026-07-02T09:15' }, day);
		await home.guest(day, 'ben', 'declined');
		const on = (days: number, minutes = 0) => eight + days * 24 * 60 * MINUTE + minutes * MINUTE;
		expect(await home.told()).toEqual(['ada Dinner', 'ben Dinner']);
		expect(await home.told(on(1, 59))).toEqual([]);
		expect(await home.told(on(1, 60))).toEqual(['ada Late dinner']);
		expect(await home.told(on(2))).toEqual(['ada Dinner', 'ben Dinner']);
		expect(await home.told(on(3))).toEqual([]);
	});

	test('of a whole day is told to each on the clocks where they are', async () => {
		const home = await family('ada', 'ben');
		home.zones.set('ben', 'America/New_York');
		const id = await home.event({ createdBy: 'ada', start: '2026-07-01', length: 86_400, zone: null, reminders: ['-540'] });
		await home.guest(id, 'ben');
		expect(await home.told(Date.parse('2026-07-01T09:00Z'))).toEqual(['ada Dinner']);
		expect(await home.told(Date.parse('2026-07-01T12:59Z'))).toEqual([]);
		expect(await home.told(Date.parse('2026-07-01T13:00Z'))).toEqual(['ben Dinner']);
	});

	test('that went off before somebody chose to hear of it is not made up for', async () => {
		const home = await family('ada', 'ben');
		await home.event({});
		await home.choose('ada', 'all');
		await home.choose('ben', 'all', eight + 10 * MINUTE);
		expect(await home.told(eight + 10 * MINUTE)).toEqual(['ada Dinner']);
	});

	test('is not told by a choice that stands in the shared space: that is nobody’s own', async () => {
		const home = await family('ada', 'ben');
		await home.event({ createdBy: 'ada' });
		await home.write(reminding, { space: home.space, of: 'none' }, remindingId(home.space));
		expect(await home.told()).toEqual(['ada Dinner']);
	});
});

test('nobody hears who declined, sends somebody else, or never wants to; everybody does whom it concerns or who wants all', () => {
	const person = fc.constantFrom('ada', 'ben', 'cy');
	const concern: fc.Arbitrary<Concern> = fc.record({
		maker: fc.option(person),
		organizer: fc.option(person.map((one) => `${one}@home`)),
		guests: fc.uniqueArray(
			fc.record({
				address: person.map((one) => `${one}@home`),
				person: fc.constant(null),
				answer: fc.constantFrom('none', 'accepted', 'declined', 'tentative', 'delegated'),
			}),
			{ selector: ({ address }) => address },
		),
	});
	const choice: fc.Arbitrary<Choice> = fc.record({ of: fc.constantFrom('concerning', 'all', 'none'), since: fc.constant(0) });
	const people = new Map(['ada', 'ben', 'cy'].map((id) => [`${id}@home`, { id }]));
	fc.assert(
		fc.property(concern, fc.dictionary(person, choice), (about, chosen) => {
			const heard = whomToRemind(about, people, new Map(Object.entries(chosen)));
			for (const id of ['ada', 'ben', 'cy']) {
				const guest = about.guests.find(({ address }) => address === `${id}@home`);
				const of = chosen[id]?.of ?? 'concerning';
				const concerns = about.maker === id || about.organizer === `${id}@home` || guest !== undefined;
				const away = guest?.answer === 'declined' || guest?.answer === 'delegated';
				expect(heard.has(id)).toBe(!away && of !== 'none' && (of === 'all' || concerns));
			}
		}),
	);
});
