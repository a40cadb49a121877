import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { keepChange } from '@mana/dav/records/keep-change';
import { recordMigrations, type RecordTables } from '@mana/dav/records/tables';
import { type Collection, type Draft, newRecordId, type RecordId, systemFields, writeDraft } from '@mana/model';
import { hub } from '@mana/schema/registry/models';
import { type Message, problem } from '@mana/service';
import { projectionMigrations } from '@mana/service/projection/tables';
import { openStore, type Store } from '@mana/store';
import { type Cell, type SpaceId, stampAt } from '@mana/sync';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskKind } from './dav/kind.server.ts';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { Mentions } from './mentions.server.ts';
import { comments, tasks } from './model.ts';

const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);

describe('a comment that speaks to somebody', () => {
	let world: World;
	let [ada, grace] = [] as unknown as [TestPerson, TestPerson];
	let space: SpaceId;
	let people: Record<string, string>;

	beforeAll(async () => {
		world = await startWorld();
		ada = await world.person('ada@example.org');
		grace = await world.person('grace@example.org');
		space = (await ada.space<{ id: SpaceId }>('POST', '/spaces', { kind: 'family', name: 'Home' })).id;
		const { link } = await ada.space<{ link: string }>('POST', `/spaces/${space}/invitations`, { role: 'editor' });
		await grace.space('POST', '/memberships', { invitation: new URL(link).hash.replace('#token=', '') });
		const { members } = await ada.space<{ members: { person: string; role: string }[] }>('GET', `/spaces/${space}/members`);
		people = Object.fromEntries(members.map(({ person, role }) => [role === 'owner' ? 'ada' : 'grace', person]));
		await ada.write(await ada.personal(), hub.profiles, { name: 'Ada L.' }, hub.profileId);
	});
	afterAll(() => world.close());

	test('is told in their inbox, without any page, with a link into its space, and not to its author', async () => {
		const told = async (who: TestPerson) => who.rows(await who.personal(), hub.notifications);
		const task = await ada.write(space, tasks, { title: 'Water the plants' });
		const said = { record: task, text: 'With rain, @Grace, please', by: people['ada']! };
		await ada.write(space, comments, { ...said, mentions: [people['ada']!, people['grace']!, 'stranger'] });
		await until(async () => (await told(grace)).length > 0);
		expect(await told(grace)).toMatchObject([
			{
				topic: 'mentioned',
				app: 'todo',
				title: expect.stringMatching(/^Ada L\. .*: Water the plants$/),
				text: expect.stringContaining('With rain, @Grace, please'),
				link: `/todo?in=${space}&task=${task}`,
			},
		]);
		// What speaks to her after it is told after it.
		const answer = { record: task, text: '@Ada gladly', by: people['grace']!, mentions: [people['ada']!] };
		await grace.write(space, comments, answer);
		await until(async () => (await told(ada)).length > 0);
		expect((await told(ada)).map(({ text }) => text)).toEqual([expect.stringContaining('@Ada gladly')]);
		expect(await told(grace)).toHaveLength(1);
	});
});

