// Somebody takes everything along from one house and brings it to another.
import { expect, setDefaultTimeout, test } from 'bun:test';
import { bring, type BringPolicy, type Brought, type Journal, takeBack } from '@mana/archive/bring';
import { compare, ownFolder } from '@mana/archive/compare';
import { ArchiveReader } from '@mana/archive/reader';
import { SpaceDoor } from '@mana/archive/space-door';
import { models } from '@mana/schema/registry/models';
import { tagId, tags } from '@mana/shared/model';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { events } from '../apps/calendar/model.ts';
import { people } from '../apps/contacts/model.ts';
import { profileId, profiles } from '../apps/(hub)/model.ts';
import { tasks } from '../apps/todo/model.ts';
import { exportTo } from '../cli/export.ts';
import { importFrom } from '../cli/import.ts';
import { TestBrowser, testOwner } from '../core/auth/testing.ts';
import { FileCaller, fileOf } from '../infra/sync/blobs/testing.ts';
import { type House, newId, ownerOfHouse, ownSpace, publicUrl, record, startHouse, until, write } from './house.ts';

setDefaultTimeout(90_000);

const contents = `the moth, taped into the log book ${'.'.repeat(2_000_000)}`;
const byName = new Map(models.map((model) => [model.name, model]));
const named = (name: string) => byName.get(name);

test('what was taken along from one house is the same in another, field by field and file by file, and can be taken back', async () => {
	await using first = await startHouse();
	const ada = await ownerOfHouse(first);
	const url = first.urls['mana-sync']!;
	const own = await ownSpace(url, await ada.token());
	const file = await fileOf(Buffer.from(contents));
	expect(await new FileCaller(`${url}/spaces/${own}`, await ada.token()).upload(file)).toBe(200);
	const picture = { hash: file.hash, size: file.bytes.length, type: 'image/png', name: 'moth.png' };
	const [task, event, garden] = [newId(), newId(), tagId('Garden')];
	await write(url, await ada.token(), own, [
		...record(profiles, profileId, { name: 'Ada', about: 'First programmer', picture }),
		...record(tags, garden, { name: 'Garden', hue: 3 }),
		...record(tasks, task, { title: 'Look for the moth', dueDay: '2026-01-01', tags: [garden] }),
		...record(events, event, { title: 'Tea', start: '2026-01-02T15:00', length: 60 }),
		...record(people, newId(), { shownAs: 'Charles Babbage' }),
	]);
	const archive = await archiveOf(first, ada);

	await using second = await startHouse();
	const owner = await ownerOfHouse(second);
	const grace = await memberOf(second, owner);
	const there = await ownSpace(second.urls['mana-sync']!, await grace.token());
	const looked = await lookAt(archive, second, grace);
	expect(Object.fromEntries(looked.comparison.records)).toMatchObject({
		'todo/tasks': { fresh: 1, same: 0, different: 0 },
		'hub/profiles': { fresh: 1, same: 0, different: 0 },
	});
	const all = await bringIn(looked, 'archive');
	expect([all.brought.refused, all.brought.files]).toEqual([[], 1]);
	const again = await archiveOf(second, grace);
	const [before, after] = [ownOf(archive), ownOf(again)];
	expect(after.content).toBe(before.content);
	expect(after.files).toEqual(before.files);
	const again2 = await lookAt(archive, second, grace);
	expect([...again2.comparison.records.values()].every(({ fresh, different }) => fresh + different === 0)).toBe(true);
	expect((await bringIn(again2, 'archive')).brought).toMatchObject({ fresh: 0, changed: 0, files: 0, refused: [] });

	// What somebody wrote since stays when it is taken back, and nothing is gone for good.
	await write(second.urls['mana-sync']!, await grace.token(), there, record(events, event, { title: 'Tea at five' }));
	const back = await takeBack(looked.door, named, all.journal, Date.now());
	expect(back).toEqual({ taken: all.brought.fresh - 1, stayed: 1 });
	const trashed = await recordsOf(looked.door);
	expect(trashed.get(task)).toMatchObject({ title: 'Look for the moth', deletedAt: expect.any(Number) });
	expect(trashed.get(event)).toMatchObject({ title: 'Tea at five' });
	expect(trashed.get(event)).not.toHaveProperty('deletedAt');

	// Whoever has records of the same ids decides what becomes of them.
	const hers = await ownSpace(second.urls['mana-sync']!, await owner.token());
	await write(
		second.urls['mana-sync']!,
		await owner.token(),
		hers,
		record(profiles, profileId, { name: 'Augusta', pronouns: 'she' }),
	);
	const name = async (policy: BringPolicy) => {
		const asked = await lookAt(archive, second, owner);
		const { brought, journal } = await bringIn(asked, policy);
		const profile = (await recordsOf(asked.door)).get(profileId);
		return { brought, journal, profile, door: asked.door };
	};
	const kept = await name('keep');
	expect([kept.brought.kept, kept.brought.changed]).toEqual([1, 0]);
	expect(kept.profile).toMatchObject({ name: 'Augusta' });
	expect(kept.profile).not.toHaveProperty('about');
	const filled = await name('fill');
	expect(filled.brought).toMatchObject({ fresh: 0, changed: 1 });
	expect(filled.profile).toMatchObject({ name: 'Augusta', pronouns: 'she', about: 'First programmer' });
	const taken = await name('archive');
	expect(taken.profile).toMatchObject({ name: 'Ada', about: 'First programmer' });
	expect(taken.profile).not.toHaveProperty('pronouns');
	expect(await takeBack(taken.door, named, JSON.parse(JSON.stringify(taken.journal)) as Journal, Date.now())).toEqual({ taken: 1, stayed: 0 }); // prettier-ignore
	expect((await recordsOf(taken.door)).get(profileId)).toMatchObject({
		name: 'Augusta',
		pronouns: 'she',
		about: 'First programmer',
	});
});

