import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { child, elements, parseXml, textOf, type XmlElement } from '@mana/dav/index';
import { lineOf, linesOf, parseCard, typesOf } from '@mana/dav/vcard/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { details, groups, people } from '../model.ts';
import { startWorld, type TestPerson, until, type World } from './world.fixture.ts';

let world: World;
let ada: TestPerson;
let phone = '';
let space: SpaceId;
let book = '';
beforeAll(async () => {
	world = await startWorld();
	ada = await world.person('ada@mana.example');
	phone = (await ada.password()).authorization;
	space = await ada.personal();
	book = `/addressbooks/${space}-contacts/`;
	await until(async () => (await ask('PROPFIND', book)).status === 207);
});
afterAll(() => world.close());

interface Asked {
	readonly as?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

function ask(method: string, path: string, { as = phone, headers = {}, body }: Asked = {}): Promise<Response> {
	const type = body?.startsWith('<') ? 'application/xml' : 'text/vcard; charset=utf-8';
	return fetch(world.dav + path, {
		method,
		headers: {
			authorization: as,
			...(method === 'PROPFIND' || method === 'REPORT' ? { depth: '0' } : {}),
			'content-type': type,
			...headers,
		},
		...(body === undefined ? {} : { body }),
	});
}

const card = (uid: string, ...lines: readonly string[]) =>
	['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n');
const ns = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/"';
const props = (...names: readonly string[]) =>
	`<D:propfind ${ns}><D:prop>${names.map((one) => `<${one}/>`).join('')}</D:prop></D:propfind>`;

async function lines(answer: Response): Promise<Map<string, XmlElement>> {
	const document = parseXml(new Uint8Array(await answer.arrayBuffer()));
	return new Map(
		elements(document)
			.filter(({ name }) => name === '{DAV:}response')
			.map((line) => [
				decodeURIComponent(textOf(child(line, '{DAV:}href')!))
					.split('/')
					.slice(-1)[0]!,
				line,
			]),
	);
}

/** What of an answer stands in `address-data`, by file. */
async function cardsOf(answer: Response): Promise<Record<string, string>> {
	const found: Record<string, string> = {};
	for (const [name, line] of await lines(answer)) {
		const prop = elements(line).flatMap((one) => elements(one)).find(({ name }) => name === '{DAV:}prop'); // prettier-ignore
		const data = prop && child(prop, '{urn:ietf:params:xml:ns:carddav}address-data');
		if (data) found[name] = textOf(data);
	}
	return found;
}

const put = async (path: string, body: string, headers: Record<string, string> = {}) => {
	const answer = await ask('PUT', path, { body, headers });
	return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() };
};
const read = async (path: string, headers: Record<string, string> = {}) => (await ask('GET', path, { headers })).text();
const contact = async (uid: string) => (await ada.rows(space, people)).find((one) => one.uid === uid)!;
const detailsOf = async (id: RecordId) =>
	(await ada.rows(space, details)).filter((one) => one.contact === id && one.deletedAt === null);

describe('what a program finds', () => {
	test('from the address to the address books of every space', async () => {
		const root = await (await ask('PROPFIND', '/', { body: props('D:current-user-principal') })).text();
		const principal = /<[^>]*href>([^<]*principals[^<]*)</.exec(root)![1]!.replace('/dav', '');
		const person = await (await ask('PROPFIND', principal, { body: props('C:addressbook-home-set', 'D:displayname') })).text();
		expect(person).toContain('/dav/addressbooks/');
		const home = await ask('PROPFIND', '/addressbooks/', { headers: { depth: '1' }, body: props('D:resourcetype', 'D:displayname', 'D:sync-token', 'S:getctag', 'C:supported-address-data', 'C:supported-collation-set', 'C:max-resource-size', 'D:supported-report-set') }); // prettier-ignore
		const text = await home.text();
		for (const part of ['addressbook', 'Contacts', 'sync-token', 'version="3.0"', 'version="4.0"', 'i;unicode-casemap', 'addressbook-query', 'addressbook-multiget', 'sync-collection']) expect(text).toContain(part); // prettier-ignore
	});

	test('says in OPTIONS that it is an address book', async () => {
		expect((await ask('OPTIONS', book)).headers.get('dav')).toContain('addressbook');
	});
});

