import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Message } from '@mana/service';
import { hub } from '@mana/schema/registry/models';
import type { SpaceId } from '@mana/sync';
import type { RecordId } from '@mana/model';
import { wallAt } from '@mana/time/zone';
import { type TestPerson, until, type World, startWorld } from './dav/world.fixture.ts';
import type { PlacedTask } from './dav/kind.server.ts';
import { type Task, tasks } from './model.ts';
import { Reminders } from './reminders.server.ts';

/** Day and time that the clocks of a zone show at a moment. */
function shown(zone: string, at: number): { readonly dueDay: string; readonly dueTime: string } {
	const iso = new Date(wallAt(zone, at)).toISOString();
	return { dueDay: iso.slice(0, 10), dueTime: iso.slice(11, 16) };
}

describe('a task that is due', () => {
	let world: World;
	let ada: TestPerson;
	let space: SpaceId;
	const titles = async () => (await ada.rows(space, hub.notifications)).map(({ title }) => title).sort();

	beforeAll(async () => {
		world = await startWorld();
		ada = await world.person('ada@example.org');
		space = await ada.personal();
	});
	afterAll(() => world.close());

	test('is told in the inbox of its person, without any page, on the clocks where they are', async () => {
		const zone = 'Pacific/Kiritimati'; // fourteen hours ahead of UTC: by the server's own clocks it would not be due for long
		await ada.write(space, hub.preferences, { timeZone: zone }, hub.preferencesId);
		await ada.write(space, tasks, { title: 'Later', ...shown(zone, Date.now() + 3_600_000) });
		await ada.write(space, tasks, { title: 'Done already', ...shown(zone, Date.now()), completedAt: Date.now() });
		const id = await ada.write(space, tasks, { title: 'Call Ana', ...shown(zone, Date.now()) });
		await until(async () => (await titles()).length > 0);
		expect(await titles()).toEqual(['Call Ana']);
		const [told] = await ada.rows(space, hub.notifications);
		expect(told).toMatchObject({ topic: 'task-due', app: 'todo', link: `/todo?in=own&task=${id}` });
	});
});

describe('what is due', () => {
	const space = 'space' as SpaceId;
	const noon = Date.UTC(2026, 6, 1, 12);

	/** Reminders of one task, told to a list. */
	function remind(task: Partial<Task>, changedAt: number, owner: string | null = 'ada') {
		const sent: Message[] = [];
		let now = noon;
		let zone = 'UTC';
		const trouble: unknown[] = [];
		let away = false;
		const reminders = new Reminders({
			db: null as never, // only `start` and `heed` ask it
			clock: { now: () => now },
			notifier: {
				async send(message) {
					if (away) throw new Error('away');
					sent.push(message);
					return 'id';
				},
			},
			ownerOf: () => owner,
			mayRead: (person) => person !== 'stranger',
			zoneOf: async () => zone,
			failed: (error) => trouble.push(error),
		});
		const row = {
			id: 'task' as RecordId,
			title: 'Tea',
			dueDay: '2026-07-01',
			dueTime: '12:00',
			completedAt: null,
			deletedAt: null,
			reminders: new Set<string>(),
			assignees: new Set<string>(),
			...task,
		};
		reminders.take({ space, row: row as Task, changedAt } as PlacedTask);
		return {
			sent,
			trouble,
			set: (change: { now?: number; zone?: string; away?: boolean }) => ({ now = now, zone = zone, away = away } = change),
			async look() {
				reminders.look();
				await reminders.close();
			},
		};
	}

	test('is told once, not before and not when it was over as it was written', async () => {
		const early = remind({ dueTime: '12:01' }, noon - 1);
		await early.look();
		expect(early.sent).toEqual([]);
		early.set({ now: noon + 60_000 });
		await early.look();
		await early.look();
		expect(early.sent).toMatchObject([{ topic: 'task-due', key: 'task 2026-07-01 12:01', data: { at: noon + 60_000 } }]);
		const past = remind({ dueTime: '09:00' }, noon - 1);
		await past.look();
		expect(past.sent).toEqual([]);
	});

	test('is told as long before as was said, several times, and a day without a time from its midnight', async () => {
		const twice = remind({ dueTime: '13:00', reminders: new Set(['60', '0']) }, noon - 1);
		await twice.look();
		twice.set({ now: noon + 3_600_000 });
		await twice.look();
		expect(twice.sent.map(({ key, data }) => [key, data])).toMatchObject([
			['task 2026-07-01 13:00 -60', { at: noon + 3_600_000 }],
			['task 2026-07-01 13:00', { at: noon + 3_600_000 }],
		]);
		const day = remind({ dueDay: '2026-07-02', dueTime: null, reminders: new Set(['720']) }, noon - 1);
		await day.look();
		expect(day.sent).toHaveLength(1);
		const silent = remind({ dueTime: null }, noon - 1);
		await silent.look();
		expect(silent.sent).toEqual([]);
	});

	test('of a shared space is told to those who are to do it, as long as they may see it, and to nobody else', async () => {
		const shared = remind({ assignees: new Set(['ben', 'cy', 'stranger']) }, noon - 1, null);
		await shared.look();
		await shared.look();
		const link = '/todo?in=space&task=task';
		expect(shared.sent).toMatchObject([
			{ to: { person: 'ben' }, key: 'task 2026-07-01 12:00 ben', data: { link } },
			{ to: { person: 'cy' }, key: 'task 2026-07-01 12:00 cy', data: { link } },
		]);
		const nobodys = remind({}, noon - 1, null);
		await nobodys.look();
		expect(nobodys.sent).toEqual([]);
	});

	test('moves with its person to another zone', async () => {
		const flown = remind({ dueTime: '11:00' }, noon - 5 * 3_600_000);
		flown.set({ zone: 'America/New_York' }); // it is eight there
		await flown.look();
		expect(flown.sent).toEqual([]);
		flown.set({ now: noon + 3 * 3_600_000 });
		await flown.look();
		expect(flown.sent).toHaveLength(1);
	});

	test('is kept while mana-notify is away, up to half a day', async () => {
		const kept = remind({}, noon - 1);
		kept.set({ away: true });
		await kept.look();
		expect([kept.sent.length, kept.trouble.length]).toEqual([0, 1]);
		kept.set({ away: false, now: noon + 6 * 3_600_000 });
		await kept.look();
		expect(kept.sent).toHaveLength(1);
		const lost = remind({}, noon - 1);
		lost.set({ now: noon + 13 * 3_600_000 });
		await lost.look();
		expect(lost.sent).toEqual([]);
	});
});