describe('what comments say to people', () => {
	const space = 'space' as SpaceId;
	const noon = Date.UTC(2026, 6, 1, 12);
	const day = 24 * 3_600_000;
	let home: string;
	let store: Store<RecordTables>;
	let task: RecordId;
	let seq = 0;

	beforeAll(async () => {
		home = await mkdtemp(join(tmpdir(), 'mana-mentions-'));
		store = await openStore<RecordTables>({ service: 'todo-server', home, databaseUrl: undefined, migrations: {} });
		await store.migrate('projection', projectionMigrations);
		await store.migrate('records', recordMigrations);
		task = await keep(tasks, { title: 'Water\nthe plants' });
	});
	afterAll(async () => {
		await store.close();
		await rm(home, { recursive: true });
	});

	interface Keeping {
		readonly id?: RecordId;
		readonly at?: number;
		readonly deletedAt?: number | null;
		/** Who hears of it, as the server does. */
		readonly heard?: Mentions;
	}

	/** Takes over what somebody wrote, as the projection does. @returns the record's id */
	async function keep<C extends Collection>(collection: C, draft: Draft<C>, more: Keeping = {}): Promise<RecordId> {
		const { id = newRecordId(noon, random), at = noon, deletedAt, heard } = more;
		const system = [
			...(more.id ? [] : [{ field: systemFields.createdAt.number, key: '', value: at }]),
			...(deletedAt === undefined ? [] : [{ field: systemFields.deletedAt.number, key: '', value: deletedAt }]),
		];
		seq += 1;
		const place = { collection: collection.number, record: id, stamp: stampAt(at), seq, actor: 1 };
		const cells: Cell[] = [...system, ...writeDraft(collection, draft)].map((entry) => ({ ...place, ...entry }));
		const change = { space, cells, epoch: 1, seq, complete: true };
		await store.db.transaction().execute(async (within) => {
			await keepChange(within, [taskKind], change, () => 'name');
			await heard?.heed(within, change);
		});
		return id;
	}

	/** Somebody says something about the task. */
	const say = (heard: Mentions | undefined, mentions: readonly string[], more: Keeping = {}) =>
		keep(comments, { record: task, text: 'Look!', by: 'ada', mentions }, { ...more, ...(heard && { heard }) });

	/** Tells to a list, as mana-notify would: a key is told once. */
	async function telling({ keys = new Map<string, string>() } = {}) {
		const sent: Message[] = [];
		const cancelled: string[] = [];
		const trouble: unknown[] = [];
		const state = { now: noon, away: false, forgetful: false, known: true, readers: new Set(['ada', 'ben', 'cy']) };
		const mentions = new Mentions({
			db: store.db,
			clock: { now: () => state.now },
			notifier: {
				async send(message) {
					if (state.away) throw new Error('away');
					const before = keys.get(message.key);
					if (before === undefined) sent.push(message);
					const id = before ?? `message ${message.key}`;
					keys.set(message.key, id);
					return id;
				},
				async cancel(id) {
					if (state.away) throw new Error('away');
					if (state.forgetful) throw problem(404, 'unknown-message', 'Long forgotten.');
					cancelled.push(id);
					return true;
				},
			},
			isKnown: () => state.known,
			mayRead: (person) => state.known && state.readers.has(person),
			nameOf: async (person) => (person === 'ada' ? 'Ada' : ''),
			failed: (error) => trouble.push(error),
		});
		await mentions.start();
		const told = () => sent.map(({ to }) => ('person' in to ? to.person : ''));
		const look = async (change: Partial<typeof state> = {}) => {
			Object.assign(state, change);
			mentions.look();
			await mentions.close();
		};
		return { mentions, sent, told, cancelled, trouble, keys, look };
	}

	test('is told once to each, never to the author, and only to who may see the space', async () => {
		const { mentions, sent, told, look } = await telling();
		const comment = await say(mentions, ['ada', 'ben', 'stranger']);
		await look();
		await look();
		expect(sent).toEqual([
			{
				topic: 'mentioned',
				to: { person: 'ben' },
				data: { name: 'Ada', title: 'Water the plants', said: 'Look!', link: `/todo?in=space&task=${task}` },
				key: `${comment} ben`,
				expires: noon + 7 * day,
			},
		]);
		await look({ readers: new Set(['stranger']) });
		expect(told()).toEqual(['ben', 'stranger']);
		await keep(comments, {}, { id: comment, deletedAt: noon });
	});

	test('that is changed is told to those who are newly spoken to', async () => {
		const { mentions, told, look } = await telling();
		const id = await say(mentions, ['ben']);
		await look();
		await keep(comments, { text: 'Look, both!', mentions: ['ben', 'cy'], editedAt: noon }, { id, heard: mentions });
		await look();
		expect(told()).toEqual(['ben', 'cy']);
		await keep(comments, {}, { id, deletedAt: noon });
	});

	test('is not told when it is thrown away before, and is taken back where it waits', async () => {
		const { mentions, told, cancelled, trouble, look } = await telling();
		const early = await say(mentions, ['ben']);
		await keep(comments, {}, { id: early, deletedAt: noon, heard: mentions });
		await look();
		expect(told()).toEqual([]);
		const late = await say(mentions, ['ben']);
		await look();
		await keep(comments, {}, { id: late, deletedAt: noon, heard: mentions });
		await look({ away: true });
		expect([cancelled, trouble.length]).toEqual([[], 1]);
		await look({ away: false });
		await look();
		expect([told(), cancelled]).toEqual([['ben'], [`message ${late} ben`]]);
		const forgotten = await say(mentions, ['cy']);
		await look();
		await keep(comments, {}, { id: forgotten, deletedAt: noon, heard: mentions });
		await look({ forgetful: true });
		expect([cancelled.length, trouble.length]).toEqual([1, 1]);
	});

	test('about a task in the trash is told to nobody', async () => {
		const { mentions, told, look } = await telling();
		await keep(tasks, {}, { id: task, deletedAt: noon });
		const id = await say(mentions, ['ben']);
		await look();
		expect(told()).toEqual([]);
		await keep(tasks, {}, { id: task, deletedAt: null });
		await look();
		expect(told()).toEqual(['ben']);
		await keep(comments, {}, { id, deletedAt: noon });
	});

	test('waits until mana-notify is there and it is known who may see it, also over a new start, up to a week', async () => {
		const first = await telling();
		const id = await say(first.mentions, ['ben']);
		await first.look({ known: false });
		await first.look({ known: true, away: true });
		expect([first.sent.length, first.trouble.length]).toEqual([0, 1]);
		const second = await telling();
		await second.look();
		expect(second.told()).toEqual(['ben']);
		const third = await telling({ keys: second.keys });
		await third.look();
		expect(third.sent).toEqual([]);
		// And it can still be taken back by who started later.
		await keep(comments, {}, { id, deletedAt: noon, heard: third.mentions });
		await third.look();
		expect(third.cancelled).toEqual([`message ${id} ben`]);
		const old = await telling();
		await say(old.mentions, ['ben'], { at: noon - 7 * day });
		await old.look();
		expect(old.sent).toEqual([]);
	});
});