describe('a card', () => {
	test('comes back to the letter, and is a contact in every browser', async () => {
		const text = card('one', 'FN:Ana Lima', 'N:Lima;Ana;;;', 'item1.TEL:+351 21', 'item1.X-ABLabel:Boat', 'CATEGORIES:Family', 'X-ODD;A=b:c\\;d'); // prettier-ignore
		const { status, etag } = await put(`${book}one.vcf`, text, { 'if-none-match': '*' });
		expect(status).toBe(201);
		expect(etag).not.toBeNull();
		expect(await read(`${book}one.vcf`)).toBe(text);
		const ana = await contact('one');
		expect(ana).toMatchObject({ given: 'Ana', family: 'Lima', shownAs: '' });
		expect(await detailsOf(ana.id)).toMatchObject([{ kind: 'phone', label: 'Boat', value: '+351 21' }]);
		const [family] = (await ada.rows(space, groups)).filter(({ id }) => ana.groups.has(id));
		expect(family!.name).toBe('Family');
	});

	test('says what a browser changed, and keeps what nobody here knows', async () => {
		await put(`${book}two.vcf`, card('two', 'FN:Bo', 'N:;Bo;;;', 'TEL;TYPE=CELL;X-SIM=2:1', 'X-ODD:kept'));
		const bo = await contact('two');
		const [tel] = await detailsOf(bo.id);
		const before = (await ask('GET', `${book}two.vcf`)).headers.get('etag');
		await ada.write(space, details, { value: '2' }, tel!.id);
		await ada.write(space, people, { family: 'Berg' }, bo.id);
		const now = await until(async () => {
			const text = await read(`${book}two.vcf`);
			return text.includes('Berg') ? text : null;
		});
		const said = parseCard(new TextEncoder().encode(now));
		expect(said.version).toBe('3.0');
		expect(lineOf(said, 'N')?.value).toBe('Berg;Bo;;;');
		expect(lineOf(said, 'TEL')).toMatchObject({ value: '2' });
		expect(lineOf(said, 'TEL')!.parameters).toContainEqual({ name: 'X-SIM', values: ['2'] });
		expect(lineOf(said, 'X-ODD')?.value).toBe('kept');
		expect((await ask('GET', `${book}two.vcf`)).headers.get('etag')).not.toBe(before);
	});

	test('that is written again changes only what differs: the same number is the same record', async () => {
		const { etag } = await put(`${book}three.vcf`, card('three', 'FN:C', 'TEL;TYPE=HOME:1', 'EMAIL:c@x.example'));
		const three = await contact('three');
		const before = await detailsOf(three.id);
		await ada.write(space, people, { notes: 'From the browser' }, three.id);
		const fresh = await until(async () => {
			const answer = await ask('GET', `${book}three.vcf`);
			return answer.headers.get('etag') === etag ? null : answer.headers.get('etag');
		});
		expect((await put(`${book}three.vcf`, card('three', 'FN:C', 'TEL;TYPE=HOME:9'), { 'if-match': etag! })).status).toBe(412);
		expect(
			(await put(`${book}three.vcf`, card('three', 'FN:C', 'NOTE:From the browser', 'TEL;TYPE=HOME:9'), { 'if-match': fresh }))
				.status,
		).toBe(204);
		const after = await detailsOf(three.id);
		expect(after.map(({ value }) => value)).toEqual(['9']);
		expect(after[0]!.id).toBe(before.find(({ kind }) => kind === 'phone')!.id);
		expect((await contact('three')).notes).toBe('From the browser');
	});

	test('is given in the version that is asked for', async () => {
		await put(`${book}v.vcf`, card('v', 'FN:V', 'N:V;;;;', 'BDAY:1984-02-29', 'EMAIL;TYPE=pref:v@x.example'));
		expect(await read(`${book}v.vcf`, { accept: 'text/vcard; version=4.0' })).toContain('BDAY:19840229');
		expect(await read(`${book}v.vcf`, { accept: 'text/vcard;version=4.0;q=0.5, text/vcard;version=3.0' })).toContain(
			'BDAY:1984-02-29',
		);
		const four = ['BEGIN:VCARD', 'VERSION:4.0', 'UID:urn:uuid:4444', 'FN:Four', 'BDAY:--0229', 'END:VCARD', ''].join('\r\n');
		expect((await put(`${book}four.vcf`, four)).status).toBe(201);
		expect(await read(`${book}four.vcf`)).toBe(four);
		expect(await read(`${book}four.vcf`, { accept: 'text/vcard; version=3.0' })).toContain(
			'BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29',
		);
	});

	test('brings its photo, which every browser shows, and takes it along again', async () => {
		const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
		expect(await put(`${book}p.vcf`, card('p', 'FN:P', `PHOTO;ENCODING=b;TYPE=PNG:${png}`))).toMatchObject({ status: 201 });
		const p = await contact('p');
		expect(p.photo).toMatchObject({ type: 'image/png' });
		expect(p.cardObject).not.toContain('PHOTO');
		expect((await read(`${book}p.vcf`)).replaceAll('\r\n ', '')).toContain(`ENCODING=b:${png}`);
		expect((await put(`${book}p.vcf`, card('p', 'FN:P without'))).status).toBe(204);
		expect((await contact('p')).photo).toBeNull();
	});

	test('names who is related by UID, whichever comes first', async () => {
		const one = ['BEGIN:VCARD', 'VERSION:4.0', 'UID:r1', 'FN:R', 'RELATED;TYPE=child:urn:uuid:r2', 'END:VCARD', ''].join('\r\n');
		await put(`${book}r1.vcf`, one);
		await put(`${book}r2.vcf`, card('r2', 'FN:Child'));
		expect(await detailsOf((await contact('r1')).id)).toMatchObject([
			{ kind: 'relation', label: 'child', target: (await contact('r2')).id },
		]);
		expect(await read(`${book}r1.vcf`)).toBe(one);
	});

	test('that is deleted lies in the trash, and its UID brings it back', async () => {
		await put(`${book}d.vcf`, card('d', 'FN:D'));
		const { id } = await contact('d');
		expect((await ask('DELETE', `${book}d.vcf`)).status).toBe(204);
		expect((await ask('GET', `${book}d.vcf`)).status).toBe(404);
		expect((await contact('d')).deletedAt).not.toBeNull();
		expect((await put(`${book}d2.vcf`, card('d', 'FN:D again'))).status).toBe(201);
		expect(await contact('d')).toMatchObject({ id, deletedAt: null });
	});

	test('of a contact that was made in a browser is a whole one', async () => {
		const id = await ada.write(space, people, { given: 'Made', family: 'Here', birthday: '--11-23' });
		await ada.write(space, details, { contact: id, kind: 'email', value: 'm@x.example', label: 'home' });
		const text = await until(async () => {
			const answer = await ask('GET', `${book}${id}.vcf`);
			const said = await answer.text();
			return said.includes('m@x.example') ? said : null;
		});
		expect(text).toContain('VERSION:3.0');
		expect(text).toContain(`UID:${id}`);
		expect(text).toContain('FN:Made Here');
		expect(typesOf(linesOf(parseCard(new TextEncoder().encode(text)), 'EMAIL')[0]!)).toEqual(['home']);
	});
});

