import { describe, expect, test } from 'bun:test';
import { type Card, parseCard } from '@mana/dav/vcard/index';
import { newRecordId, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import type { Found } from '@mana/ui/import/format';
import { isTrouble } from '@mana/ui/import/format';
import type { Policy } from '@mana/ui/import/kind';
import { look } from '@mana/ui/import/reader';
import { join } from 'node:path';
import { readContact } from '../cards/read.ts';
import { details, groups, people } from '../model.ts';
import { nameOf } from '../name.ts';
import { bring, weigh } from './bring.ts';
import { finder } from './find.ts';
import { type FoundContact, fromCard } from './found-contact.ts';
import { exportFormats, importFormats } from './formats/index.ts';

const fixtures = join(import.meta.dirname, '../../../kit/dav/vcard/fixtures');
const files = ['google', 'apple', 'outlook', 'nokia', 'thunderbird'];

async function* pieces(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* all;
}

async function read(
	name: string,
	content: string | Uint8Array<ArrayBuffer>,
): Promise<{ format: string | null; items: FoundContact[]; troubles: Found<FoundContact>[] }> {
	const file = new File([content], name);
	const looked = await look(file, importFormats);
	const format = importFormats.find(({ id }) => id === looked.format);
	if (!format) return { format: null, items: [], troubles: [] };
	const found: Found<FoundContact>[] = [];
	for await (const one of format.read(pieces(new Uint8Array(await file.arrayBuffer())), looked.table?.mapping ?? []))
		found.push(one);
	return {
		format: looked.format,
		items: found.flatMap((one) => (isTrouble(one) ? [] : [one.item])),
		troubles: found.filter(isTrouble),
	};
}

const fixture = async (name: string) => new Uint8Array(await Bun.file(join(fixtures, `${name}.vcf`)).arrayBuffer());

describe('a file is known by what is in it', () => {
	test.each([
		['x', 'BEGIN:VCARD\nFN:A\nEND:VCARD', 'vcard'],
		['a.json', '[["vcard",[["version",{},"text","4.0"],["fn",{},"text","A"]]]]', 'jcard'],
		['x', 'version: 1\n\ndn: cn=A\ncn: A\n', 'ldif'],
		['x.csv', 'First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value\nA,B,,a@b\n', 'csv-google'],
		['x.csv', 'Vorname;Nachname\nA;B\n', 'csv'],
		['x', 'name\tphone\nA\t1\n', 'csv'],
		['x.png', '\u0089PNG\r\n\u001a\n', null],
		['x.html', '<!doctype html>\n<p>a, b</p>', null],
	])('%s with %j is %p', async (name, content, format) => {
		expect((await read(name, content)).format).toBe(format);
	});
});

describe('vCard', () => {
	test('brings what stands in it and says where it does not', async () => {
		const { items, troubles } = await read('x.vcf', 'BEGIN:VCARD\nFN:A\nEND:VCARD\n\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nBEGIN:VCARD\nFN:C'); // prettier-ignore
		expect(items.map(({ fields }) => fields.shownAs)).toEqual(['A']);
		expect(troubles).toMatchObject([{ line: 5, reason: 'empty' }, { line: 8, reason: 'cut-off' }]); // prettier-ignore
	});
});

describe('LDIF', () => {
	test('is read as Thunderbird and directories write it', async () => {
		const { items } = await read('x.ldif', `version: 1
dn: cn=Jörg Müller,mail=jm@kaese.example
objectclass: top
objectclass: person
givenName:: SsO2cmc=
sn:: TcO8bGxlcg==
cn:: SsO2cmcgTcO8bGxlcg==
mail: jm@kaese.example
mozillaSecondEmail: j@verein.example
mobile: 0170 123
 4567
# a comment
mozillaHomeStreet: Hauptstr. 5
mozillaHomeLocalityName: Köln
birthmonth: 11
birthday: 23

dn: cn=club,dc=example
objectclass: groupOfNames
cn: club
`); // prettier-ignore
		expect(items).toHaveLength(1);
		expect(items[0]!.fields).toMatchObject({ given: 'Jörg', family: 'Müller', shownAs: '', birthday: '--11-23' });
		expect(items[0]!.details.map(({ kind, value, locality }) => [kind, value || locality])).toEqual([
			['email', 'jm@kaese.example'],
			['email', 'j@verein.example'],
			['phone', '0170 1234567'],
			['address', 'Köln'],
		]);
	});
});

describe('tables', () => {
	test("of Google bring everybody's labels, several in one cell, groups and favourites", async () => {
		const { items } = await read('contacts.csv', 'First Name,Last Name,Birthday,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Street,Address 1 - City,Event 1 - Label,Event 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value\nAna,Lima,--02-29,Family ::: * starred ::: * myContacts,* Work,ana@mana.example ::: a@b.example,Boat,+351 21,Home,Rua 1,Lisboa,Anniversary,2015-06-20,Shoe,38\n'); // prettier-ignore
		const [ana] = items;
		expect(ana).toMatchObject({
			groups: ['Family'],
			starred: true,
			fields: { given: 'Ana', birthday: '--02-29', anniversary: '2015-06-20' },
		});
		expect(ana!.details.map(({ kind, label, value, locality }) => [kind, label, value || locality])).toEqual([
			['email', 'work', 'ana@mana.example'],
			['email', 'work', 'a@b.example'],
			['phone', 'Boat', '+351 21'],
			['address', 'home', 'Lisboa'],
			['custom', 'Shoe', '38'],
		]);
	});

	test("of Outlook in Windows' letters are known by their columns", async () => {
		const text =
			'"First Name","Last Name","Company","Business Street","Business City","Business Phone","Mobile Phone","E-mail Address","E-mail 2 Address","Birthday","Categories"\r\n"Jürgen","Größler","Möbel","Königsplatz 1","München","089 1","0160 1","j@moebel.example","j@home.example","5/21/1970","Kunde;VIP"\r\n';
		const { items, format } = await read('outlook.csv', new Uint8Array(Buffer.from(text, 'latin1')));
		expect(format).toBe('csv');
		expect(items[0]).toMatchObject({
			groups: ['Kunde', 'VIP'],
			fields: { given: 'Jürgen', family: 'Größler', organisation: 'Möbel', birthday: '1970-05-21' },
		});
		expect(items[0]!.details.map(({ kind, label, value, street }) => [kind, label, value || street])).toEqual([
			['phone', 'work', '089 1'],
			['phone', 'mobile', '0160 1'],
			['email', '', 'j@moebel.example'],
			['email', '', 'j@home.example'],
			['address', 'work', 'Königsplatz 1'],
		]);
	});

	test('of anybody go where the person says', async () => {
		const file = new File(['Wer;Nummer\nAna Lima;+351 21\n;\n'], 'liste.csv');
		const { table } = await look(file, importFormats);
		expect(table).toMatchObject({ columns: ['Wer', 'Nummer'], rows: [['Ana Lima', '+351 21']], mapping: [null, null] });
		const csv = importFormats.find(({ id }) => id === 'csv')!;
		const found: Found<FoundContact>[] = [];
		for await (const one of csv.read(pieces(new Uint8Array(await file.arrayBuffer())), ['shownAs', 'phone:mobile']))
			found.push(one);
		expect(found).toMatchObject([
			{ line: 2, item: { fields: { shownAs: 'Ana Lima' }, details: [{ label: 'mobile', value: '+351 21' }] } },
		]);
	});
});

describe('what goes out', () => {
	async function* cards(): AsyncGenerator<Card> {
		for (const name of files)
			for (const card of (await read(`${name}.vcf`, await fixture(name))).items)
				yield parseCard(new TextEncoder().encode(card.card));
	}
	const names = async () => {
		const all: string[] = [];
		for await (const card of cards()) all.push(nameOf(readContact(card).fields));
		return all;
	};

	test.each(exportFormats.map((format) => [format.id, format] as const))('as %s comes in again', async (id, format) => {
		let text = '';
		for await (const part of format.write(cards())) text += part;
		const { items, troubles, format: known } = await read(`x${format.ending}`, text);
		expect(known).toBe({ 'vcard-2.1': 'vcard', 'vcard-3.0': 'vcard', 'vcard-4.0': 'vcard', 'csv-outlook': 'csv' }[id] ?? id);
		expect(troubles).toEqual([]);
		const whole = id.startsWith('vcard') || id === 'jcard';
		expect(items).toHaveLength((await names()).length);
		if (id !== 'csv-outlook' && id !== 'ldif') expect(items.map(({ fields }) => nameOf(fields))).toEqual(await names());
		const [ana] = items;
		expect(ana!.details.map(({ value }) => value)).toContain('ana@mana.example');
		if (whole) expect(ana!.details.find(({ label }) => label === 'Boat')?.value).toBe('+351 21 000 00 00');
	});
});

describe('an import', () => {
	let ids = 0;
	const open = () => openMemoryMana();
	const run = async (mana: Mana, items: readonly FoundContact[], policy: Policy) => {
		const find = finder({ people: mana.query(people).rows, details: mana.query(details).rows });
		const step = items.map((item, at) => ({ line: at + 1, item, known: find(item) }));
		const newId = (): RecordId => newRecordId(1_000 + ids++, (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
		return bring({ mana, newId, random: Math.random, keepPhoto: () => Promise.resolve(null) }, step, policy, 'Import');
	};
	const contact = (...lines: readonly string[]) =>
		fromCard(parseCard(new TextEncoder().encode(['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD'].join('\n'))));

	test('brings contacts with what belongs to them, and all of it can be taken back', async () => {
		const mana = open();
		const { items } = await read('google.vcf', await fixture('google'));
		const { written, added } = await run(mana, items, 'merge');
		const [ana] = mana.query(people).rows;
		expect(added).toEqual([ana!.id]);
		expect(ana).toMatchObject({ given: 'Ana', family: 'Lima' });
		expect(mana.query(groups).rows.map(({ name }) => name)).toEqual(['Family']);
		expect(mana.query(details).rows).toHaveLength(10);
		expect(readContact(parseCard(new TextEncoder().encode(ana!.cardObject))).details).toHaveLength(10);
		expect(written.undo()).toBe(true);
		expect([mana.query(people).rows, mana.query(details).rows, mana.query(groups).rows].map((rows) => rows.length)).toEqual([
			0, 0, 0,
		]);
	});

	test('of the same file again changes nothing, whichever way', async () => {
		const mana = open();
		const { items } = await read('apple.vcf', await fixture('apple'));
		const persons = items.slice(0, 1);
		await run(mana, persons, 'merge');
		const before = [mana.query(people).rows, mana.query(details).rows];
		expect(await run(mana, persons, 'skip')).toMatchObject({ added: [], merged: [], skipped: 1 });
		expect(await run(mana, persons, 'merge')).toMatchObject({ added: [], skipped: 0 });
		expect([mana.query(people).rows, mana.query(details).rows]).toEqual(before);
		await run(mana, persons, 'both');
		expect(mana.query(people).rows).toHaveLength(2);
	});

	test('completes what is here and overwrites nothing', async () => {
		const mana = open();
		await run(mana, [contact('N:Lima;Ana;;;', 'FN:Ana Lima', 'EMAIL:ana@x.example', 'TITLE:Boss')], 'merge');
		const { merged } = await run(mana, [contact('N:Lima;Ana;;;', 'FN:Ana Lima', 'EMAIL:ANA@x.example', 'EMAIL:a@y.example', 'TITLE:Chef', 'NICKNAME:Aninha')], 'merge'); // prettier-ignore
		expect(merged).toHaveLength(1);
		expect(mana.query(people).rows).toMatchObject([{ title: 'Boss', nickname: 'Aninha' }]);
		expect(mana.query(details).rows.map(({ value }) => value)).toContain('a@y.example');
	});

	test('knows two of one name by how they are reached', async () => {
		const mana = open();
		await run(mana, [contact('FN:Ana Lima', 'EMAIL:ana@x.example')], 'merge');
		await run(mana, [contact('FN:Ána Lima', 'EMAIL:other@y.example')], 'merge');
		expect(mana.query(people).rows).toHaveLength(2);
		await run(mana, [contact('FN:ana lima', 'TEL:+351 912 345 678', 'EMAIL:ana@x.example')], 'merge');
		expect(mana.query(people).rows).toHaveLength(2);
	});

	test('of one UID twice in a file is one contact, and of one in the trash brings it back', async () => {
		const mana = open();
		const one = contact('FN:A', 'UID:u-1', 'TEL:12345');
		await run(mana, [one, { ...one, details: [] }], 'merge');
		const [held] = mana.query(people).rows;
		expect([mana.query(people).rows.length, held!.uid]).toEqual([1, 'u-1']);
		mana.write('trash', (tx) => tx.trash(people, held!.id));
		await run(mana, [one], 'skip');
		expect(mana.query(people).rows.map(({ id }) => id)).toEqual([held!.id]);
	});

	test('cuts what is longer than a contact can hold, and leaves out days that are none', async () => {
		const mana = open();
		const long = { ...contact('FN:A'), fields: { ...contact('FN:A').fields, given: 'x'.repeat(900), birthday: '--13-45' } };
		await run(mana, [{ ...long, details: [{ ...contact('TEL:1').details[0]!, label: 'y'.repeat(300) }] }], 'merge');
		expect(mana.query(people).rows[0]).toMatchObject({ given: 'x'.repeat(200), birthday: null });
		expect(mana.query(details).rows[0]!.label).toHaveLength(100);
	});

	test('goes in steps that fit on their way', () => {
		const big = contact('FN:A', `NOTE:${'x'.repeat(19_000)}`);
		expect(weigh(big)).toBeGreaterThan(weigh(contact('FN:A')));
		expect(weigh(contact('FN:A'))).toBeLessThan(0.05);
	});
});