test('whoever runs two Manas moves somebody from one to the other at the terminal, and back', async () => {
	await using first = await startHouse();
	await using second = await startHouse();
	const [ada, other] = [await ownerOfHouse(first), await ownerOfHouse(second)];
	const url = first.urls['mana-sync']!;
	const task = newId();
	await write(
		url,
		await ada.token(),
		await ownSpace(url, await ada.token()),
		record(tasks, task, { title: 'Look for the moth' }),
	);
	await ownSpace(second.urls['mana-sync']!, await other.token());
	const io = { lines: [] as string[], out: (line: string) => io.lines.push(line), err: (line: string) => io.lines.push(line) };
	const said = () => io.lines.splice(0).join('\n');
	const file = join(first.home, 'ada.zip');
	const place = (house: House) => ({ home: house.home, databaseUrl: undefined, env: {} });
	expect(await exportTo(place(first), 'nobody@mana.example', file, io)).toBe(1);
	expect(said()).toContain('Nobody here has this e-mail address');
	expect(await exportTo(place(first), testOwner.email, file, io)).toBe(0);
	expect(said()).toEndWith(file);
	expect(await exportTo(place(first), testOwner.email, file, io)).toBe(1);
	expect(said()).toContain('exists already');
	const kinds = ((await ada.get('/activity')).body['entries'] as { kind: string; address: string }[]).filter(({ address }) => address === 'terminal'); // prettier-ignore
	expect(kinds.map(({ kind }) => kind)).toEqual(['archive-begun']);

	const house = { ...place(second), publicUrl, sync: second.urls['mana-sync']! };
	const asked = { file, policy: 'fill', yes: false, undo: false } as const;
	expect(await importFrom(house, testOwner.email, asked, io)).toBe(0);
	expect(said()).toMatch(/todo\/tasks +1 +0 +0\n[^]*Nothing is written yet/);
	expect(await importFrom(house, testOwner.email, { ...asked, yes: true }, io)).toBe(0);
	expect(said()).toContain(`${file}.undo.json`);
	const { door } = await lookAt(await ArchiveReader.open(Bun.file(file)), second, other);
	expect((await recordsOf(door)).get(task)).toMatchObject({ title: 'Look for the moth' });
	expect(await importFrom(house, testOwner.email, { ...asked, file, undo: true }, io)).toBe(1);
	expect(said()).toContain('is no journal');
	expect(await importFrom(house, testOwner.email, { ...asked, file: `${file}.undo.json`, undo: true }, io)).toBe(0);
	expect((await recordsOf(door)).get(task)).toHaveProperty('deletedAt');
	await Bun.write(file, (await Bun.file(file).bytes()).slice(0, 900));
	said();
	expect(await importFrom(house, testOwner.email, asked, io)).toBe(1);
	expect(said()).toBe('This ZIP is cut off: its end is missing. Fetch it once more.');
});

function ownOf({ manifest: { spaces } }: ArchiveReader) {
	return spaces.find((space) => space.own)!;
}

/** Has an archive made. */
async function archiveOf(house: House, browser: TestBrowser): Promise<ArchiveReader> {
	expect((await browser.post('/archive')).status).toBe(201);
	await until(async () => ((await browser.get('/archive')).body['archive'] as { state: string }).state === 'ready');
	const folder = join(house.home, 'mana-auth', 'archives');
	const names = await readdir(folder);
	const bytes = await Bun.file(join(folder, names.at(-1)!)).arrayBuffer();
	return ArchiveReader.open(new Blob([bytes]));
}

async function memberOf(house: House, owner: TestBrowser): Promise<TestBrowser> {
	const { link } = (await owner.post('/invitations', { role: 'member' })).body as { link: string };
	const invitation = new URL(link).hash.replace('#token=', '');
	const browser = new TestBrowser(house.urls['mana-auth']!, publicUrl, '192.0.2.7');
	const grace = { name: 'Grace', email: 'grace@mana.example', password: 'compiles in english', invitation };
	expect((await browser.post('/sign-up', grace)).status).toBe(200);
	return browser;
}

async function lookAt(archive: ArchiveReader, house: House, browser: TestBrowser) {
	const door = await SpaceDoor.open({
		address: house.urls['mana-sync']!,
		token: async () => ({ token: await browser.token(), expiresAt: Infinity }),
		models,
		now: Date.now,
		random: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
		signal: new AbortController().signal,
	});
	const folder = ownFolder(archive)!;
	const { signal } = new AbortController();
	return {
		archive,
		folder,
		door,
		comparison: await compare({ archive, folder, door, named, progress: () => undefined, signal }),
	};
}

async function bringIn(
	looked: Awaited<ReturnType<typeof lookAt>>,
	policy: BringPolicy,
): Promise<{ brought: Brought; journal: Journal }> {
	const journal: Journal = { fresh: [], changed: [] };
	const note = async ({ fresh, changed }: Journal) => {
		journal.fresh.push(...fresh);
		journal.changed.push(...changed);
	};
	const rest = { named, policy, note, progress: () => undefined, signal: new AbortController().signal };
	return { brought: await bring({ ...looked, ...rest }), journal };
}

/** The plain fields of everything in a space, by id. */
async function recordsOf(door: SpaceDoor): Promise<Map<string, object>> {
	const found = new Map<string, object>();
	for await (const line of door.records()) {
		const { id, fields } = line as { id: string; fields: object };
		found.set(id, fields);
	}
	return found;
}