describe('what is refused, and by which name', () => {
	test.each([
		['no card', 'x', 403, 'valid-address-data'],
		['no name', card('x').replace('FN', 'X'), 403, 'valid-address-data'],
		['no UID', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n', 403, 'valid-address-data'],
		['two', card('x', 'FN:A') + card('y', 'FN:B'), 403, 'valid-address-data'],
		['2.1', card('x', 'FN:A').replace('3.0', '2.1'), 403, 'supported-address-data'],
		['too much', card('x', 'FN:A', `X-BIG:${'x'.repeat(60_000)}`), 403, 'max-resource-size'],
	])('%s', async (_, body, status, condition) => {
		const answer = await put(`${book}refused.vcf`, body);
		expect([answer.status, answer.text.includes(`<C:${condition}`) || answer.text.includes(condition)]).toEqual([status, true]);
	});

	test('another type', async () => {
		const answer = await ask('PUT', `${book}x.vcf`, { body: card('x', 'FN:A'), headers: { 'content-type': 'text/calendar' } });
		expect([answer.status, (await answer.text()).includes('supported-address-data')]).toEqual([415, true]);
	});

	test('a UID twice, with the address of the other one', async () => {
		await put(`${book}u1.vcf`, card('u', 'FN:U'));
		const { status, text } = await put(`${book}u2.vcf`, card('u', 'FN:U'));
		expect(status).toBe(409);
		expect(text).toContain('no-uid-conflict');
		expect(text).toContain('u1.vcf');
		expect((await put(`${book}u1.vcf`, card('other', 'FN:U'))).status).toBe(409);
	});
});

describe('questions', () => {
	const query = (filter: string, more = '', data = '<C:address-data/>') =>
		ask('REPORT', book, { headers: { depth: '1' }, body: `<C:addressbook-query ${ns}><D:prop><D:getetag/>${data}</D:prop>${filter}${more}</C:addressbook-query>` }); // prettier-ignore
	const names = async (filter: string) => Object.keys(await cardsOf(await query(filter))).toSorted();

	beforeAll(async () => {
		await put(
			`${book}q1.vcf`,
			card('q1', 'FN:Query Müller', 'N:Müller;Query;;;', 'EMAIL;TYPE=WORK:q1@work.example', 'EMAIL;TYPE=HOME:q1@home.example'),
		);
		await put(`${book}q2.vcf`, card('q2', 'FN:Query Smith', 'N:Smith;Query;;;', 'NICKNAME:Q', 'item1.TEL:5'));
	});

	const match = (text: string, how = '') => `<C:text-match ${how}>${text}</C:text-match>`;
	const prop = (name: string, inside: string, how = '') => `<C:prop-filter name="${name}" ${how}>${inside}</C:prop-filter>`;

	test.each([
		['contains, in any case', `<C:filter>${prop('FN', match('query'))}</C:filter>`, ['q1.vcf', 'q2.vcf']],
		['letters with marks in any case', `<C:filter>${prop('N', match('MÜLLER'))}</C:filter>`, ['q1.vcf']],
		['to the octet', `<C:filter>${prop('FN', match('query', 'collation="i;octet"'))}</C:filter>`, []],
		['begins', `<C:filter>${prop('EMAIL', match('q1@w', 'match-type="starts-with"'))}</C:filter>`, ['q1.vcf']],
		['ends', `<C:filter>${prop('FN', match('SMITH', 'match-type="ends-with"'))}</C:filter>`, ['q2.vcf']],
		['equals', `<C:filter>${prop('FN', match('query', 'match-type="equals"'))}</C:filter>`, []],
		['all of several', `<C:filter test="allof">${prop('FN', match('Query'))}${prop('NICKNAME', '')}</C:filter>`, ['q2.vcf']],
		['any of several', `<C:filter test="anyof">${prop('NICKNAME', match('Q', 'match-type="equals"'))}${prop('FN', match('Müll'))}</C:filter>`, ['q1.vcf', 'q2.vcf']],
		['not defined', `<C:filter test="allof">${prop('FN', match('Query'))}${prop('NICKNAME', '<C:is-not-defined/>')}</C:filter>`, ['q1.vcf']],
		['negated', `<C:filter test="allof">${prop('FN', match('Query'))}${prop('FN', match('Smith', 'negate-condition="yes"'))}</C:filter>`, ['q1.vcf']],
		['a parameter', `<C:filter>${prop('EMAIL', `<C:param-filter name="TYPE">${match('home')}</C:param-filter>${match('q1')}`, 'test="allof"')}</C:filter>`, ['q1.vcf']],
		['a parameter that is not', `<C:filter test="allof">${prop('EMAIL', `<C:param-filter name="X-NO"><C:is-not-defined/></C:param-filter>${match('q1@')}`, 'test="allof"')}</C:filter>`, ['q1.vcf']],
		['a group', `<C:filter>${prop('item1.TEL', match('5', 'match-type="equals"'))}</C:filter>`, ['q2.vcf']],
	])('%s', async (_, filter, expected) => {
		expect(await names(filter)).toEqual(expected);
	}); // prettier-ignore

	test('are answered up to a limit, and say that there is more', async () => {
		const answer = await query(
			`<C:filter>${prop('FN', match('Query'))}</C:filter>`,
			'<C:limit><C:nresults>1</C:nresults></C:limit>',
		);
		const text = await answer.clone().text();
		expect(Object.keys(await cardsOf(answer))).toHaveLength(1);
		expect(text).toContain('507');
		expect(text).toContain('number-of-matches-within-limits');
	});

	test('want a part of a card, or another version of it', async () => {
		const some = await cardsOf(await query(`<C:filter>${prop('UID', match('q1', 'match-type="equals"'))}</C:filter>`, '', '<C:address-data content-type="text/vcard" version="4.0"><C:prop name="FN"/></C:address-data>')); // prettier-ignore
		expect(some['q1.vcf']).toBe('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Query Müller\r\nEND:VCARD');
		const { status } = await query('<C:filter/>', '', '<C:address-data version="5.0"/>');
		expect(status).toBe(403);
	});

	test.each([
		['another collation', `<C:filter>${prop('FN', match('x', 'collation="i;klingon"'))}</C:filter>`, 'supported-collation'],
		['another filter', '<C:filter><C:comp-filter name="VCARD"/></C:filter>', 'supported-filter'],
	])('are refused with %s', async (_, filter, condition) => {
		const answer = await query(filter);
		expect([answer.status, (await answer.text()).includes(condition)]).toEqual([403, true]);
	});

	test('for cards by their addresses tell which are not there', async () => {
		const href = (name: string) => `<D:href>${new URL(world.dav).pathname}${book}${name}</D:href>`;
		const answer = await ask('REPORT', book, { body: `<C:addressbook-multiget ${ns}><D:prop><D:getetag/><C:address-data/></D:prop>${href('q1.vcf')}${href('no.vcf')}</C:addressbook-multiget>` }); // prettier-ignore
		const text = await answer.clone().text();
		expect(Object.keys(await cardsOf(answer))).toEqual(['q1.vcf']);
		expect(text).toContain('404');
	});

	test('for what changed since tell it once, with what left', async () => {
		const sync = (token: string) => ask('REPORT', book, { body: `<D:sync-collection ${ns}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>` }); // prettier-ignore
		const tokenIn = (text: string) => /sync-token>([^<]+)</.exec(text)![1]!;
		const first = tokenIn(await (await sync('')).text());
		await put(`${book}s1.vcf`, card('s1', 'FN:S'));
		await ask('DELETE', `${book}q2.vcf`);
		const since = await sync(first);
		const text = await since.clone().text();
		expect([...(await lines(since)).keys()].toSorted()).toEqual(['q2.vcf', 's1.vcf']);
		expect([...(await lines(await sync(tokenIn(text)))).keys()]).toEqual([]);
		expect((await sync('urn:mana:contacts:gone.1')).status).toBe(403);
	});
});

describe('address books', () => {
	test('are made, named, filled and removed by programs, and one stays', async () => {
		const body = `<D:mkcol ${ns}><D:set><D:prop><D:resourcetype><D:collection/><C:addressbook/></D:resourcetype><D:displayname>Club</D:displayname><C:addressbook-description>Sailing</C:addressbook-description></D:prop></D:set></D:mkcol>`;
		expect((await ask('MKCOL', '/addressbooks/club/', { body })).status).toBe(201);
		const shown = await (
			await ask('PROPFIND', '/addressbooks/club/', { body: props('D:displayname', 'C:addressbook-description') })
		).text();
		expect([shown.includes('Club'), shown.includes('Sailing')]).toEqual([true, true]);
		expect((await put('/addressbooks/club/k.vcf', card('k', 'FN:K'))).status).toBe(201);
		expect((await ask('GET', `${book}k.vcf`)).status).toBe(404);
		expect((await put(`${book}k.vcf`, card('k', 'FN:K'))).status).toBe(409);
		const move = await ask('MOVE', '/addressbooks/club/k.vcf', {
			headers: { destination: `/dav${book}k.vcf`, depth: 'infinity' },
		});
		expect(move.status).toBe(201);
		expect((await contact('k')).book).toBeNull();
		expect((await ask('DELETE', '/addressbooks/club/')).status).toBe(204);
		expect((await ask('DELETE', book)).status).toBe(403);
		const nested = await ask('MKCOL', `${book}inside/`, { body });
		expect([nested.status, (await nested.text()).includes('addressbook-collection-location-ok')]).toEqual([403, true]);
	});
});

describe('who may what', () => {
	test('is decided by the password, the person and the space', async () => {
		const reading = (await ada.password('read')).authorization;
		expect((await ask('GET', `${book}one.vcf`, { as: reading })).status).toBe(200);
		expect((await ask('PUT', `${book}one.vcf`, { as: reading, body: card('one', 'FN:X') })).status).toBe(403);
		expect((await ask('DELETE', `${book}one.vcf`, { as: reading })).status).toBe(403);
		expect((await ask('MKCOL', '/addressbooks/nope/', { as: reading })).status).toBe(403);
		const grace = (await (await world.person('grace@mana.example')).password()).authorization;
		for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND'])
			expect(
				(await ask(method, `${book}one.vcf`, { as: grace, ...(method === 'PUT' ? { body: card('one', 'FN:X') } : {}) })).status,
				method,
			).toBeOneOf([403, 404, 409]);
		for (const as of ['', 'Basic eDp5', 'Bearer x']) expect((await ask('PROPFIND', book, { as })).status, as).toBe(401);
		expect(await read(`${book}one.vcf`)).toContain('Ana Lima');
	});
});
