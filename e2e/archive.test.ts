// Somebody takes everything along from a whole house.
import { expect, setDefaultTimeout, test } from 'bun:test';
import { manifest } from '@mana/archive';
import { serviceIdentity } from '@mana/service';
import { systemClock } from '@mana/store';
import { type FileEntry, TextWriter, Uint8ArrayReader, ZipReader } from '@zip.js/zip.js';
import ICAL from 'ical.js';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { events } from '../apps/calendar/model.ts';
import { people } from '../apps/contacts/model.ts';
import { profileId, profiles } from '../apps/(hub)/model.ts';
import { tasks } from '../apps/todo/model.ts';
import { copies, keepers } from '../core/auth/leaving/keepers.ts';
import type { TestBrowser } from '../core/auth/testing.ts';
import { FileCaller, fileOf } from '../infra/sync/blobs/testing.ts';
import { ask } from '../infra/sync/testing-spaces.ts';
import { type House, newId, ownerOfHouse, ownSpace, record, startHouse, until, write } from './house.ts';

setDefaultTimeout(90_000);

const contents = 'the moth, taped into the log book';

test('an archive of a house has what every service, space and app holds, and other programs read it', async () => {
	await using house = await startHouse();
	const ada = await ownerOfHouse(house);
	const url = house.urls['mana-sync']!;
	const token = await ada.token();
	const own = await ownSpace(url, token);
	const file = await fileOf(Buffer.from(contents));
	expect(await new FileCaller(`${url}/spaces/${own}`, token).upload(file)).toBe(200);
	const picture = { hash: file.hash, size: file.bytes.length, type: 'image/png', name: 'moth.png' };
	await write(url, token, own, [
		...record(profiles, profileId, { name: 'Ada', picture }),
		...record(tasks, newId(), { title: 'Look for the moth', dueDay: '2026-01-01' }),
		...record(events, newId(), { title: 'Tea; with Charles', start: '2026-01-02T15:00', length: 60 }),
		...record(people, newId(), { shownAs: 'Charles Babbage', family: 'Babbage', given: 'Charles' }),
	]);
	const { id: shared } = (await ask({ url }, token, 'POST', '/spaces', { kind: 'family', name: 'Home' })).body as { id: string };
	await until(async () => (await openFiles(house, ada)).filter((path) => /\.(ics|vcf)$/.test(path)).length >= 3);

	const texts = await archiveOf(house, ada);
	const said = manifest.parse(JSON.parse(texts.get('manifest.json') ?? ''));
	expect(Object.keys(said.services).sort()).toEqual(['mana-auth', ...keepers].sort());
	expect(said.spaces.map(({ folder }) => folder).sort()).toEqual(['spaces/own', `spaces/${shared}`].sort());
	expect(said.spaces.find((space) => space.own)).toMatchObject({
		records: { 'todo/tasks': 1, 'calendar/events': 1, 'contacts/people': 1 },
		files: { count: 1, bytes: contents.length, missing: 0 },
	});
	expect([...texts].find(([path]) => path.endsWith('-moth.png'))?.[1]).toBe(contents);
	expect(said.open.missing).toEqual({});
	const calendars = said.open.files.filter((path) => path.endsWith('.ics')).map((path) => new ICAL.Component(ICAL.parse(texts.get(path)!) as unknown[])); // prettier-ignore
	const titles = calendars.flatMap((one) => one.getAllSubcomponents().map((inside) => inside.getFirstPropertyValue('summary')));
	expect(titles.filter((title) => title !== null).sort()).toEqual(['Look for the moth', 'Tea; with Charles']);
	expect(said.open.files.filter((path) => path.endsWith('.vcf')).map((path) => texts.get(path)).join('')).toContain('FN:Charles Babbage'); // prettier-ignore

	expect(texts.get('open/todo/Inbox.csv')).toMatch(/^title,notes,.*\r\nLook for the moth,.*,2026-01-01,/);
	expect(texts.get('open/todo/Inbox.md')).toBe('- [ ] Look for the moth 📅 2026-01-01\n');

	// Only mana-auth asks servers of apps, and only for whom it is.
	const secret = (await readFile(join(house.home, 'secrets', 'instance'), 'utf8')).trim();
	const from = (name: string, to: string) => serviceIdentity(() => secret, name, systemClock).token(to);
	for (const service of copies) {
		const asked = async (bearer: string | null, person = 'ada') => {
			const body = JSON.stringify({ person: { id: 'ada', name: '', email: '', language: 'en', role: 'owner' }, token: 'x' });
			const headers = { 'content-type': 'application/json', ...(bearer !== null && { authorization: `Bearer ${bearer}` }) };
			return (await fetch(`${house.urls[service]}/v1/persons/${person}/open-formats`, { method: 'POST', headers, body })).status;
		};
		const answers = [
			await asked(null),
			await asked(token),
			await asked(await from('mana-stranger', service)),
			await asked(await from('mana-auth', service), 'eve'),
		];
		expect([service, ...answers]).toEqual([service, 401, 401, 403, 422]);
	}
});

/** What servers of apps would write by now: records reach them in their own time. */
async function openFiles(house: House, browser: TestBrowser): Promise<string[]> {
	return manifest.parse(JSON.parse((await archiveOf(house, browser)).get('manifest.json') ?? '')).open.files;
}

/** Has an archive made. @returns its files as texts */
async function archiveOf(house: House, browser: TestBrowser): Promise<Map<string, string>> {
	expect((await browser.post('/archive')).status).toBe(201);
	await until(async () => ((await browser.get('/archive')).body['archive'] as { state: string }).state === 'ready');
	const folder = join(house.home, 'mana-auth', 'archives');
	const [name] = await readdir(folder);
	const zip = new ZipReader(new Uint8ArrayReader(await readFile(join(folder, name!))), {
		useWebWorkers: false,
		checkSignature: true,
	});
	const texts = new Map<string, string>();
	for (const entry of (await zip.getEntries()) as FileEntry[]) texts.set(entry.filename, await entry.getData(new TextWriter()));
	await zip.close();
	return texts;
}
