import { GRACE_MS } from '@mana/dav/mirror/round';
import { connectGoogle, offerGoogle } from '@mana/dav/testing/google/connect';
import { startGoogle, type TestGoogle } from '@mana/dav/testing/google/index';
import { TestAccounts } from '@mana/dav/testing/elsewhere';
import { ns, Program } from '@mana/dav/testing/program';
import { type Radicale, startRadicale } from '@mana/dav/testing/radicale';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { findTool } from '../../cli/setup/tools.mjs';
import { startWorld, type TestPerson, until, type World } from './dav/world.fixture.ts';
import { books, type Contact, details, groups, people } from './model.ts';

const path = findTool(join(import.meta.dirname, '../..'), 'radicale');
const ahead = { ms: 0 };

const ANA = 'ana@gmail.example';
let google: TestGoogle;
let world: World;
let ada: TestPerson;
let space: SpaceId;
let accounts: TestAccounts;
beforeAll(async () => {
	google = startGoogle([ANA]);
	world = await startWorld({ now: () => Date.now() + ahead.ms }, google.contacts);
	ada = await world.person('ada@mana.example');
	space = await ada.personal();
	accounts = new TestAccounts(world.served.url, ada);
});
afterAll(async () => {
	await world.close();
	await google.close();
});

const photo = '/9j/4AAQSkZJRgABAQEASABIAAD/2Q==';
const card = (uid: string, name: string, ...lines: readonly string[]) =>
	['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${name}`, `N:;${name};;;`, ...lines, 'END:VCARD', ''].join('\r\n');
const unfolded = (text: string) => text.replaceAll(/\r?\n /g, '');

const named = async (given: string): Promise<Contact | null> =>
	(await ada.rows(space, people)).find((one) => one.given === given && one.deletedAt === null) ?? null;
const numbersOf = async ({ id }: Contact) =>
	(await ada.rows(space, details)).filter((one) => one.contact === id && one.deletedAt === null).map(({ value }) => value).toSorted(); // prettier-ignore
const groupNamed = async (name: string) =>
	(await ada.rows(space, groups)).find((one) => one.name === name && one.deletedAt === null) ?? null;
const membersOf = async (group: string) =>
	(await ada.rows(space, people)).filter((one) => one.groups.has(group) && one.deletedAt === null).map(({ given }) => given).toSorted(); // prettier-ignore

describe.skipIf(!path)('an account on Debian’s Radicale', () => {
	let radicale: Radicale;
	let [id, home] = ['', '' as RecordId];
	const there = '/ana/team/';
	beforeAll(async () => {
		radicale = await startRadicale(path!);
		const made = await radicale.program.ask('MKCOL', there, {
			body: `<D:mkcol ${ns}><D:set><D:prop><D:resourcetype><D:collection/><K:addressbook/></D:resourcetype><D:displayname>Team</D:displayname></D:prop></D:set></D:mkcol>`,
		});
		expect(made.status).toBe(201);
	}, 60_000);
	afterAll(() => radicale[Symbol.asyncDispose]());

	const put = async (uid: string, text: string) => {
		expect((await radicale.program.put(`${there}${uid}.vcf`, text)).status).toBe(201);
	};
	const textThere = async (uid: string) => {
		const answer = await radicale.program.ask('GET', `${there}${uid}.vcf`);
		return answer.ok ? unfolded(await answer.text()) : null;
	};

	test('is found by its address alone, and an address book of it is one here', async () => {
		await put('ann', card('ann', 'Ann', 'item1.TEL;TYPE=CELL:+49 30 1', 'item1.X-ABLabel:Boat', 'CATEGORIES:Friends', `PHOTO;ENCODING=b;TYPE=JPEG:${photo}`, 'X-THEIRS:kept')); // prettier-ignore
		await put('ben', card('ben', 'Ben', 'CATEGORIES:Friends'));
		await put('club', card('club', 'Club', 'X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ann', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:cat')); // prettier-ignore
		await put('cat', card('cat', 'Cat'));
		const login = { address: radicale.url, user: 'ana', password: 'open sesame' };
		({ id, home } = await accounts.keepOne(login, new URL(there, radicale.url).href));
		const row = await until(async () => (await ada.rows(space, books)).find((one) => one.id === home));
		expect(row).toMatchObject({ name: 'Team', kind: 'elsewhere' });
	});

	test('brings whoever is there, with photos and groups in both dialects, whoever comes first, and writes nothing back', async () => {
		const etags = async () =>
			Promise.all(['ann', 'ben', 'cat', 'club'].map(async (uid) => (await radicale.program.read(`${there}${uid}.vcf`)).etag));
		const before = await etags();
		const ann = await until(() => named('Ann'));
		expect(ann).toMatchObject({ book: home, photo: { type: 'image/jpeg' } });
		expect(await numbersOf(ann)).toEqual(['+49 30 1']);
		const [friends, club] = [await until(() => groupNamed('Friends')), await until(() => groupNamed('Club'))];
		expect([friends.ofCategories, club.book]).toEqual([true, home]);
		await until(async () => (await membersOf(club.id)).length === 2 && (await membersOf(friends.id)).length === 2);
		expect([await membersOf(club.id), await membersOf(friends.id)]).toEqual([['Ann', 'Cat'], ['Ann', 'Ben']]); // prettier-ignore
		await accounts.round(id);
		await accounts.round(id);
		expect(await etags()).toEqual(before);
		expect((await accounts.card(id)).links[0]).toMatchObject({ objects: 4, left: 0, trouble: null });
	});

	test('takes whoever is written here', async () => {
		const dan = await ada.write(space, people, { given: 'Dan', book: home });
		await accounts.afterRound(id, async () => (await textThere(dan))?.includes('FN:Dan'));
		expect((await named('Dan'))!.book).toBe(home);
	});

	test('merges what both changed, field by field, with the photo and what has no field here', async () => {
		const { text, etag } = await radicale.program.read(`${there}ann.vcf`);
		await ada.write(space, people, { title: 'Captain' }, (await named('Ann'))!.id);
		const theirs = text.replace('END:VCARD', 'TEL;TYPE=HOME:+49 30 2\r\nEND:VCARD');
		expect((await radicale.program.put(`${there}ann.vcf`, theirs, { 'if-match': etag })).status).toBe(201);
		await accounts.afterRound(id, async () => (await textThere('ann'))!.includes('Captain'));
		const now = (await textThere('ann'))!;
		expect([now.includes('+49 30 2'), now.includes('X-THEIRS:kept'), now.includes(photo), now.includes('Boat')]).toEqual([true, true, true, true]); // prettier-ignore
		await until(async () => (await numbersOf((await named('Ann'))!)).length === 2);
		expect(await named('Ann')).toMatchObject({ title: 'Captain', photo: { type: 'image/jpeg' } });
	});

	test('a photo that is taken away here is gone there', async () => {
		await ada.write(space, people, { photo: null }, (await named('Ann'))!.id);
		await accounts.afterRound(id, async () => !(await textThere('ann'))!.includes('PHOTO'));
		expect(await textThere('ann')).toContain('X-THEIRS:kept');
	});

	test('groups stay in the dialect that each is in', async () => {
		const [friends, club] = [(await groupNamed('Friends'))!, (await groupNamed('Club'))!];
		const ben = (await named('Ben'))!;
		await ada.write(space, people, { groups: { add: [club.id], remove: [friends.id] } }, ben.id, ben);
		await accounts.afterRound(id, async () => (await textThere('club'))!.includes('urn:uuid:ben'));
		await accounts.afterRound(id, async () => !(await textThere('ben'))!.includes('CATEGORIES'));
		// And the other way round.
		const { text } = await radicale.program.read(`${there}club.vcf`);
		const without = text.replace(/X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ann\r?\n/, '');
		expect((await radicale.program.put(`${there}club.vcf`, without)).status).toBe(201);
		await accounts.afterRound(id, async () => (await membersOf(club.id)).length === 2);
		expect(await membersOf(club.id)).toEqual(['Ben', 'Cat']);
		await accounts.round(id);
		expect(await textThere('ann')).toContain('CATEGORIES:Friends');
	});

	test('who is deleted on one side goes on the other, into the trash here', async () => {
		expect((await radicale.program.ask('DELETE', `${there}cat.vcf`)).status).toBe(200);
		await accounts.afterRound(id, async () => !(await named('Cat')));
		await ada.trash(space, people, (await named('Ben'))!.id);
		// Whoever takes it back in the next seconds has lost nothing.
		await until(async () => {
			const inMs = (await accounts.card(id)).nextAt! - Date.now();
			return inMs > 5_000 && inMs <= GRACE_MS;
		});
		ahead.ms += GRACE_MS;
		await accounts.afterRound(id, async () => (await textThere('ben')) === null);
		// Other services do not believe one that lives in the future.
		ahead.ms = 0;
		await accounts.afterRound(id, async () => !(await textThere('club'))!.includes('urn:uuid:ben'));
	});
});

test('an address book of somebody on another Mana is one’s own, too, with photos and groups, and goes to the trash with it here alone', async () => {
	const grace = await world.person('grace@mana.example');
	const [theirs, password] = [await grace.personal(), await grace.password()];
	const phone = new Program(world.dav, password.authorization);
	const book = `/addressbooks/${theirs}-contacts/`;
	await until(async () => (await phone.ask('PROPFIND', book)).status === 207);
	await phone.put(`${book}eve.vcf`, card('eve', 'Eve', `PHOTO;ENCODING=b;TYPE=JPEG:${photo}`, 'CATEGORIES:Choir'));
	await phone.put(`${book}band.vcf`, card('band', 'Band', 'X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:eve')); // prettier-ignore
	const login = { address: `${world.dav}/`, user: 'grace@mana.example', password: password.secret };
	const { id, home } = await accounts.keepOne(login, `${world.dav}${book}`);
	const eve = await until(() => named('Eve'));
	expect(eve).toMatchObject({ book: home, photo: { type: 'image/jpeg' } });
	await until(async () => (await membersOf((await until(() => groupNamed('Band'))).id)).includes('Eve'));
	await ada.write(space, people, { nickname: 'Evie' }, eve.id);
	await accounts.afterRound(id, async () => (await grace.rows(theirs, people)).some(({ nickname }) => nickname === 'Evie'));
	expect((await grace.rows(theirs, people)).map(({ given, photo: kept }) => [given, kept?.type])).toEqual([
		['Eve', 'image/jpeg'],
	]);
	expect((await accounts.ask('DELETE', `/${id}?records=trash`)).status).toBe(204);
	await until(async () => !(await named('Eve')));
	expect((await grace.rows(theirs, people))[0]!.deletedAt).toBeNull();
}, 30_000);

describe('an account at Google', () => {
	let [id, home] = ['', '' as RecordId];
	let gus: TestPerson;
	let own: SpaceId;
	let accounts: TestAccounts;
	const there = () => google.dav.contacts(ANA);
	const called = (name: string) => [...there().held].find(([, { text }]) => text.includes(`FN:${name}`)) ?? null;
	beforeAll(async () => {
		await offerGoogle(ada, google);
		gus = await world.person('gus@mana.example');
		own = await gus.personal();
		accounts = new TestAccounts(world.served.url, gus);
	});
	const named = async (given: string) =>
		(await gus.rows(own, people)).find((one) => one.given === given && one.deletedAt === null) ?? null;
	const numbers = async () =>
		(await gus.rows(own, details)).filter((one) => one.deletedAt === null && one.kind === 'phone').length;

	test('is found where CardDAV is looked for, and brings whoever is there', async () => {
		there().put('', card('mia', 'Mia', 'EMAIL:mia@example.org', `PHOTO;ENCODING=b;TYPE=JPEG:${photo}`));
		const { account, folders } = await accounts.connect(await connectGoogle(gus, google, ANA, 'contacts'));
		expect(folders.map(({ name, mayWrite }) => [name, mayWrite])).toEqual([['Address Book', true]]);
		id = account.id;
		home = await accounts.choose(id, folders[0]!.url);
		expect(await until(() => named('Mia'))).toMatchObject({ book: home, photo: { type: 'image/jpeg' } });
	});

	test('gives those who are written here names of its own, and each stays one, with what it has no place for', async () => {
		const noor = await gus.write(own, people, { given: 'Noor', book: home, pronouns: 'they' });
		await accounts.afterRound(id, async () => called('Noor'));
		await accounts.round(id);
		await accounts.round(id);
		const [name, { text }] = called('Noor')!;
		expect([there().held.size, text.includes(`UID:${name}`), text.includes('they')]).toEqual([2, true, false]);
		there().put(name, text.replace('END:VCARD', 'TEL;TYPE=CELL:+49 30 7\r\nEND:VCARD'));
		await accounts.afterRound(id, async () => (await numbers()) === 1);
		expect(await named('Noor')).toMatchObject({ id: noor, pronouns: 'they' });
		await gus.write(own, people, { title: 'Captain' }, noor);
		await accounts.afterRound(id, async () => called('Noor')![1].text.includes('Captain'));
		expect(unfolded(called('Noor')![1].text)).toContain('+49 30 7');
		await accounts.round(id);
		await accounts.round(id);
		const { writes } = there();
		await accounts.round(id);
		expect([there().writes, there().held.size, called('Noor')![0]]).toEqual([writes, 2, name]);
	});

	test('loses whoever is deleted there, and is not let in any more once it is removed here', async () => {
		there().remove(called('Noor')![0]);
		await accounts.afterRound(id, async () => !(await named('Noor')));
		expect((await accounts.ask('DELETE', `/${id}?records=keep`)).status).toBe(204);
		await until(async () => !google.accounts.isAllowed(ANA));
		expect(await named('Mia')).toMatchObject({ book: home });
	});
});
