import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ns, Program } from '@mana/dav/testing/program';
import { lineOf, membersOf, parseCard } from '@mana/dav/vcard/index';
import type { SpaceId } from '@mana/sync';
import { details, groups, people, settings, settingsId } from '../model.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

let world: World;
let ada: TestPerson;
let phone: Program;
let space: SpaceId;
let book = '';
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	phone = new Program(world.dav, (await ada.password()).authorization);
	space = await ada.personal();
	book = `/addressbooks/${space}-contacts/`;
	await until(async () => (await phone.ask('PROPFIND', book)).status === 207);
});
afterAll(() => world.close());

const card = (uid: string, ...lines: readonly string[]) =>
	['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n');
const apple = (uid: string, name: string, ...members: readonly string[]) =>
	card(uid, `FN:${name}`, `N:${name};;;;`, 'X-ADDRESSBOOKSERVER-KIND:group', ...members.map((one) => `X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:${one}`)); // prettier-ignore
const put = (name: string, text: string, headers: Record<string, string> = {}) => phone.put(`${book}${name}.vcf`, text, headers);
const read = (name: string) => phone.read(`${book}${name}.vcf`);
const parsed = (text: string) => parseCard(new TextEncoder().encode(text));
const contact = async (uid: string) => (await ada.rows(space, people)).find((one) => one.uid === uid)!;
const group = async (uid: string) => (await ada.rows(space, groups)).find((one) => one.uid === uid)!;
const namesIn = async (uid: string) => {
	const [one, all] = [await contact(uid), await ada.rows(space, groups)];
	return all.filter(({ id, deletedAt }) => one.groups.has(id) && deletedAt === null).map(({ name }) => name).toSorted(); // prettier-ignore
};
/** The file once it is another one than it was. */
const changed = (name: string, etag: string) =>
	until(async () => {
		const now = await read(name);
		return now.etag === etag ? null : now;
	});

describe('a group as a card', () => {
	test('of Apple comes back to the letter, and is a group in every browser', async () => {
		await put('a1', card('a1', 'FN:Ann', 'N:;Ann;;;'));
		const text = apple('club', 'Sailing', 'a1');
		expect(await put('club', text, { 'if-none-match': '*' })).toMatchObject({ status: 201, etag: expect.any(String) });
		expect((await read('club')).text).toBe(text);
		expect(await group('club')).toMatchObject({ name: 'Sailing' });
		expect(await namesIn('a1')).toEqual(['Sailing']);
		expect((await read('a1')).text).toContain('CATEGORIES:Sailing');
	});

	test('of RFC 6350 is one too, and is given in the words of the version that is asked for', async () => {
		const text = ['BEGIN:VCARD', 'VERSION:4.0', 'UID:urn:uuid:four', 'KIND:group', 'FN:Choir', 'MEMBER:urn:uuid:a1', 'END:VCARD', ''].join('\r\n'); // prettier-ignore
		expect((await put('four', text)).status).toBe(201);
		expect((await read('four')).text).toBe(text);
		const old = await (await phone.ask('GET', `${book}four.vcf`, { headers: { accept: 'text/vcard; version=3.0' } })).text();
		expect(old).toContain('X-ADDRESSBOOKSERVER-KIND:group');
		expect(old).toContain('X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a1');
		expect(await namesIn('a1')).toEqual(['Choir', 'Sailing']);
	});

	test('takes in and lets go of whom a program and a browser say, each without undoing the other', async () => {
		await put('b1', card('b1', 'FN:Bea'));
		await put('b2', card('b2', 'FN:Bob'));
		await put('b3', card('b3', 'FN:Bix'));
		await put('crew', apple('crew', 'Crew', 'b1'));
		const before = await read('crew');
		const [crew, bob] = [await group('crew'), await contact('b2')];
		await ada.write(space, people, { groups: [crew.id] }, bob.id, bob);
		const fresh = await changed('crew', before.etag);
		expect(membersOf(parsed(fresh.text))).toEqual(['b1', 'b2']);
		expect((await put('crew', apple('crew', 'Crew', 'b1', 'b3'), { 'if-match': before.etag })).status).toBe(412);
		expect((await put('crew', apple('crew', 'Crew', 'b2', 'b3'), { 'if-match': fresh.etag })).status).toBe(204);
		expect(await Promise.all(['b1', 'b2', 'b3'].map(namesIn))).toEqual([[], ['Crew'], ['Crew']]);
		await ada.write(space, groups, { name: 'The crew' }, crew.id);
		const renamed = await until(async () => {
			const { text } = await read('crew');
			return text.includes('FN:The crew') ? text : null;
		});
		expect(lineOf(parsed(renamed), 'N')?.value).toBe('The crew;;;;');
		expect(membersOf(parsed(renamed))).toEqual(['b2', 'b3']);
	});

	test('that was made in a browser is a card with all who are in it', async () => {
		const id = await ada.write(space, groups, { name: 'Family' });
		const one = await ada.write(space, people, { given: 'Eve', groups: [id] });
		const text = await until(async () => {
			const answer = await phone.ask('GET', `${book}${id}.vcf`);
			const said = await answer.text();
			return said.includes('MEMBER') ? said : null;
		});
		expect(text).toBe(apple(id, 'Family', one));
	});

	test('waits for members who come after it', async () => {
		const text = apple('later', 'Later', 'l1');
		await put('later', text);
		expect((await read('later')).text).toBe(text);
		await put('l1', card('l1', 'FN:Lou'));
		expect(await namesIn('l1')).toEqual(['Later']);
		expect((await read('later')).text).toBe(text);
	});

	test('that is deleted goes from everybody, and its UID brings it back with them', async () => {
		await put('g1', card('g1', 'FN:Gus'));
		await put('gone', apple('gone', 'Gone', 'g1'));
		expect((await phone.ask('DELETE', `${book}gone.vcf`)).status).toBe(204);
		expect((await phone.ask('GET', `${book}gone.vcf`)).status).toBe(404);
		expect((await group('gone')).deletedAt).not.toBeNull();
		expect((await read('g1')).text).not.toContain('CATEGORIES');
		expect((await put('gone', apple('gone', 'Gone', 'g1'))).status).toBe(201);
		expect(await namesIn('g1')).toEqual(['Gone']);
	});

	test('and a contact never become each other', async () => {
		await put('c1', card('c1', 'FN:Cy'));
		const { status, text } = await put('c1', apple('c1', 'Cy'));
		expect([status, text.includes('no-uid-conflict')]).toEqual([403, true]);
		await put('set', apple('set', 'Set'));
		expect((await put('set', card('set', 'FN:Set'))).status).toBe(403);
		expect((await put('other', card('set', 'FN:Set'))).status).toBe(409);
	});

	test('goes with its address book', async () => {
		const body = `<D:mkcol ${ns}><D:set><D:prop><D:resourcetype><D:collection/><K:addressbook/></D:resourcetype></D:prop></D:set></D:mkcol>`;
		await phone.ask('MKCOL', '/addressbooks/team/', { body });
		expect((await phone.put('/addressbooks/team/t.vcf', apple('t', 'Team', 'a1'))).status).toBe(201);
		expect((await phone.read('/addressbooks/team/t.vcf')).text).toContain('urn:uuid:a1');
		expect((await phone.ask('GET', `${book}t.vcf`)).status).toBe(404);
		expect((await phone.ask('DELETE', '/addressbooks/team/', { headers: { depth: 'infinity' } })).status).toBe(204);
		expect((await group('t')).deletedAt).not.toBeNull();
	});
});

