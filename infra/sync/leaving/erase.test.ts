import { expect, test } from 'bun:test';
import type { Erasure } from '@mana/service/leaving';
import type { Op, SpaceId } from '@mana/sync';
import { memberRecordId, members } from '@mana/sync/spaces';
import { eachEngine, tracesOf } from '@mana/store/testing';
import { randomBytes } from 'node:crypto';
import { FileCaller, fileOf, referenceTo } from '../blobs/testing.ts';
import { migrations, type SyncTables } from '../store.ts';
import { identityOf } from '../testing-projection.ts';
import { ask } from '../testing-spaces.ts';
import { newRecord, op, RawClient, startSync, type TestSync } from '../testing.ts';
import { heirOf } from './person.ts';
import { ofSpaces } from './space.ts';

/** What must be nowhere afterwards: a person's id, their name, what they wrote for themselves, the bytes of their file. */
const ada = 'person-of-ada-0001';
const secret = 'the diary of the analytical engine';
const fileMark = 'bytes of a picture that is nobody else’s';

eachEngine('leaving mana-sync', (engine) => {
	test('knows every table that has rows of a space', async () => {
		const store = await engine.open<SyncTables>({ service: 'mana-sync', migrations });
		const tables = (await store.db.introspection.getTables()).filter(({ columns }) =>
			columns.some(({ name }) => name === 'space'),
		);
		// `membership` has the id of the space, and is emptied by it.
		const expected = tables.map(({ name }) => name).filter((name) => name !== 'membership');
		expect(ofSpaces.map(({ table }) => table as string).sort()).toEqual(expected.sort());
	});

	test('ends one’s own space and leaves the others, and no byte of who left is anywhere', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const tokens = { ada: await server.issuer.token(ada), grace: await server.issuer.token('grace') };
		const own = await ownSpace(server, tokens.ada);
		const graces = await ownSpace(server, tokens.grace);
		const shared = await shareSpace(server, tokens.grace, tokens.ada);
		const alone = await newSpace(server, tokens.ada, 'A space of one');
		const handed = await shareSpace(server, tokens.ada, tokens.grace);

		const picture = await fileOf(Buffer.from(`${fileMark} ${randomBytes(64).toString('hex')}`));
		expect(await new FileCaller(`${server.url}/spaces/${own}`, tokens.ada).upload(picture)).toBe(200);
		await write(server, tokens.ada, own, op(newRecord(), secret), op(newRecord(), referenceTo(picture)));
		await write(server, tokens.ada, alone, op(newRecord(), `${secret} in a space of one`));
		const task = op(newRecord(), 'Water the plants');
		const given = op(newRecord(), ada);
		await write(server, tokens.ada, shared, task, given);
		// What she wrote as somebody who helps, in the name of another.
		const helping = await server.issuer.token('grace', { actor: ada, actorName: `${secret} and its author` });
		await write(server, helping, graces, op(newRecord(), 'Mended'));
		expect(await tracesOf(place, [ada, secret, fileMark])).not.toEqual([]);
		const report = await erase(server, place, ada);
		expect(report.tables.filter(({ left }) => left > 0)).toEqual([]);
		expect(report.tables.find(({ table }) => table === 'space')?.erased).toBe(2);
		expect(report.tables.find(({ table }) => table === 'blobs')?.erased).toBe(1);
		expect([...report.ended].sort()).toEqual([own, alone].sort());

		expect(await tracesOf(place, [ada, secret, fileMark])).toEqual([]);
		// What belongs to others is as it was, and they are told who is no more.
		const cards = (await ask(server, tokens.grace, 'GET', '/spaces')).body['spaces'] as { id: string; owner: string }[];
		expect(cards.map(({ id }) => id).sort()).toEqual([graces, shared, handed].sort());
		expect(cards.find(({ id }) => id === handed)?.owner).toBe('grace');
		const { client: reader, seq } = await enter(server, tokens.grace, shared);
		await reader.reached(seq);
		expect(reader.value(task)).toBe('Water the plants');
		expect(reader.value(given)).toBeNull();
		const name = (person: string): Op => ({
			collection: members.number,
			record: memberRecordId(person),
			field: members.fields.name.number,
			key: '',
			value: null,
		});
		expect([reader.value(name(ada)), reader.value(name('grace'))]).toEqual(['', 'grace']);
		reader.close();
		// Asked once more, there is nothing to do.
		const again = await erase(server, place, ada);
		expect(again.ended).toEqual([]);
		expect(again.tables.reduce((sum, { erased }) => sum + erased, 0)).toBe(0);
	});
});

test('a space goes to whoever may do most in it, and of those to whoever has been in it longest', () => {
	const member = (person: string, role: 'owner' | 'admin' | 'editor' | 'viewer', since: number) => ({ person, role, since });
	const people = [member('ada', 'owner', 0), member('bob', 'viewer', 1), member('eve', 'admin', 9), member('dan', 'admin', 5)];
	expect(heirOf(people, 'ada')).toBe('dan');
	expect(heirOf(people.slice(0, 2), 'ada')).toBe('bob');
	expect(heirOf(people.slice(0, 1), 'ada')).toBeNull();
});

async function ownSpace(server: TestSync, token: string): Promise<SpaceId> {
	const { body } = await ask(server, token, 'GET', '/spaces');
	return (body['spaces'] as { id: SpaceId }[])[0]!.id;
}

/** Somebody in a space, and how far it has come. */
async function enter(server: TestSync, token: string, space: SpaceId): Promise<{ client: RawClient; seq: number }> {
	const client = await RawClient.open(server.url);
	await client.hello(token);
	const { seq } = await client.sub(space);
	return { client, seq };
}

async function write(server: TestSync, token: string, space: SpaceId, ...ops: Op[]): Promise<void> {
	const { client } = await enter(server, token, space);
	const { n } = client.write(...ops);
	await client.acked(n);
	client.close();
}

async function newSpace(server: TestSync, token: string, name: string): Promise<SpaceId> {
	return (await ask(server, token, 'POST', '/spaces', { kind: 'family', name })).body['id'] as SpaceId;
}

/** A space of the first, with the second in it as an editor. */
async function shareSpace(server: TestSync, owner: string, guest: string): Promise<SpaceId> {
	const space = await newSpace(server, owner, 'Home');
	const { body } = await ask(server, owner, 'POST', `/spaces/${space}/invitations`, { role: 'editor' });
	const invitation = new URL(String(body['link'])).hash.replace('#token=', '');
	expect((await ask(server, guest, 'POST', '/memberships', { invitation })).status).toBe(201);
	return space;
}

async function erase(server: TestSync, { home }: { readonly home: string }, person: string): Promise<Erasure> {
	const token = await identityOf(home, 'mana-auth').token('mana-sync');
	const answer = await ask(server, token, 'POST', `/v1/persons/${person}/erase`, { address: null, ended: [] });
	expect([answer.status, answer.body['code']]).toEqual([200, undefined]);
	return answer.body as unknown as Erasure;
}
