import { expect, test } from 'bun:test';
import type { ArchivedRecord, ArchivedSpace, Counts } from '@mana/archive';
import { models, todo } from '@mana/schema/registry/models';
import { everyTableIsEntered } from '@mana/service/testing/leaving';
import { eachEngine } from '@mana/store/testing';
import type { SpaceId } from '@mana/sync';
import { FileCaller, fileOf, referenceTo } from '../blobs/testing.ts';
import { syncLeaving } from './entries.ts';
import { valueToBytes } from '../spaces/bytes.ts';
import { migrations, type SyncTables } from '../store.ts';
import { identityOf } from '../testing-projection.ts';
import { ask, insertSpace, openBeside } from '../testing-spaces.ts';
import { newRecord, op, RawClient, startSync } from '../testing.ts';

eachEngine('taking along what mana-sync holds', (engine) => {
	test('names every table there is', async () => {
		await everyTableIsEntered((await engine.open<SyncTables>({ service: 'mana-sync', migrations })).db, syncLeaving);
	});

	test('gives what one may read in one’s spaces with the names that the apps have for it, and their files', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const tokens = { ada: await server.issuer.token('ada'), grace: await server.issuer.token('grace') };
		for (const token of Object.values(tokens)) await ask(server, token, 'GET', '/spaces');
		const own = ((await ask(server, tokens.ada, 'GET', '/spaces')).body['spaces'] as { id: SpaceId }[])[0]!.id;
		const store = await openBeside(place.home, place.databaseUrl);
		const shared = await insertSpace(store, {
			grace: { role: 'owner' },
			ada: { role: 'viewer', apps: [todo.tasks.number >> 8] },
		});
		const numberOf = async (id: string) =>
			(await store.db.selectFrom('space').select('number').where('id', '=', id).executeTakeFirstOrThrow()).number;
		for (const space of [await numberOf(own), await numberOf(shared)])
			for (const { number: collection, fields } of models) {
				const [field] = Object.values(fields);
				const cell = { space, record: '0'.repeat(26), collection, field: field?.number ?? 0, key: '' };
				const value = valueToBytes('written');
				await store.db
					.insertInto('cell')
					.values({ ...cell, value, stamp: 1, actor: 1, seq: 1 })
					.execute();
			}
		const token = await identityOf(place.home, 'mana-auth').token('mana-sync');
		const read = async (path: string, as = token) => {
			const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${as}` } });
			expect([path, answer.status]).toEqual([path, 200]);
			return (await answer.text()).trimEnd().split('\n').map((line) => (line === '' ? null : JSON.parse(line) as unknown)); // prettier-ignore
		};
		const [{ spaces }] = (await read('/v1/persons/ada/archive/spaces')) as [{ spaces: ArchivedSpace[] }];
		expect(spaces.map(({ folder, role }) => [folder, role])).toEqual([
			['spaces/own', 'owner'],
			[`spaces/${shared}`, 'viewer'],
		]);
		const records = async (space: string) => (await read(`/v1/persons/ada/archive/spaces/${space}/records`)) as Line[];
		const lines = await records(own);
		const written = lines.flatMap((line) => ('fields' in line && Object.values(line.fields).includes('written') ? [line] : []));
		expect(written.map(({ collection }) => collection).sort()).toEqual(models.map(({ name }) => name).sort());
		expect(written.every(({ fields }) => Object.keys(fields).every((name) => !name.startsWith('#')))).toBe(true);
		expect(lines.at(-1)).toMatchObject({ counts: { records: { 'todo/tasks': 1 } } });
		// Of others only what one’s role lets one read; a page of one’s own reads the same.
		const limited = (await records(shared)).flatMap((line) => ('collection' in line ? [line.collection.split('/')[0]!] : []));
		expect([...new Set(limited)].sort()).toEqual(['shared', 'todo']);
		expect(await read(`/spaces/${shared}/records`, tokens.ada)).toEqual(await records(shared));
		expect(JSON.stringify(await read('/v1/persons/nobody/archive/spaces'))).toBe('[{"spaces":[]}]');

		// A file that came, and one that somebody still sends.
		const [picture, coming] = [await fileOf(Buffer.from('a picture')), await fileOf(Buffer.from('not sent'))];
		expect(await new FileCaller(`${server.url}/spaces/${own}`, tokens.ada).upload(picture)).toBe(200);
		const client = await RawClient.open(server.url);
		await client.hello(tokens.ada);
		await client.sub(own);
		const { n } = client.write(op(newRecord(), referenceTo(picture)), op(newRecord(), referenceTo(coming)));
		await client.acked(n);
		client.close();
		const files = (await read(`/v1/persons/ada/archive/spaces/${own}/files`)) as { hash: string; here: boolean }[];
		expect(files.map(({ hash, here }) => [hash, here])).toEqual(
			[
				[picture.hash, true],
				[coming.hash, false],
			].toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
		);
		const last = files.at(-1)!.hash;
		expect(await read(`/v1/persons/ada/archive/spaces/${own}/files?after=${last}`)).toEqual([null]);
		const got = await fetch(`${server.url}/v1/persons/ada/archive/spaces/${own}/files/${picture.hash}`, {
			headers: { authorization: `Bearer ${token}` },
		});
		expect(await got.text()).toBe('a picture');
		await store.close();
	});
});

type Line = ArchivedRecord | { readonly counts: Counts };