describe('categories of a contact', () => {
	test('that Apple leaves out take nobody out of a group; of others they do', async () => {
		await put('k1', card('k1', 'FN:Kim', 'CATEGORIES:Chess'));
		const agent = { 'user-agent': 'iOS/18.1 (22B83) dataaccessd/1.0' };
		expect((await put('k1', card('k1', 'FN:Kim Lee'), agent)).status).toBe(204);
		expect(await namesIn('k1')).toEqual(['Chess']);
		expect((await put('k1', card('k1', 'FN:Kim Lee'))).status).toBe(204);
		expect(await namesIn('k1')).toEqual([]);
	});

	test('make a group that is no card until a program makes one of it', async () => {
		await put('o1', card('o1', 'FN:Oda', 'CATEGORIES:Walkers'));
		const listed = async () => (await phone.report(book, `<K:addressbook-query ${ns}><D:prop><D:getetag/></D:prop><K:filter><K:prop-filter name="FN"><K:text-match match-type="equals">Walkers</K:text-match></K:prop-filter></K:filter></K:addressbook-query>`)).size; // prettier-ignore
		expect(await listed()).toBe(0);
		const made = (await ada.rows(space, groups)).find(({ name }) => name === 'Walkers')!;
		expect((await put('walkers', apple('walkers', 'Walkers', 'o1'))).status).toBe(201);
		expect(await group('walkers')).toMatchObject({ id: made.id });
		expect(await listed()).toBe(1);
		expect(await namesIn('o1')).toEqual(['Walkers']);
	});

	test('mean the group that somebody is in, where two have one name', async () => {
		await put('m1', card('m1', 'FN:Max'));
		await put('n1', apple('n1', 'Twice'));
		await put('n2', apple('n2', 'Twice', 'm1'));
		const { text } = await read('m1');
		expect((await put('m1', text.replace('FN:Max', 'FN:Maxi'))).status).toBe(204);
		expect([...(await contact('m1')).groups]).toEqual([(await group('n2')).id]);
	});
});

describe('an etag', () => {
	test('is another one when somebody whom the card names comes or goes, and not when they change their number', async () => {
		await put('r2', card('r2', 'FN:Child', 'TEL:1'));
		await put('r1', ['BEGIN:VCARD', 'VERSION:4.0', 'UID:r1', 'FN:R', 'RELATED;TYPE=child:urn:uuid:r2', 'END:VCARD', ''].join('\r\n')); // prettier-ignore
		await put('rg', apple('rg', 'Kin', 'r2'));
		const [named, listed] = [await read('r1'), await read('rg')];
		const [tel] = (await ada.rows(space, details)).filter(({ value }) => value === '1');
		const child = await read('r2');
		await ada.write(space, details, { value: '2' }, tel!.id);
		await changed('r2', child.etag);
		expect([(await read('r1')).etag, (await read('rg')).etag]).toEqual([named.etag, listed.etag]);
		await phone.ask('DELETE', `${book}r2.vcf`);
		const [without, left] = [await changed('r1', named.etag), await changed('rg', listed.etag)];
		expect(without.text).not.toContain('urn:uuid:r2');
		expect(left.text).not.toContain('urn:uuid:r2');
	});
});

test('a program is told which card is the person’s own, once somebody said so', async () => {
	const principal = /href>[^<]*\/dav(\/principals\/[^<]+)</.exec(await phone.properties('/', 'D:current-user-principal'))![1]!;
	expect(await phone.properties(principal, 'K:principal-address')).toContain('404');
	await put('me', card('me', 'FN:Ada'));
	await ada.write(space, settings, { me: (await contact('me')).id }, settingsId);
	const told = await until(async () => {
		const text = await phone.properties(principal, 'K:principal-address');
		return text.includes('404') ? null : text;
	});
	expect(told).toContain(`/dav${book}me.vcf`);
});
